/* SPDX-License-Identifier: Apache-2.0 */
/* Bursts of vhost-user ports: see vhost.h. One lcore a queue and direction. */
#include "vhost.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_vhost.h>

#include "finish.h"
#include "ipvane_dpdk.h"
#include "offload.h"
#include "rows.h"

/*
 * A ring whose chains lead nowhere is walked size times size steps for a frame that is not taken then: a
 * ring of which a call took so long and gave nothing is left alone for a multiple of that.
 */
#define SLOW_US 50
#define REST_FACTOR 20
#define REST_MOST_MS 200

/* Takes over what the peer's headers ask for; frames that contradict theirs are dropped. */
static uint16_t
convert(struct vhost_lane *lane, struct rte_mbuf **frames, uint16_t count)
{
	uint16_t kept = 0;

	for (uint16_t i = 0; i < count; i++) {
		struct rte_mbuf *frame = frames[i];

		if (unlikely(frame->ol_flags != 0 && offload_from_rx(frame) < 0)) {
			rte_pktmbuf_free(frame);
			lane->invalid++;
			continue;
		}
		frames[kept++] = frame;
	}
	return kept;
}

/* Fills a burst of the switch with several of the library's. */
static uint16_t
dequeue(int32_t vid, uint16_t ring, struct rte_mempool *pool, struct rte_mbuf **frames, uint16_t max)
{
	uint16_t count = 0;

	while (count < max) {
		const uint16_t part = RTE_MIN(max - count, VHOST_LIBRARY_BURST);
		const uint16_t got = rte_vhost_dequeue_burst(vid, ring, pool, frames + count, part);

		count += got;
		if (got < part)
			break;
	}
	return count;
}

/* As ipvane_rx_burst(), from one of the peer's rings. */
IPVANE_EXPORT uint64_t
ipvane_vhost_rx(struct ipvane_vhost *v, uint16_t queue, struct ipvane_burst *burst, uint16_t max)
{
	struct vhost_lane *lane = &v->rx[queue];
	const int32_t vid = vhost_enter(v, lane);
	uint16_t count = 0;

	if (vid != VHOST_NOBODY) {
		count = dequeue(vid, 2 * queue + 1, v->pool, burst->mbuf, max);
		lane->bursts++;
		lane->frames += count;
	}
	vhost_leave(lane);
	return rows_fill(burst, convert(lane, burst->mbuf, count));
}

/* One ring of the peer as who is sent to. */
struct ring {
	struct finish_to to;
	struct ipvane_vhost *v;
	int32_t vid;
	uint16_t ring;
};

/* When a ring that took nothing, in a call that began then, is to be tried again. */
static uint64_t
rest_after(uint64_t begin)
{
	const uint64_t now = rte_rdtsc();
	const uint64_t hz = rte_get_tsc_hz();

	if (now - begin < hz / 1000000 * SLOW_US)
		return 0;
	return now + RTE_MIN((now - begin) * REST_FACTOR, hz / 1000 * REST_MOST_MS);
}

/* The library copies: what it took is freed. */
static uint16_t
enqueue(const struct finish_to *to, struct rte_mbuf **frames, uint16_t count)
{
	const struct ring *at = (const struct ring *)to;
	_Atomic uint64_t *rest = &at->v->rest[at->ring / 2];
	uint16_t taken = 0;
	const uint64_t begin = rte_rdtsc();

	if (begin < atomic_load_explicit(rest, memory_order_relaxed))
		return 0;
	while (taken < count) {
		const uint16_t part = RTE_MIN(count - taken, at->v->enqueue_most);
		const uint16_t done = rte_vhost_enqueue_burst(at->vid, at->ring, frames + taken, part);

		taken += done;
		if (done < part)
			break;
	}
	if (taken == 0)
		atomic_store_explicit(rest, rest_after(begin), memory_order_relaxed);
	rte_pktmbuf_free_bulk(frames, taken);
	return taken;
}

static uint32_t
mix(uint32_t hash, uint32_t word)
{
	return (hash ^ word) * 0x9e3779b1u;
}

