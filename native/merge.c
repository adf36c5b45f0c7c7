/* SPDX-License-Identifier: Apache-2.0 */
/* Many datagrams as one frame: see merge.h. */
#include "merge.h"

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_udp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "offload.h"

/* Fields of IPv4 in which datagrams of one flow differ. */
#define ID offsetof(struct rte_ipv4_hdr, packet_id)
#define AFTER_ID (ID + sizeof(rte_be16_t))
#define CHECKSUM offsetof(struct rte_ipv4_hdr, hdr_checksum)
#define AFTER_CHECKSUM (CHECKSUM + sizeof(rte_be16_t))

static uint32_t
headers_of(const struct rte_mbuf *frame)
{
	return frame->l2_len + frame->l3_len + sizeof(struct rte_udp_hdr);
}

/* The length that IP and UDP say; a frame may be longer than that, but not here. */
static bool
is_as_long_as_it_says(const struct rte_mbuf *frame)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(frame, uint8_t *, frame->l2_len);
	const struct rte_udp_hdr *udp = (const struct rte_udp_hdr *)(ip + frame->l3_len);
	const uint32_t length = frame->pkt_len - frame->l2_len;
	const uint32_t said =
		(frame->ol_flags & RTE_MBUF_F_TX_IPV4) != 0
			? rte_be_to_cpu_16(((const struct rte_ipv4_hdr *)ip)->total_length)
			: rte_be_to_cpu_16(((const struct rte_ipv6_hdr *)ip)->payload_len) +
				  sizeof(struct rte_ipv6_hdr);

	return said == length && rte_be_to_cpu_16(udp->dgram_len) == length - frame->l3_len;
}

/* A datagram to one station with payload and without IPv4 options, its checksum left to the device. */
static bool
may_begin(const struct rte_mbuf *frame)
{
	return (frame->ol_flags & OFFLOAD_WORK) == RTE_MBUF_F_TX_UDP_CKSUM && frame->nb_segs == 1 &&
	       frame->data_len > headers_of(frame) &&
	       ((frame->ol_flags & RTE_MBUF_F_TX_IPV4) == 0 ||
		frame->l3_len == sizeof(struct rte_ipv4_hdr)) &&
	       !rte_is_multicast_ether_addr(rte_pktmbuf_mtod(frame, struct rte_ether_addr *)) &&
	       is_as_long_as_it_says(frame);
}

/* Whether a frame differs from the first of its run in nothing but payload and identification. */
static bool
may_follow(const struct rte_mbuf *first, const struct rte_mbuf *frame)
{
	const uint8_t *a = rte_pktmbuf_mtod(first, uint8_t *);
	const uint8_t *b = rte_pktmbuf_mtod(frame, uint8_t *);
	const uint32_t ip = first->l2_len;

	if (frame->ol_flags != first->ol_flags || frame->tx_offload != first->tx_offload ||
	    frame->data_len != first->data_len || frame->nb_segs != 1)
		return false;
	if ((first->ol_flags & RTE_MBUF_F_TX_IPV4) == 0)
		return memcmp(a, b, headers_of(first)) == 0;
	return memcmp(a, b, ip + ID) == 0 &&
	       memcmp(a + ip + AFTER_ID, b + ip + AFTER_ID, CHECKSUM - AFTER_ID) == 0 &&
	       memcmp(a + ip + AFTER_CHECKSUM, b + ip + AFTER_CHECKSUM,
		      headers_of(first) - ip - AFTER_CHECKSUM) == 0;
}

uint32_t
merge_run(struct rte_mbuf *const *frames, uint32_t count)
{
	const struct rte_mbuf *first = frames[0];
	uint32_t most, run = 1;

	if (count < 2 || !may_begin(first))
		return 1;
	most = (UINT16_MAX - first->l3_len - sizeof(struct rte_udp_hdr)) /
	       (first->data_len - headers_of(first));
	most = RTE_MIN(most, RTE_MIN(count, (uint32_t)MERGE_MOST));
	while (run < most && may_follow(first, frames[run]))
		run++;
	return RTE_MAX(run, 1u);
}

/* Makes the headers of the first datagram those of all. */
static void
lengthen(const struct rte_mbuf *first, uint8_t *to, uint32_t length)
{
	uint8_t *ip = to + first->l2_len;
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + first->l3_len);
	const rte_be16_t before = udp->dgram_len;
	const uint32_t l3 = length - first->l2_len;

	udp->dgram_len = rte_cpu_to_be_16(l3 - first->l3_len);
	udp->dgram_cksum = offload_fold(udp->dgram_cksum + (uint16_t)~before + udp->dgram_len);
	if ((first->ol_flags & RTE_MBUF_F_TX_IPV4) != 0) {
		struct rte_ipv4_hdr *ipv4 = (struct rte_ipv4_hdr *)ip;

		ipv4->total_length = rte_cpu_to_be_16(l3);
		ipv4->hdr_checksum = 0;
		ipv4->hdr_checksum = rte_ipv4_cksum(ipv4);
	} else {
		((struct rte_ipv6_hdr *)ip)->payload_len =
			rte_cpu_to_be_16(l3 - sizeof(struct rte_ipv6_hdr));
	}
}

uint32_t
merge_frames(struct rte_mbuf *const *frames, uint32_t count, uint8_t *to, struct virtio_net_hdr *header)
{
	const struct rte_mbuf *first = frames[0];
	const uint32_t headers = headers_of(first);
	const uint32_t payload = first->data_len - headers;
	uint32_t length = first->data_len;

	memcpy(to, rte_pktmbuf_mtod(first, void *), length);
	for (uint32_t i = 1; i < count; i++) {
		memcpy(to + length, rte_pktmbuf_mtod_offset(frames[i], uint8_t *, headers), payload);
		length += payload;
	}
	lengthen(first, to, length);
	offload_to_vnet(first, header);
	header->gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
	header->gso_size = payload;
	header->hdr_len = headers;
	return length;
}
