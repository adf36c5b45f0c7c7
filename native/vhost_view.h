/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vhost-user peer's memory and rings, by which lcores receive and send without DPDK's library. The library
 * speaks the protocol and maps the memory; but of what is in the rings it believes more than a peer deserves.
 * It reads the length of an indirect table twice, and beyond its memory where the peer changes it in between; it
 * notes the parts of a frame in an array that the peer can make too short; it takes frames of any length; and it
 * waits for locks that it holds itself while it handles messages.
 *
 * A view is how things were when it was made: the library's thread makes one when a peer is ready, ends it
 * before each message that it handles, which may change something, and makes the next one after that. In
 * between each ring's place in it is kept here, and given back to the library at the end.
 */
#ifndef IPVANE_VHOST_VIEW_H
#define IPVANE_VHOST_VIEW_H

#include <rte_mbuf.h>
#include <rte_spinlock.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "peer_guard.h"

/* The library's VHOST_MEMORY_MAX_NREGIONS. */
#define VHOST_VIEW_MAX_REGIONS 8

struct vhost_region {
	uint64_t guest; /* address of its first byte, as the peer has it in descriptors */
	uint64_t size;
	uint8_t *base;
	struct peer_range mapped; /* of which it is the whole or a part */
};

/* A ring; one whose place cannot be used has a size of 0. */
struct vhost_ring {
	rte_spinlock_t lock; /* of what follows, where several lcores send to one ring */
	uint16_t size;
	uint16_t next_avail;
	uint16_t next_used;
	uint16_t signalled; /* next_used when the peer was asked last whether it wants to know */
	bool asked;
	int call; /* eventfd; negative: the peer polls */
	volatile struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
} __attribute__((aligned(RTE_CACHE_LINE_SIZE)));

struct vhost_view {
	int vid;
	bool mergeable;	  /* a frame may lie in the buffers of several entries */
	bool ecn;	  /* a long TCP frame may say that its first segment only has CWR */
	bool offloads;	  /* the peer may leave checksums and segmentation to us */
	bool event_index; /* the peer says from which entry on it wants to know */
	uint8_t header;	  /* bytes in front of a frame */
	uint32_t regions;
	uint32_t rings;
	struct vhost_region region[VHOST_VIEW_MAX_REGIONS];
	struct vhost_ring ring[]; /* numbered as the protocol does: see vhost_ring_in(), vhost_ring_out() */
};

/* Finds the mapping of a view that an address lies in: peer_guard.h. */
bool
vhost_view_find(const void *view, const uint8_t *address, struct peer_range *range);

/* The ring that a peer sends by as its queue pair n. */
static inline struct vhost_ring *
vhost_ring_in(struct vhost_view *view, uint32_t pair)
{
	return &view->ring[2 * pair + 1];
}

/* The ring that it receives by. */
static inline struct vhost_ring *
vhost_ring_out(struct vhost_view *view, uint32_t pair)
{
	return &view->ring[2 * pair];
}

/*
 * A connection that runs, as it is now; NULL: there is no memory for that. Tells the peer that its rings are
 * polled, which is in its memory: within a stretch that peer_guard.h guards.
 */
struct vhost_view *
vhost_view_open(int vid, uint32_t pairs);

/* Gives the rings' places back to the library. No lcore uses the view any more. NULL: nothing. */
void
vhost_view_close(struct vhost_view *view);

/* How sending went. */
struct vhost_sent {
	uint16_t taken;	 /* frames, the first ones: the caller frees them */
	uint16_t too_long; /* of these: too long for what the peer offers, and dropped */
	bool nonsense;	 /* the ring holds what cannot be */
};

/*
 * Copies frames to a ring of the view. Steps are bounded, whatever is in the ring: 256 buffers a frame.
 * gone: counts accesses to memory that the peer took away (peer_guard.h); nothing is sent after the first.
 */
struct vhost_sent
vhost_view_send(const struct vhost_view *view, struct vhost_ring *ring, const atomic_uint *gone,
		struct rte_mbuf *const *frames, uint16_t count);

/* How receiving went. */
struct vhost_received {
	uint16_t count;
	uint16_t invalid; /* frames more: dropped, header and frame contradict each other */
	bool nonsense;	  /* the ring holds what cannot be, or a longer frame than any */
};

/*
 * Copies frames of a ring of the view, at most max, into mbufs of a pool; they are the caller's. What is left to
 * be done for them stands in them as offload.h says. What a peer may make this do is bounded: peer_frame.h. One
 * lcore a ring. gone: as above. While the pool is empty, frames wait.
 */
struct vhost_received
vhost_view_receive(const struct vhost_view *view, struct vhost_ring *ring, const atomic_uint *gone,
		   struct rte_mempool *pool, struct rte_mbuf **frames, uint16_t max);

#endif