/* The same for both directions of a flow; 0 for what is no IP. */
static uint32_t
flow_hash(const struct rte_mbuf *frame)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(frame, struct rte_ether_hdr *);
	const uint8_t *l3 = (const uint8_t *)(eth + 1);
	uint32_t words[8] = {0};
	uint32_t ports = 0;
	uint32_t hash;
	uint32_t l4;
	uint8_t protocol;

	if (frame->data_len < sizeof(*eth) + sizeof(struct rte_ipv4_hdr))
		return 0;
	if (eth->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4)) {
		const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)l3;
		const bool fragment = (ip->fragment_offset &
				       rte_cpu_to_be_16(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK)) != 0;

		words[0] = ip->src_addr ^ ip->dst_addr;
		protocol = fragment ? 0 : ip->next_proto_id;
		l4 = sizeof(*eth) + (ip->version_ihl & 0x0f) * 4u;
	} else if (eth->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV6) &&
		   frame->data_len >= sizeof(*eth) + sizeof(struct rte_ipv6_hdr)) {
		const struct rte_ipv6_hdr *ip = (const struct rte_ipv6_hdr *)l3;
		uint32_t from[4], to[4];

		memcpy(from, ip->src_addr, sizeof(from));
		memcpy(to, ip->dst_addr, sizeof(to));
		for (int i = 0; i < 4; i++)
			words[i] = from[i] ^ to[i];
		protocol = ip->proto;
		l4 = sizeof(*eth) + sizeof(*ip);
	} else {
		return 0;
	}
	if ((protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) && l4 + 4 <= frame->data_len) {
		uint16_t pair[2];

		memcpy(pair, (const uint8_t *)eth + l4, sizeof(pair));
		ports = pair[0] ^ pair[1];
	}
	hash = mix(0, ports);
	for (int i = 0; i < 4; i++)
		hash = mix(hash, words[i]);
	return hash >> 16;
}

/*
 * Sends each of at most BURST frames to the ring that its flow has. All are taken; what a ring has no room
 * for is dropped.
 */
static void
spread(struct ipvane_vhost *v, struct vhost_lane *lane, int32_t vid, uint64_t enabled, struct rte_mbuf **frames,
       uint16_t count)
{
	const uint32_t rings = __builtin_popcountll(enabled);
	struct rte_mbuf *part[BURST];
	uint8_t of[BURST];

	for (uint16_t i = 0; i < count; i++)
		of[i] = flow_hash(frames[i]) % rings;
	for (uint32_t n = 0; n < rings; n++, enabled &= enabled - 1) {
		const struct ring to = {
			{enqueue, v->able, false, &lane->full}, v, vid, 2 * __builtin_ctzll(enabled)};
		uint16_t size = 0;
		uint16_t taken;

		for (uint16_t i = 0; i < count; i++)
			if (of[i] == n)
				part[size++] = frames[i];
		taken = finish_and_send(&to.to, part, size);
		rte_pktmbuf_free_bulk(part + taken, size - taken);
		lane->full += size - taken;
	}
}

/*
 * Sends frames to the peer; returns how many were taken, the first ones, which are freed. While nobody
 * is there all are taken, dropped and counted.
 */
IPVANE_EXPORT uint16_t
ipvane_vhost_tx(struct ipvane_vhost *v, uint16_t queue, struct rte_mbuf **frames, uint16_t count)
{
	struct vhost_lane *lane = &v->tx[queue];
	const int32_t vid = vhost_enter(v, lane);
	const uint64_t enabled = atomic_load_explicit(&v->enabled, memory_order_relaxed);
	uint16_t taken = count;

	if (vid == VHOST_NOBODY || enabled == 0) {
		vhost_leave(lane);
		rte_pktmbuf_free_bulk(frames, count);
		lane->down += count;
		return count;
	}
	if ((enabled & (enabled - 1)) == 0) {
		const struct ring to = {
			{enqueue, v->able, false, &lane->full}, v, vid, 2 * __builtin_ctzll(enabled)};

		taken = finish_and_send(&to.to, frames, count);
	} else {
		for (uint16_t done = 0; done < count; done += BURST)
			spread(v, lane, vid, enabled, frames + done, RTE_MIN(count - done, BURST));
	}
	vhost_leave(lane);
	return taken;
}
