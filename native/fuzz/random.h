/* SPDX-License-Identifier: Apache-2.0 */
/* The fuzzers' source of everything: the same seed gives the same frames, messages and rings. */
#ifndef IPVANE_FUZZ_RANDOM_H
#define IPVANE_FUZZ_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* The next 64 bits; splitmix64. */
static inline uint64_t
next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A number below a bound, which is not 0. */
static inline uint32_t
below(uint64_t *state, uint32_t bound)
{
	return next(state) % bound;
}

/* True once in so many times. */
static inline bool
once_in(uint64_t *state, uint32_t times)
{
	return below(state, times) == 0;
}

/* One element of an array. */
#define ONE_OF(state, array) ((array)[below(state, sizeof(array) / sizeof((array)[0]))])

#endif
