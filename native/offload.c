/* SPDX-License-Identifier: Apache-2.0 */
/* Checksums and segmentation that senders leave to the device: see offload.h. */
#include "offload.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>
#include <stddef.h>
#include <string.h>

#include "ipvane_dpdk.h"

#define MAX_VLAN_TAGS 2

/* Every frame has its first bytes to itself, however much of the rest is shared: ipvane_mbuf_replicate(). */
#define OWN_BYTES 128

/* A frame may become longer in front of its headers by as many tags as it may have. */
#define TAG_ROOM (MAX_VLAN_TAGS * sizeof(struct rte_vlan_hdr))

_Static_assert(OFFLOAD_WORK == (3ULL << 52 | 1ULL << 50 | 1ULL << 42), "TxOffload.java");
_Static_assert(OFFLOAD_SPLIT == (1ULL << 50 | 1ULL << 42), "TxOffload.SPLITS");

/* Where the headers of a frame are: lengths in bytes. */
struct layout {
	uint32_t l2;
	uint32_t l3;
	bool ipv4;
	uint8_t protocol;
};

static uint16_t
u16(const uint8_t *from)
{
	return from[0] << 8 | from[1];
}

static void
put_u16(uint8_t *to, uint16_t value)
{
	to[0] = value >> 8;
	to[1] = value;
}

/*
 * The one's complement sum of length bytes in the order of memory. Words of 32 bits into 64: nothing
 * overflows, and the compiler makes vectors of it.
 */
static uint16_t
sum_bytes(const uint8_t *from, uint32_t length)
{
	uint64_t sum = 0;
	uint32_t word = 0;

	for (; length >= sizeof(word); length -= sizeof(word), from += sizeof(word)) {
		memcpy(&word, from, sizeof(word));
		sum += word;
	}
	word = 0;
	memcpy(&word, from, length);
	return offload_fold(sum + word);
}

/* DPDK's own is wrong where a segment ends at an odd byte. */
uint16_t
offload_sum(const struct rte_mbuf *frame, uint32_t start)
{
	uint32_t sum = 0;
	uint32_t done = 0;

	for (; frame != NULL; frame = frame->next) {
		const uint32_t length = frame->data_len - RTE_MIN(start, frame->data_len);
		const uint16_t part =
			sum_bytes(rte_pktmbuf_mtod_offset(frame, uint8_t *, frame->data_len - length), length);

		sum += done % 2 == 0 ? part : rte_bswap16(part);
		done += length;
		start -= frame->data_len - length;
	}
	return offload_fold(sum);
}

/* Skips extension headers that may stand between IPv6 and transport; false: they do not end. */
static bool
skip_extensions(const uint8_t *bytes, uint32_t available, struct layout *layout)
{
	uint32_t at = layout->l2 + sizeof(struct rte_ipv6_hdr);

	while (layout->protocol == IPPROTO_HOPOPTS || layout->protocol == IPPROTO_ROUTING ||
	       layout->protocol == IPPROTO_DSTOPTS) {
		if (at + 8 > available)
			return false;
		layout->protocol = bytes[at];
		at += 8 + 8u * bytes[at + 1];
	}
	layout->l3 = at - layout->l2;
	return true;
}

/* Finds network and transport header in the first bytes of a frame; false: it is not whole IP. */
static bool
find_headers(const uint8_t *bytes, uint32_t available, struct layout *layout)
{
	uint32_t type_at = offsetof(struct rte_ether_hdr, ether_type);
	const uint8_t *ip;
	uint16_t type;

	for (int tags = 0;; tags++) {
		if (type_at + 2 + sizeof(struct rte_ipv4_hdr) > available)
			return false;
		type = u16(bytes + type_at);
		if (tags == MAX_VLAN_TAGS || (type != RTE_ETHER_TYPE_VLAN && type != RTE_ETHER_TYPE_QINQ))
			break;
		type_at += sizeof(struct rte_vlan_hdr);
	}
	layout->l2 = type_at + 2;
	layout->ipv4 = type == RTE_ETHER_TYPE_IPV4;
	ip = bytes + layout->l2;
	if (layout->ipv4) {
		layout->l3 = (ip[0] & 0x0f) * 4u;
		layout->protocol = ip[offsetof(struct rte_ipv4_hdr, next_proto_id)];
		return ip[0] >> 4 == 4 && layout->l3 >= sizeof(struct rte_ipv4_hdr) &&
		       (u16(ip + offsetof(struct rte_ipv4_hdr, fragment_offset)) &
			(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK)) == 0;
	}
	if (type != RTE_ETHER_TYPE_IPV6 || layout->l2 + sizeof(struct rte_ipv6_hdr) > available ||
	    ip[0] >> 4 != 6)
		return false;
	layout->protocol = ip[offsetof(struct rte_ipv6_hdr, proto)];
	return skip_extensions(bytes, available, layout);
}

