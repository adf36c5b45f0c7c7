/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work on a frame that its sender's stack left to the device: a transport checksum that holds only the
 * sum of the pseudo header, and a TCP or UDP payload longer than one frame may be (TSO, USO).
 *
 * Inside the switch such a frame says so in its mbuf: ol_flags RTE_MBUF_F_TX_{TCP,UDP}_CKSUM and
 * _{TCP,UDP}_SEG, IPV4 or IPV6, and l2_len, l3_len (with IPv6 extension headers), and for a long one
 * l4_len and tso_segsz. Unlike what a NIC wants, the checksum field of a long frame holds the pseudo
 * header's sum with the length of the whole payload, as Linux and virtio have it.
 *
 * A frame whose inner TCP or UDP is to be split while it is in a tunnel has l2_len reach up to the inner IP header, so
 * that all of the above is true of it as well; OUTER_IPV4 or OUTER_IPV6, outer_l2_len and outer_l3_len say where the
 * tunnel's header is. Who takes the tunnel's header off has an ordinary frame; nobody else is given one, but segments.
 *
 * A TAP hands that on as a virtio header; anybody else gets the work done here.
 */
#ifndef IPVANE_OFFLOAD_H
#define IPVANE_OFFLOAD_H

#include <linux/virtio_net.h>
#include <rte_mbuf.h>
#include <stdbool.h>
#include <stdint.h>

/* Since Linux 6.2. */
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

/* Segments that one frame may ask for: a TCP of 64 bytes a segment is allowed, a flood by fragments of a byte is not. */
#define OFFLOAD_MAX_SEGMENTS 1024

/* All headers of a frame that has such work lie within this. */
#define OFFLOAD_MAX_HEADERS 192

#define OFFLOAD_SPLIT (RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG)
#define OFFLOAD_WORK (RTE_MBUF_F_TX_L4_MASK | OFFLOAD_SPLIT)
#define OFFLOAD_OUTER (RTE_MBUF_F_TX_OUTER_IPV4 | RTE_MBUF_F_TX_OUTER_IPV6)

/*
 * Flags of our own, of those that DPDK keeps for others: nobody here asks it for any. Of the segments of a TCP frame
 * each says CWR if the frame does (accurate ECN), not the first one only; the tunnel's header is one of UDP.
 */
#define OFFLOAD_CWR_EACH (1ULL << 40)
#define OFFLOAD_OUTER_UDP (1ULL << 39)

#define OFFLOAD_FLAGS                                                                                 \
	(OFFLOAD_WORK | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6 | OFFLOAD_OUTER | OFFLOAD_CWR_EACH | \
	 OFFLOAD_OUTER_UDP)

/* The one's complement sum of an accumulator, not inverted. */
static inline uint16_t
offload_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* Whether anything is left to do. */
static inline bool
offload_pending(const struct rte_mbuf *frame)
{
	return (frame->ol_flags & OFFLOAD_WORK) != 0;
}

/* Whether it must become several frames. */
static inline bool
offload_splits(const struct rte_mbuf *frame)
{
	return (frame->ol_flags & OFFLOAD_SPLIT) != 0;
}

/* Whether what is to be split is in a tunnel: no virtio header can say so. */
static inline bool
offload_is_tunnelled(const struct rte_mbuf *frame)
{
	return (frame->ol_flags & OFFLOAD_OUTER) != 0;
}

/*
 * Notes in a frame what its virtio header leaves to be done. What the mbuf cannot express (a checksum
 * of anything but TCP or UDP over IP) is done at once, and so is the checksum of a frame that is not
 * exactly as long as IP says: whoever cuts a frame to IP's length then never cuts off what is noted.
 * -EINVAL: header and frame contradict each other; nobody could carry it out.
 *
 * The frame is one that nobody shares yet, with headers in its first segment.
 */
int
offload_from_vnet(struct rte_mbuf *frame, const struct virtio_net_hdr *header);

/*
 * The same of a frame and a header that the kernel hands over at a packet socket. There are more kinds of them: long
 * ones without an unfinished checksum, because all segments were verified, long ones in a tunnel, of which the header
 * speaks as if there was none, and such whose segments all have the same CWR.
 */
int
offload_from_wire(struct rte_mbuf *frame, const struct virtio_net_hdr *header);

/* Says that the L2 header of a frame has become longer, by a VLAN tag. */
void
offload_move_front(struct rte_mbuf *frame, uint32_t longer);

/*
 * Whether the frame has all headers that its noted work needs. What carries work out asks this, whoever
 * has written the frame since it was noted; asked only where something is pending.
 */
bool
offload_is_sound(const struct rte_mbuf *frame);

/* To be called where bytes were cut off the end of a frame: work whose headers went with them is forgotten. */
void
offload_after_cut(struct rte_mbuf *frame);

/* The virtio header that says what is left to be done for a frame; none where that is not sound. */
void
offload_to_vnet(const struct rte_mbuf *frame, struct virtio_net_hdr *header);

/* The one's complement sum, in the order of memory, of all bytes of a frame from start on. */
uint16_t
offload_sum(const struct rte_mbuf *frame, uint32_t start);

/*
 * Completes the checksum of a frame that does not split. It lies in the bytes that every frame has to itself.
 * Where the work is not sound nothing is completed; nothing is pending afterwards in any case.
 */
void
offload_finish_checksum(struct rte_mbuf *frame);

/* A frame on its way to becoming several. */
struct offload_split {
	const struct rte_mbuf *frame;
	const struct rte_mbuf *from; /* segment in which the next payload byte lies */
	uint32_t at;                 /* where in it */
	uint32_t left;               /* payload bytes not yet taken */
	uint32_t index;              /* frames made so far */
	uint32_t headers;            /* bytes that each of them begins with */
	uint32_t sum;                /* of the pseudo header without its length */
	uint8_t bytes[OFFLOAD_MAX_HEADERS];
};

/* Starts to split a frame whose work is sound, which stays the caller's and as it is. */
void
offload_split_begin(struct offload_split *split, const struct rte_mbuf *frame);

/*
 * Makes the next frames, with finished headers and checksums, from the pool of the first segment. They
 * have one segment each where the pool's mbufs are long enough.
 *
 * Returns how many. Fewer than max: this was the end, or, where left is not 0, the pool is empty and the
 * rest is lost.
 */
uint32_t
offload_split_next(struct offload_split *split, struct rte_mbuf **frames, uint32_t max);

#endif
