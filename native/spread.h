/* SPDX-License-Identifier: Apache-2.0 */
/* Sending to a peer that has several receiving rings: both directions of a flow have the same one. */
#ifndef IPVANE_SPREAD_H
#define IPVANE_SPREAD_H

#include <stddef.h>

#include "finish.h"

/*
 * Sends each frame to the ring that its flow has. All are taken; what a ring has no room for is dropped and
 * counted as lost there. to: the first of the rings, which are stride bytes apart; at most 256.
 */
void
spread(const struct finish_to *to, size_t stride, uint32_t rings, struct rte_mbuf **frames, uint16_t count);

#endif
