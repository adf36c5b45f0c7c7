/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that a peer shares is a file of the peer's, which it may cut short while it is
 * mapped: the next access is a SIGBUS. Within a guarded stretch such an access finds zeros instead,
 * and the peer is found out.
 */
#ifndef IPVANE_PEER_GUARD_H
#define IPVANE_PEER_GUARD_H

#include <stdatomic.h>

/* Peers' memory that went away under this thread; NULL outside of a guarded stretch. */
extern __thread atomic_uint *peer_guarded;

/* Puts the handler in front of the one that is there. Once a process, before the first stretch. */
int
peer_guard_install(void);

#endif
