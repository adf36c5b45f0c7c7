/* SPDX-License-Identifier: Apache-2.0 */
/* Bursts of vhost-user ports: see vhost.h. One lcore a queue and direction. */
#include "vhost.h"

#include "finish.h"
#include "ipvane_dpdk.h"
#include "peer_frame.h"
#include "rows.h"
#include "spread.h"

/*
 * What is received is sent on next, and had better still be in the cache: where frames were longer than
 * this on average, the next burst is of a few only.
 */
#define LONG_FRAME 4096
#define LONG_BURST 2

/* As ipvane_rx_burst(), from one of the peer's rings. */
IPVANE_EXPORT uint64_t
ipvane_vhost_rx(struct ipvane_vhost *v, uint16_t queue, struct ipvane_burst *burst, uint16_t max)
{
	const uint64_t bit = 1ULL << queue;
	struct peer_lane *lane = &v->lanes.rx[queue];
	struct vhost_view *view = vhost_enter(v, lane);
	struct vhost_received received = {0};
	uint64_t taken;

	if (view != NULL && (atomic_load_explicit(&v->enabled[VHOST_SENDS], memory_order_relaxed) & bit) != 0 &&
	    !atomic_load_explicit(&v->nonsense, memory_order_relaxed))
		received = vhost_view_receive(view, vhost_ring_in(view, queue), &v->gone, v->pool, burst->mbuf,
					      v->gives_long[queue] ? RTE_MIN(max, LONG_BURST) : max);
	/* Before the next connection, which is not to blame. */
	if (unlikely(received.nonsense))
		atomic_store(&v->nonsense, true);
	if (view != NULL)
		vhost_moved(v, lane, received.count,
			    peer_time_is_measured(lane) ? peer_frame_bytes(burst->mbuf, received.count) : 0);
	vhost_leave(lane);
	lane->invalid += received.invalid;
	taken = rows_fill(burst, received.count);
	if (received.count > 0)
		v->gives_long[queue] = taken >> 8 > (uint64_t)received.count * LONG_FRAME;
	return taken;
}

/* One ring of the peer as who is sent to. */
struct ring {
	struct finish_to to;
	struct ipvane_vhost *v;
	const struct vhost_view *view;
	struct vhost_ring *ring;
};

/* Copies frames to the ring: what it took is freed. */
static uint16_t
enqueue(const struct finish_to *to, struct rte_mbuf **frames, uint16_t count)
{
	const struct ring *at = (const struct ring *)to;
	const struct vhost_sent sent = vhost_view_send(at->view, at->ring, &at->v->gone, frames, count);

	if (unlikely(sent.nonsense))
		atomic_store(&at->v->nonsense, true);
	*to->lost += sent.too_long;
	rte_pktmbuf_free_bulk(frames, sent.taken);
	return sent.taken;
}

static struct ring
ring_of(struct ipvane_vhost *v, struct peer_lane *lane, struct vhost_view *view, uint16_t pair)
{
	return (struct ring){{enqueue, v->able, false, &lane->full}, v, view, vhost_ring_out(view, pair)};
}

/*
 * Sends frames to the peer; returns how many were taken, the first ones, which are freed. While nobody
 * is there, or what is there makes no sense, all are taken, dropped and counted.
 */
IPVANE_EXPORT uint16_t
ipvane_vhost_tx(struct ipvane_vhost *v, uint16_t queue, struct rte_mbuf **frames, uint16_t count)
{
	struct peer_lane *lane = &v->lanes.tx[queue];
	struct vhost_view *view = vhost_enter(v, lane);
	const uint64_t enabled = atomic_load_explicit(&v->enabled[VHOST_RECEIVES], memory_order_relaxed);
	uint64_t bytes = 0;
	uint16_t taken = count;

	if (view == NULL || enabled == 0 || atomic_load_explicit(&v->nonsense, memory_order_relaxed)) {
		vhost_leave(lane);
		rte_pktmbuf_free_bulk(frames, count);
		lane->down += count;
		return count;
	}
	if (peer_time_is_measured(lane))
		bytes = peer_frame_bytes(frames, count);
	if ((enabled & (enabled - 1)) == 0) {
		const struct ring to = ring_of(v, lane, view, __builtin_ctzll(enabled));

		taken = finish_and_send(&to.to, frames, count);
	} else {
		struct ring to[PEER_MAX_QUEUES];
		uint32_t rings = 0;

		for (uint64_t left = enabled; left != 0; left &= left - 1)
			to[rings++] = ring_of(v, lane, view, __builtin_ctzll(left));
		spread(&to[0].to, sizeof(to[0]), rings, frames, count);
	}
	vhost_moved(v, lane, count, bytes);
	vhost_leave(lane);
	return taken;
}
