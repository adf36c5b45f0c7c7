/* SPDX-License-Identifier: Apache-2.0 */
/* What lcores exchange frames with a vhost-user peer by: see vhost_view.h. */
#include <stdlib.h>
#include <string.h>

#include <rte_vhost.h>

#include "vhost_message.h"
#include "vhost_view.h"

/* Whether bytes that the library has mapped lie in one region, as an array of such alignment. */
static bool
is_within(const struct vhost_view *view, const void *from, uint64_t bytes, uintptr_t alignment)
{
	const uint8_t *first = from;

	if (first == NULL || (uintptr_t)first % alignment != 0)
		return false;
	for (uint32_t i = 0; i < view->regions; i++) {
		const struct vhost_region *region = &view->region[i];

		if (first >= region->base && first < region->base + region->size)
			return bytes <= (uint64_t)(region->base + region->size - first);
	}
	return false;
}

/* The library keeps a place that it has found too short, and says so to itself only. Source: virtio 1.1, 2.6. */
static bool
is_usable(const struct vhost_view *view, const struct rte_vhost_vring *ring)
{
	const uint64_t event = view->event_index ? sizeof(uint16_t) : 0;
	const uint64_t size = ring->size;

	return size > 0 && size <= VHOST_MESSAGE_MAX_RING && (size & (size - 1)) == 0 &&
	       is_within(view, ring->desc, size * sizeof(struct vring_desc), 16) &&
	       is_within(view, ring->avail, sizeof(struct vring_avail) + size * sizeof(uint16_t) + event, 2) &&
	       is_within(view, ring->used, sizeof(struct vring_used) + size * sizeof(struct vring_used_elem) + event,
			 4);
}

/*
 * The peer need not wake anybody, which costs a program a system call, and a machine a way out of itself. Where it
 * asks from which entry on we want to know, that is the one before the next: 65,535 entries away.
 */
static void
want_no_kicks(const struct vhost_view *view, struct vhost_ring *ring)
{
	const uint16_t event = ring->next_avail - 1;

	if (view->event_index)
		memcpy(&ring->used->ring[ring->size], &event, sizeof(event));
	else
		ring->used->flags = VRING_USED_F_NO_NOTIFY;
}

static void
look_at_ring(struct vhost_view *view, uint32_t index)
{
	struct vhost_ring *ring = &view->ring[index];
	struct rte_vhost_vring library = {0};

	rte_spinlock_init(&ring->lock);
	if (rte_vhost_get_vhost_vring(view->vid, index, &library) < 0 || !is_usable(view, &library) ||
	    rte_vhost_get_vring_base(view->vid, index, &ring->next_avail, &ring->next_used) < 0)
		return;
	ring->size = library.size;
	ring->desc = library.desc;
	ring->avail = library.avail;
	ring->used = library.used;
	ring->call = library.callfd;
	want_no_kicks(view, ring);
}

static bool
look_at_memory(struct vhost_view *view)
{
	struct rte_vhost_memory *memory = NULL;

	if (rte_vhost_get_mem_table(view->vid, &memory) < 0)
		return false;
	for (; view->regions < memory->nregions && view->regions < VHOST_VIEW_MAX_REGIONS; view->regions++) {
		const struct rte_vhost_mem_region *region = &memory->regions[view->regions];

		view->region[view->regions] =
			(struct vhost_region){region->guest_phys_addr,
					      region->size,
					      (uint8_t *)(uintptr_t)region->host_user_addr,
					      {region->mmap_addr, region->mmap_size}};
	}
	free(memory);
	return true;
}

bool
vhost_view_find(const void *peer, const uint8_t *address, struct peer_range *range)
{
	const struct vhost_view *const view = peer;

	for (uint32_t i = 0; i < view->regions; i++) {
		*range = view->region[i].mapped;
		if (address >= range->base && address < range->base + range->bytes)
			return true;
	}
	return false;
}

struct vhost_view *
vhost_view_open(int vid, uint32_t pairs)
{
	const uint64_t offloads = 1ULL << VIRTIO_NET_F_CSUM | 1ULL << VIRTIO_NET_F_HOST_TSO4 |
				  1ULL << VIRTIO_NET_F_HOST_TSO6 | 1ULL << VIRTIO_NET_F_HOST_ECN;
	const uint32_t rings = 2 * pairs;
	const size_t size = sizeof(struct vhost_view) + rings * sizeof(struct vhost_ring);
	struct vhost_view *view = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(size, RTE_CACHE_LINE_SIZE));
	uint64_t features = 0;

	if (view == NULL)
		return NULL;
	memset(view, 0, size);
	view->vid = vid;
	view->rings = rings;
	rte_vhost_get_negotiated_features(vid, &features);
	view->mergeable = (features & 1ULL << VIRTIO_NET_F_MRG_RXBUF) != 0;
	view->ecn = (features & 1ULL << VIRTIO_NET_F_GUEST_ECN) != 0;
	view->offloads = (features & offloads) != 0;
	view->event_index = (features & 1ULL << VIRTIO_RING_F_EVENT_IDX) != 0;
	view->header = view->mergeable || (features & 1ULL << VIRTIO_F_VERSION_1) != 0
			       ? sizeof(struct virtio_net_hdr_v1)
			       : sizeof(struct virtio_net_hdr);
	if (!look_at_memory(view)) {
		free(view);
		return NULL;
	}
	for (uint32_t ring = 0; ring < rings; ring++)
		look_at_ring(view, ring);
	return view;
}

void
vhost_view_close(struct vhost_view *view)
{
	if (view == NULL)
		return;
	for (uint32_t index = 0; index < view->rings; index++) {
		const struct vhost_ring *ring = &view->ring[index];

		if (ring->size > 0)
			rte_vhost_set_vring_base(view->vid, index, ring->next_avail, ring->next_used);
	}
	free(view);
}
