/* SPDX-License-Identifier: Apache-2.0 */
/* What a call costs: an empty function, and the calls that the benchmarks make from Java, made from C. */
#include <stdint.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "ipvane_bench.h"

#define BURST 64

IPVANE_EXPORT int32_t
ipvane_bench_empty(int32_t value)
{
	return value;
}

/* By a pointer, as no compiler would keep a call of an empty function that it can see. */
static int32_t (*volatile empty)(int32_t) = ipvane_bench_empty;

IPVANE_EXPORT int32_t
ipvane_bench_calls(int32_t value, uint32_t calls)
{
	while (calls-- > 0)
		value = empty(value) + 1;
	return value;
}

/* Takes a burst off a port and sends it back, so many times; returns the frames. */
IPVANE_EXPORT uint64_t
ipvane_bench_bounce(uint16_t port, uint32_t times)
{
	struct rte_mbuf *mbufs[BURST];
	uint64_t frames = 0;

	while (times-- > 0)
		frames += rte_eth_tx_burst(port, 0, mbufs, rte_eth_rx_burst(port, 0, mbufs, BURST));
	return frames;
}
