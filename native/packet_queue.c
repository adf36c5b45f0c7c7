/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames between a packet socket and mbufs: many frames a system call on the way in, one on the way out, where each
 * may be refused for itself (switch-core/docs/uplinks.md says what else was tried).
 */
#define _GNU_SOURCE
#include "intake.h"
#include "ipvane_linux.h"
#include "offload.h"
#include "outlet.h"
#include "packet.h"
#include "rows.h"

#include <linux/if_packet.h>
#include <rte_byteorder.h>
#include <rte_cycles.h>
#include <rte_ether.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Frames that one system call may read while none is longer than an mbuf, and after one that was. */
#define BATCH 32
#define LONG_BATCH 8

/* How often the interface is asked for its link while frames are sent. */
#define ASKED_A_SECOND 1000

/* Bytes after which a call takes no further batch: what it has read had better still be in the cache. */
#define BYTES_A_CALL (256 * 1024)

/*
 * One queue. The parts before "private" are read by Java at the offsets asserted below. The receive and the transmit
 * half may belong to different threads: no cache line is shared.
 */
struct packet_queue {
	/* Since the start: calls cut short by an empty pool. */
	uint64_t rx_no_mbuf;
	/* Frames whose virtio header the kernel could not write, or that contradicts them. */
	uint64_t rx_invalid;
	/* Frames longer than any may be. */
	uint64_t rx_cut;
	/* Frames that found the pool empty when they had been read. */
	uint64_t rx_lost;
	/* Whether the last ipvane_packet_rx left nothing to read. */
	uint32_t rx_drained;

	struct outlet outlet __rte_cache_aligned;

	/* private */
	uint64_t ask_at; /* when to ask again whether the interface is up */
	int32_t index;
	bool up;

	int32_t fd __rte_cache_aligned;
	uint32_t batch;
	struct intake intake;
	struct landing landing[BATCH];
	struct iovec parts[BATCH][LANDING_PARTS];
	struct mmsghdr message[BATCH];
	union {
		struct cmsghdr header;
		uint8_t bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control[BATCH];
};

_Static_assert(offsetof(struct packet_queue, rx_no_mbuf) == 0, "PacketQueue.RX_NO_MBUF");
_Static_assert(offsetof(struct packet_queue, rx_invalid) == 8, "PacketQueue.RX_INVALID");
_Static_assert(offsetof(struct packet_queue, rx_cut) == 16, "PacketQueue.RX_CUT");
_Static_assert(offsetof(struct packet_queue, rx_lost) == 24, "PacketQueue.RX_LOST");
_Static_assert(offsetof(struct packet_queue, rx_drained) == 32, "PacketQueue.RX_DRAINED");
_Static_assert(offsetof(struct packet_queue, outlet.down) == 64, "PacketQueue.TX_DOWN");
_Static_assert(offsetof(struct packet_queue, outlet.refused) == 72, "PacketQueue.TX_REFUSED");

/* Makes places for frames; how many, 0 where the pool is empty. */
static uint32_t
prepare(struct packet_queue *queue, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct msghdr *header = &queue->message[i].msg_hdr;

		if (!landing_prepare(&queue->intake, &queue->landing[i], i < LONG_BATCH))
			break;
		landing_parts(&queue->intake, &queue->landing[i], queue->parts[i]);
		header->msg_controllen = sizeof(queue->control[i]);
	}
	return i;
}

/*
 * Puts the tag that the kernel has taken out of a frame back, of the kind that it had. One of priority only says
 * nothing to anybody behind, and stays out.
 */
