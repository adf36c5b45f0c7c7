/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to the work that a sender leaves to a device: noted from any virtio header on any frame, the frame then
 * cut, tagged, pulled up and copied as the pipeline does, or as it should not; and finished, split, merged and
 * described for receivers of all kinds. Bytes outside of a frame's segments are poisoned meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <sanitizer/asan_interface.h>

#include "../finish.h"
#include "../merge.h"
#include "../offload.h"
#include "../spread.h"
#include "frames.h"
#include "random.h"
#include "run.h"

/* As Java calls them. */
void
ipvane_mbuf_trim(struct rte_mbuf *m, uint32_t length);
int32_t
ipvane_mbuf_pull_up(struct rte_mbuf *m, uint32_t bytes);
struct rte_mbuf *
ipvane_mbuf_replicate(struct rte_mempool *pool, struct rte_mbuf *m);
void
ipvane_mbuf_finish_checksum(struct rte_mbuf *m);

#define POOL 511
#define COPIES 3

static uint64_t random_state;
static struct rte_mempool *pool;
static uint64_t sent;

static void
unpoison(struct rte_mempool *mempool, void *opaque, struct rte_mempool_memhdr *memory, unsigned int index)
{
	(void)mempool, (void)opaque, (void)index;
	ASAN_UNPOISON_MEMORY_REGION(memory->addr, memory->len);
}

/* Around the bytes of a frame, headroom and what is behind them. */
static void
poison(struct rte_mbuf *frame)
{
	for (struct rte_mbuf *m = frame; m != NULL; m = m->next) {
		if (!RTE_MBUF_DIRECT(m))
			continue;
		ASAN_POISON_MEMORY_REGION(m->buf_addr, rte_pktmbuf_headroom(m));
		ASAN_POISON_MEMORY_REGION(rte_pktmbuf_mtod_offset(m, char *, m->data_len), rte_pktmbuf_tailroom(m));
	}
}

static uint16_t
sink(const struct finish_to *to, struct rte_mbuf **frames, uint16_t count)
{
	/* A ring that is nearly full takes only some. */
	const uint16_t taken = once_in(&random_state, 8) ? below(&random_state, count + 1) : count;

	(void)to;
	for (uint16_t i = 0; i < taken; i++) {
		struct virtio_net_hdr header;

		run_check_frame(frames[i]);
		offload_to_vnet(frames[i], &header);
		CHECK(header.csum_start + header.csum_offset + 2u <= frames[i]->pkt_len || header.flags == 0);
		sent++;
	}
	rte_pktmbuf_free_bulk(frames, taken);
	return taken;
}

/* Notes what a header asks for; false: refused. */
static bool
note(struct rte_mbuf *frame, const struct virtio_net_hdr *header)
{
	if ((header->flags | header->gso_type) == 0)
		return true;
	return (once_in(&random_state, 3) ? offload_from_wire(frame, header) : offload_from_vnet(frame, header)) == 0;
}

/* To the length that IP says, as RouteStage, or to any other. */
static void
trim(struct rte_mbuf *frame)
{
	const uint8_t *bytes = rte_pktmbuf_mtod(frame, uint8_t *);
	const bool ipv4 = bytes[12] == 0x08 && bytes[13] == 0x00;
	uint32_t length = 14 + below(&random_state, frame->pkt_len);

	if (frame->data_len >= 54 && !once_in(&random_state, 4))
		length = ipv4 ? 14 + (bytes[16] << 8 | bytes[17]) : 54 + (bytes[18] << 8 | bytes[19]);
	if (length >= 14 && length < frame->pkt_len)
		ipvane_mbuf_trim(frame, length);
}

/* As VlanTag and TxOffload.moveFront() do it. */
static void
tag(struct rte_mbuf *frame)
{
	uint8_t *bytes = (uint8_t *)rte_pktmbuf_prepend(frame, 4);

	if (bytes == NULL)
		return;
	memmove(bytes, bytes + 4, 12);
	memcpy(bytes + 12, (uint8_t[]){0x81, 0x00, 0x00, 0x05}, 4);
	offload_move_front(frame, 4);
}

/* What lies between receiving and sending. */
static uint32_t
pass_through(struct rte_mbuf **frames)
{
	struct rte_mbuf *frame = frames[0];
	uint32_t count = 1;

	if (once_in(&random_state, 2))
		trim(frame);
	if (once_in(&random_state, 4))
		ipvane_mbuf_pull_up(frame, below(&random_state, 200));
	if (once_in(&random_state, 8))
		ipvane_mbuf_finish_checksum(frame);
	while (count < COPIES && once_in(&random_state, 3)) {
		frames[count] = ipvane_mbuf_replicate(pool, frame);
		if (frames[count] == NULL)
			break;
		count++;
	}
	if (once_in(&random_state, 4))
		tag(frames[below(&random_state, count)]);
	return count;
}

static void
merge(struct rte_mbuf **frames, uint32_t count)
{
	const uint32_t run = merge_run(frames, count);
	struct virtio_net_hdr header;
	uint8_t *to;

	if (run < 2)
		return;
	/* As long as a TAP's buffer, byte for byte. */
	to = malloc(65535 + 22);
	CHECK(merge_frames(frames, run, to, &header) <= 65535 + 22);
	free(to);
}

static void
send_on(struct rte_mbuf **frames, uint32_t count)
{
	static const uint64_t abilities[] = {0, RTE_MBUF_F_TX_L4_MASK, RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG};
	struct finish_to to[3];
	uint64_t lost[3] = {0};
	uint16_t taken;

	for (int i = 0; i < 3; i++)
		to[i] = (struct finish_to){sink, ONE_OF(&random_state, abilities), once_in(&random_state, 3), &lost[i]};
	if (once_in(&random_state, 3)) {
		spread(&to[0], sizeof(to[0]), 3, frames, count);
		return;
	}
	/* One frame is freed last of all, so what is around it may stay poisoned. */
	if (count == 1 && !to[0].flat)
		poison(frames[0]);
	taken = finish_and_send(&to[0], frames, count);
	rte_pktmbuf_free_bulk(frames + taken, count - taken);
}

static bool
try_one(const struct frames_sender *sender)
{
	static uint8_t bytes[FRAMES_LONGEST];
	struct virtio_net_hdr header;
	const uint32_t length = frames_any(&random_state, sender, bytes, &header);
	struct rte_mbuf *frames[COPIES] = {run_frame(pool, bytes, length, 1 + below(&random_state, 2048))};
	bool noted;

	if (frames[0] == NULL)
		return false;
	poison(frames[0]);
	noted = note(frames[0], &header);
	rte_mempool_mem_iter(pool, unpoison, NULL);
	if (noted) {
		const uint32_t count = pass_through(frames);

		merge(frames, count);
		send_on(frames, count);
		rte_mempool_mem_iter(pool, unpoison, NULL);
	} else {
		rte_pktmbuf_free(frames[0]);
	}
	run_check_pool(pool);
	return noted;
}

int
main(int count, char **words)
{
	const struct frames_sender sender = {{2, 0, 0, 0, 0, 1}, 13};
	uint64_t tried = 0, accepted = 0;

	random_state = run_begin(count, words);
	pool = run_pool(POOL);
	while (run_goes_on())
		for (int i = 0; i < 64; i++, tried++)
			accepted += try_one(&sender);
	printf("frames %lu, accepted %lu, sent %lu\n", (unsigned long)tried, (unsigned long)accepted,
	       (unsigned long)sent);
	return 0;
}
