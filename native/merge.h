/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams of one flow, one behind the other, as one frame that the stack behind a TAP takes at
 * once and splits where it has found the socket: what Linux calls UDP GRO. A system call and a walk
 * through the stack cost more than a small datagram.
 *
 * Only datagrams whose checksum is left to the device are merged: they come from a stack on this
 * machine, so there is no damage that a new checksum would hide. IP identifications become
 * consecutive, nothing else is changed.
 */
#ifndef IPVANE_MERGE_H
#define IPVANE_MERGE_H

#include <linux/virtio_net.h>
#include <rte_mbuf.h>
#include <stdint.h>

/* Datagrams in one frame: the kernel's UDP_MAX_SEGMENTS of old. */
#define MERGE_MOST 64

/* How many of the first frames can be merged; 1 where the first stays alone. */
uint32_t
merge_run(struct rte_mbuf *const *frames, uint32_t count);

/*
 * Writes the one frame that such a run becomes (at most 65,535 bytes of IP and its Ethernet header)
 * and its virtio header; returns its length.
 */
uint32_t
merge_frames(struct rte_mbuf *const *frames, uint32_t count, uint8_t *to, struct virtio_net_hdr *header);

#endif
