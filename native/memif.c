/* SPDX-License-Identifier: Apache-2.0 */
/* Ports for memif peers, and their bursts: see memif.h. One lcore a queue and direction. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_memcpy.h>

#include "finish.h"
#include "ipvane_dpdk.h"
#include "memif.h"
#include "peer_frame.h"
#include "peer_signal.h"
#include "peer_time.h"
#include "rows.h"
#include "spread.h"

struct ipvane_memif {
	struct peer_lanes lanes;
	struct peer_lane control;	   /* of the thread that checks */
	struct memif_link *_Atomic link; /* the peer's, or NULL */
	uint32_t queues;
	uint32_t lcores; /* that transmit */
	struct rte_mempool *pool;
};

/* The link, which stays until leave(); NULL: there is nobody. */
static inline struct memif_link *
enter(struct ipvane_memif *m, struct peer_lane *lane)
{
	struct memif_link *link;

	/* Sequentially consistent both: ipvane_memif_detach() does the same in the other order. */
	atomic_store(&lane->busy, true);
	link = atomic_load(&m->link);
	if (link != NULL) {
		peer_guard_begin(memif_link_find, link, &link->gone);
		peer_time_begin(lane);
	}
	return link;
}

/* Where frames were to be moved: so many, which have so many bytes where peer_time_is_measured(). */
static inline void
moved(struct memif_link *link, struct peer_lane *lane, uint32_t frames, uint64_t bytes)
{
	if (peer_time_end(lane, frames, bytes)) {
		atomic_store(&link->holds_up, true);
		atomic_store(&link->nonsense, true);
	}
}

static inline void
leave(struct peer_lane *lane)
{
	peer_guard_end();
	atomic_store_explicit(&lane->busy, false, memory_order_release);
}

/* Opens a port without a peer. queues: of receiving; lcores: how many transmit. */
IPVANE_EXPORT int32_t
ipvane_memif_open(uint32_t queues, uint32_t lcores, struct rte_mempool *pool, struct ipvane_memif **result)
{
	struct ipvane_memif *m;

	if (queues == 0 || queues > PEER_MAX_QUEUES || lcores == 0 || lcores > PEER_MAX_QUEUES)
		return -EINVAL;
	m = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(sizeof(*m), RTE_CACHE_LINE_SIZE));
	if (m == NULL)
		return -ENOMEM;
	memset(m, 0, sizeof(*m));
	m->queues = queues;
	m->lcores = lcores;
	m->pool = pool;
	*result = m;
	return 0;
}

/* Gives lcores a link that has rings in both directions; the port owns it. One thread, no link before. */
IPVANE_EXPORT void
ipvane_memif_attach(struct ipvane_memif *m, struct memif_link *link)
{
	memif_link_begin(link);
	atomic_store(&m->link, link);
}

/* Takes the link from the lcores, if there is one, and ends it. */
IPVANE_EXPORT void
ipvane_memif_detach(struct ipvane_memif *m)
{
	struct memif_link *link = atomic_exchange(&m->link, NULL);

	if (link == NULL)
		return;
	peer_lanes_wait(m->lanes.rx, m->queues);
	peer_lanes_wait(m->lanes.tx, m->lcores);
	peer_lanes_wait(&m->control, 1);
	memif_link_end(link);
}

/* Lcores no longer use the port, and it has no link. */
IPVANE_EXPORT void
ipvane_memif_close(struct ipvane_memif *m)
{
	free(m);
}

/* 1 where there is a peer. */
IPVANE_EXPORT int32_t
ipvane_memif_up(const struct ipvane_memif *m)
{
	return atomic_load(&m->link) != NULL;
}

/*
 * To be asked about once a second. 0: all is well; 1: a ring holds what can not be; 2: the peer has taken its memory
 * away; 3: it keeps an lcore for longer than its frames are worth.
 */
IPVANE_EXPORT int32_t
ipvane_memif_check(struct ipvane_memif *m)
{
	const struct memif_link *link = enter(m, &m->control);
	int32_t found = 0;

	peer_time_forget(m->lanes.rx, m->queues);
	peer_time_forget(m->lanes.tx, m->lcores);
	if (link != NULL)
		found = atomic_load(&link->holds_up) ? 3 : atomic_load(&link->gone) != 0 ? 2 : atomic_load(&link->nonsense);
	leave(&m->control);
	return found;
}

/*
 * The bytes of a descriptor; NULL: it points elsewhere. Of our own memory a descriptor has always the same.
 * desc: as it was read, once.
 */
static inline uint8_t *
bytes_of(const struct memif_link *link, const struct memif_ring *ring, uint16_t slot, struct memif_desc desc)
{
	if (ring->buffers != NULL)
		return desc.length <= MEMIF_BUFFER ? ring->buffers + (size_t)slot * MEMIF_BUFFER : NULL;
	if (desc.region >= link->regions ||
	    (uint64_t)desc.offset + desc.length > link->region[desc.region].size)
		return NULL;
	return link->region[desc.region].base + desc.offset;
}

