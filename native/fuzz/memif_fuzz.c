/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both directions of a memif port, as its server and as its client, while the peer writes anything into rings and
 * descriptors, and takes its memory away.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include "../memif.h"
#include "../peer_frame.h"
#include "../rows.h"
#include "mutate.h"
#include "random.h"
#include "run.h"

/* As Java calls them. */
struct ipvane_memif;
int32_t
ipvane_memif_open(uint32_t queues, uint32_t lcores, struct rte_mempool *pool, struct ipvane_memif **result);
void
ipvane_memif_attach(struct ipvane_memif *m, struct memif_link *link);
void
ipvane_memif_detach(struct ipvane_memif *m);
void
ipvane_memif_close(struct ipvane_memif *m);
uint64_t
ipvane_memif_rx(struct ipvane_memif *m, uint16_t queue, struct ipvane_burst *burst, uint16_t max);
uint16_t
ipvane_memif_tx(struct ipvane_memif *m, uint16_t queue, struct rte_mbuf **frames, uint16_t count);
int32_t
ipvane_memif_link_new(struct memif_link **result);
int32_t
ipvane_memif_link_region(struct memif_link *link, int32_t fd, uint64_t size);
int32_t
ipvane_memif_link_ring(struct memif_link *link, uint32_t to_peer, uint32_t region, uint32_t offset, uint32_t log2,
		       int32_t fd);
int32_t
ipvane_memif_link_offer(struct memif_link *link, uint32_t rings, uint32_t log2);

#define POOL 4095
#define REGION_BYTES (1u << 20)
#define SECOND_RING (REGION_BYTES / 2)
#define LONGEST 65000
#define SOME 32

static uint64_t random_state;
static struct rte_mempool *pool;
static int own_memory[2]; /* what the peer can still cut short; -1: not its own */

static void
mutate_ring(const struct memif_link *link, const struct memif_ring *ring, bool to_peer, uint64_t *random)
{
	static const uint32_t lengths[] = {0, 1, 2, 14, 60, 1500, 2048, 2049, 4096, 65535, 65536, 0xffffffff, 0x100000};
	const uint16_t filled = ring->next + below(random, ring->size + 1) - (link->client && to_peer ? ring->size : 0);
	const uint16_t position = once_in(random, 9) ? next(random) : filled;

	for (int i = 0; i < 64; i++) {
		volatile struct memif_desc *desc = &ring->shared->desc[below(random, ring->size)];

		desc->flags = once_in(random, 2);
		desc->region = once_in(random, 7) ? next(random) : below(random, 2);
		desc->length = once_in(random, 2) ? below(random, 2100) : ONE_OF(random, lengths);
		desc->offset = once_in(random, 9) ? next(random) : below(random, REGION_BYTES);
	}
	atomic_store(link->client ? &ring->shared->tail : &ring->shared->head, position);
	atomic_store(&ring->shared->flags, next(random));
}

static void
write_anything(void *opaque, uint64_t *random)
{
	const struct memif_link *link = opaque;

	mutate_ring(link, &link->rx[0], false, random);
	mutate_ring(link, &link->tx[0], true, random);
}

/* A peer that has made the memory; we are the server. */
static void
describe(struct memif_link *link, uint32_t log2)
{
	for (int i = 0; i < 2; i++) {
		const uint64_t bytes = REGION_BYTES + 100 * below(&random_state, 3);
		const int fd = memfd_create("fuzz", 0);
		uint8_t *base;

		CHECK(fd >= 0 && ftruncate(fd, bytes) == 0);
		base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		CHECK(base != MAP_FAILED);
		*(uint32_t *)base = MEMIF_COOKIE;
		*(uint32_t *)(base + SECOND_RING) = MEMIF_COOKIE;
		munmap(base, bytes);
		own_memory[i] = dup(fd);
		CHECK(ipvane_memif_link_region(link, fd, bytes) == 0);
	}
	CHECK(ipvane_memif_link_ring(link, 1, 0, 0, log2, eventfd(0, 0)) == 0);
	CHECK(ipvane_memif_link_ring(link, 0, 0, SECOND_RING, log2, eventfd(0, 0)) == 0);
}

static void
receive(struct ipvane_memif *m, struct ipvane_burst *burst)
{
	const uint32_t count = ipvane_memif_rx(m, 0, burst, 1 + below(&random_state, 64)) & 0xff;

	for (uint32_t i = 0; i < count; i++) {
		run_check_frame(burst->mbuf[i]);
		CHECK(burst->mbuf[i]->pkt_len >= RTE_ETHER_HDR_LEN && burst->mbuf[i]->pkt_len <= PEER_MAX_FRAME);
	}
	rte_pktmbuf_free_bulk(burst->mbuf, count);
}

static void
transmit(struct ipvane_memif *m)
{
	static uint8_t bytes[LONGEST];
	struct rte_mbuf *frames[SOME];
	uint16_t count = 0;
	uint16_t taken;

	for (uint32_t left = 1 + below(&random_state, SOME); left > 0; left--) {
		const uint32_t most = once_in(&random_state, 4) ? LONGEST - 14 : 1500;

		frames[count] = run_frame(pool, bytes, 14 + below(&random_state, most), 2048);
		if (frames[count] == NULL)
			break;
		count++;
	}
	taken = ipvane_memif_tx(m, 0, frames, count);
	CHECK(taken <= count);
	rte_pktmbuf_free_bulk(frames + taken, count - taken);
}

static void
one_peer(struct ipvane_memif *m, struct ipvane_burst *burst, struct mutate *peer, struct run_clock *clock)
{
	struct memif_link *link;
	/* In the end some take away what they share; that is not cut short under their own hands. */
	const bool cuts = once_in(&random_state, 4);

	CHECK(ipvane_memif_link_new(&link) == 0);
	own_memory[0] = own_memory[1] = -1;
	if (once_in(&random_state, 2))
		CHECK(ipvane_memif_link_offer(link, 1, below(&random_state, 11)) == 0);
	else
		describe(link, below(&random_state, 11));
	ipvane_memif_attach(m, link);
	peer->opaque = link;
	mutate_begin(peer);
	for (int i = 0; i < 500; i++) {
		run_clock_start(clock);
		receive(m, burst);
		transmit(m);
		run_clock_stop(clock);
		/* Another burst by the same peer, though it was found out. */
		atomic_store(&link->nonsense, false);
	}
	mutate_end(peer);
	for (int i = 0; i < 2 && cuts; i++)
		if (own_memory[i] >= 0)
			CHECK(ftruncate(own_memory[i], once_in(&random_state, 2) ? 4096 : 0) == 0);
	for (int i = 0; i < 4 && cuts; i++) {
		receive(m, burst);
		transmit(m);
	}
	ipvane_memif_detach(m);
	for (int i = 0; i < 2; i++)
		if (own_memory[i] >= 0)
			close(own_memory[i]);
}

int
main(int count, char **words)
{
	struct run_clock clock = {0};
	struct mutate peer = {.once = write_anything};
	struct ipvane_burst *burst = aligned_alloc(64, sizeof(*burst));
	struct ipvane_memif *m;
	uint64_t peers = 0;

	random_state = run_begin(count, words);
	peer.random = next(&random_state);
	pool = run_pool(POOL);
	CHECK(ipvane_memif_open(1, 1, pool, &m) == 0);
	for (; run_goes_on(); peers++)
		one_peer(m, burst, &peer, &clock);
	ipvane_memif_close(m);
	free(burst);
	run_check_pool(pool);
	printf("peers %lu, longest burst %lu us\n", (unsigned long)peers, (unsigned long)clock.worst);
	return 0;
}
