/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from the ring that a vhost-user peer sends by: see vhost_view.h. Source: virtio 1.1, 2.6 and 5.1.6. */
#include <string.h>

#include <rte_memcpy.h>
#include <rte_prefetch.h>

#include "offload.h"
#include "peer_frame.h"
#include "rows.h"
#include "vhost_ring.h"

/* What became of an entry. */
enum taken { FRAME, INVALID, NO_MBUFS, NONSENSE };

/* An entry whose frame lies in one buffer and fits into one mbuf; base is NULL for any other. */
struct entry {
	const uint8_t *base; /* header, then frame */
	uint32_t length;     /* of both */
	uint16_t head;
};

/* A virtio header that lies anywhere in memory, in two words. */
struct unaligned_header {
	uint64_t first;
	uint16_t last;
} __attribute__((packed));
_Static_assert(sizeof(struct unaligned_header) == sizeof(struct virtio_net_hdr), "virtio 1.1, 5.1.6");

/* What follows the header's last field of these is the number of buffers, which is of no use in this direction. */
static inline struct virtio_net_hdr
read_header(const uint8_t *from)
{
	const volatile struct unaligned_header *shared = (const volatile struct unaligned_header *)from;
	const struct unaligned_header words = {shared->first, shared->last};
	struct virtio_net_hdr header;

	memcpy(&header, &words, sizeof(header));
	return header;
}

/* Notes in a frame what its header leaves to be done; nothing, where the peer has not agreed to leave anything. */
static inline enum taken
accept(const struct vhost_view *view, struct rte_mbuf *frame, const struct virtio_net_hdr *header)
{
	if (unlikely(frame->data_len < RTE_ETHER_HDR_LEN))
		return INVALID;
	if (likely((header->flags | header->gso_type) == 0) || !view->offloads)
		return FRAME;
	frame->tx_offload = 0;
	return offload_from_vnet(frame, header) < 0 ? INVALID : FRAME;
}

/*
 * What rte_pktmbuf_reset() does, without the second cache line of an mbuf: in the pool it says that there is
 * no next one.
 */
static inline void
make_empty(struct rte_mbuf *mbuf)
{
	mbuf->data_off = RTE_PKTMBUF_HEADROOM;
	mbuf->nb_segs = 1;
	mbuf->port = RTE_MBUF_PORT_INVALID;
	mbuf->ol_flags = 0;
	mbuf->packet_type = 0;
	mbuf->pkt_len = 0;
	mbuf->data_len = 0;
	mbuf->vlan_tci = 0;
}

/* Takes bytes of an entry: first of the header, then of the frame. */
static enum taken
take_bytes(const struct vhost_view *view, struct peer_frame *frame, uint8_t *header, uint32_t *header_bytes,
	   const uint8_t *from, uint32_t length)
{
	if (*header_bytes < view->header) {
		const uint32_t part = RTE_MIN(length, view->header - *header_bytes);

		memcpy(header + *header_bytes, from, part);
		/* Without this the compiler may read the header again where it is looked at. */
		rte_compiler_barrier();
		*header_bytes += part;
		from += part;
		length -= part;
	}
	if (peer_frame_is_longer(frame, length))
		return NONSENSE;
	return peer_frame_append(frame, from, length) ? FRAME : NO_MBUFS;
}

/* Takes the bytes of a descriptor, which may go from one region to the next. */
static enum taken
take_buffer(const struct vhost_view *view, struct vring_desc desc, struct peer_frame *frame, uint8_t *header,
	    uint32_t *header_bytes)
{
	while (desc.len > 0) {
		uint32_t length = desc.len;
		const uint8_t *base = vhost_bytes_at(view, desc.addr, &length);
		enum taken taken = NONSENSE;

		if (base != NULL)
			taken = take_bytes(view, frame, header, header_bytes, base, length);
		if (taken != FRAME)
			return taken;
		desc.addr += length;
		desc.len -= length;
	}
	return FRAME;
}

/* Copies the frame of an entry whatever its shape; parts: descriptors of it. */
static enum taken
take_parts(const struct vhost_view *view, const struct vhost_ring *ring, const atomic_uint *gone, uint16_t head,
	   struct rte_mbuf *mbuf, uint32_t *parts)
{
	struct vhost_walk walk = vhost_walk_from(ring, head);
	struct peer_frame frame = {mbuf, mbuf};
	uint8_t header[sizeof(struct virtio_net_hdr_v1)];
	struct virtio_net_hdr said;
	uint32_t header_bytes = 0;
	enum vhost_step step;
	struct vring_desc desc;