/*
 * Whether the peer takes its memory away. Asked for each descriptor: an access to what is gone costs a
 * mapping (peer_guard.h), and thousands of them more than a process may have.
 */
static inline bool
is_going(const struct memif_link *link)
{
	return atomic_load_explicit(&link->gone, memory_order_relaxed) != 0;
}

static inline struct memif_desc
read_once(const volatile struct memif_desc *desc)
{
	return (struct memif_desc){desc->flags, desc->region, desc->length, desc->offset, 0};
}

/* What became of a frame that was to be taken. */
enum taken { FRAME, TOO_SHORT, NO_MBUFS, NONSENSE };

/* Copies the frame that begins at a ring's next descriptor; used: descriptors of it, of those waiting. */
static enum taken
take(const struct memif_link *link, const struct memif_ring *ring, uint16_t waiting, struct rte_mbuf *mbuf,
     uint16_t *used)
{
	struct peer_frame frame = {mbuf, mbuf};

	for (*used = 0; *used < waiting && *used < PEER_MAX_PARTS;) {
		const uint16_t slot = (ring->next + *used) & (ring->size - 1);
		const struct memif_desc desc = read_once(&ring->shared->desc[slot]);
		const uint8_t *bytes = bytes_of(link, ring, slot, desc);

		if (bytes == NULL || is_going(link) || peer_frame_is_longer(&frame, desc.length))
			return NONSENSE;
		++*used;
		if (!peer_frame_append(&frame, bytes, desc.length))
			return NO_MBUFS;
		if ((desc.flags & MEMIF_DESC_NEXT) == 0)
			return mbuf->pkt_len < RTE_ETHER_HDR_LEN ? TOO_SHORT : FRAME;
	}
	/* A frame is published as a whole. */
	return NONSENSE;
}

/* How many descriptors the peer has filled. */
static inline uint16_t
filled(const struct memif_link *link, const struct memif_ring *ring)
{
	const _Atomic uint16_t *position = link->client ? &ring->shared->tail : &ring->shared->head;

	return atomic_load_explicit(position, memory_order_acquire) - ring->next;
}

/* Gives descriptors back to the peer, as new where the memory is ours. */
static void
give_back(const struct memif_link *link, const struct memif_ring *ring, uint16_t from)
{
	if (!link->client) {
		atomic_store_explicit(&ring->shared->tail, ring->next, memory_order_release);
		return;
	}
	for (; from != ring->next; from++) {
		volatile struct memif_desc *desc = &ring->shared->desc[from & (ring->size - 1)];

		desc->flags = 0;
		desc->length = MEMIF_BUFFER;
	}
	atomic_store_explicit(&ring->shared->head, (uint16_t)(ring->next + ring->size), memory_order_release);
}

static uint16_t
receive(struct memif_link *link, struct memif_ring *ring, struct peer_lane *lane, struct rte_mempool *pool,
	struct rte_mbuf **frames, uint16_t max)
{
	const uint16_t from = ring->next;
	uint16_t waiting = filled(link, ring);
	uint16_t mbufs = RTE_MIN(waiting, max);
	uint16_t count = 0;
	uint32_t bytes = 0;
	uint32_t parts = 0;
	uint16_t used;

	if (waiting > ring->size) {
		atomic_store(&link->nonsense, true);
		return 0;
	}
	if (mbufs == 0 || rte_pktmbuf_alloc_bulk(pool, frames, mbufs) != 0)
		return 0;
	while (count < mbufs && waiting > 0 && bytes < PEER_BURST_BYTES && parts < PEER_BURST_PARTS) {
		const enum taken taken = take(link, ring, waiting, frames[count], &used);

		if (taken == NO_MBUFS)
			break;
		if (taken == NONSENSE) {
			atomic_store(&link->nonsense, true);
			break;
		}
		ring->next += used;
		waiting -= used;
		bytes += frames[count]->pkt_len;
		parts += used;
		if (taken == FRAME) {
			count++;
			continue;
		}
		/* The last mbuf comes into its place. */
		lane->invalid++;
		mbufs--;
		rte_pktmbuf_free(frames[count]);
		frames[count] = frames[mbufs];
	}
	rte_pktmbuf_free_bulk(frames + count, mbufs - count);
	give_back(link, ring, from);
	return count;
}

/* As ipvane_rx_burst(), from one of the peer's rings. */
IPVANE_EXPORT uint64_t
ipvane_memif_rx(struct ipvane_memif *m, uint16_t queue, struct ipvane_burst *burst, uint16_t max)
{
	struct peer_lane *lane = &m->lanes.rx[queue];
	struct memif_link *link = enter(m, lane);
	uint16_t count = 0;

	if (link != NULL && queue < link->rx_rings && !atomic_load_explicit(&link->nonsense, memory_order_relaxed))
		count = receive(link, &link->rx[queue], lane, m->pool, burst->mbuf, max);
	if (link != NULL)
		moved(link, lane, count, peer_time_is_measured(lane) ? peer_frame_bytes(burst->mbuf, count) : 0);
	leave(lane);
	return rows_fill(burst, count);
}

/* One ring of the peer as who is sent to. */
struct ring {
	struct finish_to to;
	struct memif_link *link;
	struct memif_ring *ring;
};

