/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames between a descriptor of a TAP device and mbufs: one call a burst, one system call a frame,
 * which is the best that the kernel offers (switch-core/docs/tap.md says what else was tried).
 *
 * A frame goes through the descriptor behind a virtio header, which is kept in the headroom in front
 * of it: the usual frame is one buffer to the kernel.
 */
#define _GNU_SOURCE
#include "ipvane_linux.h"
#include "merge.h"
#include "offload.h"

#include <rte_mbuf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Frames of a burst; equals Burst.MAX of the Java side. */
#define BURST 64

/*
 * Bytes after which a call takes no further frame: what it has read is sent on next, and had better
 * still be in the cache.
 */
#define BYTES_A_CALL (256 * 1024)

/* Segments of one frame that are written. */
#define SEGMENTS 64

/* Larger than any frame: 65,535 bytes of payload, an Ethernet header and two VLAN tags. */
#define LARGEST_FRAME (65535 + 14 + 4 + 4)

/* The least room of an mbuf that makes sense: all headers of a tunnelled frame in one segment. */
#define LEAST_ROOM 256

/* What stands before a frame in the descriptor. */
#define VNET_HEADER ((uint32_t)sizeof(struct virtio_net_hdr))

_Static_assert(sizeof(struct virtio_net_hdr) == 10, "the size that the kernel assumes unless told otherwise");
_Static_assert(LEAST_ROOM >= OFFLOAD_MAX_HEADERS, "headers are looked for in the first segment");
_Static_assert(RTE_PKTMBUF_HEADROOM >= sizeof(struct virtio_net_hdr), "the header is read into the headroom");

/*
 * One queue of a TAP device. The parts before "private" are read by Java at the offsets asserted
 * below. The receive and the transmit half may belong to different threads: no cache line is shared.
 */
struct tap_queue {
	/* Of the frames that the last ipvane_tap_rx gave. */
	uint64_t data[BURST];
	uint32_t contiguous[BURST];
	uint32_t length[BURST];
	/* Since the start: calls cut short by an empty pool, frames whose virtio header is a lie. */
	uint64_t rx_no_mbuf;
	uint64_t rx_invalid;
	/* Whether the last ipvane_tap_rx left nothing to read. */
	uint32_t rx_drained;

	/* Since the start: frames that the device refused for good. */
	uint64_t tx_refused __rte_cache_aligned;

	/* private */
	int32_t fd __rte_cache_aligned;
	uint32_t room; /* bytes that one mbuf takes behind its headroom */
	uint32_t spares;
	struct rte_mempool *pool;
	struct rte_mempool *large_pool; /* of mbufs for all that does not fit the first; or NULL */
	uint8_t *overflow; /* LARGEST_FRAME bytes, where there is no such mbuf */
	uint8_t *merged; /* VNET_HEADER + LARGEST_FRAME bytes for datagrams in one; NULL: the kernel takes none */
	struct rte_mbuf *head; /* stands ready for the next frame, or NULL */
	struct rte_mbuf *rest; /* stands ready for what is too long for head, or NULL */
	struct rte_mbuf *spare[BURST];
};

_Static_assert(offsetof(struct tap_queue, data) == 0, "TapQueue.DATA");
_Static_assert(offsetof(struct tap_queue, contiguous) == 512, "TapQueue.CONTIGUOUS");
_Static_assert(offsetof(struct tap_queue, length) == 768, "TapQueue.LENGTH");
_Static_assert(offsetof(struct tap_queue, rx_no_mbuf) == 1024, "TapQueue.RX_NO_MBUF");
_Static_assert(offsetof(struct tap_queue, rx_invalid) == 1032, "TapQueue.RX_INVALID");
_Static_assert(offsetof(struct tap_queue, rx_drained) == 1040, "TapQueue.RX_DRAINED");
_Static_assert(offsetof(struct tap_queue, tx_refused) == 1088, "TapQueue.TX_REFUSED");

/* Takes one mbuf from the spares, which are refilled in bulk; NULL: the pool is empty. */
static struct rte_mbuf *
take_mbuf(struct tap_queue *queue)
{
	uint32_t want = BURST;

	while (queue->spares == 0 && want > 0) {
		/* All or nothing: ask for less while the pool runs low. */
		if (rte_pktmbuf_alloc_bulk(queue->pool, queue->spare, want) == 0)
			queue->spares = want;
		want /= 2;
	}
	return queue->spares == 0 ? NULL : queue->spare[--queue->spares];
}

/* Makes the mbufs for the next frame stand ready; false: the pool is empty. */
static bool
stand_ready(struct tap_queue *queue)
{
	if (queue->head == NULL)
		queue->head = take_mbuf(queue);
	if (queue->rest == NULL && queue->large_pool != NULL)
		queue->rest = rte_pktmbuf_alloc(queue->large_pool);
	return queue->head != NULL;
}

