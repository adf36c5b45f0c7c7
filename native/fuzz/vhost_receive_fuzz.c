/* SPDX-License-Identifier: Apache-2.0 */
/* Receiving from a vhost-user peer that writes anything into its ring, its descriptors and its frames meanwhile. */
#include <stdio.h>
#include <stdlib.h>

#include <rte_mbuf.h>

#include "../peer_frame.h"
#include "../peer_signal.h"
#include "../rows.h"
#include "frames.h"
#include "vhost_memory.h"

#define POOL 4095

static uint64_t random_state;

/* A frame where a descriptor of the ring may lead, with the header in front of it. */
static void
write_frame(struct vhost_view *view, struct vhost_ring *ring, uint64_t *random)
{
	static const struct frames_sender sender = {.mac = {2}, .last = 1};
	static uint8_t frame[FRAMES_LONGEST];
	const struct vhost_region *region = &view->region[below(random, 2)];
	const uint32_t at = below(random, REGION_BYTES / 2);
	uint8_t *to = region->base + at;
	struct virtio_net_hdr header;
	const uint32_t length = frames_any(random, &sender, frame, &header);
	const struct vring_desc desc = {.addr = region->guest + at, .len = view->header + length};

	memset(to, 0, view->header);
	memcpy(to, &header, sizeof(header));
	memcpy(to + view->header, frame, RTE_MIN(length, 300u));
	memcpy((struct vring_desc *)ring->desc + below(random, ring->size), &desc, sizeof(desc));
}

static void
write_anything(void *opaque, uint64_t *random)
{
	struct vhost_view *view = opaque;

	vhost_memory_mutate(view, &view->ring[0], random);
	for (int i = 0; i < 32; i++)
		write_frame(view, &view->ring[0], random);
}

/* What one burst may be, and what each of its frames is. */
static void
check_burst(struct rte_mbuf *const *frames, struct vhost_received received, uint16_t max)
{
	uint32_t bytes = 0;

	CHECK(received.count + received.invalid <= max);
	for (uint16_t i = 0; i < received.count; i++) {
		run_check_frame(frames[i]);
		CHECK(frames[i]->pkt_len >= RTE_ETHER_HDR_LEN && frames[i]->pkt_len <= PEER_MAX_FRAME);
		CHECK(bytes < PEER_BURST_BYTES);
		bytes += frames[i]->pkt_len;
	}
}

int
main(int count, char **words)
{
	uint64_t calls = 0, taken = 0, invalid = 0, nonsense = 0;
	struct run_clock clock = {0};
	struct mutate peer = {.once = write_anything};
	atomic_uint gone = 0;
	struct rte_mempool *pool;
	struct vhost_view *view;

	random_state = run_begin(count, words);
	peer.random = next(&random_state);
	pool = run_pool(POOL);
	CHECK(peer_signal_install() == 0);
	peer.opaque = view = vhost_memory_view();
	while (run_goes_on()) {
		vhost_memory_place(view, &view->ring[0], &random_state);
		mutate_begin(&peer);
		for (int i = 0; i < 2000; i++, calls++) {
			struct rte_mbuf *frames[BURST];
			const uint16_t max = 1 + below(&random_state, BURST);
			struct vhost_received received;

			run_clock_start(&clock);
			received = vhost_view_receive(view, &view->ring[0], &gone, pool, frames, max);
			run_clock_stop(&clock);
			check_burst(frames, received, max);
			rte_pktmbuf_free_bulk(frames, received.count);
			taken += received.count;
			invalid += received.invalid;
			nonsense += received.nonsense;
			/* A port would be reset: here the next entry may be better. */
			view->ring[0].next_avail += received.nonsense;
		}
		mutate_end(&peer);
	}
	free(view);
	run_check_pool(pool);
	printf("calls %lu, frames %lu, invalid %lu, nonsense %lu, longest call %lu us\n", (unsigned long)calls,
	       (unsigned long)taken, (unsigned long)invalid, (unsigned long)nonsense, (unsigned long)clock.worst);
	return 0;
}
