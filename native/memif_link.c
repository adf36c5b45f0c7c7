/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is shared with a memif peer, from its first region to its end: see memif.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ipvane_dpdk.h"
#include "memif.h"
#include "peer_fd.h"
#include "peer_signal.h"
#include "peer_time.h"

/* An offset within a region has 32 bits. */
#define MAX_REGION_BYTES (UINT64_C(1) << 32)

static uint64_t
ring_bytes(uint32_t log2)
{
	return sizeof(struct memif_shared) + (sizeof(struct memif_desc) << log2);
}

/* A link without memory; its peer, a client, will describe its own. */
IPVANE_EXPORT int32_t
ipvane_memif_link_new(struct memif_link **result)
{
	struct memif_link *link;
	int failed = peer_guard_install();

	peer_time_install();
	if (failed == 0)
		failed = peer_signal_install();
	if (failed < 0)
		return failed;
	link = calloc(1, sizeof(*link));
	if (link == NULL)
		return -ENOMEM;
	link->fd = -1;
	for (uint32_t i = 0; i < PEER_MAX_QUEUES; i++)
		link->rx[i].event = link->tx[i].event = -1;
	*result = link;
	return 0;
}

bool
memif_link_find(const void *peer, const uint8_t *address, struct peer_range *range)
{
	const struct memif_link *const link = peer;

	for (uint32_t i = 0; i < link->regions; i++) {
		const struct memif_region *region = &link->region[i];

		if (address >= region->base && address < region->base + region->mapped) {
			*range = (struct peer_range){region->base, region->mapped};
			return true;
		}
	}
	return false;
}

static int32_t
map(struct memif_link *link, int fd, uint64_t size)
{
	struct memif_region *region = &link->region[link->regions];
	const uint64_t mapped = peer_fd_mapped(fd, size);
	void *base;

	if (link->regions == MEMIF_MAX_REGIONS)
		return -E2BIG;
	base = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED)
		return -errno;
	region->base = base;
	region->size = size;
	region->mapped = mapped;
	link->regions++;
	return 0;
}

/*
 * Adds a region of the peer's, with the next number. The descriptor is closed in any case. -EFBIG: of no
 * bytes, or of more than offsets can name; -EBADF: no memory file, or a shorter one; -E2BIG: one region too many.
 */
IPVANE_EXPORT int32_t
ipvane_memif_link_region(struct memif_link *link, int32_t fd, uint64_t size)
{
	int32_t failed;

	if (size == 0 || size > MAX_REGION_BYTES)
		failed = -EFBIG;
	else if (peer_fd_memory(fd, size) != NULL)
		failed = -EBADF;
	else
		failed = map(link, fd, size);
	close(fd);
	return failed;
}

/*
 * Adds a ring of the peer's, with the next number of its direction; to_peer: the peer receives by it. The
 * descriptor, by which the other side is notified, is closed or kept. -ERANGE: it does not lie in a
 * region; -EINVAL: its size is none; -EPROTO: the memory holds no ring; -EBADF: no eventfd; -E2BIG: one ring
 * too many.
 */
IPVANE_EXPORT int32_t
ipvane_memif_link_ring(struct memif_link *link, uint32_t to_peer, uint32_t region, uint32_t offset, uint32_t log2,
		       int32_t fd)
{
	struct memif_ring *rings = to_peer ? link->tx : link->rx;
	uint32_t *count = to_peer ? &link->tx_rings : &link->rx_rings;
	struct memif_ring *ring = &rings[*count];
	uint32_t cookie;
	int32_t failed = 0;

	if (*count == PEER_MAX_QUEUES)
		failed = -E2BIG;
	else if (log2 > MEMIF_MAX_LOG2_RING)
		failed = -EINVAL;
	else if (region >= link->regions || offset % _Alignof(struct memif_shared) != 0 ||
		 offset + ring_bytes(log2) > link->region[region].size)
		failed = -ERANGE;
	else if (peer_fd_event(fd) != NULL)
		failed = -EBADF;
	if (failed == 0) {
		ring->shared = (struct memif_shared *)(link->region[region].base + offset);
		peer_guard_begin(memif_link_find, link, &link->gone);
		cookie = *(volatile uint32_t *)&ring->shared->cookie;
		peer_guard_end();
		failed = cookie == MEMIF_COOKIE ? 0 : -EPROTO;
	}
	if (failed < 0) {
		close(fd);
		return failed;
	}
	ring->offset = offset;
	ring->size = 1u << log2;
	ring->event = fd;
	++*count;
	return 0;
}

/* Lays rings one behind the other. */
static int32_t
lay_rings(struct memif_link *link, struct memif_ring *rings, uint32_t count, uint32_t log2, uint64_t *at)
{
	for (uint32_t i = 0; i < count; i++) {
		struct memif_ring *ring = &rings[i];

		ring->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (ring->event < 0)
			return -errno;
		ring->shared = (struct memif_shared *)(link->region[0].base + *at);
		ring->shared->cookie = MEMIF_COOKIE;
		ring->offset = *at;
		ring->size = 1u << log2;
		*at += ring_bytes(log2);
	}
	return 0;
}

