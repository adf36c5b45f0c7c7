/* SPDX-License-Identifier: Apache-2.0 */
/* Frames between mbufs and the memory that is shared with the kernel, one call a burst: see xdp.h. */
#define _GNU_SOURCE
#include "finish.h"
#include "ipvane_linux.h"
#include "peer_frame.h"
#include "rows.h"
#include "xdp.h"

#include <rte_memcpy.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* In copy mode the kernel sends so many descriptors a system call. */
#define XDP_BUDGET 32

/* After so many bytes a burst ends: others wait for the lcore. */
#define BYTES_A_CALL (256u << 10)

static inline const struct xdp_desc *
received(const struct xdp_ring *rx, uint32_t at)
{
	return (const struct xdp_desc *)rx->entries + (at & rx->mask);
}

/* Descriptors of the frame that begins at ours; 0 where it is not all there. */
static uint32_t
parts_of_next(const struct xdp_ring *rx, uint32_t end)
{
	uint32_t at = rx->next;

	while (at != end)
		if ((received(rx, at++)->options & XDP_MORE) == 0)
			return at - rx->next;
	return 0;
}

/* Copies the parts of the next frame behind an empty mbuf; false: the pool is empty, or it is longer than a frame may be. */
static bool
gather(const struct xdp_queue *queue, struct rte_mbuf *mbuf, uint32_t parts)
{
	struct peer_frame frame = {mbuf, mbuf};
	uint32_t i;

	for (i = 0; i < parts; i++) {
		const struct xdp_desc *part = received(&queue->rx, queue->rx.next + i);

		if (peer_frame_is_longer(&frame, part->len) ||
		    !peer_frame_append(&frame, queue->umem + part->addr, part->len))
			return false;
	}
	return true;
}

/* Gives the chunks of the next frame back to the kernel. As many are free as that ring has places. */
static void
give_back(struct xdp_queue *queue, uint32_t parts)
{
	uint64_t *fill = queue->fill.entries;

	for (; parts > 0; parts--)
		fill[queue->fill.next++ & queue->fill.mask] =
			received(&queue->rx, queue->rx.next++)->addr & ~(uint64_t)(XDP_CHUNK - 1);
}

/* Mbufs for so many frames, or as many as there are. */
static uint32_t
take_mbufs(struct xdp_queue *queue, struct rte_mbuf **mbufs, uint32_t want)
{
	while (want > 0 && rte_pktmbuf_alloc_bulk(queue->pool, mbufs, want) != 0)
		want /= 2;
	return want;
}

/* Has the kernel send what it has left in the ring. By whoever receives: whoever sends may have nothing more to send. */
static void
ask_again(struct xdp_queue *queue)
{
	const long result = RETRY(syscall(SYS_sendto, queue->fd, NULL, 0, MSG_DONTWAIT, NULL, 0));
	const bool empty = __atomic_load_n(queue->tx.consumer, __ATOMIC_ACQUIRE) ==
			   __atomic_load_n(queue->tx.producer, __ATOMIC_RELAXED);

	if (empty || (result < 0 && result != -EAGAIN && result != -EBUSY))
		__atomic_store_n(&queue->waits, 0, __ATOMIC_RELAXED);
}

/* As ipvane_rx_burst(), from a queue of an interface. */
IPVANE_EXPORT uint64_t
ipvane_xdp_rx(struct xdp_queue *queue, struct ipvane_burst *burst, uint32_t max)
{
	const uint32_t end = __atomic_load_n(queue->rx.producer, __ATOMIC_ACQUIRE);
	const uint32_t waiting = end - queue->rx.next;
	uint32_t count = 0;
	uint32_t bytes = 0;
	uint32_t have, parts, used = 0;

	if (unlikely(__atomic_load_n(&queue->waits, __ATOMIC_RELAXED) != 0))
		ask_again(queue);
	if (waiting == 0) {
		const bool asleep = (__atomic_load_n(queue->fill.flags, __ATOMIC_RELAXED) & XDP_RING_NEED_WAKEUP) != 0;

		if (asleep)
			(void)!RETRY(syscall(SYS_recvfrom, queue->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL));
		queue->rx_drained = !asleep && __atomic_load_n(&queue->waits, __ATOMIC_RELAXED) == 0;
		return 0;
	}
	queue->rx_drained = 0;
	have = take_mbufs(queue, burst->mbuf, RTE_MIN(waiting, max));
	if (unlikely(have < RTE_MIN(waiting, max)))
		queue->rx_no_mbuf++;
	while (used < have && bytes < BYTES_A_CALL && (parts = parts_of_next(&queue->rx, end)) > 0) {
		struct rte_mbuf *mbuf = burst->mbuf[used++];

		if (likely(gather(queue, mbuf, parts))) {
			burst->mbuf[count++] = mbuf;
			bytes += mbuf->pkt_len;
			queue->rx_unfinished += xdp_note_unfinished(mbuf);
		} else {
			rte_pktmbuf_free(mbuf);
			queue->rx_no_mbuf++;
		}
		give_back(queue, parts);
	}
	rte_pktmbuf_free_bulk(burst->mbuf + used, have - used);
	__atomic_store_n(queue->rx.consumer, queue->rx.next, __ATOMIC_RELEASE);
	__atomic_store_n(queue->fill.producer, queue->fill.next, __ATOMIC_RELEASE);
	return rows_fill(burst, count);
}

