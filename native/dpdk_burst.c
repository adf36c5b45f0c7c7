/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports of DPDK, data side: one call a burst. No checks: the caller has started the port and owns
 * the queue.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "finish.h"
#include "ipvane_dpdk.h"
#include "offload.h"
#include "rows.h"

/* Reports where Java finds what a device received, as this file was compiled, and how many fields. */
IPVANE_EXPORT int32_t
ipvane_burst_layout(const struct ipvane_field **fields)
{
	static const struct ipvane_field table[] = {
		IPVANE_FIELD(struct ipvane_row, mbuf),
		IPVANE_FIELD(struct ipvane_row, data),
		IPVANE_FIELD(struct ipvane_row, length),
		IPVANE_FIELD(struct ipvane_row, contiguous),
		{"row", 0, sizeof(struct ipvane_row)},
		{"mbufs", offsetof(struct ipvane_burst, mbuf), sizeof(((struct ipvane_burst *)0)->mbuf)},
		{"sizeof", 0, sizeof(struct ipvane_burst)},
	};

	*fields = table;
	return sizeof(table) / sizeof(table[0]);
}

/* Fills the rows of up to max frames. Returns how many, and above 8 bits the sum of their lengths. */
IPVANE_EXPORT uint64_t
ipvane_rx_burst(uint16_t port, uint16_t queue, struct ipvane_burst *burst, uint16_t max)
{
	const uint16_t count = rte_eth_rx_burst(port, queue, burst->mbuf, max);

	return rows_fill(burst, count);
}

/*
 * As ipvane_rx_burst(), for drivers that may hand over a frame without its VLAN tag: puts it back,
 * since the switch decides by what was on the wire. A frame with no room for it is dropped.
 */
IPVANE_EXPORT uint64_t
ipvane_rx_burst_tagged(uint16_t port, uint16_t queue, struct ipvane_burst *burst, uint16_t max)
{
	const uint16_t count = rte_eth_rx_burst(port, queue, burst->mbuf, max);
	uint16_t kept = 0;
	uint16_t i;

	for (i = 0; i < count; i++) {
		struct rte_mbuf *m = burst->mbuf[i];

		if ((m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0 && rte_vlan_insert(&m) != 0) {
			rte_pktmbuf_free(m);
			continue;
		}
		burst->mbuf[kept++] = m;
	}
	return rows_fill(burst, kept);
}

/*
 * Sends up to the first frame whose sender left work to the device, which ipvane_tx_burst_finished()
 * has the time for: this one is short enough for a caller that nobody can interrupt.
 */
IPVANE_EXPORT uint16_t
ipvane_tx_burst(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	uint16_t plain = 0;

	while (plain < count && !offload_pending(mbufs[plain]))
		plain++;
	return rte_eth_tx_burst(port, queue, mbufs, plain);
}

/*
 * DPDK's af_xdp in copy mode: the kernel sends at most 32 frames a system call, and the driver makes one
 * call a burst. What is more would lie in the ring until the next burst comes.
 */
#define XDP_BUDGET 32

/* A queue of a port as who is sent to. */
struct tx_queue {
	struct finish_to to;
	uint16_t port;
	uint16_t queue;
};

/* A few frames at a time where they are flat: that is DPDK's af_xdp. */
static uint16_t
send_burst(const struct finish_to *to, struct rte_mbuf **mbufs, uint16_t count)
{
	const struct tx_queue *queue = (const struct tx_queue *)to;
	const uint16_t most = to->flat ? XDP_BUDGET : count;
	uint16_t done = 0;

	while (done < count) {
		const uint16_t part = RTE_MIN(count - done, most);
		const uint16_t sent = rte_eth_tx_burst(queue->port, queue->queue, mbufs + done, part);

		done += sent;
		if (sent < part)
			break;
	}
	return done;
}

/*
 * As ipvane_tx_burst(), for all frames: completes checksums, and splits frames longer than they may be
 * (offload.h). A frame of which not all could be sent is counted in *lost (one counter a queue, one
 * writer).
 */
IPVANE_EXPORT uint16_t
ipvane_tx_burst_finished(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count,
			 uint64_t *lost)
{
	const struct tx_queue at = {{send_burst, 0, false, lost}, port, queue};

	return finish_and_send(&at.to, mbufs, count);
}

/*
 * As ipvane_tx_burst_finished(), for ports that send single segments only. A frame that cannot
 * be gathered in its first segment is dropped and counted in *lost as well.
 */
IPVANE_EXPORT uint16_t
ipvane_tx_burst_flat(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count,
		     uint64_t *lost)
{
	const struct tx_queue at = {{send_burst, 0, true, lost}, port, queue};

	return finish_and_send(&at.to, mbufs, count);
}
