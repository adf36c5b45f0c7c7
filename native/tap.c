/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TAP devices that we own: created inside a namespace under their final name, one descriptor a
 * queue, gone when the last descriptor is closed. Frames travel between descriptors and mbufs here:
 * one call a burst, one system call a frame, which is all that the kernel offers.
 */
#define _GNU_SOURCE
#include "ipvane_linux.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <rte_mbuf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

/* Frames of a burst; equals Burst.MAX of the Java side. */
#define BURST 64

/* Segments of one frame that are read or written in place. */
#define SEGMENTS 64

/* Larger than any frame: 65,535 bytes of payload, an Ethernet header and two VLAN tags. */
#define LARGEST_FRAME (65535 + 14 + 4 + 4)

/* The least room of an mbuf that makes sense: all headers of a tunnelled frame in one segment. */
#define LEAST_ROOM 256

struct creation {
	const char *name;
	const uint8_t *mac;
	uint32_t queues;
	int32_t *fds;
};

static int
open_queue(const char *name, short flags)
{
	struct ifreq request = {0};
	int fd = RETRY(open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
	int error;

	if (fd < 0)
		return fd;
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	request.ifr_flags = flags;
	error = RETRY(ioctl(fd, TUNSETIFF, &request));
	if (error < 0) {
		close(fd);
		return error;
	}
	return fd;
}

static int
set_mac(int fd, const uint8_t *mac)
{
	struct ifreq request = {0};

	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(request.ifr_hwaddr.sa_data, mac, 6);
	return RETRY(ioctl(fd, SIOCSIFHWADDR, &request));
}

static int
create(void *context)
{
	const struct creation *tap = context;
	short flags = IFF_TAP | IFF_NO_PI | (tap->queues > 1 ? IFF_MULTI_QUEUE : 0);
	uint32_t opened;
	int error = 0;

	for (opened = 0; opened < tap->queues; opened++) {
		/* Exclusive at first, or we would attach to a persistent TAP that is not ours. */
		int fd = open_queue(tap->name, opened == 0 ? flags | IFF_TUN_EXCL : flags);

		if (fd < 0) {
			error = fd;
			break;
		}
		tap->fds[opened] = fd;
	}
	if (error == 0 && tap->mac != NULL)
		error = set_mac(tap->fds[0], tap->mac);
	if (error < 0)
		while (opened > 0)
			close(tap->fds[--opened]);
	return error;
}

/*
 * Creates a TAP device inside a namespace, down, with carrier.
 *
 * mac: NULL for one that the kernel chooses. fds receives one non-blocking descriptor a queue. -EBUSY: the name is taken. On any failure the
 * device does not exist.
 */
IPVANE_EXPORT int32_t
ipvane_tap_create(int32_t netns_fd, const char *name, const uint8_t *mac, uint32_t queues, int32_t *fds)
{
	struct creation tap = {name, mac, queues, fds};

	return ipvane_netns_run(netns_fd, create, &tap);
}

IPVANE_EXPORT int32_t
ipvane_tap_set_carrier(int32_t fd, int32_t on)
{
	return RETRY(ioctl(fd, TUNSETCARRIER, &on));
}

/* Writes the six bytes of the MAC address that the device has now. */
IPVANE_EXPORT int32_t
ipvane_tap_mac(int32_t fd, uint8_t *mac)
{
	struct ifreq request = {0};
	int error = RETRY(ioctl(fd, SIOCGIFHWADDR, &request));

	if (error == 0)
		memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	return error;
}

/* Returns 1 where the device is up, 0 where it is down, -ENODEV where it was deleted under us. */
IPVANE_EXPORT int32_t
ipvane_tap_up(int32_t fd)
{
	/* The driver reports "writable" only for a device that is up: this follows renames and moves. */
	struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
	int result = RETRY(poll(&poll_fd, 1, 0));

	if (result < 0)
		return result;
	return poll_fd.revents & POLLERR ? -ENODEV : (poll_fd.revents & POLLOUT) != 0;
}

/*
 * One queue of a TAP device. The parts before "private" are read by Java at the offsets asserted
 * below. The receive and the transmit half may belong to different threads: no cache line is shared.
 */
struct tap_queue {
	/* Of the frames that the last ipvane_tap_rx gave. */
	uint64_t data[BURST];
	uint32_t contiguous[BURST];
	uint32_t length[BURST];
	/* Counters since the start. */
	uint64_t rx_no_mbuf;

	/* Since the start: frames that the device refused for good, and the errno of the last. */
	uint64_t tx_refused __rte_cache_aligned;
	int64_t tx_errno;

	/* private */
	int32_t fd __rte_cache_aligned;
	uint32_t room; /* bytes that one mbuf takes behind its headroom */
	uint32_t segments; /* mbufs that stand ready for the next frame */
	uint32_t spares;
	struct rte_mempool *pool;
	uint8_t *overflow; /* LARGEST_FRAME bytes, for what does not fit the segments */
	struct rte_mbuf *segment[SEGMENTS];
	struct rte_mbuf *spare[BURST];
	struct iovec vector[SEGMENTS + 1];
};

_Static_assert(offsetof(struct tap_queue, data) == 0, "TapQueue.DATA");
_Static_assert(offsetof(struct tap_queue, contiguous) == 512, "TapQueue.CONTIGUOUS");
_Static_assert(offsetof(struct tap_queue, length) == 768, "TapQueue.LENGTH");
_Static_assert(offsetof(struct tap_queue, rx_no_mbuf) == 1024, "TapQueue.RX_NO_MBUF");
_Static_assert(offsetof(struct tap_queue, tx_refused) == 1088, "TapQueue.TX_REFUSED");
_Static_assert(offsetof(struct tap_queue, tx_errno) == 1096, "TapQueue.TX_ERRNO");

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

static void
point_at_overflow(struct tap_queue *queue)
{
	queue->vector[queue->segments].iov_base = queue->overflow;
	queue->vector[queue->segments].iov_len = LARGEST_FRAME;
}

/* The pool gave nothing for the first gap segments: do with the others. False: there are none. */
static bool
close_gap(struct tap_queue *queue, uint32_t gap)
{
	uint32_t present = queue->segments - gap;

	memmove(queue->segment, queue->segment + gap, present * sizeof(queue->segment[0]));
	memmove(queue->vector, queue->vector + gap, present * sizeof(queue->vector[0]));
	if (present == 0)
		queue->segment[0] = NULL;
	queue->segments = RTE_MAX(present, 1u);
	point_at_overflow(queue);
	return present > 0;
}

/* Puts fresh mbufs where the segments of the last frame were, in front; false: the pool is empty. */
static bool
refill(struct tap_queue *queue)
{
	uint32_t gap = 0;

	while (gap < queue->segments && queue->segment[gap] == NULL)
		gap++;
	for (; gap > 0; gap--) {
		struct rte_mbuf *mbuf = take_mbuf(queue);

		if (unlikely(mbuf == NULL))
			return close_gap(queue, gap);
		queue->segment[gap - 1] = mbuf;
		queue->vector[gap - 1].iov_base = rte_pktmbuf_mtod(mbuf, void *);
		queue->vector[gap - 1].iov_len = queue->room;
	}
	return true;
}

/* Hangs an mbuf with length bytes behind tail; returns the new tail. */
static struct rte_mbuf *
append(struct rte_mbuf *head, struct rte_mbuf *tail, struct rte_mbuf *mbuf, uint32_t length)
{
	mbuf->data_len = length;
	if (tail == NULL)
		return mbuf;
	tail->next = mbuf;
	head->nb_segs++;
	return mbuf;
}

/* Moves what went into the overflow buffer into fresh mbufs behind tail; false: the pool is empty. */
static bool
append_overflow(struct tap_queue *queue, struct rte_mbuf *head, struct rte_mbuf *tail, uint32_t length)
{
	const uint8_t *from = queue->overflow;

	while (length > 0) {
		uint32_t part = RTE_MIN(length, queue->room);
		struct rte_mbuf *mbuf = take_mbuf(queue);

		if (mbuf == NULL)
			return false;
		memcpy(rte_pktmbuf_mtod(mbuf, void *), from, part);
		tail = append(head, tail, mbuf, part);
		from += part;
		length -= part;
	}
	return true;
}

/* A frame was longer than the segments that stood ready: let more stand ready, so that no byte of the next is copied. */
static void
grow(struct tap_queue *queue, uint32_t length)
{
	uint32_t wanted = RTE_MIN((length + queue->room - 1) / queue->room, (uint32_t)SEGMENTS);

	if (wanted > queue->segments) {
		memset(&queue->segment[queue->segments], 0,
		       (wanted - queue->segments) * sizeof(queue->segment[0]));
		queue->segments = wanted;
		point_at_overflow(queue);
	}
}

/* Makes one mbuf chain of the frame that was just read; NULL: the pool is empty and the frame is lost. */
static struct rte_mbuf *
take_frame(struct tap_queue *queue, uint32_t length)
{
	struct rte_mbuf *head = queue->segment[0], *tail = NULL;
	uint32_t left = length, i;

	for (i = 0; i < queue->segments && left > 0; i++) {
		uint32_t part = RTE_MIN(left, queue->room);

		tail = append(head, tail, queue->segment[i], part);
		queue->segment[i] = NULL;
		left -= part;
	}
	head->pkt_len = length;
	if (left == 0)
		return head;
	if (unlikely(!append_overflow(queue, head, tail, left))) {
		rte_pktmbuf_free(head);
		head = NULL;
	}
	grow(queue, length);
	return head;
}

/*
 * Reads up to max (at most 64) frames. Fills mbufs, and data, contiguous and length of the queue.
 *
 * Returns the number of frames, 0 where none waits, or -errno where the first read failed (-EBADFD:
 * the device was deleted). A frame longer than one mbuf comes as a chain; each mbuf keeps its
 * headroom. While the pool is empty, frames wait in the device and rx_no_mbuf counts the calls.
 */
IPVANE_EXPORT int32_t
ipvane_tap_rx(struct tap_queue *queue, struct rte_mbuf **mbufs, uint32_t max)
{
	uint32_t received = 0;

	while (received < max) {
		struct rte_mbuf *frame;
		long length;

		if (unlikely(!refill(queue))) {
			queue->rx_no_mbuf++;
			break;
		}
		length = RETRY(readv(queue->fd, queue->vector, queue->segments + 1));
		if (length <= 0)
			return received > 0 || length == -EAGAIN ? (int32_t)received : (int32_t)length;
		frame = take_frame(queue, length);
		if (unlikely(frame == NULL)) {
			queue->rx_no_mbuf++;
			break;
		}
		mbufs[received] = frame;
		queue->data[received] = (uintptr_t)rte_pktmbuf_mtod(frame, void *);
		queue->contiguous[received] = frame->data_len;
		queue->length[received] = frame->pkt_len;
		received++;
	}
	return received;
}

/* Writes one chain; the result of writev(2), or -EMSGSIZE for more segments than fit. */
static long
write_frame(int fd, const struct rte_mbuf *frame)
{
	struct iovec vector[SEGMENTS];
	int used = 0;

	for (const struct rte_mbuf *mbuf = frame; mbuf != NULL; mbuf = mbuf->next) {
		if (used == SEGMENTS)
			return -EMSGSIZE;
		vector[used].iov_base = rte_pktmbuf_mtod(mbuf, void *);
		vector[used].iov_len = mbuf->data_len;
		used++;
	}
	return RETRY(writev(fd, vector, used));
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
		long result = write_frame(queue->fd, mbufs[taken]);

		if (result == -EAGAIN)
			break;
		if (unlikely(result < 0)) {
			uint32_t refused = is_device_error(result) ? count - taken : 1;

			queue->tx_errno = -result;
			queue->tx_refused += refused;
			taken += refused;
		} else {
			taken++;
		}
	}
	rte_pktmbuf_free_bulk(mbufs, taken);
	return taken;
}

