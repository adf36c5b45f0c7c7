/* SPDX-License-Identifier: Apache-2.0 */
/* Recognising unfinished checksums by their value: see xdp.h. */
#include "offload_headers.h"
#include "xdp.h"

#include <netinet/in.h>
#include <rte_ip.h>
#include <string.h>

/* The sum of a pseudo header in the order of memory, not inverted: what an unfinished checksum holds. */
static uint16_t
pseudo_sum(const struct rte_mbuf *frame, const struct layout *layout)
{
	const uint32_t length = frame->pkt_len - layout->l2 - layout->l3;
	const uint32_t at =
		layout->ipv4 ? offsetof(struct rte_ipv4_hdr, src_addr) : offsetof(struct rte_ipv6_hdr, src_addr);
	const uint32_t bytes = layout->ipv4 ? 2 * sizeof(uint32_t) : 2 * 16;
	const uint8_t *addresses = rte_pktmbuf_mtod_offset(frame, const uint8_t *, layout->l2 + at);

	return offload_fold((uint64_t)sum_bytes(addresses, bytes) + rte_cpu_to_be_16(length) +
			    rte_cpu_to_be_16(layout->protocol));
}

bool
xdp_note_unfinished(struct rte_mbuf *frame)
{
	struct layout layout;
	uint32_t field;
	uint16_t has;

	if (!find_headers(rte_pktmbuf_mtod(frame, uint8_t *), frame->data_len, &layout) ||
	    (layout.protocol != IPPROTO_TCP && layout.protocol != IPPROTO_UDP) ||
	    !is_exactly_as_long(frame, &layout))
		return false;
	field = layout.l2 + layout.l3 + checksum_offset(layout.protocol == IPPROTO_TCP);
	if (field + sizeof(has) > frame->data_len)
		return false;
	memcpy(&has, rte_pktmbuf_mtod_offset(frame, uint8_t *, field), sizeof(has));
	if (has == 0 || has != pseudo_sum(frame, &layout))
		return false;
	note_checksum(frame, &layout);
	return true;
}
