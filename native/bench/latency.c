/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A generator and sink that measures latency: sends frames into one port and takes them from another, on the
 * calling thread, which is registered with DPDK and pinned. Between the ports lies the switch under test.
 *
 * Each frame has a time at which it is due, and carries it. Latency is counted from there, not from when the
 * frame was really sent: what a stall keeps from being sent is late all the same (no coordinated omission).
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "ipvane_bench.h"

#define BURST 32
#define STAMP_OFFSET 42 /* Ethernet, IPv4 and UDP come before it. */

/* In the payload of each frame; host byte order, as nobody else reads it. */
struct stamp {
	uint32_t run;
	uint32_t sequence;
	uint64_t due;
} __attribute__((packed));

/* One measurement; read and written by FrameClock.java. Times are in nanoseconds. */
struct ipvane_latency {
	/* in */
	uint64_t pool;      /* of the frames sent */
	uint64_t frame;     /* address of the frame to send, at least STAMP_OFFSET + 16 bytes */
	uint64_t latencies; /* address of capacity times 32 bits, zero; by sequence, 0 stays where a frame was lost */
	uint64_t dues;      /* address of capacity times 64 bits: when each was due, after start; one in flight only */
	uint64_t stalls;    /* address of stall_capacity times {start, length}, 64 bits each */
	uint32_t length;    /* of the frame */
	uint32_t capacity;
	uint32_t stall_capacity;
	uint32_t run; /* tells the frames of this measurement from others */
	uint64_t period_ps; /* between two frames, picoseconds */
	uint64_t duration;
	uint64_t patience;     /* how long to wait for frames that do not come back */
	uint64_t stall_threshold;
	uint16_t tx_port;
	uint16_t rx_port;
	uint32_t unused;
	/* out */
	uint64_t start; /* CLOCK_MONOTONIC, which is System.nanoTime() */
	uint64_t sent;
	uint64_t received;
	uint64_t strangers;     /* frames of others, and second copies */
	uint64_t back_pressure; /* sends that the port did not take at once */
	uint64_t stall_count;   /* may exceed stall_capacity */
	uint64_t longest_stall;
};
_Static_assert(sizeof(struct ipvane_latency) == 152, "written by FrameClock.java");

/* What a run keeps in registers and close by. */
struct clock {
	struct ipvane_latency *l;
	struct rte_mempool *pool;
	uint32_t *latencies;
	uint64_t *dues;
	uint64_t *stalls;
	uint64_t start; /* TSC, as all below */
	uint64_t last;
	uint64_t stall_threshold;
	double nanos_per_tick;
};

static uint64_t
monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
begin(struct clock *c, struct ipvane_latency *l)
{
	const double hz = rte_get_tsc_hz();

	memset(c, 0, sizeof(*c));
	c->l = l;
	c->pool = (struct rte_mempool *)(uintptr_t)l->pool;
	c->latencies = (uint32_t *)(uintptr_t)l->latencies;
	c->dues = (uint64_t *)(uintptr_t)l->dues;
	c->stalls = (uint64_t *)(uintptr_t)l->stalls;
	c->nanos_per_tick = 1e9 / hz;
	c->stall_threshold = l->stall_threshold / c->nanos_per_tick;
	l->sent = l->received = l->strangers = l->back_pressure = l->stall_count = l->longest_stall = 0;
	l->start = monotonic();
	c->start = c->last = rte_rdtsc();
}

static uint64_t
nanos(const struct clock *c, uint64_t ticks)
{
	return ticks * c->nanos_per_tick;
}

static void
stalled(struct clock *c, uint64_t now)
{
	struct ipvane_latency *l = c->l;
	const uint64_t length = nanos(c, now - c->last);

	if (l->stall_count < l->stall_capacity) {
		c->stalls[2 * l->stall_count] = nanos(c, c->last - c->start);
		c->stalls[2 * l->stall_count + 1] = length;
	}
	l->stall_count++;
	l->longest_stall = RTE_MAX(l->longest_stall, length);
}

/* The time; where the last look at it is long ago, this thread did not run: not the fault of the switch. */
static inline uint64_t
look(struct clock *c)
{
	const uint64_t now = rte_rdtsc();

	if (unlikely(now - c->last >= c->stall_threshold))
		stalled(c, now);
	c->last = now;
	return now;
}