/* Where the checksum of a transport header is: bytes from its start. */
static uint32_t
checksum_offset(bool tcp)
{
	return tcp ? offsetof(struct rte_tcp_hdr, cksum) : offsetof(struct rte_udp_hdr, dgram_cksum);
}

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

static uint8_t *
byte_at(struct rte_mbuf *segment, uint32_t at)
{
	while (at >= segment->data_len) {
		at -= segment->data_len;
		segment = segment->next;
	}
	return rte_pktmbuf_mtod_offset(segment, uint8_t *, at);
}

/* Completes the sum of all bytes from start on, of which the field holds a part. */
static void
finish_checksum_at(struct rte_mbuf *frame, uint32_t start, uint32_t field)
{
	uint16_t sum = ~offload_sum(frame, start);

	/* Zero would say "no checksum" in UDP; to TCP both are the same. */
	if (sum == 0)
		sum = 0xffff;
	memcpy(byte_at(frame, field), &sum, 1);
	memcpy(byte_at(frame, field + 1), (uint8_t *)&sum + 1, 1);
}

/* Whether IP counts the very bytes that the frame has. */
static bool
is_exactly_as_long(const struct rte_mbuf *frame, const struct layout *layout)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(frame, uint8_t *, layout->l2);
	const uint32_t length = frame->pkt_len - layout->l2;

	return layout->ipv4 ? u16(ip + offsetof(struct rte_ipv4_hdr, total_length)) == length
			    : u16(ip + offsetof(struct rte_ipv6_hdr, payload_len)) ==
				      length - sizeof(struct rte_ipv6_hdr);
}

/* Notes that a frame is to be split; false: it cannot be. */
static bool
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
	frame->l2_len = layout.l2;
	frame->l3_len = layout.l3;
	frame->ol_flags |= (layout.ipv4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6) |
			   (layout.protocol == IPPROTO_TCP ? RTE_MBUF_F_TX_TCP_CKSUM
							   : RTE_MBUF_F_TX_UDP_CKSUM);
	return 0;
}

