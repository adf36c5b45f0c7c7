/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports for virtual machines and programs that share their memory by vhost-user, over DPDK's vhost
 * library.
 *
 * Who does what: Java's control plane opens and closes a port; the library's own thread speaks the
 * protocol and says who has come and gone (vhost.c); lcores receive and transmit (vhost_queue.c). An
 * lcore says in its lane that it is about to use the connection, and the library's thread waits for that
 * before it takes the connection away.
 */
#ifndef IPVANE_VHOST_H
#define IPVANE_VHOST_H

#include <rte_mbuf.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include "vhost_guard.h"

#define VHOST_MAX_QUEUES 64
#define VHOST_NOBODY (-1)

/* The library's MAX_PKT_BURST: more at once is neither taken nor given. */
#define VHOST_LIBRARY_BURST 32

/* For one lcore and one direction; a cache line of its own. */
struct vhost_lane {
	atomic_bool busy;
	uint64_t bursts;  /* calls while somebody was there */
	uint64_t frames;  /* received */
	uint64_t invalid; /* received and dropped: header and frame contradict each other */
	uint64_t down;    /* dropped: nobody was there */
	uint64_t full;    /* dropped: the peer's ring had no room */
} __attribute__((aligned(RTE_CACHE_LINE_SIZE)));

struct ipvane_vhost {
	struct vhost_lane rx[VHOST_MAX_QUEUES];
	struct vhost_lane tx[VHOST_MAX_QUEUES];
	struct vhost_lane control;	  /* of the thread that checks */
	_Atomic int32_t vid;	  /* the connection in use, or NOBODY */
	_Atomic uint64_t enabled; /* bit n: the peer's receiving ring n is ready */
	uint64_t able;		  /* what of OFFLOAD_WORK the peer does */
	uint16_t enqueue_most;	  /* frames at once */
	_Atomic uint64_t rest[VHOST_MAX_QUEUES]; /* TSC until which a receiving ring is left alone */
	int32_t next_vid;	  /* a connection that is not in use yet or again, */
	uint64_t next_enabled;	  /* and its rings: the library's thread only */
	atomic_uint connections;
	atomic_uint new_connections; /* since the last check */
	atomic_uint refused;	     /* messages, and connections that came too often, since the last check */
	atomic_bool given_up;	     /* the library does not look for the peer any more */
	bool client;
	bool mergeable; /* whether a frame may lie in several buffers of the peer */
	atomic_uint gone; /* accesses to memory that the peer took away */
	uint32_t queues;
	uint32_t lanes;
	struct rte_mempool *pool;
	struct ipvane_vhost *next_port;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	/* Of the last check. */
	uint64_t checked_bursts[VHOST_MAX_QUEUES];
	uint64_t checked_frames[VHOST_MAX_QUEUES];
	uint64_t waiting; /* bit n: frames waited in ring n */
};
_Static_assert(sizeof(struct vhost_lane) == 64, "VhostPort.LANE");
_Static_assert(offsetof(struct vhost_lane, invalid) == 24, "VhostPort.INVALID");
_Static_assert(offsetof(struct vhost_lane, down) == 32, "VhostPort.DOWN");
_Static_assert(offsetof(struct vhost_lane, full) == 40, "VhostPort.FULL");
_Static_assert(offsetof(struct ipvane_vhost, tx) == 4096, "VhostPort.TX");

/* The connection, which stays until vhost_leave(); VHOST_NOBODY: there is none. */
static inline int32_t
vhost_enter(struct ipvane_vhost *v, struct vhost_lane *lane)
{
	int32_t vid;

	/* Sequentially consistent both: destroy_device() does the same in the other order. */
	atomic_store(&lane->busy, true);
	vid = atomic_load(&v->vid);
	vhost_guarded = &v->gone;
	return vid;
}

static inline void
vhost_leave(struct vhost_lane *lane)
{
	vhost_guarded = NULL;
	atomic_store_explicit(&lane->busy, false, memory_order_release);
}

#endif
