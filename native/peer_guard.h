/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that a peer shares is a file of the peer's, which it may cut short while it is
 * mapped: the next access is a SIGBUS. Within a guarded stretch such an access finds zeros instead,
 * and the peer is found out.
 *
 * Zeros are mapped within the mapping that the access was to, never beyond: who begins a stretch says how to find it.
 */
#ifndef IPVANE_PEER_GUARD_H
#define IPVANE_PEER_GUARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A mapping of a peer's memory, as mmap() has made it. */
struct peer_range {
	uint8_t *base;
	uint64_t bytes;
};

/*
 * Finds the mapping of a peer's memory that an address lies in; false: it is not the peer's. Called by a signal
 * handler: does nothing but look.
 */
typedef bool (*peer_find)(const void *peer, const uint8_t *address, struct peer_range *range);

/* A guarded stretch of a thread; find is NULL outside of one. */
struct peer_guarded {
	peer_find find;
	const void *peer;
	atomic_uint *gone;
};

extern __thread struct peer_guarded peer_guarded;

/* Begins a guarded stretch. gone: counts what went away under this thread. */
static inline void
peer_guard_begin(peer_find find, const void *peer, atomic_uint *gone)
{
	/* The compiler sees nobody who reads it: without these it moves accesses past it, or leaves it out. */
	atomic_signal_fence(memory_order_seq_cst);
	peer_guarded = (struct peer_guarded){find, peer, gone};
	atomic_signal_fence(memory_order_seq_cst);
}

/* Ends it, if there is one. */
static inline void
peer_guard_end(void)
{
	atomic_signal_fence(memory_order_seq_cst);
	peer_guarded.find = NULL;
	atomic_signal_fence(memory_order_seq_cst);
}

/*
 * For stretches in which somebody else maps the memory: any mapping of the process that shares a file. It reads all
 * mappings of the process, which takes milliseconds where there are thousands; not for lcores.
 */
bool
peer_find_any(const void *peer, const uint8_t *address, struct peer_range *range);

/* Puts the handler in front of the one that is there. Once a process, before the first stretch. */
int
peer_guard_install(void);

#endif
