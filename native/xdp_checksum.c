/* SPDX-License-Identifier: Apache-2.0 */
/* Recognising unfinished checksums by their value: see xdp.h. */
#include "offload_headers.h"
#include "xdp.h"

#include <netinet/in.h>
#include <rte_ip.h>
#include <string.h>

/* The sum of a pseudo header in the order of memory, not inverted: what an unfinished checksum holds. */
static uint16_t
pseudo_sum(const struct rte_mbuf *frame, const struct layout *layout, uint32_t length)
{
	const uint32_t at =
		layout->ipv4 ? offsetof(struct rte_ipv4_hdr, src_addr) : offsetof(struct rte_ipv6_hdr, src_addr);
	const uint32_t bytes = layout->ipv4 ? 2 * sizeof(uint32_t) : 2 * 16;
	const uint8_t *addresses = rte_pktmbuf_mtod_offset(frame, const uint8_t *, layout->l2 + at);

	return offload_fold((uint64_t)sum_bytes(addresses, bytes) + rte_cpu_to_be_16(length) +
			    rte_cpu_to_be_16(layout->protocol));
}

/* Bytes of a frame as IP counts them, without what is behind the packet. */
static uint32_t
counted(const struct rte_mbuf *frame, const struct layout *layout)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(frame, const uint8_t *, layout->l2);

	return layout->l2 + (layout->ipv4 ? u16(ip + offsetof(struct rte_ipv4_hdr, total_length)) :
					    sizeof(struct rte_ipv6_hdr) +
						    u16(ip + offsetof(struct rte_ipv6_hdr, payload_len)));
}

bool
xdp_note_unfinished(struct rte_mbuf *frame)
{
	struct layout layout;
	uint32_t field, length;
	uint16_t has;

	if (!find_headers(rte_pktmbuf_mtod(frame, uint8_t *), frame->data_len, &layout) ||
	    (layout.protocol != IPPROTO_TCP && layout.protocol != IPPROTO_UDP))
		return false;
	length = counted(frame, &layout);
	if (length > frame->pkt_len || (length < frame->pkt_len && frame->nb_segs > 1))
		return false;
	field = layout.l2 + layout.l3 + checksum_offset(layout.protocol == IPPROTO_TCP);
	if (field + sizeof(has) > RTE_MIN(length, (uint32_t)frame->data_len))
		return false;
	memcpy(&has, rte_pktmbuf_mtod_offset(frame, uint8_t *, field), sizeof(has));
	if (has == 0 || has != pseudo_sum(frame, &layout, length - layout.l2 - layout.l3))
		return false;
	/* What is behind the packet is neither summed nor delivered. */
	if (length < frame->pkt_len)
		frame->pkt_len = frame->data_len = length;
	note_checksum(frame, &layout);
	return true;
}
