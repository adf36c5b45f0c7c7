/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same work in C: what the data plane does to plain unicast IPv4 and IPv6 (parse and check, look up in a table
 * of the same layout, facts to verdict, rewrite, counters, one transmit a port and turn), as a C
 * programmer would write it for speed: two passes over a burst, prefetch before each. Benchmarks
 * only; what it does not know it drops and counts as "other", which a benchmark checks to be 0.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <rte_byteorder.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "ipvane_bench.h"

#define BURST 64
#define COLUMNS 64
#define MAX_PROBES 128
#define PORTS 1024

/* Distance, in frames, of the prefetches within a burst. */
#define MBUF_AHEAD 8
#define DATA_AHEAD 4

/* Facts and verdicts: the numbers of Facts.java and Verdict.java. */
enum { KNOWN = 1, GROUP = 2, SAME_MAC = 4, IP = 8, OWN_SOURCE = 16, OWN_DEST = 32, SPOOFED = 64 };
enum { DELIVER = 0, WIRE = 1 };
enum { RX_PACKETS, RX_BYTES, TX_PACKETS, TX_BYTES, TX_GROUP };

struct slot4 {
	uint64_t key;
	int32_t word;
	int32_t batch;
};

struct slot6 {
	uint64_t hi;
	uint64_t lo;
	uint32_t domain;
	int32_t word;
	uint64_t unused;
};

struct port {
	uint16_t device;
	uint16_t buffered;
	bool up;
	bool antispoof;
	bool wire;
	uint32_t max_frame;
	uint8_t *verdicts;
	struct rte_mbuf *buffer[BURST];
	uint32_t lengths[BURST];
	uint64_t counters[COLUMNS];
};

struct bench_switch {
	struct slot4 *slots4;
	struct slot6 *slots6;
	uint64_t mask4;
	uint64_t mask6;
	uint64_t secret[5];
	uint64_t mac;
	uint32_t domain;
	uint32_t ports;
	uint64_t other;
	struct port *port[PORTS];
};

/* What the first pass knows of a frame; 32 bytes. */
struct row {
	uint64_t hi;
	uint64_t lo;
	uint32_t offset;
	uint32_t source_offset;
	uint32_t facts;
	uint32_t family;
};

