/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames between a descriptor of a TAP device and mbufs: one call a burst, one system call a frame,
 * which is the best that the kernel offers (switch-core/docs/tap.md says what else was tried).
 *
 * A frame goes through the descriptor behind a virtio header, which is kept in the headroom in front
 * of it: the usual frame is one buffer to the kernel.
 */
#define _GNU_SOURCE
#include "intake.h"
#include "ipvane_linux.h"
#include "offload.h"
#include "outlet.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Bytes after which a call takes no further frame: what it has read is sent on next, and had better
 * still be in the cache.
 */
#define BYTES_A_CALL (256 * 1024)

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

	struct outlet outlet __rte_cache_aligned;

	/* private */
	int32_t fd __rte_cache_aligned;
	struct landing landing;
	struct intake intake;
};

_Static_assert(offsetof(struct tap_queue, data) == 0, "TapQueue.DATA");
_Static_assert(offsetof(struct tap_queue, contiguous) == 512, "TapQueue.CONTIGUOUS");
_Static_assert(offsetof(struct tap_queue, length) == 768, "TapQueue.LENGTH");
_Static_assert(offsetof(struct tap_queue, rx_no_mbuf) == 1024, "TapQueue.RX_NO_MBUF");
_Static_assert(offsetof(struct tap_queue, rx_invalid) == 1032, "TapQueue.RX_INVALID");
_Static_assert(offsetof(struct tap_queue, rx_drained) == 1040, "TapQueue.RX_DRAINED");
_Static_assert(offsetof(struct tap_queue, outlet.down) == 1088, "TapQueue.TX_DOWN");
_Static_assert(offsetof(struct tap_queue, outlet.refused) == 1096, "TapQueue.TX_REFUSED");

/* Reads the next frame, header first, into what stands ready; the result of readv(2). */
static long
read_frame(const struct tap_queue *queue)
{
	struct iovec parts[LANDING_PARTS];

	landing_parts(&queue->intake, &queue->landing, parts);
	return RETRY(syscall(SYS_readv, queue->fd, parts, LANDING_PARTS));
}

/* Notes what the header in front of a frame asks for; false: it contradicts the frame. */
static bool
accept_header(struct rte_mbuf *frame)
{
	const struct virtio_net_hdr header = landing_header(frame);

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

		if (unlikely(!landing_prepare(&queue->intake, &queue->landing, true))) {
			queue->rx_no_mbuf++;
			break;
		}
		length = read_frame(queue);
		if (length <= (long)VNET_HEADER) {
			queue->rx_drained = length < 0;
			return received > 0 || length == -EAGAIN ? (int32_t)received : (int32_t)length;
		}
		bytes += length;
		frame = landing_take(&queue->intake, &queue->landing, length - VNET_HEADER);
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

/*
 * Writes frames and frees them; returns how many were taken, see outlet_send(). What the device will never take (it
 * is down, deleted, or the frame is no frame) is counted in tx_down or tx_refused.
 */
IPVANE_EXPORT int32_t
ipvane_tap_tx(struct tap_queue *queue, struct rte_mbuf **mbufs, uint32_t count)
{
	return outlet_send(&queue->outlet, mbufs, count);
}

/* Gives back the mbufs that a queue holds, and the queue; its descriptor stays open. */
IPVANE_EXPORT void
ipvane_tap_queue_free(struct tap_queue *queue)
{
	landing_free(&queue->landing);
	intake_free(&queue->intake);
	outlet_free(&queue->outlet);
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
	struct tap_queue *queue =
		aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(sizeof(*queue), RTE_CACHE_LINE_SIZE));
	int error;

	if (queue == NULL)
		return -ENOMEM;
	memset(queue, 0, sizeof(*queue));
	queue->fd = fd;
	queue->outlet.fd = fd;
	error = intake_init(&queue->intake, pool, large);
	if (error == 0)
		error = landing_init(&queue->landing);
	/* Without the memory they are written one by one. */
	if (error == 0 && ipvane_tap_segments_udp())
		(void)outlet_merge(&queue->outlet);
	if (error < 0) {
		ipvane_tap_queue_free(queue);
		return error;
	}
	*result = queue;
	return 0;
}
