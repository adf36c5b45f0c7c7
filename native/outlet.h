/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames written to a descriptor that takes each behind a virtio header: that of a TAP, and a packet socket. What
 * senders left to the device is left to the kernel, as far as the header can say it.
 */
#ifndef IPVANE_OUTLET_H
#define IPVANE_OUTLET_H

#include <rte_mbuf.h>
#include <stdint.h>

/* Belongs to one thread; counters may be read by any. */
struct outlet {
	/* Since the start: frames not sent because the device was down or gone. */
	uint64_t down;
	/* Frames that the device refused: its queue was full, a filter or it itself did not want them. */
	uint64_t refused;
	int32_t fd;
	uint8_t *merged; /* for datagrams in one; NULL: none are merged */
};

/* Datagrams in one frame are sent from then on; -ENOMEM. */
int
outlet_merge(struct outlet *outlet);

/*
 * Writes frames and frees them.
 *
 * Returns how many were taken off the caller: all before the first that there is no room for now (EAGAIN), which the
 * caller may try again or drop. A frame that is refused for another reason is taken too, freed and counted: a
 * caller that kept it would try for ever. A device that is down refuses the rest of the burst unasked.
 */
uint32_t
outlet_send(struct outlet *outlet, struct rte_mbuf **frames, uint32_t count);

/* Gives back what it holds; the descriptor stays open. */
void
outlet_free(struct outlet *outlet);

#endif