static __rte_always_inline uint64_t
fold(uint64_t a, uint64_t b)
{
	const unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

static __rte_always_inline uint64_t
hash4(const struct bench_switch *sw, uint64_t key)
{
	const uint64_t first = (key ^ sw->secret[0]) * sw->secret[1];

	return ((first ^ first >> 32) * sw->secret[2]) >> 36;
}

static __rte_always_inline uint64_t
hash6(const struct bench_switch *sw, uint64_t hi, uint64_t lo)
{
	uint64_t first = fold(hi ^ sw->secret[0], lo ^ sw->secret[2]) ^ sw->secret[4] ^ sw->domain;

	return ((first ^ (first >> 32)) * sw->secret[1]) >> 32;
}

static __rte_always_inline uint64_t
key4(const struct bench_switch *sw, uint32_t address)
{
	return (uint64_t)sw->domain << 32 | address;
}

static __rte_always_inline int32_t
probe4(const struct bench_switch *sw, uint64_t key, uint64_t at)
{
	uint32_t i;

	for (i = 0; i < MAX_PROBES; i++) {
		const struct slot4 *slot = &sw->slots4[at];
		const int32_t word = __atomic_load_n(&slot->word, __ATOMIC_ACQUIRE);

		if (word > 0 && slot->key == key)
			return word - 1;
		if (word == 0)
			break;
		at = (at + 1) & sw->mask4;
	}
	return -1;
}

static __rte_always_inline int32_t
probe6(const struct bench_switch *sw, uint64_t hi, uint64_t lo, uint64_t at)
{
	uint32_t i;

	for (i = 0; i < MAX_PROBES; i++) {
		const struct slot6 *slot = &sw->slots6[at];
		const int32_t word = __atomic_load_n(&slot->word, __ATOMIC_ACQUIRE);

		if (word > 0 && slot->hi == hi && slot->lo == lo && slot->domain == sw->domain)
			return word - 1;
		if (word == 0)
			break;
		at = (at + 1) & sw->mask6;
	}
	return -1;
}

static __rte_always_inline uint64_t
load64be(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return rte_be_to_cpu_64(value);
}

static inline uint32_t
load32be(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return rte_be_to_cpu_32(value);
}

static __rte_always_inline void
store_mac(uint8_t *at, uint64_t mac)
{
	const uint64_t be = rte_cpu_to_be_64(mac << 16);

	memcpy(at, &be, 6);
}

static __rte_always_inline bool
martian4(uint32_t source, uint32_t destination)
{
	return source >> 24 == 127 || source >> 28 == 0xE || source == UINT32_MAX ||
	       destination >> 24 == 127 || destination == 0;
}

static __rte_always_inline bool
martian6(uint64_t shi, uint64_t slo, uint64_t dhi, uint64_t dlo)
{
	return shi >> 56 == 0xFF || (shi == 0 && slo == 1) || (dhi == 0 && dlo >> 1 == 0);
}

/* First pass: checks and facts; asks for the lines of the table. False: not a plain frame. */
static __rte_always_inline bool
parse(const struct bench_switch *sw, const struct port *in, struct rte_mbuf *m, struct row *row)
{
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
	uint64_t destination, source;
	uint32_t type;

	if (unlikely(m->data_len < 34))
		return false;
	destination = load64be(frame) >> 16;
	source = load64be(frame + 6);
	type = source & 0xFFFF;
	source >>= 16;
	row->facts = IP | (destination >> 40 & 1 ? GROUP : 0) | (destination == source ? SAME_MAC : 0) |
		     (source == sw->mac ? OWN_SOURCE : 0) | (destination == sw->mac ? OWN_DEST : 0);
	if (likely(type == 0x0800)) {
		const uint32_t start = load32be(frame + 14);
		const uint32_t from = load32be(frame + 26);
		const uint32_t to = load32be(frame + 30);
		const uint32_t total = start & 0xFFFF;

		if (unlikely(start >> 24 != 0x45 || total < 20 || total > m->pkt_len - 14 || martian4(from, to)))
			return false;
		row->family = 4;
		row->hi = to;
		row->lo = from;
		row->offset = hash4(sw, key4(sw, to)) & sw->mask4;
		rte_prefetch0(&sw->slots4[row->offset]);
		if (in->antispoof) {
			row->source_offset = hash4(sw, key4(sw, from)) & sw->mask4;
			rte_prefetch0(&sw->slots4[row->source_offset]);
		}
		return true;
	}
	if (type == 0x86DD && m->data_len >= 54) {
		const uint64_t start = load64be(frame + 14);
		const uint64_t shi = load64be(frame + 22), slo = load64be(frame + 30);
		const uint64_t dhi = load64be(frame + 38), dlo = load64be(frame + 46);

		if (unlikely(start >> 60 != 6 || (start >> 8 & 0xFF) == 58 ||
			     (start >> 16 & 0xFFFF) > m->pkt_len - 54 || martian6(shi, slo, dhi, dlo)))
			return false;
		row->family = 6;
		row->hi = dhi;
		row->lo = dlo;
		row->offset = hash6(sw, dhi, dlo) & sw->mask6;
		rte_prefetch0(&sw->slots6[row->offset]);
		if (in->antispoof) {
			row->source_offset = hash6(sw, shi, slo) & sw->mask6;
			rte_prefetch0(&sw->slots6[row->source_offset]);
		}
		return true;
	}
	return false;
}

/* Second pass: the owners of both addresses. Returns the port of the destination or -1. */
static __rte_always_inline int32_t
lookup(const struct bench_switch *sw, const struct port *in, uint32_t in_index, struct rte_mbuf *m,
       struct row *row)
{
	int32_t to, from;

	if (likely(row->family == 4)) {
		to = probe4(sw, key4(sw, row->hi), row->offset);
		if (in->antispoof) {
			from = probe4(sw, key4(sw, row->lo), row->source_offset);
			row->facts |= from != (int32_t)in_index && row->lo != 0 ? SPOOFED : 0;
		}
	} else {
		to = probe6(sw, row->hi, row->lo, row->offset);
		if (in->antispoof) {
			const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
			const uint64_t hi = load64be(frame + 22), lo = load64be(frame + 30);

			from = probe6(sw, hi, lo, row->source_offset);
			row->facts |= from != (int32_t)in_index && (hi | lo) != 0 ? SPOOFED : 0;
		}
	}
	row->facts |= to >= 0 ? KNOWN : 0;
	return to;
}

static void
flush(struct port *port)
{
	const uint16_t count = port->buffered;
	uint16_t sent, i;
	uint64_t bytes = 0;

	if (count == 0)
		return;
	port->buffered = 0;
	sent = rte_eth_tx_burst(port->device, 0, port->buffer, count);
	for (i = 0; i < sent; i++)
		bytes += port->lengths[i];
	port->counters[TX_PACKETS] += sent;
	port->counters[TX_BYTES] += bytes;
	if (unlikely(sent < count)) {
		port->counters[COLUMNS - 1] += count - sent;
		rte_pktmbuf_free_bulk(port->buffer + sent, count - sent);
	}
}

static __rte_always_inline void
enqueue(struct port *to, struct rte_mbuf *m)
{
	if (to->buffered == BURST)
		flush(to);
	to->buffer[to->buffered] = m;
	to->lengths[to->buffered++] = m->pkt_len;
}

static __rte_always_inline void
drop(struct bench_switch *sw, struct rte_mbuf *m)
{
	sw->other++;
	rte_pktmbuf_free(m);
}

/* The MACs of a frame that stays, and the port it goes to; NULL: it does not. */
static __rte_always_inline struct port *
rewrite(const struct bench_switch *sw, const struct port *in, struct rte_mbuf *m, uint32_t facts, uint8_t verdict,
	int32_t owner)
{
	uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);

	switch (verdict) {
	case DELIVER:
		if (!in->wire) {
			store_mac(frame + 6, sw->mac);
			if ((facts & GROUP) == 0)
				store_mac(frame, sw->mac);
		}
		return sw->port[owner];
	case WIRE:
		if (!in->wire)
			store_mac(frame + 6, sw->mac);
		return sw->port[sw->domain];
	default:
		return NULL;
	}
}

