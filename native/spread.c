/* SPDX-License-Identifier: Apache-2.0 */
/* Frames over rings by their flows: see spread.h. */
#include "spread.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>

#include "rows.h"

static uint32_t
mix(uint32_t hash, uint32_t word)
{
	return (hash ^ word) * 0x9e3779b1u;
}

/* The same for both directions of a flow; 0 for what is no IP. */
static uint32_t
flow_hash(const struct rte_mbuf *frame)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(frame, struct rte_ether_hdr *);
	const uint8_t *l3 = (const uint8_t *)(eth + 1);
	uint32_t words[8] = {0};
	uint32_t ports = 0;
	uint32_t hash;
	uint32_t l4;
	uint8_t protocol;

	if (frame->data_len < sizeof(*eth) + sizeof(struct rte_ipv4_hdr))
		return 0;
	if (eth->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4)) {
		const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)l3;
		const bool fragment = (ip->fragment_offset &
				       rte_cpu_to_be_16(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK)) != 0;

		words[0] = ip->src_addr ^ ip->dst_addr;
		protocol = fragment ? 0 : ip->next_proto_id;
		l4 = sizeof(*eth) + (ip->version_ihl & 0x0f) * 4u;
	} else if (eth->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV6) &&
		   frame->data_len >= sizeof(*eth) + sizeof(struct rte_ipv6_hdr)) {
		const struct rte_ipv6_hdr *ip = (const struct rte_ipv6_hdr *)l3;
		uint32_t from[4], to[4];

		memcpy(from, ip->src_addr, sizeof(from));
		memcpy(to, ip->dst_addr, sizeof(to));
		for (int i = 0; i < 4; i++)
			words[i] = from[i] ^ to[i];
		protocol = ip->proto;
		l4 = sizeof(*eth) + sizeof(*ip);
	} else {
		return 0;
	}
	if ((protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) && l4 + 4 <= frame->data_len) {
		uint16_t pair[2];

		memcpy(pair, (const uint8_t *)eth + l4, sizeof(pair));
		ports = pair[0] ^ pair[1];
	}
	hash = mix(0, ports);
	for (int i = 0; i < 4; i++)
		hash = mix(hash, words[i]);
	return hash >> 16;
}

/* Sends each of at most BURST frames. */
static void
spread_burst(const uint8_t *to, size_t stride, uint32_t rings, struct rte_mbuf **frames, uint16_t count)
{
	struct rte_mbuf *part[BURST];
	uint8_t of[BURST];

	for (uint16_t i = 0; i < count; i++)
		of[i] = flow_hash(frames[i]) % rings;
	for (uint32_t n = 0; n < rings; n++) {
		const struct finish_to *ring = (const struct finish_to *)(to + n * stride);
		uint16_t size = 0;
		uint16_t taken;

		for (uint16_t i = 0; i < count; i++)
			if (of[i] == n)
				part[size++] = frames[i];
		taken = finish_and_send(ring, part, size);
		rte_pktmbuf_free_bulk(part + taken, size - taken);
		*ring->lost += size - taken;
	}
}

void
spread(const struct finish_to *to, size_t stride, uint32_t rings, struct rte_mbuf **frames, uint16_t count)
{
	for (uint16_t done = 0; done < count; done += BURST)
		spread_burst((const uint8_t *)to, stride, rings, frames + done, RTE_MIN(count - done, BURST));
}
