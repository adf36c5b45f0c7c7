/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lcores did last, in memory that outlives the process which wrote it: io.ipvane.lcore.Trails
 * writes with plain stores, the keeper reads when the writer has died. Nothing else synchronizes.
 */
#ifndef IPVANE_TRAIL_H
#define IPVANE_TRAIL_H

#include <stdint.h>

#define TRAIL_LCORES 64
#define TRAIL_PORTS 4096
#define TRAIL_NAME 32
#define TRAIL_BURSTS 16

/* What an lcore does, in the highest byte of a word; then three bytes of port, four of frames. */
enum trail_doing { TRAIL_NOTHING, TRAIL_RECEIVING, TRAIL_FORWARDING, TRAIL_SENDING };

struct trail_lcore {
	uint32_t used;
	uint32_t lcore;
	uint64_t now;
	uint64_t bursts; /* How many were received: the last is at bursts % TRAIL_BURSTS. */
	uint64_t last[TRAIL_BURSTS];
	uint64_t unused[13];
};

struct trail {
	struct trail_lcore lcores[TRAIL_LCORES];
	char names[TRAIL_PORTS][TRAIL_NAME]; /* Of ports by their index; cut, and not always ended. */
};

_Static_assert(sizeof(struct trail_lcore) == 256, "io.ipvane.lcore.Trails has the same layout");
#endif
