/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a peer keeps an lcore. There are things in the kernel that take as long as a peer likes: to count up an
 * eventfd that a hundred thousand others watch, to read memory in which holes are being made. An lcore cannot know
 * beforehand; so it measures, and leaves alone who has kept it for longer than its frames are worth.
 *
 * The clock of the CPU is read in each stretch. That is also what passes while the lcore has to wait for the CPU. So
 * where much has passed it is only doubted, and in the stretches that follow the kernel is asked: how long the thread
 * has run, and whether it has waited for something.
 */
#ifndef IPVANE_PEER_TIME_H
#define IPVANE_PEER_TIME_H

#include <rte_branch_prediction.h>
#include <rte_cycles.h>
#include <stdbool.h>
#include <stdint.h>

#include "peer_lane.h"

/* Of a second. Beyond the first an lcore asks the kernel, beyond the second it leaves the peer alone. */
#define PEER_DOUBT_US 5000
#define PEER_HELD_US 50000

/* What any stretch may take, and more for each frame: those are short ones; of long ones it knows when it measures. */
#define PEER_STRETCH_US 100
#define PEER_FRAME_US 2

/* Cycles of the clock in a microsecond; set by peer_time_install(). */
extern uint64_t peer_time_us;

/* Once a process, before the first stretch. Any number of times. */
void
peer_time_install(void);

/* Asks the kernel how much this thread has run and waited, at the start of a stretch, or lets a fresh answer do. */
void
peer_time_measure(const struct peer_lane *lane);

/* Of a stretch that was long: true where the lane has been held for too long since the last check. */
bool
peer_time_is_held(struct peer_lane *lane, uint64_t cycles, uint32_t frames, uint64_t bytes);

static inline bool
peer_time_is_measured(const struct peer_lane *lane)
{
	return unlikely(atomic_load_explicit(&lane->doubt_us, memory_order_relaxed) > PEER_DOUBT_US);
}

static inline void
peer_time_begin(struct peer_lane *lane)
{
	lane->entered = rte_rdtsc();
	if (peer_time_is_measured(lane))
		peer_time_measure(lane);
}

/*
 * At the end of a stretch. frames: that were moved; bytes: of these, where peer_time_is_measured(). True: the peer is
 * to be left alone.
 */
static inline bool
peer_time_end(struct peer_lane *lane, uint32_t frames, uint64_t bytes)
{
	const uint64_t cycles = rte_rdtsc() - lane->entered;

	return unlikely(cycles > (PEER_STRETCH_US + PEER_FRAME_US * frames) * peer_time_us) &&
	       peer_time_is_held(lane, cycles, frames, bytes);
}

/* Each second, by the thread that checks: what was is forgotten. */
static inline void
peer_time_forget(struct peer_lane *lanes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		atomic_store_explicit(&lanes[i].doubt_us, 0, memory_order_relaxed);
		atomic_store_explicit(&lanes[i].held_us, 0, memory_order_relaxed);
	}
}

#endif
