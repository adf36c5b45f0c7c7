/* SPDX-License-Identifier: Apache-2.0 */
/* Checksums and segmentation that senders leave to the device: see offload.h. */
#include "offload.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <string.h>

#include "ipvane_dpdk.h"
#include "offload_headers.h"

/* Every frame has its first bytes to itself, however much of the rest is shared: ipvane_mbuf_replicate(). */
#define OWN_BYTES 128

/* A frame may become longer in front of its headers by as many tags as it may have. */
#define TAG_ROOM (MAX_VLAN_TAGS * sizeof(struct rte_vlan_hdr))

_Static_assert(OFFLOAD_WORK == (3ULL << 52 | 1ULL << 50 | 1ULL << 42), "TxOffload.java");
_Static_assert(OFFLOAD_SPLIT == (1ULL << 50 | 1ULL << 42), "TxOffload.SPLITS");
_Static_assert(OFFLOAD_FLAGS == (OFFLOAD_WORK | OFFLOAD_OUTER | 1ULL << 55 | 1ULL << 56 | 1ULL << 40 | 1ULL << 39),
	       "TxOffload.FLAGS");
_Static_assert(OFFLOAD_OUTER == (1ULL << 59 | 1ULL << 60), "TxOffload.TUNNELLED");
_Static_assert(RTE_MBUF_OUTL2_LEN_OFS == 49, "TxOffload.OUTER_L2_SHIFT");

/* Whether the checksum that is asked for is the one of the TCP or UDP header that the frame has. */
static bool
is_transport_checksum(const struct layout *layout, const struct virtio_net_hdr *header)
{
	const bool tcp = layout->protocol == IPPROTO_TCP;

	return (tcp || layout->protocol == IPPROTO_UDP) &&
	       header->csum_start == layout->l2 + layout->l3 &&
	       header->csum_offset == checksum_offset(tcp) &&
	       header->csum_start + checksum_offset(tcp) + 2 <= OWN_BYTES - TAG_ROOM;
}

bool
note_split(struct rte_mbuf *frame, const struct layout *layout, const struct virtio_net_hdr *header)
{
	const uint32_t l4_at = layout->l2 + layout->l3;
	const uint8_t type = header->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;
	const bool tcp = layout->protocol == IPPROTO_TCP;
	uint32_t l4, headers, segments;

	if (tcp ? type != (layout->ipv4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6)
		: type != VIRTIO_NET_HDR_GSO_UDP_L4)
		return false;
	if (l4_at + (tcp ? sizeof(struct rte_tcp_hdr) : sizeof(struct rte_udp_hdr)) > frame->data_len)
		return false;
	l4 = tcp ? (*rte_pktmbuf_mtod_offset(frame, uint8_t *,
					     l4_at + offsetof(struct rte_tcp_hdr, data_off)) >> 4) * 4u
		 : sizeof(struct rte_udp_hdr);
	headers = l4_at + l4;
	if ((tcp && l4 < sizeof(struct rte_tcp_hdr)) || headers > OFFLOAD_MAX_HEADERS ||
	    headers > frame->data_len || headers >= frame->pkt_len || header->gso_size == 0)
		return false;
	segments = (frame->pkt_len - headers + header->gso_size - 1) / header->gso_size;
	if (segments > OFFLOAD_MAX_SEGMENTS)
		return false;
	frame->l4_len = l4;
	frame->tso_segsz = header->gso_size;
	frame->ol_flags |= tcp ? RTE_MBUF_F_TX_TCP_SEG : RTE_MBUF_F_TX_UDP_SEG;
	return true;
}

void
note_checksum(struct rte_mbuf *frame, const struct layout *layout)
{
	frame->l2_len = layout->l2;
	frame->l3_len = layout->l3;
	frame->ol_flags |= (layout->ipv4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6) |
			   (layout->protocol == IPPROTO_TCP ? RTE_MBUF_F_TX_TCP_CKSUM
							    : RTE_MBUF_F_TX_UDP_CKSUM);
}

