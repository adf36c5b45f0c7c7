/* SPDX-License-Identifier: Apache-2.0 */
/* How far two CPUs are from each other: a cache line that goes back and forth. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <time.h>

#include "ipvane_bench.h"

#define TURNS 20000

struct line {
	_Alignas(64) volatile uint32_t turn;
};

struct side {
	struct line *line;
	uint32_t mine;
	int32_t cpu;
	int32_t result;
	int64_t nanos;
};

static int64_t
now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static void *
play(void *arg)
{
	struct side *side = arg;
	cpu_set_t cpus;
	int64_t begin;
	uint32_t i;

	CPU_ZERO(&cpus);
	CPU_SET(side->cpu, &cpus);
	side->result = -pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	begin = now();
	for (i = 0; i < TURNS; i++) {
		while (__atomic_load_n(&side->line->turn, __ATOMIC_ACQUIRE) % 2 != side->mine)
			__builtin_ia32_pause();
		__atomic_store_n(&side->line->turn, side->line->turn + 1, __ATOMIC_RELEASE);
	}
	side->nanos = now() - begin;
	return NULL;
}

/*
 * Nanoseconds for a cache line to go one way between two CPUs: the least of three rounds of a few
 * milliseconds, since whoever takes one of the CPUs away only adds. -errno where that fails.
 */
IPVANE_EXPORT double
ipvane_bench_pingpong(int32_t one, int32_t other)
{
	double best = 0;
	uint32_t round;

	for (round = 0; round < 3; round++) {
		struct line line = { .turn = 0 };
		struct side sides[2] = {
			{ .line = &line, .mine = 0, .cpu = one },
			{ .line = &line, .mine = 1, .cpu = other },
		};
		pthread_t threads[2];
		double nanos;
		int result;

		result = pthread_create(&threads[0], NULL, play, &sides[0]);
		if (result != 0)
			return -result;
		result = pthread_create(&threads[1], NULL, play, &sides[1]);
		if (result != 0) {
			/* The first would wait for ever: play the other side here. */
			play(&sides[1]);
			pthread_join(threads[0], NULL);
			return -result;
		}
		pthread_join(threads[0], NULL);
		pthread_join(threads[1], NULL);
		if (sides[0].result != 0 || sides[1].result != 0)
			return sides[0].result != 0 ? sides[0].result : sides[1].result;
		nanos = (double)sides[0].nanos / (2.0 * TURNS);
		if (round == 0 || nanos < best)
			best = nanos;
	}
	return best;
}