static __rte_always_inline void
act(struct bench_switch *sw, struct port *in, struct rte_mbuf *m, struct row *row, int32_t owner)
{
	struct port *to = rewrite(sw, in, m, row->facts, in->verdicts[row->facts], owner);

	if (unlikely(to == NULL || !to->up || m->pkt_len > to->max_frame)) {
		drop(sw, m);
		return;
	}
	enqueue(to, m);
}

/* First pass over a burst; returns its bytes. */
static __rte_always_inline uint64_t
parse_burst(const struct bench_switch *sw, const struct port *in, struct rte_mbuf **mbufs, uint32_t count,
	    struct row *rows)
{
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 0; i < count && i < MBUF_AHEAD; i++)
		rte_prefetch0(mbufs[i]);
	for (i = 0; i < count && i < DATA_AHEAD; i++)
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
	for (i = 0; i < count; i++) {
		if (i + MBUF_AHEAD < count)
			rte_prefetch0(mbufs[i + MBUF_AHEAD]);
		if (i + DATA_AHEAD < count)
			rte_prefetch0(rte_pktmbuf_mtod(mbufs[i + DATA_AHEAD], void *));
		bytes += mbufs[i]->pkt_len;
		rows[i].family = 0;
		if (unlikely(!parse(sw, in, mbufs[i], &rows[i])))
			rows[i].family = 0;
	}
	return bytes;
}

static uint32_t
turn(struct bench_switch *sw, uint32_t in_index)
{
	struct port *in = sw->port[in_index];
	struct rte_mbuf *mbufs[BURST];
	struct row rows[BURST];
	uint32_t i;
	const uint32_t count = rte_eth_rx_burst(in->device, 0, mbufs, BURST);

	if (count == 0)
		return 0;
	in->counters[RX_BYTES] += parse_burst(sw, in, mbufs, count, rows);
	in->counters[RX_PACKETS] += count;
	for (i = 0; i < count; i++) {
		int32_t owner;

		if (unlikely(rows[i].family == 0)) {
			drop(sw, mbufs[i]);
			continue;
		}
		owner = lookup(sw, in, in_index, mbufs[i], &rows[i]);
		act(sw, in, mbufs[i], &rows[i], owner);
	}
	for (i = 0; i < sw->ports; i++)
		if (sw->port[i] != NULL)
			flush(sw->port[i]);
	return count;
}

IPVANE_EXPORT uint64_t
ipvane_bench_run(struct bench_switch *sw, uint32_t in, uint64_t turns)
{
	uint64_t frames = 0;

	while (turns-- > 0)
		frames += turn(sw, in);
	return frames;
}