/*
 * Makes a queue over a descriptor of ipvane_tap_create, which stays the caller's.
 *
 * It holds at most 64 spare mbufs of the pool, and as many as the longest frame had segments.
 * -EINVAL: the pool's mbufs are too small.
 */
IPVANE_EXPORT int32_t
ipvane_tap_queue_new(int32_t fd, struct rte_mempool *pool, struct tap_queue **result)
{
	int room = rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM;
	struct tap_queue *queue;

	if (room < LEAST_ROOM)
		return -EINVAL;
	queue = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(sizeof(*queue), RTE_CACHE_LINE_SIZE));
	if (queue == NULL)
		return -ENOMEM;
	memset(queue, 0, sizeof(*queue));
	queue->overflow = malloc(LARGEST_FRAME);
	if (queue->overflow == NULL) {
		free(queue);
		return -ENOMEM;
	}
	queue->fd = fd;
	queue->pool = pool;
	queue->room = room;
	queue->segments = 1;
	point_at_overflow(queue);
	*result = queue;
	return 0;
}

/* Gives back the mbufs that a queue holds, and the queue; its descriptor stays open. */
IPVANE_EXPORT void
ipvane_tap_queue_free(struct tap_queue *queue)
{
	uint32_t i;

	rte_pktmbuf_free_bulk(queue->spare, queue->spares);
	for (i = 0; i < queue->segments; i++)
		rte_pktmbuf_free(queue->segment[i]);
	free(queue->overflow);
	free(queue);
}