/*
 * Reads the next frame, header first, into what stands ready; the result of readv(2). No libc
 * wrapper here and below: theirs are places where a thread may be cancelled, which costs.
 */
static long
read_frame(const struct tap_queue *queue)
{
	const struct iovec vector[] = {
		{rte_pktmbuf_mtod_offset(queue->head, uint8_t *, -(int)VNET_HEADER),
		 queue->room + VNET_HEADER},
		{queue->rest != NULL ? rte_pktmbuf_mtod(queue->rest, void *) : queue->overflow,
		 LARGEST_FRAME - queue->room},
	};

	return RETRY(syscall(SYS_readv, queue->fd, vector, RTE_DIM(vector)));
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
append_overflow(struct tap_queue *queue, struct rte_mbuf *head, uint32_t length)
{
	const uint8_t *from = queue->overflow;
	struct rte_mbuf *tail = head;

	while (length > 0) {
		const uint32_t part = RTE_MIN(length, queue->room);
		struct rte_mbuf *mbuf = take_mbuf(queue);

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

/* Makes one frame of the bytes that were just read; NULL: the pool is empty and the frame is lost. */
static struct rte_mbuf *
take_frame(struct tap_queue *queue, uint32_t length)
{
	struct rte_mbuf *head = queue->head;
	const uint32_t first = RTE_MIN(length, queue->room);

	queue->head = NULL;
	head->data_len = first;
	head->pkt_len = length;
	if (likely(length == first))
		return head;
	if (likely(queue->rest != NULL)) {
		append(head, head, queue->rest, length - first);
		queue->rest = NULL;
		return head;
	}
	if (append_overflow(queue, head, length - first))
		return head;
	rte_pktmbuf_free(head);
	return NULL;
}

/* Notes what the header in front of a frame asks for; false: it contradicts the frame. */
static bool
accept_header(struct rte_mbuf *frame)
{
	struct virtio_net_hdr header;

	memcpy(&header, rte_pktmbuf_mtod_offset(frame, uint8_t *, -(int)VNET_HEADER), VNET_HEADER);
	return likely((header.flags | header.gso_type) == 0) || offload_from_vnet(frame, &header) == 0;
}

/*
 * Reads up to max (at most 64) frames. Fills mbufs, and data, contiguous and length of the queue.
 *
 * Returns the number of frames, 0 where none waits, or -errno where the first read failed (-EBADFD:
 * the device was deleted). Ends early after BYTES_A_CALL. A frame longer than one mbuf comes as a
 * chain; each mbuf keeps its headroom. What its sender left to be done stands in it as offload.h
 * says; a frame that asks for the impossible is dropped and counted in rx_invalid. While the pool is
 * empty, frames wait in the device and rx_no_mbuf counts the calls. Where all that there was has been read,
 * rx_drained is 1.
 */
IPVANE_EXPORT int32_t
ipvane_tap_rx(struct tap_queue *queue, struct rte_mbuf **mbufs, uint32_t max)
{
	uint32_t received = 0;
	uint32_t bytes = 0;
	uint32_t read;

	queue->rx_drained = 0;
	for (read = 0; read < max && bytes < BYTES_A_CALL; read++) {
		struct rte_mbuf *frame;
		long length;

		if (unlikely(!stand_ready(queue))) {
			queue->rx_no_mbuf++;
			break;
		}
		length = read_frame(queue);
		if (length <= (long)VNET_HEADER) {
			queue->rx_drained = length < 0;
			return received > 0 || length == -EAGAIN ? (int32_t)received : (int32_t)length;
		}
		bytes += length;
		frame = take_frame(queue, length - VNET_HEADER);
		if (unlikely(frame == NULL)) {
			queue->rx_no_mbuf++;
			break;
		}
		if (unlikely(!accept_header(frame))) {
			rte_pktmbuf_free(frame);
			queue->rx_invalid++;
			continue;
		}
		mbufs[received] = frame;
		queue->data[received] = (uintptr_t)rte_pktmbuf_mtod(frame, void *);
		queue->contiguous[received] = frame->data_len;
		queue->length[received] = frame->pkt_len;
		received++;
	}
	return received;
}

/* Writes a frame whose header cannot stand in front of it, or of several segments; -EMSGSIZE: too many. */
static long
write_parts(int fd, const struct rte_mbuf *frame, struct virtio_net_hdr *header)
{
	struct iovec vector[1 + SEGMENTS];
	int used = 1;

	vector[0].iov_base = header;
	vector[0].iov_len = sizeof(*header);
	for (const struct rte_mbuf *mbuf = frame; mbuf != NULL; mbuf = mbuf->next) {
		if (used == RTE_DIM(vector))
			return -EMSGSIZE;
		vector[used].iov_base = rte_pktmbuf_mtod(mbuf, void *);
		vector[used].iov_len = mbuf->data_len;
		used++;
	}
	return RETRY(syscall(SYS_writev, fd, vector, used));
}

/* Writes one frame behind the header that says what is left to be done for it. */
static long
write_frame(int fd, struct rte_mbuf *frame)
{
	struct virtio_net_hdr header;
	uint8_t *start = rte_pktmbuf_mtod_offset(frame, uint8_t *, -(int)VNET_HEADER);

	offload_to_vnet(frame, &header);
	if (unlikely(frame->nb_segs > 1 || !RTE_MBUF_DIRECT(frame) ||
		     rte_pktmbuf_headroom(frame) < VNET_HEADER))
		return write_parts(fd, frame, &header);
	memcpy(start, &header, VNET_HEADER);
	return RETRY(syscall(SYS_write, fd, start, frame->data_len + VNET_HEADER));
}

/*
 * Writes the first of some frames, and with it those that can be merged with it; the result of write(2).
 * How many these are goes to *run.
 */
static long
write_run(const struct tap_queue *queue, struct rte_mbuf **frames, uint32_t count, uint32_t *run)
{
	struct virtio_net_hdr header;
	uint32_t length;

	*run = queue->merged == NULL ? 1 : merge_run(frames, count);
	if (*run == 1)
		return write_frame(queue->fd, frames[0]);
	length = merge_frames(frames, *run, queue->merged + VNET_HEADER, &header);
	memcpy(queue->merged, &header, VNET_HEADER);
	return RETRY(syscall(SYS_write, queue->fd, queue->merged, length + VNET_HEADER));
}

/* Whether the error is one of the device (down, deleted), which the next frame would meet as well. */
static bool
is_device_error(long error)
{
	return error == -EIO || error == -EBADFD || error == -ENODEV || error == -EBADF;
}

/*
 * Writes frames and frees them.
 *
 * Returns how many were taken off the caller: all before the first that the device cannot take now
 * (EAGAIN), which the caller may try again or drop. A frame that the device will never take (it is
 * down, deleted, or the frame is no frame) is taken too, freed and counted in tx_refused: a caller
 * that kept it would try for ever. A device that is down refuses the rest of the burst unasked.
 */
IPVANE_EXPORT int32_t
ipvane_tap_tx(struct tap_queue *queue, struct rte_mbuf **mbufs, uint32_t count)
{
	uint32_t taken = 0;

	while (taken < count) {
		uint32_t run;
		long result = write_run(queue, mbufs + taken, count - taken, &run);

		if (result == -EAGAIN)
			break;
		if (unlikely(result < 0)) {
			uint32_t refused = is_device_error(result) ? count - taken : run;

			queue->tx_refused += refused;
			taken += refused;
		} else {
			taken += run;
		}
	}
	rte_pktmbuf_free_bulk(mbufs, taken);
	return taken;
}

/* Bytes that an mbuf of a pool takes behind its headroom. */
static int
room_of(struct rte_mempool *pool)
{
	return rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM;
}

/* Gives back the mbufs that a queue holds, and the queue; its descriptor stays open. */
IPVANE_EXPORT void
ipvane_tap_queue_free(struct tap_queue *queue)
{
	rte_pktmbuf_free_bulk(queue->spare, queue->spares);
	rte_pktmbuf_free(queue->head);
	rte_pktmbuf_free(queue->rest);
	free(queue->overflow);
	free(queue->merged);
	free(queue);
}

/*
 * Makes a queue over a descriptor of ipvane_tap_create, which stays the caller's.
 *
 * It holds at most 65 spare mbufs of the pool. Of large, one stands ready for frames that are longer
 * than an mbuf of the pool; NULL, or an empty one: such a frame is copied into a chain.
 * -EINVAL: the pool's mbufs are too small, or both together for the longest frame.
 */
IPVANE_EXPORT int32_t
ipvane_tap_queue_new(int32_t fd, struct rte_mempool *pool, struct rte_mempool *large, struct tap_queue **result)
{
	const int room = room_of(pool);
	struct tap_queue *queue;

	if (room < LEAST_ROOM || (large != NULL && room + room_of(large) < LARGEST_FRAME))
		return -EINVAL;
	queue = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(sizeof(*queue), RTE_CACHE_LINE_SIZE));
	if (queue == NULL)
		return -ENOMEM;
	memset(queue, 0, sizeof(*queue));
	queue->fd = fd;
	queue->pool = pool;
	queue->large_pool = large;
	queue->room = room;
	queue->overflow = malloc(LARGEST_FRAME);
	if (ipvane_tap_segments_udp())
		queue->merged = malloc(VNET_HEADER + LARGEST_FRAME);
	if (queue->overflow == NULL) {
		ipvane_tap_queue_free(queue);
		return -ENOMEM;
	}
	*result = queue;
	return 0;
}
