/* SPDX-License-Identifier: Apache-2.0 */
/* The block of memory in which Java finds what a device received: a row a frame. */
#ifndef IPVANE_ROWS_H
#define IPVANE_ROWS_H

#include <rte_mbuf.h>
#include <rte_prefetch.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The most frames of a burst, and the lines of a row. Both are BurstLayout.java's, which compares what
 * ipvane_burst_layout() says with its own numbers when the switch starts.
 */
#define BURST 64
#define ROW_LINES 3

/*
 * What Java reads of a frame, without touching the mbuf; the rest of a row is Java's. The first line
 * of each frame is on its way to the cache when Java comes to parse it.
 */
struct ipvane_row {
	struct rte_mbuf *mbuf;
	uint8_t *data;
	uint32_t length;
	uint32_t contiguous;
	uint8_t java[40];
};

struct ipvane_burst {
	struct ipvane_row row[BURST];
	uint8_t java[ROW_LINES - 1][BURST][sizeof(struct ipvane_row)];
	struct rte_mbuf *mbuf[BURST];
};

/* Fills the rows of the first mbufs. Returns how many, and above 8 bits the sum of their lengths. */
static inline uint64_t
rows_fill(struct ipvane_burst *burst, uint16_t count)
{
	uint64_t bytes = 0;
	uint16_t i;

	for (i = 0; i < count; i++)
		rte_prefetch0(burst->mbuf[i]);
	for (i = 0; i < count; i++) {
		struct rte_mbuf *m = burst->mbuf[i];
		struct ipvane_row *row = &burst->row[i];

		row->mbuf = m;
		row->data = rte_pktmbuf_mtod(m, uint8_t *);
		row->length = m->pkt_len;
		row->contiguous = m->data_len;
		bytes += m->pkt_len;
		rte_prefetch0(row->data);
	}
	return bytes << 8 | count;
}

#endif