	make_empty(mbuf);
	for (*parts = 0; (step = vhost_walk_next(view, ring, &walk, &desc)) == VHOST_DESCRIPTOR; ++*parts) {
		enum taken taken = NONSENSE;

		if (*parts < PEER_MAX_PARTS && atomic_load_explicit(gone, memory_order_relaxed) == 0)
			taken = take_buffer(view, desc, &frame, header, &header_bytes);
		if (taken != FRAME)
			return taken;
	}
	if (step == VHOST_NONSENSE || header_bytes < view->header)
		return NONSENSE;
	memcpy(&said, header, sizeof(said));
	return accept(view, mbuf, &said);
}

/* Copies the frame of an entry that lies in one buffer. */
static inline enum taken
take_buffer_of(const struct vhost_view *view, const struct entry *entry, struct rte_mbuf *frame)
{
	const struct virtio_net_hdr header = read_header(entry->base);

	make_empty(frame);
	frame->pkt_len = frame->data_len = entry->length - view->header;
	rte_memcpy(rte_pktmbuf_mtod(frame, uint8_t *), entry->base + view->header, frame->data_len);
	return accept(view, frame, &header);
}

/* Looks at an entry, and fetches what will be copied of it. longest: what fits into an mbuf, with its header. */
static inline struct entry
look_at(const struct vhost_view *view, const struct vhost_ring *ring, uint16_t position, uint32_t longest)
{
	struct entry entry = {.head = vhost_head(ring, position)};
	struct vring_desc desc;

	if (unlikely(entry.head >= ring->size))
		return entry;
	desc = vhost_read_once(&ring->desc[entry.head]);
	entry.length = desc.len;
	if (unlikely((desc.flags & (VRING_DESC_F_NEXT | VRING_DESC_F_INDIRECT)) != 0 || desc.len > longest ||
		     desc.len < view->header))
		return entry;
	entry.base = vhost_bytes_at(view, desc.addr, &entry.length);
	if (unlikely(entry.base == NULL || entry.length < desc.len)) {
		entry.base = NULL;
		return entry;
	}
	/* Where a driver keeps the header in front of the frame, the two are often in different lines. */
	rte_prefetch0(entry.base);
	rte_prefetch0(entry.base + view->header);
	return entry;
}

static struct vhost_received
receive(const struct vhost_view *view, struct vhost_ring *ring, const atomic_uint *gone, struct rte_mempool *pool,
	struct rte_mbuf **frames, uint16_t max)
{
	const uint32_t longest = view->header + rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM;
	const uint16_t waiting = __atomic_load_n(&ring->avail->idx, __ATOMIC_ACQUIRE) - ring->next_avail;
	const uint16_t entries = RTE_MIN(waiting, RTE_MIN(max, BURST));
	struct vhost_received received = {.nonsense = waiting > ring->size};
	const uint16_t mask = ring->size - 1;
	struct entry entry[BURST];
	uint16_t mbufs = entries;
	uint32_t bytes = 0;
	uint32_t all_parts = 0;
	uint16_t done = 0;

	if (received.nonsense || entries == 0 || rte_mempool_get_bulk(pool, (void **)frames, entries) < 0)
		return received;
	for (uint16_t i = 0; i < entries; i++)
		entry[i] = look_at(view, ring, ring->next_avail + i, longest);
	while (done < entries && bytes < PEER_BURST_BYTES && all_parts < PEER_BURST_PARTS) {
		struct rte_mbuf *frame = frames[received.count];
		uint32_t parts = 1;
		enum taken taken;

		if (atomic_load_explicit(gone, memory_order_relaxed) != 0)
			break;
		taken = likely(entry[done].base != NULL) ?
				take_buffer_of(view, &entry[done], frame) :
				take_parts(view, ring, gone, entry[done].head, frame, &parts);
		received.nonsense = taken == NONSENSE;
		if (unlikely(taken == NONSENSE || taken == NO_MBUFS))
			break;
		ring->used->ring[ring->next_used++ & mask] = (struct vring_used_elem){entry[done].head, 0};
		bytes += frame->pkt_len;
		all_parts += parts;
		done++;
		if (likely(taken == FRAME)) {
			received.count++;
			continue;
		}
		/* The last mbuf comes into its place. */
		received.invalid++;
		rte_pktmbuf_free(frame);
		frames[received.count] = frames[--mbufs];
	}
	/* An unfinished frame has its mbufs among them. */
	rte_pktmbuf_free_bulk(frames + received.count, mbufs - received.count);
	ring->next_avail += done;
	if (done > 0)
		vhost_publish(view, ring);
	return received;
}

struct vhost_received
vhost_view_receive(const struct vhost_view *view, struct vhost_ring *ring, const atomic_uint *gone,
		   struct rte_mempool *pool, struct rte_mbuf **frames, uint16_t max)
{
	struct vhost_received received = {0};

	if (ring->size > 0)
		received = receive(view, ring, gone, pool, frames, max);
	return received;
}
