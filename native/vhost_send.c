/* SPDX-License-Identifier: Apache-2.0 */
/* Frames into a vhost-user peer's receiving ring: see vhost_view.h. Source: virtio 1.1, 2.6 and 5.1.6. */
#include <string.h>

#include <rte_memcpy.h>

#include "offload.h"
#include "vhost_ring.h"

/* Descriptors of one frame. 64 KiB in buffers of 1,500 bytes are 44. */
#define MAX_PARTS 256

/* The bytes of some descriptors of the peer's, in order. */
struct parts {
	uint32_t count;
	uint32_t bytes;
	struct {
		uint8_t *base;
		uint32_t length;
	} part[MAX_PARTS];
};

/* What there is for a frame at a ring's next entry, or next entries. */
enum found { ROOM, NO_ROOM, TOO_SHORT, NONSENSE };

/* Adds what a descriptor names, which is several parts where it goes from one region to the next. */
static enum found
add_buffer(const struct vhost_view *view, struct vring_desc desc, uint32_t wanted, struct parts *parts)
{
	do {
		uint32_t length = desc.len;
		uint8_t *base = vhost_bytes_at(view, desc.addr, &length);

		if (base == NULL || length == 0)
			return NONSENSE;
		parts->part[parts->count].base = base;
		parts->part[parts->count].length = length;
		parts->count++;
		/* No more than what is wanted is ever needed: chains that end nowhere do not overflow it. */
		parts->bytes = RTE_MIN(wanted, (uint64_t)parts->bytes + length);
		desc.addr += length;
		desc.len -= length;
	} while (desc.len > 0 && parts->bytes < wanted && parts->count < MAX_PARTS);
	return parts->bytes == wanted ? ROOM : TOO_SHORT;
}

/* Adds buffers of the entry whose first descriptor is head, until there are as many bytes as wanted. */
static enum found
add_entry(const struct vhost_view *view, const struct vhost_ring *ring, uint16_t head, uint32_t wanted,
	  struct parts *parts)
{
	struct vhost_walk walk = vhost_walk_from(ring, head);
	const uint32_t before = parts->bytes;

	while (parts->count < MAX_PARTS) {
		struct vring_desc desc;
		enum vhost_step step = vhost_walk_next(view, ring, &walk, &desc);
		enum found found;

		if (step == VHOST_NONSENSE)
			return NONSENSE;
		if (step == VHOST_END)
			/* An entry that has no room for a header never gets anywhere. */
			return parts->bytes - before < view->header ? NONSENSE : TOO_SHORT;
		found = add_buffer(view, desc, wanted, parts);
		if (found != TOO_SHORT)
			return found;
	}
	return TOO_SHORT;
}

/*
 * Finds room for a frame at the entries from the next on, of those available, and notes them as used, which the
 * peer sees when the ring's position says so. entries: how many.
 */
static enum found
reserve(const struct vhost_view *view, struct vhost_ring *ring, uint16_t available, uint32_t wanted,
	struct parts *parts, uint16_t *entries)
{
	const uint16_t mask = ring->size - 1;
	enum found found;

	parts->count = 0;
	parts->bytes = 0;
	*entries = 0;
	do {
		const uint32_t before = parts->bytes;
		struct vring_used_elem *used = &ring->used->ring[(uint16_t)(ring->next_used + *entries) & mask];
		uint16_t head;

		if (*entries == available)
			return NO_ROOM;
		head = vhost_head(ring, ring->next_avail + *entries);
		found = add_entry(view, ring, head, wanted, parts);
		used->id = head;
		used->len = parts->bytes - before;
		++*entries;
	} while (found == TOO_SHORT && view->mergeable && parts->count < MAX_PARTS);
	return found;
}

/* Where the next byte goes. */
struct cursor {
	const struct parts *parts;
	uint32_t part;
	uint32_t offset;
};

static inline void
copy(struct cursor *to, const uint8_t *from, uint32_t length)
{
	while (length > 0) {
		const uint32_t space = to->parts->part[to->part].length - to->offset;
		const uint32_t now = RTE_MIN(length, space);

		rte_memcpy(to->parts->part[to->part].base + to->offset, from, now);
		from += now;
		length -= now;
		to->offset += now;
		if (now == space) {
			to->part++;
			to->offset = 0;
		}
	}
}

