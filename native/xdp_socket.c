/* SPDX-License-Identifier: Apache-2.0 */
/* What one queue has, opened and closed: see xdp.h. Source: linux Documentation/networking/af_xdp.rst. */
#define _GNU_SOURCE
#include "ipvane_linux.h"
#include "xdp.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The kernel lets go of a queue some time after its socket was closed. */
#define BIND_TRIES 200
#define BIND_PAUSE_NANOS 10000000

/* What is under way counts as the socket's until the far end has it: more than all chunks with what they lie in. */
#define SEND_BUFFER (64 << 20)

static int32_t
set(int32_t fd, int option, const void *value, socklen_t bytes)
{
	return RETRY(setsockopt(fd, SOL_XDP, option, value, bytes));
}

static int32_t
map_ring(int32_t fd, uint64_t place, const struct xdp_ring_offset *at, uint32_t entries, uint32_t entry,
	 struct xdp_ring *ring)
{
	const uint64_t bytes = at->desc + (uint64_t)entries * entry;
	uint8_t *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, place);

	if (map == MAP_FAILED)
		return -errno;
	ring->map = map;
	ring->map_bytes = bytes;
	ring->producer = (uint32_t *)(map + at->producer);
	ring->consumer = (uint32_t *)(map + at->consumer);
	ring->flags = (uint32_t *)(map + at->flags);
	ring->entries = map + at->desc;
	ring->mask = entries - 1;
	return 0;
}

static int32_t
register_memory(struct xdp_queue *queue)
{
	struct xdp_umem_reg memory = {.len = XDP_UMEM, .chunk_size = XDP_CHUNK};

	queue->umem = mmap(NULL, XDP_UMEM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (queue->umem == MAP_FAILED) {
		queue->umem = NULL;
		return -errno;
	}
	memory.addr = (uintptr_t)queue->umem;
	return set(queue->fd, XDP_UMEM_REG, &memory, sizeof(memory));
}

static int32_t
make_rings(struct xdp_queue *queue)
{
	const uint32_t in = XDP_RX_CHUNKS;
	const uint32_t out = XDP_TX_CHUNKS;
	struct xdp_mmap_offsets at;
	socklen_t bytes = sizeof(at);
	int32_t result;

	if ((result = set(queue->fd, XDP_UMEM_FILL_RING, &in, sizeof(in))) < 0 ||
	    (result = set(queue->fd, XDP_UMEM_COMPLETION_RING, &out, sizeof(out))) < 0 ||
	    (result = set(queue->fd, XDP_RX_RING, &in, sizeof(in))) < 0 ||
	    (result = set(queue->fd, XDP_TX_RING, &out, sizeof(out))) < 0 ||
	    (result = RETRY(getsockopt(queue->fd, SOL_XDP, XDP_MMAP_OFFSETS, &at, &bytes))) < 0)
		return result;
	if (bytes != sizeof(at))
		return -EOPNOTSUPP;
	if ((result = map_ring(queue->fd, XDP_PGOFF_RX_RING, &at.rx, in, sizeof(struct xdp_desc), &queue->rx)) < 0 ||
	    (result = map_ring(queue->fd, XDP_PGOFF_TX_RING, &at.tx, out, sizeof(struct xdp_desc), &queue->tx)) < 0 ||
	    (result = map_ring(queue->fd, XDP_UMEM_PGOFF_FILL_RING, &at.fr, in, sizeof(uint64_t), &queue->fill)) < 0)
		return result;
	return map_ring(queue->fd, XDP_UMEM_PGOFF_COMPLETION_RING, &at.cr, out, sizeof(uint64_t), &queue->done);
}

/* The first chunks are for receiving, the others for sending. */
static int32_t
deal_chunks(struct xdp_queue *queue)
{
	uint64_t *fill = queue->fill.entries;
	uint32_t i;

	queue->idle = malloc(XDP_TX_CHUNKS * sizeof(*queue->idle));
	if (queue->idle == NULL)
		return -ENOMEM;
	for (i = 0; i < XDP_RX_CHUNKS; i++)
		fill[i] = (uint64_t)i * XDP_CHUNK;
	queue->fill.next = XDP_RX_CHUNKS;
	__atomic_store_n(queue->fill.producer, queue->fill.next, __ATOMIC_RELEASE);
	for (i = 0; i < XDP_TX_CHUNKS; i++)
		queue->idle[i] = (uint64_t)(XDP_RX_CHUNKS + i) * XDP_CHUNK;
	queue->idle_count = XDP_TX_CHUNKS;
	return 0;
}

static int32_t
bind_to(int32_t fd, uint32_t interface, uint32_t queue, bool pieces)
{
	const struct timespec pause = {0, BIND_PAUSE_NANOS};
	const struct sockaddr_xdp address = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = XDP_USE_NEED_WAKEUP | (pieces ? XDP_USE_SG : 0),
		.sxdp_ifindex = interface,
		.sxdp_queue_id = queue,
	};
	int32_t result = -EBUSY;
	int i;

	for (i = 0; i < BIND_TRIES && result == -EBUSY; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		result = RETRY(bind(fd, (const struct sockaddr *)&address, sizeof(address)));
	}
	return result;
}

/* Closes a queue, or what there is of one; no lcore uses it any more. */
IPVANE_EXPORT void
ipvane_xdp_close(struct xdp_queue *queue)
{
	struct xdp_ring *const rings[] = {&queue->rx, &queue->fill, &queue->tx, &queue->done};

	for (size_t i = 0; i < RTE_DIM(rings); i++)
		if (rings[i]->map != NULL)
			munmap(rings[i]->map, rings[i]->map_bytes);
	if (queue->fd >= 0)
		close(queue->fd);
	if (queue->umem != NULL)
		munmap(queue->umem, XDP_UMEM);
	free(queue->idle);
	free(queue);
}

/*
 * Opens queue number `queue` of an interface. Received frames are put into mbufs of the pool. pieces: frames longer
 * than a chunk too. -EINVAL: no such queue, or a kernel without pieces. -ENOBUFS: more memory than may be locked.
 */
IPVANE_EXPORT int32_t
ipvane_xdp_open(uint32_t interface, uint32_t queue, int32_t pieces, struct rte_mempool *pool, struct xdp_queue **result)
{
	const int buffer = SEND_BUFFER;
	struct xdp_queue *made =
		aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(sizeof(*made), RTE_CACHE_LINE_SIZE));
	int32_t error;

	if (made == NULL)
		return -ENOMEM;
	memset(made, 0, sizeof(*made));
	made->pool = pool;
	made->fd = RETRY(socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
	error = made->fd;
	if (error >= 0)
		/* Without CAP_NET_ADMIN it stays as it is, and long bursts wait for each other. */
		(void)!setsockopt(made->fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer));
	if (error < 0 || (error = register_memory(made)) < 0 || (error = make_rings(made)) < 0 ||
	    (error = deal_chunks(made)) < 0 || (error = bind_to(made->fd, interface, queue, pieces != 0)) < 0) {
		ipvane_xdp_close(made);
		return error;
	}
	*result = made;
	return made->fd;
}

/* Frames that the kernel had for the socket and no room to put: those of a full ring, and those without a chunk. */
IPVANE_EXPORT int64_t
ipvane_xdp_missed(const struct xdp_queue *queue)
{
	struct xdp_statistics stats = {0};
	socklen_t bytes = sizeof(stats);
	const int32_t result = RETRY(getsockopt(queue->fd, SOL_XDP, XDP_STATISTICS, &stats, &bytes));

	return result < 0 ? result : (int64_t)(stats.rx_dropped + stats.rx_ring_full);
}
