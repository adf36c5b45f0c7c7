/* SPDX-License-Identifier: Apache-2.0 */
/* How long a peer keeps an lcore: see peer_time.h. */
#define _GNU_SOURCE
#include "peer_time.h"

#include <sys/resource.h>
#include <time.h>

/* A byte may take so long, with a checksum, a copy and a page that is touched for the first time. */
#define BYTES_A_US 500

uint64_t peer_time_us = UINT64_MAX / UINT32_MAX;

/* Of the thread, at the start of the stretch that is measured. */
static __thread struct measured {
	const struct peer_lane *lane;
	uint64_t entered; /* which stretch of the lane */
	uint64_t ran_us;
	long waited;
} begin;

void
peer_time_install(void)
{
	peer_time_us = rte_get_tsc_hz() / 1000000;
}

static struct measured
now(const struct peer_lane *lane)
{
	struct timespec ran;
	struct rusage used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran);
	getrusage(RUSAGE_THREAD, &used);
	return (struct measured){lane, lane->entered, ran.tv_sec * UINT64_C(1000000) + ran.tv_nsec / 1000, used.ru_nvcsw};
}

void
peer_time_measure(const struct peer_lane *lane)
{
	begin = now(lane);
}

/* The only writer but for the thread that forgets. */
static uint32_t
add(_Atomic uint32_t *to, uint64_t us)
{
	const uint64_t sum = atomic_load_explicit(to, memory_order_relaxed) + us;
	const uint32_t most = sum > UINT32_MAX ? UINT32_MAX : sum;

	atomic_store_explicit(to, most, memory_order_relaxed);
	return most;
}

bool
peer_time_is_held(struct peer_lane *lane, uint64_t cycles, uint32_t frames, uint64_t bytes)
{
	const uint64_t passed = cycles / peer_time_us;
	const uint64_t allowed = PEER_STRETCH_US + bytes / BYTES_A_US;
	struct measured end;
	uint64_t spent;

	if (begin.lane != lane || begin.entered != lane->entered) {
		add(&lane->doubt_us, passed - PEER_STRETCH_US - PEER_FRAME_US * frames);
		return false;
	}
	end = now(lane);
	/* A thread that waits within a stretch waits for memory of the peer's: it does nothing else that waits. */
	spent = end.waited != begin.waited ? passed : end.ran_us - begin.ran_us;
	return spent > allowed && add(&lane->held_us, spent - allowed) > PEER_HELD_US;
}
