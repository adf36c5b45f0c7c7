/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one lcore does with one direction of a port for a peer that shares its memory: vhost-user
 * (vhost.h), memif (memif.h). An lcore says here that it is about to use the connection; who takes the
 * connection away stores that there is none, and then waits for the lanes.
 */
#ifndef IPVANE_PEER_LANE_H
#define IPVANE_PEER_LANE_H

#include <rte_common.h>
#include <rte_pause.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Rings in one direction, and lcores that may transmit; PeerLanes.MAX of the Java side. */
#define PEER_MAX_QUEUES 64

/* A cache line of its own. */
struct peer_lane {
	atomic_bool busy;
	uint64_t invalid; /* received and dropped: header and frame contradict each other */
	uint64_t down;    /* dropped: nobody was there */
	uint64_t full;    /* dropped: the peer's ring had no room */
	/* peer_time.h, since the last check: what may have been too long, and what was. */
	uint64_t entered; /* cycles */
	_Atomic uint32_t doubt_us;
	_Atomic uint32_t held_us;
} __attribute__((aligned(RTE_CACHE_LINE_SIZE)));

/* What the structure of a port begins with. */
struct peer_lanes {
	struct peer_lane rx[PEER_MAX_QUEUES];
	struct peer_lane tx[PEER_MAX_QUEUES];
};
_Static_assert(sizeof(struct peer_lane) == 64, "PeerLanes.LANE");
_Static_assert(offsetof(struct peer_lane, invalid) == 8, "PeerLanes.INVALID");
_Static_assert(offsetof(struct peer_lane, down) == 16, "PeerLanes.DOWN");
_Static_assert(offsetof(struct peer_lane, full) == 24, "PeerLanes.FULL");
_Static_assert(offsetof(struct peer_lanes, tx) == 4096, "PeerLanes.TX");

/* Returns once no lane is within a stretch that it entered before. */
static inline void
peer_lanes_wait(struct peer_lane *lanes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		while (atomic_load(&lanes[i].busy))
			rte_pause();
}

#endif