/* The header of a frame that lies in so many entries. */
static inline struct virtio_net_hdr_v1
header_of(const struct vhost_view *view, const struct rte_mbuf *frame, uint16_t entries)
{
	struct virtio_net_hdr_v1 header = {.num_buffers = entries};

	if (unlikely(offload_pending(frame))) {
		offload_to_vnet(frame, (struct virtio_net_hdr *)&header);
		if (!view->ecn)
			header.gso_type &= ~VIRTIO_NET_HDR_GSO_ECN;
	}
	return header;
}

static void
write_parts(const struct vhost_view *view, const struct rte_mbuf *frame, const struct parts *parts,
	    uint16_t entries)
{
	const struct virtio_net_hdr_v1 header = header_of(view, frame, entries);
	struct cursor to = {parts, 0, 0};

	copy(&to, (const uint8_t *)&header, view->header);
	for (; frame != NULL; frame = frame->next)
		copy(&to, rte_pktmbuf_mtod(frame, const uint8_t *), frame->data_len);
}

/* Sends a frame to as many buffers as it needs. */
static enum found
send_to_parts(const struct vhost_view *view, struct vhost_ring *ring, uint16_t available,
	      const struct rte_mbuf *frame)
{
	struct parts parts;
	uint16_t entries;
	const enum found found = reserve(view, ring, available, view->header + frame->pkt_len, &parts, &entries);

	if (found != ROOM)
		return found;
	write_parts(view, frame, &parts, entries);
	ring->next_avail += entries;
	ring->next_used += entries;
	return ROOM;
}

/*
 * Sends a frame in one piece to a next entry that is one buffer, long enough: nearly always so, and half the
 * work. False: it is otherwise, and nothing was done.
 */
static inline bool
send_to_buffer(const struct vhost_view *view, struct vhost_ring *ring, const struct rte_mbuf *frame)
{
	const uint16_t mask = ring->size - 1;
	const uint32_t wanted = view->header + frame->pkt_len;
	const uint16_t head = vhost_head(ring, ring->next_avail);
	struct virtio_net_hdr_v1 header;
	struct vring_desc desc;
	uint32_t length;
	uint8_t *base;

	if (unlikely(head >= ring->size || frame->nb_segs != 1))
		return false;
	desc = vhost_read_once(&ring->desc[head]);
	length = desc.len;
	base = vhost_bytes_at(view, desc.addr, &length);
	if (unlikely(base == NULL || length < wanted || length < sizeof(header) ||
		     (desc.flags & (VRING_DESC_F_NEXT | VRING_DESC_F_INDIRECT)) != 0))
		return false;
	/* Where it has no last field, the frame is written over that next. */
	header = header_of(view, frame, 1);
	memcpy(base, &header, sizeof(header));
	rte_memcpy(base + view->header, rte_pktmbuf_mtod(frame, const uint8_t *), frame->data_len);
	ring->used->ring[ring->next_used & mask] = (struct vring_used_elem){head, wanted};
	ring->next_avail++;
	ring->next_used++;
	return true;
}

static struct vhost_sent
send(const struct vhost_view *view, struct vhost_ring *ring, const atomic_uint *gone,
     struct rte_mbuf *const *frames, uint16_t count)
{
	struct vhost_sent sent = {0};
	const uint16_t end = __atomic_load_n(&ring->avail->idx, __ATOMIC_ACQUIRE);
	const uint16_t before = ring->next_used;

	sent.nonsense = (uint16_t)(end - ring->next_avail) > ring->size;
	while (!sent.nonsense && sent.taken < count && ring->next_avail != end) {
		enum found found;

		if (atomic_load_explicit(gone, memory_order_relaxed) != 0)
			break;
		if (likely(send_to_buffer(view, ring, frames[sent.taken]))) {
			sent.taken++;
			continue;
		}
		found = send_to_parts(view, ring, end - ring->next_avail, frames[sent.taken]);
		if (found == NO_ROOM)
			break;
		sent.nonsense = found == NONSENSE;
		sent.taken += found != NONSENSE;
		sent.too_long += found == TOO_SHORT;
	}
	if (ring->next_used != before)
		vhost_publish(view, ring);
	return sent;
}

struct vhost_sent
vhost_view_send(const struct vhost_view *view, struct vhost_ring *ring, const atomic_uint *gone,
		struct rte_mbuf *const *frames, uint16_t count)
{
	struct vhost_sent sent = {0};

	/* Others wait only where more lcores transmit than the peer has rings. */
	rte_spinlock_lock(&ring->lock);
	if (ring->size > 0)
		sent = send(view, ring, gone, frames, count);
	rte_spinlock_unlock(&ring->lock);
	return sent;
}
