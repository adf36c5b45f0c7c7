/* SPDX-License-Identifier: Apache-2.0 */
/* What all fuzzers have in common: see run.h. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

static uint64_t seed;
static uint64_t end;

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

uint64_t
run_begin(int count, char **words)
{
	if (count < 3) {
		fprintf(stderr, "usage: %s SECONDS SEED\n", words[0]);
		exit(2);
	}
	seed = strtoull(words[2], NULL, 0);
	end = now_ns(CLOCK_MONOTONIC) + strtoull(words[1], NULL, 0) * UINT64_C(1000000000);
	printf("seed %lu\n", (unsigned long)seed);
	fflush(stdout);
	return seed;
}

bool
run_goes_on(void)
{
	return now_ns(CLOCK_MONOTONIC) < end;
}

void
run_check(bool holds, const char *condition, const char *file, int line)
{
	if (holds)
		return;
	fprintf(stderr, "%s:%d: not so: %s (seed %lu)\n", file, line, condition, (unsigned long)seed);
	abort();
}

void
run_clock_start(struct run_clock *clock)
{
	clock->from = now_ns(CLOCK_THREAD_CPUTIME_ID);
}

void
run_clock_stop(struct run_clock *clock)
{
	const uint64_t us = (now_ns(CLOCK_THREAD_CPUTIME_ID) - clock->from) / 1000;

	if (us > clock->worst)
		clock->worst = us;
}

struct rte_mempool *
run_pool(uint32_t count)
{
	char *words[] = {"fuzz", "--no-huge", "-m", "64", "--no-pci", "--no-shconf", "--no-telemetry",
			 "--log-level=1", "-l", "0", NULL};
	struct rte_mempool *pool;

	CHECK(rte_eal_init(sizeof(words) / sizeof(words[0]) - 1, words) >= 0);
	pool = rte_pktmbuf_pool_create("fuzz", count, 0, 0, 2048 + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	CHECK(pool != NULL);
	return pool;
}

void
run_check_pool(const struct rte_mempool *pool)
{
	CHECK(rte_mempool_avail_count(pool) == pool->size);
}

struct rte_mbuf *
run_frame(struct rte_mempool *pool, const uint8_t *bytes, uint32_t length, uint32_t segment)
{
	struct rte_mbuf *head = NULL;
	struct rte_mbuf **link = &head;
	uint32_t most = 2048;

	do {
		const uint32_t part = RTE_MIN(length, most);
		struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);

		if (mbuf == NULL) {
			rte_pktmbuf_free(head);
			return NULL;
		}
		memcpy(rte_pktmbuf_mtod(mbuf, void *), bytes, part);
		mbuf->data_len = part;
		*link = mbuf;
		link = &mbuf->next;
		if (mbuf != head)
			head->nb_segs++;
		head->pkt_len += part;
		bytes += part;
		length -= part;
		most = segment;
	} while (length > 0);
	return head;
}

void
run_check_frame(const struct rte_mbuf *frame)
{
	uint32_t bytes = 0;
	uint32_t segments = 0;

	for (const struct rte_mbuf *mbuf = frame; mbuf != NULL; mbuf = mbuf->next) {
		bytes += mbuf->data_len;
		segments++;
	}
	CHECK(bytes == frame->pkt_len);
	CHECK(segments == frame->nb_segs);
}
