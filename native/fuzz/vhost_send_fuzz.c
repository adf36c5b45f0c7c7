/* SPDX-License-Identifier: Apache-2.0 */
/* Sending to a vhost-user peer that writes anything into its ring and its descriptors meanwhile. */
#include <stdio.h>
#include <stdlib.h>

#include <rte_mbuf.h>

#include "../offload.h"
#include "../peer_signal.h"
#include "vhost_memory.h"

#define POOL 4095
#define BURST 32
#define LONGEST 65000

static uint64_t random_state;
static struct rte_mempool *pool;

static void
write_anything(void *opaque, uint64_t *random)
{
	struct vhost_view *view = opaque;

	vhost_memory_mutate(view, &view->ring[0], random);
}

static uint16_t
make_frames(struct rte_mbuf **frames)
{
	static uint8_t bytes[LONGEST];
	const uint16_t count = 1 + below(&random_state, BURST);

	for (uint16_t i = 0; i < count; i++) {
		const uint32_t length = 14 + below(&random_state, once_in(&random_state, 4) ? LONGEST - 14 : 1500);

		frames[i] = run_frame(pool, bytes, length, 2048);
		if (frames[i] == NULL)
			return i;
		if (length < 60 || !once_in(&random_state, 3))
			continue;
		frames[i]->ol_flags = RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4;
		frames[i]->l2_len = 14;
		frames[i]->l3_len = 20;
	}
	return count;
}

int
main(int count, char **words)
{
	uint64_t calls = 0, taken = 0, too_long = 0, nonsense = 0;
	struct run_clock clock = {0};
	struct mutate peer = {.once = write_anything};
	atomic_uint gone = 0;
	struct vhost_view *view;

	random_state = run_begin(count, words);
	peer.random = next(&random_state);
	pool = run_pool(POOL);
	CHECK(peer_signal_install() == 0);
	peer.opaque = view = vhost_memory_view();
	while (run_goes_on()) {
		vhost_memory_place(view, &view->ring[0], &random_state);
		mutate_begin(&peer);
		for (int i = 0; i < 1000; i++, calls++) {
			struct rte_mbuf *frames[BURST];
			const uint16_t some = make_frames(frames);
			struct vhost_sent sent;

			run_clock_start(&clock);
			sent = vhost_view_send(view, &view->ring[0], &gone, frames, some);
			run_clock_stop(&clock);
			CHECK(sent.taken <= some && sent.too_long <= sent.taken);
			rte_pktmbuf_free_bulk(frames, some);
			taken += sent.taken;
			too_long += sent.too_long;
			nonsense += sent.nonsense;
		}
		mutate_end(&peer);
	}
	free(view);
	run_check_pool(pool);
	printf("calls %lu, frames %lu, of these too long %lu, nonsense %lu, longest call %lu us\n", (unsigned long)calls,
	       (unsigned long)taken, (unsigned long)too_long, (unsigned long)nonsense, (unsigned long)clock.worst);
	return 0;
}
