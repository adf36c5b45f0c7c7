/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports of DPDK, data side: one call a burst. No checks: the caller has started the port and owns
 * the queue.
 */
#include <stddef.h>
#include <stdint.h>

#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "ipvane_dpdk.h"

/* The most frames of a burst; equals RxRows.FRAMES and Burst.MAX of the Java side. */
#define BURST 64

/*
 * What Java reads of a frame, without touching the mbuf; the rest of a row is Java's. The first line
 * of each frame is on its way to the cache when Java comes to parse it.
 */
struct ipvane_row {
	struct rte_mbuf *mbuf;
	uint8_t *data;
	uint32_t length;
	uint32_t contiguous;
	uint8_t java[40];
};

struct ipvane_burst {
	struct ipvane_row row[BURST];
	uint8_t java[BURST][sizeof(struct ipvane_row)];
	struct rte_mbuf *mbuf[BURST];
};
_Static_assert(sizeof(struct ipvane_row) == 64, "RxRows.ROW_BYTES");
_Static_assert(offsetof(struct ipvane_row, data) == 8, "RxRows.DATA");
_Static_assert(offsetof(struct ipvane_row, length) == 16, "RxRows.LENGTHS");
_Static_assert(offsetof(struct ipvane_burst, mbuf) == 8192, "RxRows.MBUFS");

static inline uint64_t
fill(struct ipvane_burst *burst, uint16_t count)
{
	uint64_t bytes = 0;
	uint16_t i;

	for (i = 0; i < count; i++)
		rte_prefetch0(burst->mbuf[i]);
	for (i = 0; i < count; i++) {
		struct rte_mbuf *m = burst->mbuf[i];
		struct ipvane_row *row = &burst->row[i];

		row->mbuf = m;
		row->data = rte_pktmbuf_mtod(m, uint8_t *);
		row->length = m->pkt_len;
		row->contiguous = m->data_len;
		bytes += m->pkt_len;
		rte_prefetch0(row->data);
	}
	return bytes << 8 | count;
}

/* Fills the rows of up to max frames. Returns how many, and above 8 bits the sum of their lengths. */
IPVANE_EXPORT uint64_t
ipvane_rx_burst(uint16_t port, uint16_t queue, struct ipvane_burst *burst, uint16_t max)
{
	const uint16_t count = rte_eth_rx_burst(port, queue, burst->mbuf, max);

	return fill(burst, count);
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
	return fill(burst, kept);
}

IPVANE_EXPORT uint16_t
ipvane_tx_burst(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	return rte_eth_tx_burst(port, queue, mbufs, count);
}

/*
 * af_xdp in copy mode: the kernel sends at most 32 frames a system call, and the driver makes one
 * call a burst. What is more would lie in the ring until the next burst comes.
 */
#define XDP_BUDGET 32

static uint16_t
send_in_parts(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	uint16_t done = 0;

	while (done < count) {
		const uint16_t part = RTE_MIN(count - done, XDP_BUDGET);
		const uint16_t sent = rte_eth_tx_burst(port, queue, mbufs + done, part);

		done += sent;
		if (sent < part)
			break;
	}
	return done;
}

/*
 * As ipvane_tx_burst(), for ports that send single segments only (af_xdp). A frame that cannot be gathered
 * in its first segment is dropped and counted in *lost (one counter a queue, one writer).
 */
IPVANE_EXPORT uint16_t
ipvane_tx_burst_flat(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count,
		     uint64_t *lost)
{
	uint16_t first = 0;
	uint16_t i;

	for (i = 0; i < count; i++) {
		uint16_t sent;

		if (mbufs[i]->nb_segs == 1 || rte_pktmbuf_linearize(mbufs[i]) == 0)
			continue;
		sent = send_in_parts(port, queue, mbufs + first, i - first);
		if (sent < i - first)
			return first + sent;
		rte_pktmbuf_free(mbufs[i]);
		++*lost;
		first = i + 1;
	}
	return first + send_in_parts(port, queue, mbufs + first, count - first);
}
