/* SPDX-License-Identifier: Apache-2.0 */
/* Where the headers of a frame are, and sums over its bytes: what all of offload*.c looks at frames by. */
#ifndef IPVANE_OFFLOAD_HEADERS_H
#define IPVANE_OFFLOAD_HEADERS_H

#include <rte_byteorder.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>
#include <rte_udp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "offload.h"

#define MAX_VLAN_TAGS 2

/* Where network and transport header of a frame are: lengths in bytes. */
struct layout {
	uint32_t l2; /* all that stands before the network header */
	uint32_t l3; /* with options and extension headers */
	bool ipv4;
	uint8_t protocol;
};

static inline uint16_t
u16(const uint8_t *from)
{
	return from[0] << 8 | from[1];
}

static inline void
put_u16(uint8_t *to, uint16_t value)
{
	to[0] = value >> 8;
	to[1] = value;
}

/* Where the checksum of a transport header is: bytes from its start. */
static inline uint32_t
checksum_offset(bool tcp)
{
	return tcp ? offsetof(struct rte_tcp_hdr, cksum) : offsetof(struct rte_udp_hdr, dgram_cksum);
}

static inline bool
is_tcp(const struct rte_mbuf *frame)
{
	return (frame->ol_flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_TCP_CKSUM;
}

static inline uint32_t
transport_at(const struct rte_mbuf *frame)
{
	return frame->l2_len + frame->l3_len;
}

/* The one's complement sum of length bytes in the order of memory, not inverted. */
uint16_t
sum_bytes(const uint8_t *from, uint32_t length);

/* Completes the sum of all bytes from start on, of which the field holds a part. */
void
finish_checksum_at(struct rte_mbuf *frame, uint32_t start, uint32_t field);

/* Finds network and transport header in the first bytes of a frame; false: it is not whole IP. */
bool
find_headers(const uint8_t *bytes, uint32_t available, struct layout *layout);

/* The same of an IP packet of either version that begins layout->l2 bytes behind bytes. */
bool
find_transport(const uint8_t *bytes, uint32_t available, struct layout *layout);

/* Whether IP counts the very bytes that the frame has. */
bool
is_exactly_as_long(const struct rte_mbuf *frame, const struct layout *layout);

/* Notes in a frame that it is to be split; false: it cannot be. */
bool
note_split(struct rte_mbuf *frame, const struct layout *layout, const struct virtio_net_hdr *header);

/* Notes where headers are, and that the transport checksum is to be finished. */
void
note_checksum(struct rte_mbuf *frame, const struct layout *layout);

#endif
