/* SPDX-License-Identifier: Apache-2.0 */
/* Frames written to a descriptor: see outlet.h. */
#define _GNU_SOURCE
#include "outlet.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "intake.h"
#include "ipvane_linux.h"
#include "merge.h"
#include "offload.h"

/* Segments of one frame that are written. */
#define SEGMENTS 64

/* Frames that are made of a long one at a time, before they are written. */
#define SPLIT 32

/*
 * Writes a frame whose header cannot stand in front of it, or of several segments; -EMSGSIZE: too many. No libc
 * wrapper here and below: theirs are places where a thread may be cancelled, which costs.
 */
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
write_run(const struct outlet *outlet, struct rte_mbuf **frames, uint32_t count, uint32_t *run)
{
	struct virtio_net_hdr header;
	uint32_t length;

	*run = outlet->merged == NULL ? 1 : merge_run(frames, count);
	if (*run == 1)
		return write_frame(outlet->fd, frames[0]);
	length = merge_frames(frames, *run, outlet->merged + VNET_HEADER, &header);
	memcpy(outlet->merged, &header, VNET_HEADER);
	return RETRY(syscall(SYS_write, outlet->fd, outlet->merged, length + VNET_HEADER));
}

/* Whether the error is one of the device (down, deleted), which the next frame would meet as well. */
static bool
is_device_error(long error)
{
	return error == -EIO || error == -EBADFD || error == -ENODEV || error == -EBADF || error == -ENETDOWN ||
	       error == -ENXIO;
}

/* Whether the device may take in pieces what it did not take whole. */
static bool
may_be_split(const struct rte_mbuf *frame, long error)
{
	return (error == -EINVAL || error == -EMSGSIZE) && offload_splits(frame) && offload_is_sound(frame);
}

/* Writes the segments of a long frame; the first error, after which none is written any more. */
static long
write_split(int fd, const struct rte_mbuf *frame)
{
	struct offload_split split;
	long result = 0;

	offload_split_begin(&split, frame);
	while (split.left > 0 && result >= 0) {
		struct rte_mbuf *segments[SPLIT];
		const uint32_t made = offload_split_next(&split, segments, SPLIT);

		for (uint32_t i = 0; i < made && result >= 0; i++)
			result = write_frame(fd, segments[i]);
		rte_pktmbuf_free_bulk(segments, made);
		if (made < SPLIT && split.left > 0)
			result = -ENOBUFS;
	}
	/* Some have gone, so it cannot be tried again. */
	return result == -EAGAIN ? -ENOBUFS : result;
}

/* Writes the first of some frames in whatever way the device can be told of it; see write_run(). */
static long
write_next(const struct outlet *outlet, struct rte_mbuf **frames, uint32_t count, uint32_t *run)
{
	*run = 1;
	if (unlikely(offload_is_tunnelled(frames[0])))
		return offload_is_sound(frames[0]) ? write_split(outlet->fd, frames[0]) : -EINVAL;
	return write_run(outlet, frames, count, run);
}

uint32_t
outlet_send(struct outlet *outlet, struct rte_mbuf **frames, uint32_t count)
{
	uint32_t taken = 0;

	while (taken < count) {
		uint32_t run;
		long result = write_next(outlet, frames + taken, count - taken, &run);

		/* A packet socket says so once more after its interface has come back. */
		if (unlikely(result == -ENETDOWN))
			result = write_next(outlet, frames + taken, count - taken, &run);
		if (unlikely(run > 1 && result == -EINVAL)) {
			/* It does not know datagrams in one. */
			free(outlet->merged);
			outlet->merged = NULL;
			continue;
		}
		if (unlikely(may_be_split(frames[taken], result)))
			result = write_split(outlet->fd, frames[taken]);
		if (result == -EAGAIN)
			break;
		if (unlikely(result < 0)) {
			const bool down = is_device_error(result);
			const uint32_t lost = down ? count - taken : run;

			*(down ? &outlet->down : &outlet->refused) += lost;
			taken += lost;
		} else {
			taken += run;
		}
	}
	rte_pktmbuf_free_bulk(frames, taken);
	return taken;
}

int
outlet_merge(struct outlet *outlet)
{
	outlet->merged = malloc(VNET_HEADER + LARGEST_FRAME);
	return outlet->merged == NULL ? -ENOMEM : 0;
}

void
outlet_free(struct outlet *outlet)
{
	free(outlet->merged);
}
