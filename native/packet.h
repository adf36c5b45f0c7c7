/* SPDX-License-Identifier: Apache-2.0 */
/* What packet sockets and their queues share. */
#ifndef IPVANE_PACKET_H
#define IPVANE_PACKET_H

#include <stdint.h>

/* What Java is told of an interface. */
struct packet_interface {
	uint32_t mtu;
	uint32_t up; /* administratively, and with carrier */
	uint8_t mac[8];
};
_Static_assert(sizeof(struct packet_interface) == 16, "PacketSocket.INTERFACE_BYTES");

/*
 * Describes the interface that has an index, whatever it is called. fd: one of the sockets. -ENODEV: it is not in this
 * namespace any more; -EINVAL: it is none of Ethernet.
 */
int32_t
ipvane_packet_interface(int32_t fd, int32_t index, struct packet_interface *out);

#endif