/* Takes back the chunks that the kernel has sent. */
static void
take_back(struct xdp_queue *queue)
{
	const uint64_t *done = queue->done.entries;
	const uint32_t end = __atomic_load_n(queue->done.producer, __ATOMIC_ACQUIRE);

	if (queue->done.next == end)
		return;
	while (queue->done.next != end)
		queue->idle[queue->idle_count++] = done[queue->done.next++ & queue->done.mask] & ~(uint64_t)(XDP_CHUNK - 1);
	__atomic_store_n(queue->done.consumer, end, __ATOMIC_RELEASE);
}

/* Descriptors that the kernel has not taken yet, as far as it tells. */
static uint32_t
untaken(const struct xdp_queue *queue)
{
	return queue->tx.next - __atomic_load_n(queue->tx.consumer, __ATOMIC_ACQUIRE);
}

/*
 * Has the kernel send what is in the ring. What the interface drops (EBUSY) is lost; what it cannot take now stays
 * in the ring, and whoever receives asks again.
 */
static void
kick(struct xdp_queue *queue)
{
	uint32_t tries = untaken(queue) / XDP_BUDGET + 2;
	long result = 0;

	while (untaken(queue) > 0 && tries > 0 &&
	       (__atomic_load_n(queue->tx.flags, __ATOMIC_RELAXED) & XDP_RING_NEED_WAKEUP) != 0) {
		result = RETRY(syscall(SYS_sendto, queue->fd, NULL, 0, MSG_DONTWAIT, NULL, 0));
		if (result == -EBUSY) {
			queue->tx_lost++;
			continue;
		}
		if (result != -EAGAIN && result != 0)
			break;
		tries--;
	}
	queue->down = result == -ENETDOWN || result == -ENXIO;
	__atomic_store_n(&queue->waits, untaken(queue) > 0 && !queue->down, __ATOMIC_RELAXED);
}

/* Copies one frame into chunks and puts them into the ring. The caller knows that there is room for it. */
static void
scatter(struct xdp_queue *queue, const struct rte_mbuf *frame, uint32_t parts)
{
	struct xdp_desc *ring = queue->tx.entries;
	const struct rte_mbuf *from = frame;
	uint32_t at = 0;

	for (; parts > 0; parts--) {
		struct xdp_desc *part = &ring[queue->tx.next++ & queue->tx.mask];
		uint8_t *to;

		part->addr = queue->idle[--queue->idle_count];
		part->len = 0;
		part->options = parts > 1 ? XDP_MORE : 0;
		to = queue->umem + part->addr;
		while (from != NULL && part->len < XDP_CHUNK) {
			const uint32_t bytes = RTE_MIN(from->data_len - at, XDP_CHUNK - part->len);

			rte_memcpy(to + part->len, rte_pktmbuf_mtod_offset(from, uint8_t *, at), bytes);
			part->len += bytes;
			at += bytes;
			if (at == from->data_len) {
				from = from->next;
				at = 0;
			}
		}
	}
}

/* Whether so many chunks and places are free, now or after the kernel has been asked. */
static bool
has_room(struct xdp_queue *queue, uint32_t parts)
{
	if (likely(queue->idle_count >= parts && XDP_TX_CHUNKS - untaken(queue) >= parts))
		return true;
	__atomic_store_n(queue->tx.producer, queue->tx.next, __ATOMIC_RELEASE);
	kick(queue);
	take_back(queue);
	return queue->idle_count >= parts && XDP_TX_CHUNKS - untaken(queue) >= parts;
}

struct xdp_to {
	struct finish_to to;
	struct xdp_queue *queue;
};

/* Sends finished frames. While the interface is down they are taken, freed and counted. */
static uint16_t
send_burst(const struct finish_to *to, struct rte_mbuf **mbufs, uint16_t count)
{
	struct xdp_queue *queue = ((const struct xdp_to *)to)->queue;
	uint16_t sent = 0;

	if (count == 0)
		return 0;
	take_back(queue);
	if (unlikely(queue->down)) {
		kick(queue);
		if (queue->down) {
			queue->tx_down += count;
			rte_pktmbuf_free_bulk(mbufs, count);
			return count;
		}
	}
	for (; sent < count; sent++) {
		const uint32_t parts = (mbufs[sent]->pkt_len + XDP_CHUNK - 1) / XDP_CHUNK;

		if (unlikely(parts > XDP_MAX_PARTS))
			queue->tx_lost++;
		else if (has_room(queue, parts))
			scatter(queue, mbufs[sent], parts);
		else
			break;
	}
	__atomic_store_n(queue->tx.producer, queue->tx.next, __ATOMIC_RELEASE);
	kick(queue);
	rte_pktmbuf_free_bulk(mbufs, sent);
	return sent;
}

/* As ipvane_tx_burst_finished(), by a queue of an interface. */
IPVANE_EXPORT uint32_t
ipvane_xdp_tx(struct xdp_queue *queue, struct rte_mbuf **mbufs, uint32_t count)
{
	const struct xdp_to at = {{send_burst, 0, false, &queue->tx_lost}, queue};

	return finish_and_send(&at.to, mbufs, count);
}
