/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and a ring of a vhost-user peer that writes anything into them at any time. */
#ifndef IPVANE_FUZZ_VHOST_MEMORY_H
#define IPVANE_FUZZ_VHOST_MEMORY_H

#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#include "../vhost_view.h"
#include "mutate.h"
#include "random.h"
#include "run.h"

/* Two regions with pages around them that nobody may touch; where one ends for the peer the other does not begin. */
#define REGION_BYTES (1u << 20)
#define PAGE 4096
#define GUEST_0 UINT64_C(0x100000000)
#define GUEST_1 (UINT64_C(0x200000000) - 64)

static uint8_t *
vhost_memory_map(void)
{
	uint8_t *base = mmap(NULL, REGION_BYTES + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(base != MAP_FAILED && mprotect(base + PAGE, REGION_BYTES, PROT_READ | PROT_WRITE) == 0);
	return base + PAGE;
}

/* A view of two such regions and one ring in them, which vhost_memory_place() puts somewhere; to be freed. */
static struct vhost_view *
vhost_memory_view(void)
{
	const size_t bytes = sizeof(struct vhost_view) + sizeof(struct vhost_ring);
	struct vhost_view *view = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(bytes, RTE_CACHE_LINE_SIZE));

	memset(view, 0, bytes);
	view->regions = 2;
	view->rings = 1;
	view->region[0] = (struct vhost_region){.guest = GUEST_0, .size = REGION_BYTES, .base = vhost_memory_map()};
	view->region[1] = (struct vhost_region){.guest = GUEST_1, .size = REGION_BYTES, .base = vhost_memory_map()};
	rte_spinlock_init(&view->ring[0].lock);
	view->ring[0].call = eventfd(0, EFD_NONBLOCK);
	return view;
}

/* A descriptor that is right, or nearly. */
static struct vring_desc
vhost_memory_descriptor(uint64_t *random, uint32_t size)
{
	static const uint32_t lengths[] = {0,	 1,	11,    12,    13,	  40,	      60, 100, 1500,
					   2048, 4096, 65536, 1 << 20, 0xffffffff, 16, 32, 4096 + 16};
	struct vring_desc desc;

	desc.addr = (once_in(random, 2) ? GUEST_0 : GUEST_1) + below(random, REGION_BYTES);
	if (once_in(random, 11))
		desc.addr = next(random) >> below(random, 32);
	if (once_in(random, 6))
		desc.addr = (once_in(random, 2) ? GUEST_0 : GUEST_1) + REGION_BYTES - 8 * below(random, 8);
	if (once_in(random, 4))
		desc.addr &= ~UINT64_C(15);
	desc.len = once_in(random, 2) ? below(random, 3000) : ONE_OF(random, lengths);
	desc.flags = next(random) & (once_in(random, 4) ? 7 : 3);
	desc.next = once_in(random, 13) ? next(random) : below(random, size);
	return desc;
}

/* Writes anything into the ring of a view: descriptors, tables that they may lead to, what is available. */
static inline void
vhost_memory_mutate(struct vhost_view *view, struct vhost_ring *ring, uint64_t *random)
{
	const uint32_t size = ring->size;

	for (int i = 0; i < 64; i++) {
		const struct vring_desc desc = vhost_memory_descriptor(random, size);

		memcpy((struct vring_desc *)ring->desc + below(random, size), &desc, sizeof(desc));
		memcpy(view->region[0].base + REGION_BYTES / 4 + below(random, 2048) * sizeof(desc), &desc, sizeof(desc));
		if (once_in(random, 2))
			ring->avail->ring[below(random, size)] = once_in(random, 17) ? next(random) : below(random, size);
	}
	ring->avail->flags = next(random);
	ring->avail->idx = once_in(random, 9) ? next(random) : ring->next_avail + below(random, size + 1);
}

/* Puts the ring where what lies behind each of its parts may not be touched. */
static inline void
vhost_memory_place(struct vhost_view *view, struct vhost_ring *ring, uint64_t *random)
{
	static const uint16_t sizes[] = {32, 256, 1024};

	ring->size = ONE_OF(random, sizes);
	ring->desc = (void *)(view->region[0].base + REGION_BYTES - ring->size * sizeof(struct vring_desc));
	ring->avail = (void *)view->region[0].base;
	ring->used = (void *)(view->region[1].base + REGION_BYTES - sizeof(struct vring_used) - sizeof(uint32_t) -
			      ring->size * sizeof(struct vring_used_elem));
	ring->next_avail = next(random);
	ring->next_used = next(random);
	ring->signalled = next(random);
	ring->asked = false;
	view->event_index = once_in(random, 2);
	view->mergeable = once_in(random, 2);
	view->ecn = once_in(random, 2);
	view->offloads = !once_in(random, 4);
	view->header = view->mergeable || once_in(random, 2) ? sizeof(struct virtio_net_hdr_v1) : sizeof(struct virtio_net_hdr);
}

#endif
