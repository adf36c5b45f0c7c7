/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending to whoever cannot do all of the work that senders leave to the device (offload.h): what it
 * cannot do is done on the way, the rest is left to it.
 */
#ifndef IPVANE_FINISH_H
#define IPVANE_FINISH_H

#include <rte_mbuf.h>
#include <stdbool.h>
#include <stdint.h>

struct finish_to {
	/* Takes the first of some frames, which are its own from then on; returns how many. */
	uint16_t (*send)(const struct finish_to *to, struct rte_mbuf **frames, uint16_t count);
	/* What of OFFLOAD_WORK it does itself. */
	uint64_t able;
	/* Frames in one segment only. */
	bool flat;
	/* Counts frames of which not all could be sent; one writer. */
	uint64_t *lost;
};

/* Sends frames; returns how many were taken, the first ones. The others are still the caller's. */
uint16_t
finish_and_send(const struct finish_to *to, struct rte_mbuf **frames, uint16_t count);

#endif
