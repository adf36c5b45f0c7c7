/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kernel's packet socket says of long frames, beyond what a guest may say: see offload.h.
 *
 * The kernel knows of a frame where its inner headers are. A virtio header has one place for that, csum_start: the
 * transport header that the segments will have, which is the inner one where the frame is in a tunnel. What lies
 * between is told here from the frame itself, for the tunnels that Linux splits in one: VXLAN, GENEVE, GRE, IP in IP.
 */
#include "offload.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <string.h>

#include "ipvane_dpdk.h"
#include "offload_headers.h"

/* Bytes of VXLAN's header; GENEVE's without options are as many. */
#define SHIM_HEADER 8
#define GENEVE_PORT 6081

#define GRE_HEADER 4
#define GRE_KEY 0x2000

/* Newer kernels say so where each segment has CWR as the frame has it. */
#define GSO_ACCURATE_ECN 0x10

/* The field l2_len has seven bits. */
#define MOST_L2 127

/* Whether an inner Ethernet header, with a tag or without, or nothing, is what is between. */
static bool
is_ethernet(uint32_t between)
{
	return between == RTE_ETHER_HDR_LEN || between == RTE_ETHER_HDR_LEN + sizeof(struct rte_vlan_hdr);
}

/* Whether a tunnel's header, from the end of the outer IP header on, is so long. */
static bool
is_tunnel_header(const uint8_t *at, uint8_t protocol, uint32_t length)
{
	uint32_t options = 0;
	uint16_t flags;

	switch (protocol) {
	case IPPROTO_IPIP:
	case IPPROTO_IPV6:
		return length == 0;
	case IPPROTO_GRE:
		if (length < GRE_HEADER)
			return false;
		/* Its own checksum would have to be made for each segment; nobody asks for it. */
		flags = u16(at);
		if ((flags & ~GRE_KEY) != 0)
			return false;
		length -= GRE_HEADER;
		options = flags == 0 ? 0 : sizeof(uint32_t);
		return length >= options && (length == options || is_ethernet(length - options));
	case IPPROTO_UDP:
		length -= RTE_MIN(length, (uint32_t)sizeof(struct rte_udp_hdr));
		if (u16(at + offsetof(struct rte_udp_hdr, dst_port)) == GENEVE_PORT && length > SHIM_HEADER)
			options = (at[sizeof(struct rte_udp_hdr)] & 0x3f) * 4u;
		return length == 0 || length == SHIM_HEADER + options ||
		       (length > SHIM_HEADER + options && is_ethernet(length - SHIM_HEADER - options));
	default:
		return false;
	}
}

/* Finds the inner IP header that ends where the header says; false: there is none there that is whole. */
static bool
find_inner(const struct rte_mbuf *frame, const struct virtio_net_hdr *header, struct layout *inner)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(frame, const uint8_t *);
	const uint32_t end = header->csum_start;

	/* The shortest header of each version first: what is in front of one with options is tried as well. */
	for (uint32_t length = sizeof(struct rte_ipv4_hdr); length <= 60 && length < end; length += 4) {
		inner->l2 = end - length;
		if (inner->l2 <= MOST_L2 && find_transport(bytes, frame->data_len, inner) &&
		    inner->l2 + inner->l3 == end && is_exactly_as_long(frame, inner) &&
		    (inner->protocol == IPPROTO_TCP || inner->protocol == IPPROTO_UDP))
			return true;
	}
	return false;
}

