/* SPDX-License-Identifier: Apache-2.0 */
/* Places for frames that are read: see intake.h. */
#include "intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "offload.h"

/* The least room of an mbuf that makes sense: all headers of a tunnelled frame in one segment. */
#define LEAST_ROOM 256

_Static_assert(sizeof(struct virtio_net_hdr) == 10, "the size that the kernel assumes unless told otherwise");
_Static_assert(LEAST_ROOM >= OFFLOAD_MAX_HEADERS, "headers are looked for in the first segment");
_Static_assert(RTE_PKTMBUF_HEADROOM >= sizeof(struct virtio_net_hdr), "the header is read into the headroom");

/* Bytes that an mbuf of a pool takes behind its headroom. */
static int
room_of(struct rte_mempool *pool)
{
	return rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM;
}

int
intake_init(struct intake *intake, struct rte_mempool *pool, struct rte_mempool *large)
{
	const int room = room_of(pool);

	if (room < LEAST_ROOM || (large != NULL && room + room_of(large) < LARGEST_FRAME))
		return -EINVAL;
	*intake = (struct intake){.pool = pool, .large_pool = large, .room = room};
	return 0;
}

int
landing_init(struct landing *landing)
{
	*landing = (struct landing){.overflow = malloc(LARGEST_FRAME)};
	return landing->overflow == NULL ? -ENOMEM : 0;
}

/* Takes one mbuf from the spares, which are refilled in bulk; NULL: the pool is empty. */
static struct rte_mbuf *
take_mbuf(struct intake *intake)
{
	uint32_t want = BURST;

	while (intake->spares == 0 && want > 0) {
		/* All or nothing: ask for less while the pool runs low. */
		if (rte_pktmbuf_alloc_bulk(intake->pool, intake->spare, want) == 0)
			intake->spares = want;
		want /= 2;
	}
	return intake->spares == 0 ? NULL : intake->spare[--intake->spares];
}

bool
landing_prepare(struct intake *intake, struct landing *landing, bool wants_rest)
{
	if (landing->head == NULL)
		landing->head = take_mbuf(intake);
	if (landing->rest == NULL && wants_rest && intake->large_pool != NULL)
		landing->rest = rte_pktmbuf_alloc(intake->large_pool);
	return landing->head != NULL;
}

void
landing_parts(const struct intake *intake, const struct landing *landing, struct iovec *parts)
{
	parts[0].iov_base = rte_pktmbuf_mtod_offset(landing->head, uint8_t *, -(int)VNET_HEADER);
	parts[0].iov_len = intake->room + VNET_HEADER;
	parts[1].iov_base = landing->rest != NULL ? rte_pktmbuf_mtod(landing->rest, void *) : landing->overflow;
	parts[1].iov_len = LARGEST_FRAME - intake->room;
}

/* Hangs an mbuf with length bytes behind tail. */
static void
append(struct rte_mbuf *head, struct rte_mbuf *tail, struct rte_mbuf *mbuf, uint32_t length)
{
	mbuf->data_len = length;
	tail->next = mbuf;
	head->nb_segs++;
}

/* Moves what went into the overflow buffer into fresh mbufs behind head; false: the pool is empty. */
static bool
append_overflow(struct intake *intake, const struct landing *landing, struct rte_mbuf *head, uint32_t length)
{
	const uint8_t *from = landing->overflow;
	struct rte_mbuf *tail = head;

	while (length > 0) {
		const uint32_t part = RTE_MIN(length, intake->room);
		struct rte_mbuf *mbuf = take_mbuf(intake);

		if (mbuf == NULL)
			return false;
		memcpy(rte_pktmbuf_mtod(mbuf, void *), from, part);
		append(head, tail, mbuf, part);
		tail = mbuf;
		from += part;
		length -= part;
	}
	return true;
}

struct rte_mbuf *
landing_take(struct intake *intake, struct landing *landing, uint32_t length)
{
	struct rte_mbuf *head = landing->head;
	const uint32_t first = RTE_MIN(length, intake->room);

	landing->head = NULL;
	head->data_len = first;
	head->pkt_len = length;
	if (likely(length == first))
		return head;
	if (likely(landing->rest != NULL)) {
		append(head, head, landing->rest, length - first);
		landing->rest = NULL;
		return head;
	}
	if (append_overflow(intake, landing, head, length - first))
		return head;
	rte_pktmbuf_free(head);
	return NULL;
}

struct virtio_net_hdr
landing_header(const struct rte_mbuf *frame)
{
	struct virtio_net_hdr header;

	memcpy(&header, rte_pktmbuf_mtod_offset(frame, uint8_t *, -(int)VNET_HEADER), VNET_HEADER);
	return header;
}

void
landing_free(struct landing *landing)
{
	rte_pktmbuf_free(landing->head);
	rte_pktmbuf_free(landing->rest);
	free(landing->overflow);
}

void
intake_free(struct intake *intake)
{
	rte_pktmbuf_free_bulk(intake->spare, intake->spares);
}
