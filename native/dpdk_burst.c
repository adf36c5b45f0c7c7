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
#include <rte_prefetch.h>

#include "ipvane_dpdk.h"
#include "offload.h"

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

/* Frames that are made of a long one before they are sent. */
#define SEGMENTS 64

/*
 * af_xdp in copy mode: the kernel sends at most 32 frames a system call, and the driver makes one
 * call a burst. What is more would lie in the ring until the next burst comes.
 */
#define XDP_BUDGET 32

/* How the frames of a burst are sent: port, queue, and what the driver asks for. */
struct sender {
	uint16_t port;
	uint16_t queue;
	bool flat; /* single segments only, a few at a time: af_xdp */
	uint64_t *lost;
};

/* Hands finished frames to the driver; returns how many it took, the first ones. */
static uint16_t
hand_over(const struct sender *to, struct rte_mbuf **mbufs, uint16_t count)
{
	const uint16_t most = to->flat ? XDP_BUDGET : count;
	uint16_t done = 0;

	while (done < count) {
		const uint16_t part = RTE_MIN(count - done, most);
		const uint16_t sent = rte_eth_tx_burst(to->port, to->queue, mbufs + done, part);

		done += sent;
		if (sent < part)
			break;
	}
	return done;
}

/* Makes one frame what the driver can send; false: impossible. */
static bool
finish(const struct sender *to, struct rte_mbuf *frame)
{
	if (offload_pending(frame))
		offload_finish_checksum(frame);
	return !to->flat || frame->nb_segs == 1 || rte_pktmbuf_linearize(frame) == 0;
}

/* Sends what a long frame becomes. False: the driver took nothing, and the frame is still the caller's. */
static bool
send_split(const struct sender *to, struct rte_mbuf *frame)
{
	struct rte_mbuf *segments[SEGMENTS];
	struct offload_split split;
	uint32_t made, sent, sum = 0;

	offload_split_begin(&split, frame);
	do {
		uint32_t flat = 0;

		made = offload_split_next(&split, segments, SEGMENTS);
		while (flat < made && finish(to, segments[flat]))
			flat++;
		sent = hand_over(to, segments, flat);
		rte_pktmbuf_free_bulk(segments + sent, made - sent);
		sum += sent;
	} while (sent == SEGMENTS);
	if (sent == made && split.left == 0) {
		rte_pktmbuf_free(frame);
		return true;
	}
	if (sum == 0 && made > 0)
		return false;
	++*to->lost;
	rte_pktmbuf_free(frame);
	return true;
}

/* Sends frames that may need to be finished; returns how many were taken, the first ones. */
static uint16_t
send_finished(const struct sender *to, struct rte_mbuf **mbufs, uint16_t count)
{
	uint16_t first = 0;
	uint16_t i;

	for (i = 0; i < count; i++) {
		const bool splits = offload_splits(mbufs[i]);
		uint16_t sent;

		if (!splits && finish(to, mbufs[i]))
			continue;
		sent = hand_over(to, mbufs + first, i - first);
		if (sent < i - first)
			return first + sent;
		if (!splits) {
			rte_pktmbuf_free(mbufs[i]);
			++*to->lost;
		} else if (!send_split(to, mbufs[i])) {
			return i;
		}
		first = i + 1;
	}
	return first + hand_over(to, mbufs + first, count - first);
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
	const struct sender to = {port, queue, false, lost};

	return send_finished(&to, mbufs, count);
}

/*
 * As ipvane_tx_burst_finished(), for ports that send single segments only (af_xdp). A frame that cannot
 * be gathered in its first segment is dropped and counted in *lost as well.
 */
IPVANE_EXPORT uint16_t
ipvane_tx_burst_flat(uint16_t port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count,
		     uint64_t *lost)
{
	const struct sender to = {port, queue, true, lost};

	return send_finished(&to, mbufs, count);
}
