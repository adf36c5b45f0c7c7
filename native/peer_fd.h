/* SPDX-License-Identifier: Apache-2.0 */
/* File descriptors that a peer has sent over a socket, looked at before they are used. */
#ifndef IPVANE_PEER_FD_H
#define IPVANE_PEER_FD_H

#include <stdint.h>

/*
 * What is wrong with a descriptor whose first bytes are to be mapped, to read and to write; NULL: nothing. It has been
 * mapped so, and unmapped again.
 */
const char *
peer_fd_memory(int fd, uint64_t bytes);

/* How many bytes are to be mapped and unmapped for so many of a file: huge pages as a whole. */
uint64_t
peer_fd_mapped(int fd, uint64_t bytes);

/*
 * What is wrong with a descriptor by which lcores are to notify a peer; NULL: nothing. A write to it does not
 * wait until the peer, which has it open as well, sets it otherwise: see peer_signal.h.
 */
const char *
peer_fd_event(int fd);

#endif
