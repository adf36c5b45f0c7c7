/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting up the eventfd of a peer from an lcore. A write to one may wait: that it does not is set on
 * what both sides have open, so that the peer can take it back at any time. The kernel's own count at the
 * end of an operation never waits, whatever was set: hence an operation that has nothing to do, by io_submit(2).
 */
#ifndef IPVANE_PEER_SIGNAL_H
#define IPVANE_PEER_SIGNAL_H

/* Once a process, before the first signal; later calls say the same. 0 or -errno. */
int
peer_signal_install(void);

/* Counts up an eventfd, unless it is full. Never waits. Any thread. */
void
peer_signal(int event);

#endif
