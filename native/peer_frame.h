/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame that is put together from the parts in which a peer that shares its memory gives it: vhost-user
 * (vhost_receive.c), memif (memif.c). What a peer may make an lcore do is bounded here: what one frame may be,
 * and after how much a burst ends, since others wait for the lcore and for the mbufs meanwhile. A burst of
 * BURST frames then has 224 mbufs of 2 KiB at most.
 */
#ifndef IPVANE_PEER_FRAME_H
#define IPVANE_PEER_FRAME_H

#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_memcpy.h>
#include <stdbool.h>
#include <stdint.h>

/* The longest packet of IP behind an Ethernet header with two VLAN tags: what is longer ends the connection. */
#define PEER_MAX_FRAME (UINT16_MAX + RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN)

/* Descriptors of one frame; more end the connection. 64 KiB in buffers of 1,500 bytes are 44. */
#define PEER_MAX_PARTS 256

/* A burst ends with the frame that reaches one of these. */
#define PEER_BURST_BYTES (256u << 10)
#define PEER_BURST_PARTS 1024

/* A frame and its last mbuf. */
struct peer_frame {
	struct rte_mbuf *head;
	struct rte_mbuf *last;
};

/* Whether so many bytes more would make it longer than a frame may be. */
static inline bool
peer_frame_is_longer(const struct peer_frame *frame, uint32_t more)
{
	return more > PEER_MAX_FRAME - frame->head->pkt_len;
}

/*
 * Appends bytes, in more mbufs of the first one's pool where one is full; false: the pool is empty. The caller
 * has asked whether the frame gets too long.
 */
static inline bool
peer_frame_append(struct peer_frame *frame, const uint8_t *bytes, uint32_t length)
{
	for (;;) {
		struct rte_mbuf *last = frame->last;
		const uint32_t part = RTE_MIN(length, (uint32_t)rte_pktmbuf_tailroom(last));

		rte_memcpy(rte_pktmbuf_mtod_offset(last, uint8_t *, last->data_len), bytes, part);
		last->data_len += part;
		frame->head->pkt_len += part;
		bytes += part;
		length -= part;
		if (length == 0)
			return true;
		frame->last = rte_pktmbuf_alloc(last->pool);
		if (frame->last == NULL)
			return false;
		last->next = frame->last;
		frame->head->nb_segs++;
	}
}

/* The bytes of some frames. */
static inline uint64_t
peer_frame_bytes(struct rte_mbuf *const *frames, uint16_t count)
{
	uint64_t bytes = 0;

	for (uint16_t i = 0; i < count; i++)
		bytes += frames[i]->pkt_len;
	return bytes;
}

#endif