static void
put_tag_back(const struct packet_queue *queue, uint32_t i, struct rte_mbuf *frame)
{
	const struct cmsghdr *control = &queue->control[i].header;
	struct tpacket_auxdata aux;
	uint16_t type = RTE_ETHER_TYPE_VLAN;
	uint8_t *start;

	if (queue->message[i].msg_hdr.msg_controllen < CMSG_LEN(sizeof(aux)) || control->cmsg_level != SOL_PACKET ||
	    control->cmsg_type != PACKET_AUXDATA)
		return;
	memcpy(&aux, CMSG_DATA(control), sizeof(aux));
	if (likely((aux.tp_status & TP_STATUS_VLAN_VALID) == 0))
		return;
	if ((aux.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0)
		type = aux.tp_vlan_tpid;
	if (type == RTE_ETHER_TYPE_VLAN && (aux.tp_vlan_tci & 0x0fff) == 0)
		return;
	start = (uint8_t *)rte_pktmbuf_prepend(frame, sizeof(struct rte_vlan_hdr));
	/* There is room: the virtio header stood there. */
	if (start == NULL)
		return;
	memmove(start, start + sizeof(struct rte_vlan_hdr), 2 * RTE_ETHER_ADDR_LEN);
	start += 2 * RTE_ETHER_ADDR_LEN;
	start[0] = type >> 8;
	start[1] = type;
	start[2] = aux.tp_vlan_tci >> 8;
	start[3] = aux.tp_vlan_tci;
	offload_move_front(frame, sizeof(struct rte_vlan_hdr));
}

/* Notes what the header in front of a frame says; false: it contradicts the frame. */
static bool
accept_header(struct rte_mbuf *frame)
{
	const struct virtio_net_hdr header = landing_header(frame);

	return likely(((header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) | header.gso_type) == 0) ||
	       offload_from_wire(frame, &header) == 0;
}

/* The frame that the i-th message has brought; NULL: it is counted as what it is. */
static struct rte_mbuf *
take(struct packet_queue *queue, uint32_t i)
{
	const struct mmsghdr *message = &queue->message[i];
	struct rte_mbuf *frame;

	if (unlikely((message->msg_hdr.msg_flags & MSG_TRUNC) != 0)) {
		queue->rx_cut++;
		return NULL;
	}
	if (unlikely(message->msg_len < VNET_HEADER + RTE_ETHER_HDR_LEN)) {
		queue->rx_invalid++;
		return NULL;
	}
	frame = landing_take(&queue->intake, &queue->landing[i], message->msg_len - VNET_HEADER);
	if (unlikely(frame == NULL)) {
		queue->rx_lost++;
		return NULL;
	}
	if (unlikely(!accept_header(frame))) {
		queue->rx_invalid++;
		rte_pktmbuf_free(frame);
		return NULL;
	}
	put_tag_back(queue, i, frame);
	return frame;
}

/* What is left of an error; the interface being down is told of once, and is no frame. */
static void
note_error(struct packet_queue *queue, long error)
{
	queue->rx_drained = error == -EAGAIN;
	if (error != -EAGAIN && error != -ENETDOWN)
		queue->rx_invalid++;
}

/*
 * Reads up to max (at most BURST) frames into a burst; the result is that of rows_fill(). Ends early after
 * BYTES_A_CALL. A frame longer than one mbuf comes as a chain. What is left to be done for it stands in it as
 * offload.h says. While the pool is empty, frames wait in the socket and rx_no_mbuf counts the calls.
 */
IPVANE_EXPORT uint64_t
ipvane_packet_rx(struct packet_queue *queue, struct ipvane_burst *burst, uint16_t max)
{
	uint32_t received = 0;
	uint32_t bytes = 0;

	queue->rx_drained = 0;
	while (received < max && bytes < BYTES_A_CALL) {
		const uint32_t ready = prepare(queue, RTE_MIN(queue->batch, max - received));
		bool is_long = false;
		long got;

		if (unlikely(ready == 0)) {
			queue->rx_no_mbuf++;
			break;
		}
		got = RETRY(syscall(SYS_recvmmsg, queue->fd, queue->message, ready, MSG_DONTWAIT, NULL));
		if (got < 0) {
			note_error(queue, got);
			break;
		}
		for (uint32_t i = 0; i < got; i++) {
			struct rte_mbuf *frame = take(queue, i);

			is_long |= queue->message[i].msg_len > VNET_HEADER + queue->intake.room;
			bytes += queue->message[i].msg_len;
			if (frame != NULL)
				burst->mbuf[received++] = frame;
		}
		queue->batch = is_long ? LONG_BATCH : BATCH;
		if (got < ready)
			break;
	}
	return rows_fill(burst, received);
}

/* Whether the interface could send, as it was a millisecond ago at most. */
static bool
is_up(struct packet_queue *queue)
{
	const uint64_t now = rte_rdtsc();

	if (unlikely(now >= queue->ask_at)) {
		struct packet_interface state;

		queue->up = ipvane_packet_interface(queue->fd, queue->index, &state) == 0 && state.up != 0;
		queue->ask_at = now + rte_get_tsc_hz() / ASKED_A_SECOND;
	}
	return queue->up;
}

/*
 * Sends frames and frees them; returns how many were taken, see outlet_send(). Without carrier the kernel takes
 * frames as if it sent them: so none is given to it then, and they count as it being down.
 */
IPVANE_EXPORT uint16_t
ipvane_packet_tx(struct packet_queue *queue, struct rte_mbuf **mbufs, uint16_t count)
{
	if (unlikely(!is_up(queue))) {
		rte_pktmbuf_free_bulk(mbufs, count);
		queue->outlet.down += count;
		return count;
	}
	return outlet_send(&queue->outlet, mbufs, count);
}

/* Gives back the mbufs that a queue holds, and the queue; its descriptor stays open. */
IPVANE_EXPORT void
ipvane_packet_queue_free(struct packet_queue *queue)
{
	for (uint32_t i = 0; i < BATCH; i++)
		landing_free(&queue->landing[i]);
	intake_free(&queue->intake);
	outlet_free(&queue->outlet);
	free(queue);
}

/*
 * Makes a queue over a descriptor of ipvane_packet_open on that interface, which stays the caller's. It holds at most BURST + BATCH mbufs of
 * the pool, and LONG_BATCH of large, see intake.h. -EINVAL: their mbufs are too small.
 */
IPVANE_EXPORT int32_t
ipvane_packet_queue_new(int32_t fd, int32_t index, struct rte_mempool *pool, struct rte_mempool *large,
			struct packet_queue **result)
{
	struct packet_queue *queue =
		aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(sizeof(*queue), RTE_CACHE_LINE_SIZE));
	int error;

	if (queue == NULL)
		return -ENOMEM;
	memset(queue, 0, sizeof(*queue));
	queue->fd = fd;
	queue->index = index;
	queue->outlet.fd = fd;
	queue->batch = BATCH;
	error = intake_init(&queue->intake, pool, large);
	for (uint32_t i = 0; i < BATCH && error == 0; i++) {
		struct msghdr *header = &queue->message[i].msg_hdr;

		error = landing_init(&queue->landing[i]);
		header->msg_iov = queue->parts[i];
		header->msg_iovlen = LANDING_PARTS;
		header->msg_control = &queue->control[i];
	}
	/* Without the memory they are sent one by one. */
	if (error == 0)
		(void)outlet_merge(&queue->outlet);
	if (error < 0) {
		ipvane_packet_queue_free(queue);
		return error;
	}
	*result = queue;
	return 0;
}
