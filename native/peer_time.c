/* SPDX-License-Identifier: Apache-2.0 */
/* How long a peer keeps an lcore: see peer_time.h. */
#define _GNU_SOURCE
#include "peer_time.h"

#include <sys/resource.h>
#include <time.h>

/* A byte may take so long, with a checksum, a copy and a page that is touched for the first time. */
#define BYTES_A_US 500

uint64_t peer_time_us = UINT64_MAX / UINT32_MAX;

/*
 * A stretch that begins so soon after the kernel was asked needs not ask again: a burst takes two or three
 * microseconds, and to ask takes one. For what the thread has run before the stretch the peer is not to blame.
 */
#define FRESH_US 50

/* Of the thread, when the kernel was asked last; at: cycles, 0 where that is of no use any more. */
static __thread struct measured {
	uint64_t at;
	uint64_t ran_us;
	long waited;
} asked;

void
peer_time_install(void)
{
	peer_time_us = rte_get_tsc_hz() / 1000000;
}

static struct measured
ask(void)
{
	struct timespec ran;
	struct rusage used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran);
	getrusage(RUSAGE_THREAD, &used);
	return (struct measured){rte_rdtsc(), ran.tv_sec * UINT64_C(1000000) + ran.tv_nsec / 1000, used.ru_nvcsw};
}

void
peer_time_measure(const struct peer_lane *lane)
{
	if (lane->entered - asked.at > FRESH_US * peer_time_us)
		asked = ask();
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
	const bool within = asked.at >= lane->entered;
	const uint64_t before = within ? 0 : (lane->entered - asked.at) / peer_time_us;
	struct measured end;
	uint64_t ran;
	uint64_t spent;

	if (!peer_time_is_measured(lane) || before > FRESH_US) {
		add(&lane->doubt_us, passed - PEER_STRETCH_US - PEER_FRAME_US * frames);
		return false;
	}
	end = ask();
	ran = end.ran_us - asked.ran_us;
	if (end.waited == asked.waited)
		spent = ran > before ? ran - before : 0;
	else
		/* Within a stretch a thread waits for memory of the peer's only; before it, for frames. */
		spent = within ? passed : 0;
	asked.at = 0;
	return spent > allowed && add(&lane->held_us, spent - allowed) > PEER_HELD_US;
}
