/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a vhost-user peer may say, and when. DPDK's library trusts the order of messages, and the files
 * that come with them, more than a peer deserves: some end the process, stop the thread that all ports
 * share, or lose descriptors. So each message is looked at here first.
 */
#ifndef IPVANE_VHOST_MESSAGE_H
#define IPVANE_VHOST_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

/* Of the library: more rings than that it does not have. */
#define VHOST_MESSAGE_MAX_RINGS 256

/* Entries a ring may have: no driver asks for fewer or more, and the library allocates by their number. */
#define VHOST_MESSAGE_MIN_RING 32
#define VHOST_MESSAGE_MAX_RING 1024

/*
 * Of VHOST_USER_PROTOCOL_F_*: what is offered. Without REPLY_ACK (3) a message that fails ends the
 * connection; with it the library goes on with what the message has half done. RARP (2) announces a guest that
 * has moved by its MAC address, of which the wire sees nothing: it sees the uplink's.
 */
#define VHOST_MESSAGE_PROTOCOL_FEATURES (UINT64_C(1) << 0 | UINT64_C(1) << 4 | UINT64_C(1) << 16)

/* What one connection has said so far; zero at its start. The library's thread only. */
struct vhost_message_state {
	uint64_t features;
	uint16_t size[VHOST_MESSAGE_MAX_RINGS];	    /* entries; 0: not told since it was stopped */
	uint8_t addressed[VHOST_MESSAGE_MAX_RINGS]; /* 1: told where it is since then */
};

/*
 * Looks at a message, which is what the library hands to pre_msg_handle(), and notes what it says.
 *
 * rings: how many the port has, twice its queues. Returns NULL where the library may have the message;
 * else why not, a string that stays: its descriptors are closed then, and the connection has to end.
 */
const char *
vhost_message_check(struct vhost_message_state *state, void *message, uint32_t rings);

#endif