/* Huge pages where there is much, as for the table of the switch. */
static void *
zeroed(size_t bytes)
{
	const size_t huge = 2 << 20;
	void *memory = aligned_alloc(bytes < huge ? 64 : huge, RTE_ALIGN_CEIL(bytes, bytes < huge ? 64 : huge));

	if (memory == NULL)
		return NULL;
	if (bytes >= huge)
		madvise(memory, bytes, MADV_HUGEPAGE);
	return memset(memory, 0, bytes);
}

/* A switch with room for so many slots (powers of two); domain is the index of the uplink. NULL: no memory. */
IPVANE_EXPORT struct bench_switch *
ipvane_bench_new(uint64_t slots4, uint64_t slots6, uint32_t domain, uint64_t mac)
{
	struct bench_switch *sw = calloc(1, sizeof(*sw));
	uint64_t state = 0x9E3779B97F4A7C15u;
	uint32_t i;

	if (sw == NULL)
		return NULL;
	sw->slots4 = zeroed(slots4 * sizeof(struct slot4));
	sw->slots6 = zeroed(slots6 * sizeof(struct slot6));
	if (sw->slots4 == NULL || sw->slots6 == NULL)
		return NULL;
	sw->mask4 = slots4 - 1;
	sw->mask6 = slots6 - 1;
	sw->domain = domain;
	sw->mac = mac;
	for (i = 0; i < 5; i++) {
		state = fold(state + i, 0xD1342543DE82EF95u);
		sw->secret[i] = state | 1;
	}
	return sw;
}

IPVANE_EXPORT int32_t
ipvane_bench_port(struct bench_switch *sw, uint32_t index, uint16_t device, uint32_t max_frame,
		  int32_t antispoof, int32_t wire, const uint8_t *verdicts, uint32_t verdict_count)
{
	struct port *port;

	if (index >= PORTS)
		return -ERANGE;
	port = aligned_alloc(64, RTE_ALIGN_CEIL(sizeof(*port), 64));
	if (port == NULL)
		return -ENOMEM;
	memset(port, 0, sizeof(*port));
	port->verdicts = malloc(verdict_count);
	if (port->verdicts == NULL)
		return -ENOMEM;
	memcpy(port->verdicts, verdicts, verdict_count);
	port->device = device;
	port->max_frame = max_frame;
	port->antispoof = antispoof != 0;
	port->wire = wire != 0;
	port->up = true;
	sw->port[index] = port;
	sw->ports = RTE_MAX(sw->ports, index + 1);
	return 0;
}

IPVANE_EXPORT void
ipvane_bench_put4(struct bench_switch *sw, uint32_t address, int32_t owner)
{
	const uint64_t key = key4(sw, address);
	uint64_t at = hash4(sw, key) & sw->mask4;

	while (sw->slots4[at].word != 0)
		at = (at + 1) & sw->mask4;
	sw->slots4[at].key = key;
	sw->slots4[at].word = owner + 1;
}

IPVANE_EXPORT void
ipvane_bench_put6(struct bench_switch *sw, uint64_t hi, uint64_t lo, int32_t owner)
{
	uint64_t at = hash6(sw, hi, lo) & sw->mask6;

	while (sw->slots6[at].word != 0)
		at = (at + 1) & sw->mask6;
	sw->slots6[at].hi = hi;
	sw->slots6[at].lo = lo;
	sw->slots6[at].domain = sw->domain;
	sw->slots6[at].word = owner + 1;
}

IPVANE_EXPORT uint64_t
ipvane_bench_counter(const struct bench_switch *sw, uint32_t port, uint32_t column)
{
	return sw->port[port]->counters[column];
}

/* Frames that the reference does not know, or that were not to be sent. */
IPVANE_EXPORT uint64_t
ipvane_bench_other(const struct bench_switch *sw)
{
	return sw->other;
}

IPVANE_EXPORT void
ipvane_bench_free(struct bench_switch *sw)
{
	uint32_t i;

	for (i = 0; i < sw->ports; i++) {
		if (sw->port[i] != NULL)
			free(sw->port[i]->verdicts);
		free(sw->port[i]);
	}
	free(sw->slots4);
	free(sw->slots6);
	free(sw);
}

