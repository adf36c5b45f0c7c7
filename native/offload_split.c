/* SPDX-License-Identifier: Apache-2.0 */
/* A long frame becomes several: see offload.h. */
#include "offload.h"

#include <netinet/in.h>
#include <rte_ip.h>
#include <string.h>

#include "offload_headers.h"

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

/* Lengths, identification and header checksum of the IP header that begins so many bytes in front. */
static void
write_ip(const struct offload_split *split, struct rte_mbuf *segment, uint32_t at, uint32_t header, bool ipv4)
{
	uint8_t *ip = rte_pktmbuf_mtod_offset(segment, uint8_t *, at);
	const uint32_t length = segment->pkt_len - at;
	uint8_t *id = ip + offsetof(struct rte_ipv4_hdr, packet_id);
	uint8_t *checksum = ip + offsetof(struct rte_ipv4_hdr, hdr_checksum);
	uint16_t sum;

	if (!ipv4) {
		put_u16(ip + offsetof(struct rte_ipv6_hdr, payload_len),
			length - sizeof(struct rte_ipv6_hdr));
		return;
	}
	put_u16(ip + offsetof(struct rte_ipv4_hdr, total_length), length);
	put_u16(id, u16(id) + split->index);
	memset(checksum, 0, sizeof(sum));
	sum = ~sum_bytes(ip, header);
	memcpy(checksum, &sum, sizeof(sum));
}

/* Sequence number and flags: the end is the last segment's to announce, CWR mostly the first one's. */
static void
write_tcp(const struct offload_split *split, struct rte_tcp_hdr *tcp)
{
	tcp->sent_seq = rte_cpu_to_be_32(rte_be_to_cpu_32(tcp->sent_seq) +
					 split->index * split->frame->tso_segsz);
	if (split->left > 0)
		tcp->tcp_flags &= ~(RTE_TCP_FIN_FLAG | RTE_TCP_PSH_FLAG);
	if (split->index > 0 && (split->frame->ol_flags & OFFLOAD_CWR_EACH) == 0)
		tcp->tcp_flags &= ~RTE_TCP_CWR_FLAG;
}

/*
 * The header of a tunnel around a segment, whose own checksums are finished. That of its UDP is made where the whole
 * frame has one.
 */
static void
write_outer(const struct offload_split *split, struct rte_mbuf *segment)
{
	const struct rte_mbuf *frame = split->frame;
	const bool ipv4 = (frame->ol_flags & RTE_MBUF_F_TX_OUTER_IPV4) != 0;
	const uint32_t l4_at = frame->outer_l2_len + frame->outer_l3_len;
	const uint8_t *ip = rte_pktmbuf_mtod_offset(segment, uint8_t *, frame->outer_l2_len);
	struct rte_udp_hdr *udp = rte_pktmbuf_mtod_offset(segment, struct rte_udp_hdr *, l4_at);
	uint16_t pseudo;

	write_ip(split, segment, frame->outer_l2_len, frame->outer_l3_len, ipv4);
	if ((frame->ol_flags & OFFLOAD_OUTER_UDP) == 0)
		return;
	udp->dgram_len = rte_cpu_to_be_16(segment->pkt_len - l4_at);
	if (udp->dgram_cksum == 0)
		return;
	/* The addresses stand at the end of the header without options. */
	pseudo = ipv4 ? sum_bytes(ip + offsetof(struct rte_ipv4_hdr, src_addr), 2 * sizeof(uint32_t))
		      : sum_bytes(ip + offsetof(struct rte_ipv6_hdr, src_addr), 2 * 16);
	udp->dgram_cksum = offload_fold((uint64_t)pseudo + rte_cpu_to_be_16(IPPROTO_UDP) + udp->dgram_len);
	finish_checksum_at(segment, l4_at, l4_at + offsetof(struct rte_udp_hdr, dgram_cksum));
}

static void
write_headers(const struct offload_split *split, struct rte_mbuf *segment)
{
	const uint32_t l4_at = transport_at(split->frame);
	uint8_t *l4 = rte_pktmbuf_mtod_offset(segment, uint8_t *, l4_at);
	const uint32_t length = segment->pkt_len - l4_at;
	const bool tcp = is_tcp(split->frame);
	const uint16_t pseudo = offload_fold(split->sum + rte_cpu_to_be_16(length));

	write_ip(split, segment, split->frame->l2_len, split->frame->l3_len,
		 (split->frame->ol_flags & RTE_MBUF_F_TX_IPV4) != 0);
	if (tcp)
		write_tcp(split, (struct rte_tcp_hdr *)l4);
	else
		put_u16(l4 + offsetof(struct rte_udp_hdr, dgram_len), length);
	memcpy(l4 + checksum_offset(tcp), &pseudo, sizeof(pseudo));
	finish_checksum_at(segment, l4_at, l4_at + checksum_offset(tcp));
	if (unlikely(offload_is_tunnelled(split->frame)))
		write_outer(split, segment);
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
