/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sending to a vhost-user peer and receiving from it have in common: a walk through the descriptors of an
 * entry, and the end of a burst. The peer may change each word of the memory at any time, so that each is read
 * once, into a variable, and it is this copy which is looked at and then used. Source: virtio 1.1, 2.6.
 */
#ifndef IPVANE_VHOST_RING_H
#define IPVANE_VHOST_RING_H

#include <linux/virtio_ring.h>
#include <rte_common.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "peer_signal.h"
#include "vhost_view.h"

/* Bytes at an address of the peer's, of which length says how many, and then how many lie together; or NULL. */
static inline uint8_t *
vhost_bytes_at(const struct vhost_view *view, uint64_t address, uint32_t *length)
{
	for (uint32_t i = 0; i < view->regions; i++) {
		const uint64_t offset = address - view->region[i].guest;

		if (offset < view->region[i].size) {
			*length = RTE_MIN(*length, view->region[i].size - offset);
			return view->region[i].base + offset;
		}
	}
	return NULL;
}

static inline struct vring_desc
vhost_read_once(const volatile struct vring_desc *desc)
{
	return (struct vring_desc){desc->addr, desc->len, desc->flags, desc->next};
}

/* The entry of a ring's array of available ones for a position. */
static inline uint16_t
vhost_head(const struct vhost_ring *ring, uint16_t position)
{
	return *(const volatile uint16_t *)&ring->avail->ring[position & (ring->size - 1)];
}

/* A walk along the descriptors of an entry, in the ring's own table or the one table that this leads to. */
struct vhost_walk {
	uint64_t table; /* address of the peer's, where it is not the ring's */
	uint32_t entries;
	uint32_t at; /* the next descriptor */
	bool indirect;
	bool more;
};

enum vhost_step { VHOST_DESCRIPTOR, VHOST_END, VHOST_NONSENSE };

static inline struct vhost_walk
vhost_walk_from(const struct vhost_ring *ring, uint16_t head)
{
	return (struct vhost_walk){.entries = ring->size, .at = head, .more = true};
}

/* Reads the descriptor that a walk is at; false: there is none. A table may lie in several regions. */
static inline bool
vhost_walk_read(const struct vhost_view *view, const struct vhost_ring *ring, const struct vhost_walk *walk,
		struct vring_desc *desc)
{
	const volatile struct vring_desc *from;

	if (walk->at >= walk->entries)
		return false;
	if (!walk->indirect) {
		from = &ring->desc[walk->at];
	} else {
		uint32_t length = sizeof(*desc);

		from = (const volatile struct vring_desc *)vhost_bytes_at(
			view, walk->table + (uint64_t)walk->at * sizeof(*desc), &length);
		if (from == NULL || length < sizeof(*desc) || (uintptr_t)from % sizeof(desc->addr) != 0)
			return false;
	}
	*desc = vhost_read_once(from);
	return true;
}

/* The next descriptor that names bytes. A walk may have no end: the caller counts. */
static inline enum vhost_step
vhost_walk_next(const struct vhost_view *view, const struct vhost_ring *ring, struct vhost_walk *walk,
		struct vring_desc *desc)
{
	if (!walk->more)
		return VHOST_END;
	if (!vhost_walk_read(view, ring, walk, desc))
		return VHOST_NONSENSE;
	if ((desc->flags & VRING_DESC_F_INDIRECT) != 0) {
		/* No table leads to another; it may be the ring's own. */
		if (walk->indirect)
			return VHOST_NONSENSE;
		*walk = (struct vhost_walk){.table = desc->addr,
					    .entries = desc->len / sizeof(*desc),
					    .indirect = true,
					    .more = true};
		if (!vhost_walk_read(view, ring, walk, desc) || (desc->flags & VRING_DESC_F_INDIRECT) != 0)
			return VHOST_NONSENSE;
	}
	walk->at = desc->next;
	walk->more = (desc->flags & VRING_DESC_F_NEXT) != 0;
	return VHOST_DESCRIPTOR;
}

/* Says what was used, and wakes a peer that wants to know. */
static inline void
vhost_publish(const struct vhost_view *view, struct vhost_ring *ring)
{
	const uint16_t before = ring->signalled;
	bool wanted;

	__atomic_store_n(&ring->used->idx, ring->next_used, __ATOMIC_RELEASE);
	if (ring->call < 0)
		return;
	/* The peer says what it wants, and then looks at the position. */
	atomic_thread_fence(memory_order_seq_cst);
	if (view->event_index) {
		const uint16_t event = *(volatile uint16_t *)&ring->avail->ring[ring->size];

		wanted = !ring->asked || vring_need_event(event, ring->next_used, before);
		ring->signalled = ring->next_used;
		ring->asked = true;
	} else {
		wanted = (*(volatile uint16_t *)&ring->avail->flags & VRING_AVAIL_F_NO_INTERRUPT) == 0;
	}
	if (wanted)
		peer_signal(ring->call);
}

#endif
