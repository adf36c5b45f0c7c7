/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all fuzzers have in common: each is a program, NAME SECONDS SEED, that tries until the time is over, prints a
 * line with what it did, and ends with 0; or that a sanitizer or a check of its own aborts, after which the seed is
 * in the output.
 */
#ifndef IPVANE_FUZZ_RUN_H
#define IPVANE_FUZZ_RUN_H

#include <stdbool.h>
#include <stdint.h>

struct rte_mbuf;
struct rte_mempool;

/* Reads the arguments and says the seed; returns the state that it stands for. Ends the program where they are wrong. */
uint64_t
run_begin(int count, char **words);

/* Whether there is time left. Looks at the clock, so not for each frame. */
bool
run_goes_on(void);

/* Ends the program unless a condition holds. */
#define CHECK(condition) run_check(condition, #condition, __FILE__, __LINE__)

void
run_check(bool holds, const char *condition, const char *file, int line);

/* The longest single stretch so far, in us of CPU time: what an lcore would have been kept by one call. */
struct run_clock {
	uint64_t from;
	uint64_t worst;
};

void
run_clock_start(struct run_clock *clock);
void
run_clock_stop(struct run_clock *clock);

/* Starts DPDK without devices or huge pages, and makes the one pool: so many mbufs of 2,048 bytes. */
struct rte_mempool *
run_pool(uint32_t count);

/* Fails unless every mbuf is back. */
void
run_check_pool(const struct rte_mempool *pool);

/* A frame of some bytes, in a first segment and others of at most so many; NULL: the pool is empty. */
struct rte_mbuf *
run_frame(struct rte_mempool *pool, const uint8_t *bytes, uint32_t length, uint32_t segment);

/* Fails unless lengths and number of segments of a frame agree with the chain. */
void
run_check_frame(const struct rte_mbuf *frame);

#endif