static inline void
stamp(const struct clock *c, struct rte_mbuf *m, uint32_t sequence, uint64_t due)
{
	const struct stamp stamp = {.run = c->l->run, .sequence = sequence, .due = due};
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);

	memcpy(data, (const void *)(uintptr_t)c->l->frame, c->l->length);
	memcpy(data + STAMP_OFFSET, &stamp, sizeof(stamp));
	m->data_len = c->l->length;
	m->pkt_len = c->l->length;
}

static inline void
arrived(struct clock *c, const struct rte_mbuf *m, uint64_t now)
{
	struct ipvane_latency *l = c->l;
	struct stamp stamp;

	if (m->data_len < STAMP_OFFSET + sizeof(stamp)) {
		l->strangers++;
		return;
	}
	memcpy(&stamp, rte_pktmbuf_mtod(m, uint8_t *) + STAMP_OFFSET, sizeof(stamp));
	if (stamp.run != l->run || stamp.sequence >= l->capacity || c->latencies[stamp.sequence] != 0) {
		l->strangers++;
		return;
	}
	l->received++;
	c->latencies[stamp.sequence] = RTE_MIN(RTE_MAX(nanos(c, now - stamp.due), 1u), (uint64_t)UINT32_MAX);
}

/* Takes what has come back. */
static inline void
receive(struct clock *c)
{
	struct rte_mbuf *mbufs[BURST];
	const uint16_t count = rte_eth_rx_burst(c->l->rx_port, 0, mbufs, BURST);
	uint64_t now;
	uint16_t i;

	if (count == 0)
		return;
	now = look(c);
	for (i = 0; i < count; i++)
		arrived(c, mbufs[i], now);
	rte_pktmbuf_free_bulk(mbufs, count);
}

/*
 * One frame in flight: sent, awaited, then the next. A frame that does not come back within patience is given up.
 * 0 or -errno.
 */
IPVANE_EXPORT int32_t
ipvane_bench_one_in_flight(struct ipvane_latency *l)
{
	struct clock c;
	uint64_t end, patience, sequence;

	begin(&c, l);
	end = c.start + l->duration / c.nanos_per_tick;
	patience = l->patience / c.nanos_per_tick;
	for (sequence = 0; sequence < l->capacity && c.last < end; sequence++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(c.pool);
		const uint64_t before = l->received;
		uint64_t due;

		if (m == NULL)
			return -ENOMEM;
		due = look(&c);
		c.dues[sequence] = nanos(&c, due - c.start);
		stamp(&c, m, sequence, due);
		while (rte_eth_tx_burst(l->tx_port, 0, &m, 1) == 0) {
			l->back_pressure++;
			if (look(&c) - due > patience) {
				rte_pktmbuf_free(m);
				return -ETIMEDOUT;
			}
		}
		l->sent++;
		do
			receive(&c);
		while (l->received == before && look(&c) - due < patience);
	}
	return 0;
}

/*
 * A fixed rate, whatever comes back: frame i is due at start + i * period. Frames that the port does not take wait
 * here and keep the time at which they were due. 0 or -errno.
 */
IPVANE_EXPORT int32_t
ipvane_bench_open_loop(struct ipvane_latency *l)
{
	struct rte_mbuf *waiting[BURST];
	uint64_t total, sequence = 0, due, end, patience;
	uint16_t count = 0, first = 0;
	double period;
	struct clock c;

	total = RTE_MIN(l->duration * 1000 / l->period_ps, (uint64_t)l->capacity);
	begin(&c, l);
	period = l->period_ps / 1000.0 / c.nanos_per_tick;
	patience = l->patience / c.nanos_per_tick;
	due = c.start;
	end = c.start + (uint64_t)(total * period) + patience;
	while (l->received < total) {
		const uint64_t now = look(&c);

		if (now >= end)
			break;
		if (first == count) {
			first = count = 0;
			while (sequence < total && due <= now && count < BURST) {
				struct rte_mbuf *m = rte_pktmbuf_alloc(c.pool);

				if (m == NULL)
					return -ENOMEM;
				stamp(&c, m, sequence, due);
				waiting[count++] = m;
				sequence++;
				due = c.start + (uint64_t)(sequence * period);
			}
		}
		if (first < count) {
			const uint16_t sent = rte_eth_tx_burst(l->tx_port, 0, waiting + first, count - first);

			l->sent += sent;
			first += sent;
			l->back_pressure += first < count;
		}
		receive(&c);
	}
	rte_pktmbuf_free_bulk(waiting + first, count - first);
	return 0;
}
