/* SPDX-License-Identifier: Apache-2.0 */
/* Rings as ports, larger than net_ring's own 1,024 slots, and frames put into them. */
#include <errno.h>
#include <stdint.h>

#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "ipvane_bench.h"

/*
 * A net_ring port that receives what is sent to it, as the driver's own; its device is
 * "net_ring_NAME". slots: a power of two. Returns the port or -errno.
 */
IPVANE_EXPORT int32_t
ipvane_bench_ring_port(const char *name, uint32_t slots)
{
	struct rte_ring *ring = rte_ring_create(name, slots, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	int port;

	if (ring == NULL)
		return -rte_errno;
	port = rte_eth_from_ring(ring);
	return port < 0 ? -ENODEV : port;
}

/* Sends count frames through a port; returns how many it took. The others still belong to the caller. */
IPVANE_EXPORT uint32_t
ipvane_bench_send(uint16_t port, struct rte_mbuf **mbufs, uint32_t count)
{
	uint32_t sent = 0;

	while (sent < count) {
		const uint16_t part = rte_eth_tx_burst(port, 0, mbufs + sent, RTE_MIN(count - sent, 64u));

		if (part == 0)
			break;
		sent += part;
	}
	return sent;
}

/* Takes up to max frames from a port. */
IPVANE_EXPORT uint32_t
ipvane_bench_receive(uint16_t port, struct rte_mbuf **mbufs, uint32_t max)
{
	uint32_t count = 0;

	while (count < max) {
		const uint16_t part = rte_eth_rx_burst(port, 0, mbufs + count, RTE_MIN(max - count, 64u));

		if (part == 0)
			break;
		count += part;
	}
	return count;
}