/*
 * One pass of the above over bursts of 64 frames that nobody sends. parse leaves rows for lookup, lookup facts and
 * owners for decide, decide verdicts for rewrite; "all" is the four in turn for each burst, and puts
 * the frames where they would wait to be sent. All arrays are the caller's, 64 elements a burst. Returns the sum of what the last pass wrote, so that it is not left out.
 */
enum stage { STAGE_PARSE, STAGE_LOOKUP, STAGE_DECIDE, STAGE_REWRITE, STAGE_ALL };

struct stage_arrays {
	struct rte_mbuf **mbufs;
	struct row *rows;
	int32_t *owners;
	uint8_t *verdicts;
};

static __rte_always_inline uint64_t
stage(struct bench_switch *sw, uint32_t in_index, enum stage stage, const struct stage_arrays *at, uint32_t first)
{
	const struct port *in = sw->port[in_index];
	struct rte_mbuf **mbufs = at->mbufs + first;
	struct row *rows = at->rows + first;
	int32_t *owners = at->owners + first;
	uint8_t *verdicts = at->verdicts + first;
	uint64_t sum = 0;
	uint32_t i;

	if (stage == STAGE_PARSE || stage == STAGE_ALL)
		sum += parse_burst(sw, in, mbufs, BURST, rows);
	if (stage == STAGE_LOOKUP || stage == STAGE_ALL)
		for (i = 0; i < BURST; i++)
			sum += owners[i] = lookup(sw, in, in_index, mbufs[i], &rows[i]);
	if (stage == STAGE_DECIDE || stage == STAGE_ALL)
		for (i = 0; i < BURST; i++)
			sum += verdicts[i] = in->verdicts[rows[i].facts];
	if (stage == STAGE_REWRITE || stage == STAGE_ALL)
		for (i = 0; i < BURST; i++) {
			struct port *to = rewrite(sw, in, mbufs[i], rows[i].facts, verdicts[i], owners[i]);

			if (stage == STAGE_ALL && likely(to != NULL)) {
				to->buffer[to->buffered] = mbufs[i];
				to->lengths[to->buffered] = mbufs[i]->pkt_len;
				to->buffered = (to->buffered + 1) % BURST;
			}
			sum += to != NULL;
		}
	return sum;
}

IPVANE_EXPORT uint64_t
ipvane_bench_stage(struct bench_switch *sw, uint32_t in, uint32_t which, const struct stage_arrays *at,
		   uint32_t bursts)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < bursts; i++)
		sum += stage(sw, in, which, at, i * BURST);
	for (i = 0; i < sw->ports; i++)
		if (sw->port[i] != NULL)
			sw->port[i]->buffered = 0;
	return sum;
}

/* The bytes of one row of stage_arrays.rows. */
IPVANE_EXPORT uint32_t
ipvane_bench_row_bytes(void)
{
	return sizeof(struct row);
}

/*
 * The table alone: owners of IPv4 addresses, or of IPv6 addresses as pairs of high and low half, a burst of 64 at a
 * time: hash all and ask for their lines, then probe.
 */
IPVANE_EXPORT void
ipvane_bench_find4(const struct bench_switch *sw, const uint64_t *addresses, uint32_t bursts, int32_t *owners)
{
	uint64_t at[BURST];
	uint32_t i;

	for (; bursts > 0; bursts--, addresses += BURST) {
		for (i = 0; i < BURST; i++) {
			at[i] = hash4(sw, key4(sw, addresses[i])) & sw->mask4;
			rte_prefetch0(&sw->slots4[at[i]]);
		}
		for (i = 0; i < BURST; i++)
			owners[i] = probe4(sw, key4(sw, addresses[i]), at[i]);
	}
}

IPVANE_EXPORT void
ipvane_bench_find6(const struct bench_switch *sw, const uint64_t *high, const uint64_t *low, uint32_t bursts,
		   int32_t *owners)
{
	uint64_t at[BURST];
	uint32_t i;

	for (; bursts > 0; bursts--, high += BURST, low += BURST) {
		for (i = 0; i < BURST; i++) {
			at[i] = hash6(sw, high[i], low[i]) & sw->mask6;
			rte_prefetch0(&sw->slots6[at[i]]);
		}
		for (i = 0; i < BURST; i++)
			owners[i] = probe6(sw, high[i], low[i], at[i]);
	}
}

/* CPU time of the calling thread. */
IPVANE_EXPORT int64_t
ipvane_bench_thread_nanos(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