/*
 * Copies a frame to the descriptors from the next on; returns how many it took, 0 where there is no room, -1 where it
 * would need more than a frame may have.
 */
static int32_t
put(struct memif_link *link, struct memif_ring *ring, const struct rte_mbuf *frame, uint16_t room)
{
	const uint8_t *from = rte_pktmbuf_mtod(frame, const uint8_t *);
	uint32_t here = frame->data_len;
	uint32_t left = frame->pkt_len;
	uint16_t used = 0;

	while (used < room && used < PEER_MAX_PARTS) {
		const uint16_t slot = (ring->next + used) & (ring->size - 1);
		volatile struct memif_desc *desc = &ring->shared->desc[slot];
		const struct memif_desc offered = ring->buffers == NULL ? read_once(desc) :
									  (struct memif_desc){.length = MEMIF_BUFFER};
		uint8_t *to = bytes_of(link, ring, slot, offered);
		uint32_t space = offered.length;

		if (to == NULL || space == 0 || is_going(link)) {
			atomic_store(&link->nonsense, true);
			return 0;
		}
		while (left > 0 && space > 0) {
			const uint32_t part = RTE_MIN(RTE_MIN(here, space), left);

			rte_memcpy(to, from, part);
			to += part;
			from += part;
			here -= part;
			space -= part;
			left -= part;
			if (here == 0 && left > 0) {
				frame = frame->next;
				from = rte_pktmbuf_mtod(frame, const uint8_t *);
				here = frame->data_len;
			}
		}
		desc->length = offered.length - space;
		desc->flags = left > 0 ? MEMIF_DESC_NEXT : 0;
		used++;
		if (left == 0)
			return used;
	}
	return used < PEER_MAX_PARTS ? 0 : -1;
}

/* How many descriptors may be filled. */
static inline uint16_t
room(const struct memif_link *link, const struct memif_ring *ring)
{
	if (!link->client)
		return atomic_load_explicit(&ring->shared->head, memory_order_acquire) - ring->next;
	return ring->size - (ring->next - atomic_load_explicit(&ring->shared->tail, memory_order_acquire));
}

/* Says what was filled, and wakes a peer that sleeps. */
static void
publish(const struct memif_link *link, const struct memif_ring *ring)
{
	_Atomic uint16_t *position = link->client ? &ring->shared->head : &ring->shared->tail;

	/* Before the flag is read: the peer clears it, and then looks. */
	atomic_store(position, ring->next);
	if ((atomic_load(&ring->shared->flags) & MEMIF_RING_MASK_INT) == 0)
		peer_signal(ring->event);
}

/* Copies frames to the ring: what it took is freed, and so is what does not fit into as many parts as may be. */
static uint16_t
send(const struct finish_to *to, struct rte_mbuf **frames, uint16_t count)
{
	const struct ring *at = (const struct ring *)to;
	struct memif_ring *ring = at->ring;
	uint16_t taken = 0;
	uint16_t left;

	/* Others wait only where more lcores transmit than the peer has rings. */
	rte_spinlock_lock(&ring->lock);
	left = room(at->link, ring);
	if (left > ring->size)
		atomic_store(&at->link->nonsense, true);
	else
		for (; taken < count; taken++) {
			const int32_t used = put(at->link, ring, frames[taken], left);

			if (used == 0)
				break;
			if (used < 0) {
				++*to->lost;
				continue;
			}
			ring->next += used;
			left -= used;
		}
	if (taken > 0)
		publish(at->link, ring);
	rte_spinlock_unlock(&ring->lock);
	rte_pktmbuf_free_bulk(frames, taken);
	return taken;
}

/*
 * Sends frames to the peer; returns how many were taken, the first ones, which are freed. While nobody
 * is there all are taken, dropped and counted.
 */
IPVANE_EXPORT uint16_t
ipvane_memif_tx(struct ipvane_memif *m, uint16_t queue, struct rte_mbuf **frames, uint16_t count)
{
	struct peer_lane *lane = &m->lanes.tx[queue];
	struct memif_link *link = enter(m, lane);
	uint64_t bytes = 0;
	uint16_t taken = count;

	if (link == NULL || atomic_load_explicit(&link->nonsense, memory_order_relaxed)) {
		leave(lane);
		rte_pktmbuf_free_bulk(frames, count);
		lane->down += count;
		return count;
	}
	if (peer_time_is_measured(lane))
		bytes = peer_frame_bytes(frames, count);
	if (link->tx_rings == 1) {
		const struct ring to = {{send, 0, false, &lane->full}, link, &link->tx[0]};

		taken = finish_and_send(&to.to, frames, count);
	} else {
		struct ring to[PEER_MAX_QUEUES];

		for (uint32_t i = 0; i < link->tx_rings; i++)
			to[i] = (struct ring){{send, 0, false, &lane->full}, link, &link->tx[i]};
		spread(&to[0].to, sizeof(to[0]), link->tx_rings, frames, count);
	}
	moved(link, lane, count, bytes);
	leave(lane);
	return taken;
}
