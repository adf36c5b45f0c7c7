/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports for virtual machines and programs that share their memory by vhost-user, over DPDK's vhost
 * library.
 *
 * Who does what: Java's control plane opens and closes a port; the library's own thread speaks the
 * protocol, maps memory and says who has come and gone (vhost.c); lcores receive and transmit by a view of the
 * peer's memory (vhost_queue.c, vhost_view.h), without the library. An lcore says in its lane that it is about to
 * use the view, and who takes it away waits for that: the library's thread, or the one that resets, for which
 * the library ends connections.
 */
#ifndef IPVANE_VHOST_H
#define IPVANE_VHOST_H

#include <pthread.h>
#include <rte_mbuf.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include "peer_guard.h"
#include "peer_lane.h"
#include "peer_time.h"
#include "vhost_view.h"

#define VHOST_NOBODY (-1)

/* Of a queue pair, from the peer's side: rings 2n and 2n + 1. */
enum vhost_direction { VHOST_RECEIVES, VHOST_SENDS };

struct ipvane_vhost {
	struct peer_lanes lanes;
	_Atomic int32_t vid;	  /* the connection in use, or NOBODY */
	_Atomic uint64_t enabled[2]; /* by direction; bit n: the ring of pair n is ready */
	struct vhost_view *_Atomic view; /* of the connection in use; NULL: none, or it is being changed */
	uint64_t able;		  /* what of OFFLOAD_WORK the peer does */
	bool gives_long[PEER_MAX_QUEUES]; /* a ring's last frames were long: its lcore only */
	pthread_mutex_t changing; /* which connection is in use, and what follows: also by the thread that resets */
	int32_t next_vid;	  /* a connection that is not in use yet or again, */
	uint64_t next_enabled[2]; /* and its rings */
	atomic_uint connections;
	atomic_uint may_come;	     /* connections before the next is refused; each check adds one */
	atomic_uint refused;	     /* messages, and connections that came too often, since the last check */
	atomic_bool nonsense;	     /* a ring of the connection in use holds what cannot be */
	atomic_bool holds_up;	     /* nonsense of this kind: it keeps an lcore for longer than its frames are worth */
	uint32_t pause;		     /* of the thread that checks: checks until somebody may come again, */
	uint32_t next_pause;	     /* how many after the next time, */
	uint32_t calm;		     /* and how many there were without one */
	atomic_bool given_up;	     /* the library does not look for the peer any more */
	bool client;
	bool mergeable; /* whether a frame may lie in several buffers of the peer */
	atomic_uint gone; /* accesses to memory that the peer took away */
	uint32_t queues;
	uint32_t lcores; /* that transmit */
	struct rte_mempool *pool;
	struct ipvane_vhost *next_port;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

/* What frames go by, which stays until vhost_leave(); NULL: none can go now. */
static inline struct vhost_view *
vhost_enter(struct ipvane_vhost *v, struct peer_lane *lane)
{
	struct vhost_view *view;

	/* Sequentially consistent both: end_view() does the same in the other order. */
	atomic_store(&lane->busy, true);
	view = atomic_load(&v->view);
	if (view != NULL) {
		peer_guard_begin(vhost_view_find, view, &v->gone);
		peer_time_begin(lane);
	}
	return view;
}

/* Where frames were to be moved: so many, which have so many bytes where peer_time_is_measured(). */
static inline void
vhost_moved(struct ipvane_vhost *v, struct peer_lane *lane, uint32_t frames, uint64_t bytes)
{
	if (peer_time_end(lane, frames, bytes)) {
		atomic_store(&v->holds_up, true);
		atomic_store(&v->nonsense, true);
	}
}

static inline void
vhost_leave(struct peer_lane *lane)
{
	peer_guard_end();
	atomic_store_explicit(&lane->busy, false, memory_order_release);
}

#endif
