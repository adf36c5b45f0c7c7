/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports for programs that share their memory by memif, protocol version 2.0, as VPP, libmemif and DPDK's
 * net_memif speak it. Written anew, since DPDK's driver takes the peer at its word: it believes where a
 * descriptor points, and unmaps memory that an lcore may be reading.
 *
 * Who does what: Java speaks the protocol, on a thread of its own for each port, and builds a link as the
 * peer describes its memory (memif_link.c); then the port has it, and lcores receive and transmit
 * (memif.c). Both ends share the memory, one of them, the client, has made it.
 *
 * What stands in shared memory is read once and then believed no more than it was checked. Of memory that
 * is ours only lengths and positions are read: where the buffers are, we know.
 */
#ifndef IPVANE_MEMIF_H
#define IPVANE_MEMIF_H

#include <rte_spinlock.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "peer_guard.h"
#include "peer_lane.h"

#define MEMIF_COOKIE UINT32_C(0x3E31F20)
#define MEMIF_MAX_REGIONS 64
#define MEMIF_MAX_LOG2_RING 14

/* Of the memory that we make as a client. */
#define MEMIF_BUFFER 2048

#define MEMIF_DESC_NEXT 1
#define MEMIF_RING_MASK_INT 1

/* Shared; of the protocol. */
struct memif_desc {
	uint16_t flags;
	uint16_t region;
	uint32_t length;
	uint32_t offset;
	uint32_t metadata;
};

struct memif_shared {
	uint32_t cookie;
	_Atomic uint16_t flags;
	_Atomic uint16_t head; /* written by the client */
	uint8_t line0[56];
	_Atomic uint16_t tail; /* written by the server */
	uint8_t line1[62];
	volatile struct memif_desc desc[];
};
_Static_assert(sizeof(struct memif_desc) == 16, "memif 2.0");
_Static_assert(offsetof(struct memif_shared, head) == 6, "memif 2.0");
_Static_assert(offsetof(struct memif_shared, tail) == 64, "memif 2.0");
_Static_assert(offsetof(struct memif_shared, desc) == 128, "memif 2.0");

struct memif_region {
	uint8_t *base;
	uint64_t size;
	uint64_t mapped; /* no less; what there is to unmap */
};

/* A ring as we see it. Receiving: one lcore. Transmitting: whoever has the lock. */
struct memif_ring {
	struct memif_shared *shared;
	uint8_t *buffers; /* of memory that we made: one of MEMIF_BUFFER bytes a descriptor; else NULL */
	uint32_t offset;  /* of the ring in its region */
	uint16_t size;
	uint16_t next; /* the descriptor that we go on from, modulo 65,536 */
	int event;     /* -1: none yet */
	rte_spinlock_t lock;
};

/* What one peer and we share. Built by one thread; then its rings belong to lcores, until it is detached. */
struct memif_link {
	bool client; /* we are, and have made the memory */
	int fd;	     /* of region 0 as a client, until the link ends; else -1 */
	uint32_t regions;
	uint32_t rx_rings;
	uint32_t tx_rings;
	atomic_uint gone;     /* accesses to memory that the peer took away */
	atomic_bool nonsense; /* a ring or descriptor says what can not be */
	atomic_bool holds_up; /* nonsense of this kind: it keeps an lcore for longer than its frames are worth */
	struct memif_region region[MEMIF_MAX_REGIONS];
	struct memif_ring rx[PEER_MAX_QUEUES];
	struct memif_ring tx[PEER_MAX_QUEUES];
};

/* Finds the mapping of a link that an address lies in: peer_guard.h. */
bool
memif_link_find(const void *link, const uint8_t *address, struct peer_range *range);

/* Makes rings empty and says what may be filled; before anybody uses them. */
void
memif_link_begin(struct memif_link *link);

/* Unmaps and closes everything of a link that nobody uses. */
void
memif_link_end(struct memif_link *link);

#endif