/* Exported for the tests, which have no kernel that would say such things. */
IPVANE_EXPORT int32_t
ipvane_offload_from_vnet(struct rte_mbuf *frame, const struct virtio_net_hdr *header)
{
	return offload_from_vnet(frame, header);
}

int
offload_from_vnet(struct rte_mbuf *frame, const struct virtio_net_hdr *header)
{
	const uint32_t field = (uint32_t)header->csum_start + header->csum_offset;
	const bool splits = header->gso_type != VIRTIO_NET_HDR_GSO_NONE;
	struct layout layout;

	/* Nothing to do, or somebody has verified the checksum (DATA_VALID), which is in the frame then. */
	if ((header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) == 0)
		return splits ? -EINVAL : 0;
	if (field + 2 > frame->pkt_len)
		return -EINVAL;
	if (!find_headers(rte_pktmbuf_mtod(frame, uint8_t *), frame->data_len, &layout) ||
	    !is_transport_checksum(&layout, header) || !is_exactly_as_long(frame, &layout)) {
		if (splits)
			return -EINVAL;
		finish_checksum_at(frame, header->csum_start, field);
		return 0;
	}
	if (splits && !note_split(frame, &layout, header))
		return -EINVAL;
	note_checksum(frame, &layout);
	return 0;
}

void
offload_move_front(struct rte_mbuf *frame, uint32_t longer)
{
	if (!offload_pending(frame))
		return;
	frame->l2_len += longer;
	if (offload_is_tunnelled(frame))
		frame->outer_l2_len += longer;
}

bool
offload_is_sound(const struct rte_mbuf *frame)
{
	const uint32_t l4_at = transport_at(frame);
	const bool tcp = is_tcp(frame);
	const uint32_t headers = l4_at + frame->l4_len;

	if (!offload_splits(frame))
		return l4_at + checksum_offset(tcp) + 2 <= frame->pkt_len;
	return frame->l4_len >= (tcp ? sizeof(struct rte_tcp_hdr) : sizeof(struct rte_udp_hdr)) &&
	       headers <= OFFLOAD_MAX_HEADERS && headers < frame->pkt_len && frame->tso_segsz > 0;
}

void
offload_after_cut(struct rte_mbuf *frame)
{
	if (offload_pending(frame) && !offload_is_sound(frame))
		frame->ol_flags &= ~OFFLOAD_FLAGS;
}

void
offload_to_vnet(const struct rte_mbuf *frame, struct virtio_net_hdr *header)
{
	const uint32_t l4_at = transport_at(frame);

	memset(header, 0, sizeof(*header));
	if (!offload_pending(frame) || !offload_is_sound(frame))
		return;
	header->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	header->csum_start = l4_at;
	header->csum_offset = checksum_offset(is_tcp(frame));
	/* One segment is a frame like any other; a kernel that had to split it would refuse. */
	if (!offload_splits(frame) || frame->pkt_len - l4_at - frame->l4_len <= frame->tso_segsz)
		return;
	header->hdr_len = l4_at + frame->l4_len;
	header->gso_size = frame->tso_segsz;
	if (!is_tcp(frame)) {
		header->gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
		return;
	}
	header->gso_type = (frame->ol_flags & RTE_MBUF_F_TX_IPV4) != 0 ? VIRTIO_NET_HDR_GSO_TCPV4
								       : VIRTIO_NET_HDR_GSO_TCPV6;
	if ((frame->ol_flags & OFFLOAD_CWR_EACH) == 0 &&
	    (rte_pktmbuf_mtod_offset(frame, struct rte_tcp_hdr *, l4_at)->tcp_flags & RTE_TCP_CWR_FLAG) != 0)
		header->gso_type |= VIRTIO_NET_HDR_GSO_ECN;
}

void
offload_finish_checksum(struct rte_mbuf *frame)
{
	const uint32_t l4_at = transport_at(frame);

	if (offload_is_sound(frame))
		finish_checksum_at(frame, l4_at, l4_at + checksum_offset(is_tcp(frame)));
	frame->ol_flags &= ~OFFLOAD_FLAGS;
}