static bool
is_tcp(const struct rte_mbuf *frame)
{
	return (frame->ol_flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_TCP_CKSUM;
}

static uint32_t
transport_at(const struct rte_mbuf *frame)
{
	return frame->l2_len + frame->l3_len;
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
	if (!offload_splits(frame))
		return;
	header->hdr_len = l4_at + frame->l4_len;
	header->gso_size = frame->tso_segsz;
	if (!is_tcp(frame)) {
		header->gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
		return;
	}
	header->gso_type = (frame->ol_flags & RTE_MBUF_F_TX_IPV4) != 0 ? VIRTIO_NET_HDR_GSO_TCPV4
								       : VIRTIO_NET_HDR_GSO_TCPV6;
	/* Of several segments only the first may say CWR. */
	if (rte_pktmbuf_mtod_offset(frame, struct rte_tcp_hdr *, l4_at)->tcp_flags & RTE_TCP_CWR_FLAG)
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

void
offload_split_begin(struct offload_split *split, const struct rte_mbuf *frame)
{
	const uint32_t l4_at = transport_at(frame);
	const uint16_t length = frame->pkt_len - l4_at;
	const void *headers;
	uint16_t sum;

	split->frame = frame;
	split->from = frame;
	split->index = 0;
	split->headers = l4_at + frame->l4_len;
	split->at = split->headers;
	split->left = frame->pkt_len - split->headers;
	headers = rte_pktmbuf_read(frame, 0, split->headers, split->bytes);
	if (headers != split->bytes)
		memcpy(split->bytes, headers, split->headers);
	memcpy(&sum, split->bytes + l4_at + checksum_offset(is_tcp(frame)), sizeof(sum));
	/* One's complement: to subtract is to add the inverse. */
	split->sum = sum + (uint16_t)~rte_cpu_to_be_16(length);
}

/* Copies the next length payload bytes into room behind head, which may take more mbufs; false: the pool is empty. */
static bool
take_payload(struct offload_split *split, struct rte_mbuf *head, uint32_t length)
{
	struct rte_mbuf *tail = head;

	head->pkt_len += length;
	while (length > 0) {
		uint32_t part;

		while (split->at >= split->from->data_len) {
			split->at -= split->from->data_len;
			split->from = split->from->next;
		}
		if (rte_pktmbuf_tailroom(tail) == 0) {
			tail->next = rte_pktmbuf_alloc(head->pool);
			if (tail->next == NULL)
				return false;
			tail = tail->next;
			head->nb_segs++;
		}
		part = RTE_MIN(length, split->from->data_len - split->at);
		part = RTE_MIN(part, (uint32_t)rte_pktmbuf_tailroom(tail));
		memcpy(rte_pktmbuf_mtod_offset(tail, uint8_t *, tail->data_len),
		       rte_pktmbuf_mtod_offset(split->from, uint8_t *, split->at), part);
		tail->data_len += part;
		split->at += part;
		length -= part;
	}
	return true;
}

/* Lengths, identification and header checksum of IP. */
static void
write_ip(const struct offload_split *split, struct rte_mbuf *segment)
{
	const struct rte_mbuf *frame = split->frame;
	uint8_t *ip = rte_pktmbuf_mtod_offset(segment, uint8_t *, frame->l2_len);
	const uint32_t length = segment->pkt_len - frame->l2_len;
	uint8_t *id = ip + offsetof(struct rte_ipv4_hdr, packet_id);
	uint8_t *checksum = ip + offsetof(struct rte_ipv4_hdr, hdr_checksum);
	uint16_t sum;

	if ((frame->ol_flags & RTE_MBUF_F_TX_IPV4) == 0) {
		put_u16(ip + offsetof(struct rte_ipv6_hdr, payload_len),
			length - sizeof(struct rte_ipv6_hdr));
		return;
	}
	put_u16(ip + offsetof(struct rte_ipv4_hdr, total_length), length);
	put_u16(id, u16(id) + split->index);
	memset(checksum, 0, sizeof(sum));
	sum = ~sum_bytes(ip, frame->l3_len);
	memcpy(checksum, &sum, sizeof(sum));
}

/* Sequence number and flags: the end is the last segment's to announce, CWR the first one's. */
static void
write_tcp(const struct offload_split *split, struct rte_tcp_hdr *tcp)
{
	tcp->sent_seq = rte_cpu_to_be_32(rte_be_to_cpu_32(tcp->sent_seq) +
					 split->index * split->frame->tso_segsz);
	if (split->left > 0)
		tcp->tcp_flags &= ~(RTE_TCP_FIN_FLAG | RTE_TCP_PSH_FLAG);
	if (split->index > 0)
		tcp->tcp_flags &= ~RTE_TCP_CWR_FLAG;
}

static void
write_headers(const struct offload_split *split, struct rte_mbuf *segment)
{
	const uint32_t l4_at = transport_at(split->frame);
	uint8_t *l4 = rte_pktmbuf_mtod_offset(segment, uint8_t *, l4_at);
	const uint32_t length = segment->pkt_len - l4_at;
	const bool tcp = is_tcp(split->frame);
	const uint16_t pseudo = offload_fold(split->sum + rte_cpu_to_be_16(length));

	write_ip(split, segment);
	if (tcp)
		write_tcp(split, (struct rte_tcp_hdr *)l4);
	else
		put_u16(l4 + offsetof(struct rte_udp_hdr, dgram_len), length);
	memcpy(l4 + checksum_offset(tcp), &pseudo, sizeof(pseudo));
	finish_checksum_at(segment, l4_at, l4_at + checksum_offset(tcp));
}

static struct rte_mbuf *
next_segment(struct offload_split *split)
{
	const uint32_t payload = RTE_MIN(split->left, (uint32_t)split->frame->tso_segsz);
	struct rte_mbuf *segment = rte_pktmbuf_alloc(split->frame->pool);

	if (segment == NULL)
		return NULL;
	memcpy(rte_pktmbuf_append(segment, split->headers), split->bytes, split->headers);
	if (!take_payload(split, segment, payload)) {
		rte_pktmbuf_free(segment);
		return NULL;
	}
	segment->port = split->frame->port;
	split->left -= payload;
	write_headers(split, segment);
	split->index++;
	return segment;
}

uint32_t
offload_split_next(struct offload_split *split, struct rte_mbuf **frames, uint32_t max)
{
	uint32_t made = 0;

	while (made < max && split->left > 0) {
		frames[made] = next_segment(split);
		if (frames[made] == NULL)
			break;
		made++;
	}
	return made;
}
