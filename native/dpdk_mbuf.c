/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames: pools, the layout of an mbuf, and operations over chained segments.
 *
 * One rule holds for all of them: no byte of a segment that others share is written.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "ipvane_dpdk.h"
#include "offload.h"

/* A frame up to this long is copied as a whole; a longer one shares all but its headers. */
#define COPY_LIMIT 256
/* What a replica owns of a longer frame: room for outer, inner and transport headers. */
#define OWN_HEADER 128

_Static_assert(RTE_PKTMBUF_HEADROOM >= 128, "tunnel headers are written into the headroom");

/* Reports the fields of rte_mbuf as this file was compiled, and how many there are. */
IPVANE_EXPORT int32_t
ipvane_mbuf_layout(const struct ipvane_field **fields)
{
	static const struct ipvane_field table[] = {
		IPVANE_FIELD(struct rte_mbuf, buf_addr),
		IPVANE_FIELD(struct rte_mbuf, data_off),
		IPVANE_FIELD(struct rte_mbuf, refcnt),
		IPVANE_FIELD(struct rte_mbuf, nb_segs),
		IPVANE_FIELD(struct rte_mbuf, port),
		IPVANE_FIELD(struct rte_mbuf, ol_flags),
		IPVANE_FIELD(struct rte_mbuf, pkt_len),
		IPVANE_FIELD(struct rte_mbuf, data_len),
		IPVANE_FIELD(struct rte_mbuf, buf_len),
		IPVANE_FIELD(struct rte_mbuf, pool),
		IPVANE_FIELD(struct rte_mbuf, next),
		IPVANE_FIELD(struct rte_mbuf, tx_offload),
		IPVANE_FIELD(struct rte_mbuf, hash),
		{"sizeof", 0, sizeof(struct rte_mbuf)},
	};

	*fields = table;
	return sizeof(table) / sizeof(table[0]);
}

/*
 * Makes a pool of `count` mbufs whose first segment holds `data_room` bytes behind the headroom.
 * socket: a NUMA node, or -1 for any.
 */
IPVANE_EXPORT int32_t
ipvane_pool_create(const char *name, uint32_t count, uint32_t cache, uint32_t data_room,
		   int32_t socket, struct rte_mempool **pool, char *why, uint32_t why_size)
{
	if (data_room + RTE_PKTMBUF_HEADROOM > UINT16_MAX)
		return -ERANGE;
	ipvane_why_begin(why, why_size);
	rte_errno = 0;
	*pool = rte_pktmbuf_pool_create(name, count, cache, 0, data_room + RTE_PKTMBUF_HEADROOM,
					socket < 0 ? SOCKET_ID_ANY : socket);
	ipvane_why_end();
	return *pool == NULL ? ipvane_rte_error() : 0;
}

/* A frame of `length` bytes in one segment, or NULL: pool empty, or it does not fit one. */
IPVANE_EXPORT struct rte_mbuf *
ipvane_mbuf_alloc(struct rte_mempool *pool, uint32_t length)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	if (m == NULL)
		return NULL;
	if (length > rte_pktmbuf_tailroom(m)) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	m->data_len = length;
	m->pkt_len = length;
	return m;
}

/* `count` empty frames, all or none. */
IPVANE_EXPORT int32_t
ipvane_mbuf_alloc_bulk(struct rte_mempool *pool, struct rte_mbuf **mbufs, uint32_t count)
{
	return rte_pktmbuf_alloc_bulk(pool, mbufs, count) != 0 ? -ENOBUFS : 0;
}

IPVANE_EXPORT void
ipvane_mbuf_free(struct rte_mbuf *m)
{
	rte_pktmbuf_free(m);
}

/* Frames that share the bytes of `from` behind the first `skip`, appended to `head`. */
static int
share_rest(struct rte_mempool *pool, struct rte_mbuf *head, struct rte_mbuf *from, uint32_t skip)
{
	struct rte_mbuf *last = head;

	for (; from != NULL; from = from->next) {
		struct rte_mbuf *part;

		if (skip >= from->data_len) {
			skip -= from->data_len;
			continue;
		}
		part = rte_pktmbuf_alloc(pool);
		if (part == NULL)
			return -ENOBUFS;
		rte_pktmbuf_attach(part, from);
		part->data_off += skip;
		part->data_len -= skip;
		skip = 0;
		last->next = part;
		last = part;
		head->nb_segs++;
		head->pkt_len += part->data_len;
	}
	return 0;
}

/*
 * One more frame with the same bytes. Up to COPY_LIMIT bytes it is a copy; beyond, its first
 * OWN_HEADER bytes are its own and the rest is shared by reference counts. NULL: pool empty.
 */
