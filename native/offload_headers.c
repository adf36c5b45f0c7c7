/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of frames and sums over them: see offload_headers.h. */
#include "offload_headers.h"

#include <netinet/in.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <string.h>

/*
 * The one's complement sum of length bytes in the order of memory. Words of 32 bits into 64: nothing
 * overflows, and the compiler makes vectors of it.
 */
uint16_t
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

static uint8_t *
byte_at(struct rte_mbuf *segment, uint32_t at)
{
	while (at >= segment->data_len) {
		at -= segment->data_len;
		segment = segment->next;
	}
	return rte_pktmbuf_mtod_offset(segment, uint8_t *, at);
}

void
finish_checksum_at(struct rte_mbuf *frame, uint32_t start, uint32_t field)
{
	uint16_t sum = ~offload_sum(frame, start);

	/* Zero would say "no checksum" in UDP; to TCP both are the same. */
	if (sum == 0)
		sum = 0xffff;
	memcpy(byte_at(frame, field), &sum, 1);
	memcpy(byte_at(frame, field + 1), (uint8_t *)&sum + 1, 1);
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

bool
find_transport(const uint8_t *bytes, uint32_t available, struct layout *layout)
{
	const uint8_t *ip = bytes + layout->l2;

	if (layout->l2 + sizeof(struct rte_ipv4_hdr) > available)
		return false;
	layout->ipv4 = ip[0] >> 4 == 4;
	if (layout->ipv4) {
		layout->l3 = (ip[0] & 0x0f) * 4u;
		layout->protocol = ip[offsetof(struct rte_ipv4_hdr, next_proto_id)];
		return layout->l3 >= sizeof(struct rte_ipv4_hdr) &&
		       (u16(ip + offsetof(struct rte_ipv4_hdr, fragment_offset)) &
			(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK)) == 0;
	}
	if (layout->l2 + sizeof(struct rte_ipv6_hdr) > available || ip[0] >> 4 != 6)
		return false;
	layout->protocol = ip[offsetof(struct rte_ipv6_hdr, proto)];
	return skip_extensions(bytes, available, layout);
}

bool
find_headers(const uint8_t *bytes, uint32_t available, struct layout *layout)
{
	uint32_t type_at = offsetof(struct rte_ether_hdr, ether_type);
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
	return (type == RTE_ETHER_TYPE_IPV4 || type == RTE_ETHER_TYPE_IPV6) &&
	       find_transport(bytes, available, layout) && layout->ipv4 == (type == RTE_ETHER_TYPE_IPV4);
}

bool
is_exactly_as_long(const struct rte_mbuf *frame, const struct layout *layout)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(frame, uint8_t *, layout->l2);
	const uint32_t length = frame->pkt_len - layout->l2;

	return layout->ipv4 ? u16(ip + offsetof(struct rte_ipv4_hdr, total_length)) == length
			    : u16(ip + offsetof(struct rte_ipv6_hdr, payload_len)) ==
				      length - sizeof(struct rte_ipv6_hdr);
}