/* Notes that what is to be split lies in a tunnel; -EINVAL: it lies in none that is known. */
static int
note_tunnel(struct rte_mbuf *frame, const struct layout *outer, const struct virtio_net_hdr *header)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(frame, const uint8_t *);
	const uint32_t at = outer->l2 + outer->l3;
	struct layout inner;

	if (at + sizeof(struct rte_udp_hdr) > frame->data_len || !find_inner(frame, header, &inner) || inner.l2 < at ||
	    !is_tunnel_header(bytes + at, outer->protocol, inner.l2 - at) ||
	    header->csum_offset != checksum_offset(inner.protocol == IPPROTO_TCP) ||
	    !note_split(frame, &inner, header))
		return -EINVAL;
	note_checksum(frame, &inner);
	frame->outer_l2_len = outer->l2;
	frame->outer_l3_len = outer->l3;
	frame->ol_flags |= outer->ipv4 ? RTE_MBUF_F_TX_OUTER_IPV4 : RTE_MBUF_F_TX_OUTER_IPV6;
	if (outer->protocol == IPPROTO_UDP)
		frame->ol_flags |= OFFLOAD_OUTER_UDP;
	return 0;
}

/* Puts the sum of the pseudo header into a frame whose segments all had their checksums, as Linux does before it splits. */
static bool
begin_checksum(struct rte_mbuf *frame, const struct layout *layout, struct virtio_net_hdr *header)
{
	const bool tcp = layout->protocol == IPPROTO_TCP;
	const uint8_t *ip = rte_pktmbuf_mtod_offset(frame, const uint8_t *, layout->l2);
	const uint32_t l4_at = layout->l2 + layout->l3;
	uint16_t sum;

	header->csum_start = l4_at;
	header->csum_offset = checksum_offset(tcp);
	header->flags |= VIRTIO_NET_HDR_F_NEEDS_CSUM;
	if ((!tcp && layout->protocol != IPPROTO_UDP) || l4_at + header->csum_offset + sizeof(sum) > frame->data_len)
		return false;
	sum = layout->ipv4 ? sum_bytes(ip + offsetof(struct rte_ipv4_hdr, src_addr), 2 * sizeof(uint32_t))
			   : sum_bytes(ip + offsetof(struct rte_ipv6_hdr, src_addr), 2 * 16);
	sum = offload_fold((uint64_t)sum + rte_cpu_to_be_16(layout->protocol) +
			   rte_cpu_to_be_16(frame->pkt_len - l4_at));
	memcpy(rte_pktmbuf_mtod_offset(frame, uint8_t *, l4_at + header->csum_offset), &sum, sizeof(sum));
	return true;
}

/* Finds out what a long frame is and notes it; -EINVAL: nothing that is known. */
static int
note_long(struct rte_mbuf *frame, struct virtio_net_hdr *header)
{
	struct layout outer;

	if (!find_headers(rte_pktmbuf_mtod(frame, const uint8_t *), frame->data_len, &outer) ||
	    !is_exactly_as_long(frame, &outer))
		return -EINVAL;
	if ((header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) == 0 && !begin_checksum(frame, &outer, header))
		return -EINVAL;
	return header->csum_start > outer.l2 + outer.l3 ? note_tunnel(frame, &outer, header)
							: offload_from_vnet(frame, header);
}

int
offload_from_wire(struct rte_mbuf *frame, const struct virtio_net_hdr *header)
{
	struct virtio_net_hdr said = *header;
	int result;

	if (header->gso_type == VIRTIO_NET_HDR_GSO_NONE)
		return offload_from_vnet(frame, header);
	said.gso_type &= ~GSO_ACCURATE_ECN;
	result = note_long(frame, &said);
	/* A kernel says ECN where CWR belongs to the first segment. Without it CWR is a bit of a counter (accurate ECN). */
	if (result == 0 && (frame->ol_flags & RTE_MBUF_F_TX_TCP_SEG) != 0 &&
	    (said.gso_type & VIRTIO_NET_HDR_GSO_ECN) == 0)
		frame->ol_flags |= OFFLOAD_CWR_EACH;
	return result;
}

/* Exported for the tests, which have no kernel that would say such things. */
IPVANE_EXPORT int32_t
ipvane_offload_from_wire(struct rte_mbuf *frame, const struct virtio_net_hdr *header)
{
	return offload_from_wire(frame, header);
}
