/* SPDX-License-Identifier: Apache-2.0 */
/* Sending what has to be finished first: see finish.h. */
#include "finish.h"

#include "offload.h"

/* Frames that are made of a long one before they are sent. */
#define SEGMENTS 64

/* What is left to be done for a frame and cannot be left to the receiver. */
static inline uint64_t
undone(const struct finish_to *to, const struct rte_mbuf *frame)
{
	const uint64_t work = frame->ol_flags & OFFLOAD_WORK;

	/* Who splits a frame finishes its checksums as well; TCP's and UDP's have their bits in common. */
	return unlikely(offload_is_tunnelled(frame)) ? work : work & ~to->able;
}

/* Makes one frame what the receiver takes; false: impossible. */
static bool
make_ready(const struct finish_to *to, struct rte_mbuf *frame)
{
	if (undone(to, frame) != 0)
		offload_finish_checksum(frame);
	return !to->flat || frame->nb_segs == 1 || rte_pktmbuf_linearize(frame) == 0;
}

/* Sends what a long frame becomes. False: nothing was taken, and the frame is still the caller's. */
static bool
send_split(const struct finish_to *to, struct rte_mbuf *frame)
{
	struct rte_mbuf *segments[SEGMENTS];
	struct offload_split split;
	uint32_t made, sent, sum = 0;

	offload_split_begin(&split, frame);
	do {
		uint32_t ready = 0;

		made = offload_split_next(&split, segments, SEGMENTS);
		while (ready < made && make_ready(to, segments[ready]))
			ready++;
		sent = to->send(to, segments, ready);
		rte_pktmbuf_free_bulk(segments + sent, made - sent);
		sum += sent;
	} while (sent == SEGMENTS);
	if (sent == made && split.left == 0) {
		rte_pktmbuf_free(frame);
		return true;
	}
	if (sum == 0 && made > 0)
		return false;
	++*to->lost;
	rte_pktmbuf_free(frame);
	return true;
}

uint16_t
finish_and_send(const struct finish_to *to, struct rte_mbuf **frames, uint16_t count)
{
	uint16_t first = 0;
	uint16_t i;

	for (i = 0; i < count; i++) {
		const bool splits = (undone(to, frames[i]) & OFFLOAD_SPLIT) != 0;
		uint16_t sent;

		if (!splits && make_ready(to, frames[i]))
			continue;
		sent = to->send(to, frames + first, i - first);
		if (sent < i - first)
			return first + sent;
		if (!splits || !offload_is_sound(frames[i])) {
			rte_pktmbuf_free(frames[i]);
			++*to->lost;
		} else if (!send_split(to, frames[i])) {
			return i;
		}
		first = i + 1;
	}
	return first + to->send(to, frames + first, count - first);
}