IPVANE_EXPORT struct rte_mbuf *
ipvane_mbuf_replicate(struct rte_mempool *pool, struct rte_mbuf *m)
{
	const uint32_t own = m->pkt_len <= COPY_LIMIT ? m->pkt_len : OWN_HEADER;
	struct rte_mbuf *head = ipvane_mbuf_alloc(pool, own);
	const void *bytes;

	if (head == NULL)
		return NULL;
	bytes = rte_pktmbuf_read(m, 0, own, rte_pktmbuf_mtod(head, void *));
	if (bytes != rte_pktmbuf_mtod(head, void *))
		memcpy(rte_pktmbuf_mtod(head, void *), bytes, own);
	head->port = m->port;
	head->ol_flags = m->ol_flags & ~(RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL);
	head->tx_offload = m->tx_offload;
	head->vlan_tci = m->vlan_tci;
	if (share_rest(pool, head, m, own) < 0) {
		rte_pktmbuf_free(head);
		return NULL;
	}
	return head;
}

/* Takes `count` bytes off the front of the segments behind `m`, into `to`; frees emptied ones. */
static void
drain_next(struct rte_mbuf *m, char *to, uint32_t count)
{
	while (count > 0) {
		struct rte_mbuf *from = m->next;
		const uint32_t n = count < from->data_len ? count : from->data_len;

		memcpy(to, rte_pktmbuf_mtod(from, char *), n);
		to += n;
		count -= n;
		from->data_off += n;
		from->data_len -= n;
		if (from->data_len == 0) {
			m->next = from->next;
			m->nb_segs--;
			rte_pktmbuf_free_seg(from);
		}
	}
}

/*
 * Makes the first `bytes` of a frame contiguous. Result: 1 done; 0 the frame is shorter, its first
 * segment is shared, or has no room behind its data.
 */
IPVANE_EXPORT int32_t
ipvane_mbuf_pull_up(struct rte_mbuf *m, uint32_t bytes)
{
	uint32_t missing;

	if (bytes <= m->data_len)
		return 1;
	missing = bytes - m->data_len;
	if (bytes > m->pkt_len || !RTE_MBUF_DIRECT(m) || rte_mbuf_refcnt_read(m) != 1 ||
	    missing > rte_pktmbuf_tailroom(m))
		return 0;
	drain_next(m, rte_pktmbuf_mtod_offset(m, char *, m->data_len), missing);
	m->data_len = bytes;
	return 1;
}

/* Copies `bytes` of a frame, which has at least `from` + `bytes`, out of its segments. */
IPVANE_EXPORT void
ipvane_mbuf_read(const struct rte_mbuf *m, uint32_t from, void *to, uint32_t bytes)
{
	const void *at = rte_pktmbuf_read(m, from, bytes, to);

	if (at != NULL && at != to)
		memcpy(to, at, bytes);
}

/* Completes the checksum that is left to the device, unless the frame is to be split as well. */
IPVANE_EXPORT void
ipvane_mbuf_finish_checksum(struct rte_mbuf *m)
{
	if (offload_pending(m) && !offload_splits(m))
		offload_finish_checksum(m);
}

/* The one's complement sum of a frame's 16-bit words, big endian, from byte `from` on. */
IPVANE_EXPORT uint32_t
ipvane_mbuf_sum(const struct rte_mbuf *m, uint32_t from)
{
	return rte_be_to_cpu_16(offload_sum(m, from));
}

/*
 * Makes finished frames of one that its sender has left to the device to split; it stays as it is. Returns how
 * many, or 0: there would be more than `most`, the work is not sound, or the pool is empty.
 */
IPVANE_EXPORT uint32_t
ipvane_mbuf_split(const struct rte_mbuf *m, struct rte_mbuf **frames, uint32_t most)
{
	struct offload_split split;
	uint32_t made;

	if (!offload_splits(m) || !offload_is_sound(m))
		return 0;
	offload_split_begin(&split, m);
	made = offload_split_next(&split, frames, most);
	if (split.left > 0) {
		rte_pktmbuf_free_bulk(frames, made);
		return 0;
	}
	return made;
}

/*
 * Cuts a frame to `length` bytes, which is at most what it has; frees segments cut off whole. Work left to a
 * device whose headers were cut off is forgotten.
 */
IPVANE_EXPORT void
ipvane_mbuf_trim(struct rte_mbuf *m, uint32_t length)
{
	struct rte_mbuf *last = m;
	uint32_t left = length;
	uint16_t segments = 1;

	if (length >= m->pkt_len)
		return;
	while (left > last->data_len) {
		left -= last->data_len;
		last = last->next;
		segments++;
	}
	last->data_len = left;
	rte_pktmbuf_free(last->next);
	last->next = NULL;
	m->nb_segs = segments;
	m->pkt_len = length;
	offload_after_cut(m);
}
