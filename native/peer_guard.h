/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that a peer shares is a file of the peer's, which it may cut short while it is
 * mapped: the next access is a SIGBUS. Within a guarded stretch such an access finds zeros instead,
 * and the peer is found out.
 */
#ifndef IPVANE_PEER_GUARD_H
#define IPVANE_PEER_GUARD_H

#include <stdatomic.h>
#include <stddef.h>

/* Counts what went away under this thread; NULL outside of a guarded stretch. Set by peer_guard(). */
extern __thread atomic_uint *peer_guarded;

/* Begins a guarded stretch, or ends it: with NULL. */
static inline void
peer_guard(atomic_uint *gone)
{
	/* The compiler sees nobody who reads it: without these it moves accesses past it, or leaves it out. */
	atomic_signal_fence(memory_order_seq_cst);
	peer_guarded = gone;
	atomic_signal_fence(memory_order_seq_cst);
}

/* Puts the handler in front of the one that is there. Once a process, before the first stretch. */
int
peer_guard_install(void);

#endif