static void
lay_buffers(struct memif_link *link, struct memif_ring *rings, uint32_t count, uint64_t *at)
{
	for (uint32_t i = 0; i < count; i++) {
		rings[i].buffers = link->region[0].base + *at;
		*at += (uint64_t)rings[i].size * MEMIF_BUFFER;
	}
}

/*
 * Makes a link new from ipvane_memif_link_new() that of a client, with memory for so many rings in each
 * direction: all rings, then all buffers, in one region that can not be cut short.
 */
IPVANE_EXPORT int32_t
ipvane_memif_link_offer(struct memif_link *link, uint32_t rings, uint32_t log2)
{
	const uint64_t size = 2 * rings * (ring_bytes(log2) + ((uint64_t)MEMIF_BUFFER << log2));
	uint64_t at = 0;
	int32_t failed;

	if (rings == 0 || rings > PEER_MAX_QUEUES || log2 > MEMIF_MAX_LOG2_RING || size > MAX_REGION_BYTES)
		return -EINVAL;
	link->client = true;
	link->fd = memfd_create("ipvane-memif", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (link->fd < 0 || ftruncate(link->fd, size) < 0 ||
	    fcntl(link->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	failed = map(link, link->fd, size);
	if (failed == 0)
		failed = lay_rings(link, link->tx, rings, log2, &at);
	if (failed == 0)
		failed = lay_rings(link, link->rx, rings, log2, &at);
	if (failed < 0)
		return failed;
	lay_buffers(link, link->tx, rings, &at);
	lay_buffers(link, link->rx, rings, &at);
	link->rx_rings = link->tx_rings = rings;
	return 0;
}

/* Descriptor of the memory that was offered. */
IPVANE_EXPORT int32_t
ipvane_memif_link_fd(const struct memif_link *link)
{
	return link->fd;
}

/* Bytes of the memory that was offered. */
IPVANE_EXPORT uint64_t
ipvane_memif_link_size(const struct memif_link *link)
{
	return link->region[0].size;
}

/* Where in its region a ring is. */
IPVANE_EXPORT uint32_t
ipvane_memif_link_ring_offset(const struct memif_link *link, uint32_t to_peer, uint32_t index)
{
	return (to_peer ? link->tx : link->rx)[index].offset;
}

/* Descriptor by which the other side of a ring is notified. */
IPVANE_EXPORT int32_t
ipvane_memif_link_ring_event(const struct memif_link *link, uint32_t to_peer, uint32_t index)
{
	return (to_peer ? link->tx : link->rx)[index].event;
}

/* Each descriptor with its buffer, of the region that both are in. */
static void
describe_buffers(const struct memif_ring *ring)
{
	const uint32_t first = ring->offset + (uint32_t)(ring->buffers - (uint8_t *)ring->shared);

	for (uint32_t slot = 0; slot < ring->size; slot++) {
		volatile struct memif_desc *desc = &ring->shared->desc[slot];

		desc->flags = 0;
		desc->region = 0;
		desc->length = MEMIF_BUFFER;
		desc->offset = first + slot * MEMIF_BUFFER;
	}
}

static void
begin(struct memif_ring *ring, bool client, bool to_peer)
{
	rte_spinlock_init(&ring->lock);
	ring->next = 0;
	if (ring->buffers != NULL)
		describe_buffers(ring);
	/* Each side writes its own position only: the other one may have begun. */
	if (!client)
		atomic_store(&ring->shared->tail, 0);
	else
		atomic_store(&ring->shared->head, to_peer ? 0 : ring->size);
	/* We look by ourselves; of its rings the peer says whether it does. */
	if (!to_peer)
		atomic_store(&ring->shared->flags, MEMIF_RING_MASK_INT);
}

void
memif_link_begin(struct memif_link *link)
{
	peer_guard_begin(memif_link_find, link, &link->gone);
	for (uint32_t i = 0; i < link->rx_rings; i++)
		begin(&link->rx[i], link->client, false);
	for (uint32_t i = 0; i < link->tx_rings; i++)
		begin(&link->tx[i], link->client, true);
	peer_guard_end();
}

static void
close_events(struct memif_ring *rings)
{
	for (uint32_t i = 0; i < PEER_MAX_QUEUES; i++)
		if (rings[i].event >= 0)
			close(rings[i].event);
}

void
memif_link_end(struct memif_link *link)
{
	close_events(link->rx);
	close_events(link->tx);
	for (uint32_t i = 0; i < link->regions; i++)
		munmap(link->region[i].base, link->region[i].mapped);
	if (link->fd >= 0)
		close(link->fd);
	free(link);
}

/* Ends a link that no port has. */
IPVANE_EXPORT void
ipvane_memif_link_free(struct memif_link *link)
{
	memif_link_end(link);
}
