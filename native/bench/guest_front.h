/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's side of a vhost-user port with one queue pair: memory that it shares, the rings in it, and
 * the messages that start them. Split rings with event indices (virtio 1.1, 2.6), as Linux guests have.
 * One thread.
 */
#ifndef IPVANE_BENCH_GUEST_FRONT_H
#define IPVANE_BENCH_GUEST_FRONT_H

#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Entries of a ring: the most that QEMU gives. */
#define RING_SIZE 1024

/* The header that stands before a frame: with the number of buffers. */
#define VNET_HEADER ((uint32_t)sizeof(struct virtio_net_hdr_mrg_rxbuf))

/* Names as in the protocol: from the guest's point of view. */
enum { GUEST_RX, GUEST_TX, GUEST_RINGS };

/* A ring whose chains are of one descriptor each, and descriptor n has buffer n. */
struct guest_ring {
	struct vring vring;
	uint8_t *buffers;
	uint32_t buffer_size;
	int call;
	int kick;
	uint16_t offered; /* as in the available index: chains that were ever offered */
	uint16_t kicked;  /* of those, how many the device was told of */
	uint16_t taken;   /* as in the used index: chains that have come back and were looked at */
	uint16_t spares;
	uint16_t spare[RING_SIZE]; /* descriptors that are neither offered nor back */
};

struct guest_front {
	struct guest_ring ring[GUEST_RINGS];
	uint64_t features;
	uint8_t *memory;
	size_t memory_size;
	int memory_fd;
	int connection;
};

/* Listens at a path, where nothing may be yet; the descriptor, or -errno. */
int
guest_front_listen(const char *path);

/*
 * Waits for a switch at such a descriptor, agrees on those of the features that it offers, and starts the
 * rings; the receiving one is full of buffers. -errno; -ENOTSUP where it has no event indices.
 */
int
guest_front_start(struct guest_front *front, int listener, uint64_t features);

/* Ends the connection and frees everything. */
void
guest_front_stop(struct guest_front *front);

static inline uint8_t *
guest_ring_buffer(const struct guest_ring *ring, uint16_t descriptor)
{
	return ring->buffers + (size_t)descriptor * ring->buffer_size;
}

/* How many chains have come back and were not taken. */
static inline uint16_t
guest_ring_waiting(const struct guest_ring *ring)
{
	return __atomic_load_n(&ring->vring.used->idx, __ATOMIC_ACQUIRE) - ring->taken;
}

/* A chain that has come back, counted from the next one. */
static inline const struct vring_used_elem *
guest_ring_peek(const struct guest_ring *ring, uint16_t ahead)
{
	return &ring->vring.used->ring[(uint16_t)(ring->taken + ahead) % RING_SIZE];
}

/* Offers so many bytes of the buffer of a descriptor; the device finds it unless it is asleep. */
static inline void
guest_ring_offer(struct guest_ring *ring, uint16_t descriptor, uint32_t length)
{
	ring->vring.desc[descriptor].len = length;
	ring->vring.avail->ring[ring->offered % RING_SIZE] = descriptor;
	ring->offered++;
	__atomic_store_n(&ring->vring.avail->idx, ring->offered, __ATOMIC_RELEASE);
}

/* Wakes the device where it asks for that; -errno. */
int
guest_ring_kick(struct guest_ring *ring);

/* Asks to be called once so many more chains have come back; false: they have already. */
bool
guest_ring_arm(struct guest_ring *ring, uint16_t more);

#endif
