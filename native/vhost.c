/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports for virtual machines and programs that share their memory by vhost-user, over DPDK's vhost
 * library.
 *
 * Who does what: Java's control plane opens and closes a port; the library's own thread speaks the
 * protocol and says here who has come and gone; lcores receive and transmit. An lcore says in its lane
 * that it is about to use the connection, and the library's thread waits for that before it takes the
 * connection away.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_log.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_string_fns.h>
#include <rte_vhost.h>

#include "finish.h"
#include "ipvane_dpdk.h"
#include "offload.h"
#include "rows.h"
#include "vhost_guard.h"

#define MAX_QUEUES 64
#define NOBODY (-1)

/* One in use, and one that comes before the end of the other has been noticed. */
#define MAX_CONNECTIONS 2

/* The library's MAX_PKT_BURST: more at once is neither taken nor given. */
#define LIBRARY_BURST 32

/* Of the protocol: vhost-user, "Front-end message types" and "Ring states". */
#define GET_QUEUE_NUM 17

/* Split rings count what waits in them; of packed ones the library does not say it. */
#define VIRTIO_F_RING_PACKED 34

/* So many that no lcore's cache hides that there are none. */
#define ENOUGH_MBUFS 1024

/* For one lcore and one direction; a cache line of its own. */
struct lane {
	atomic_bool busy;
	uint64_t bursts;  /* calls while somebody was there */
	uint64_t frames;  /* received */
	uint64_t invalid; /* received and dropped: header and frame contradict each other */
	uint64_t down;    /* dropped: nobody was there */
	uint64_t full;    /* dropped: the peer's ring had no room */
} __attribute__((aligned(RTE_CACHE_LINE_SIZE)));

struct ipvane_vhost {
	struct lane rx[MAX_QUEUES];
	struct lane tx[MAX_QUEUES];
	struct lane control;	  /* of the thread that checks */
	_Atomic int32_t vid;	  /* the connection in use, or NOBODY */
	_Atomic uint64_t enabled; /* bit n: the peer's receiving ring n is ready */
	uint64_t able;		  /* what of OFFLOAD_WORK the peer does */
	int32_t next_vid;	  /* a connection that is not in use yet or again, */
	uint64_t next_enabled;	  /* and its rings: the library's thread only */
	atomic_uint connections;
	atomic_uint gone; /* accesses to memory that the peer took away */
	uint32_t queues;
	uint32_t lanes;
	struct rte_mempool *pool;
	struct ipvane_vhost *next_port;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	/* Of the last check. */
	uint64_t checked_bursts[MAX_QUEUES];
	uint64_t checked_frames[MAX_QUEUES];
	uint64_t waiting; /* bit n: frames waited in ring n */
};
_Static_assert(sizeof(struct lane) == 64, "VhostPort.LANE");
_Static_assert(offsetof(struct lane, invalid) == 24, "VhostPort.INVALID");
_Static_assert(offsetof(struct lane, down) == 32, "VhostPort.DOWN");
_Static_assert(offsetof(struct lane, full) == 40, "VhostPort.FULL");
_Static_assert(offsetof(struct ipvane_vhost, tx) == 4096, "VhostPort.TX");

/* All ports: the library's callbacks know a path only. */
static struct ipvane_vhost *ports;
static pthread_mutex_t ports_mutex = PTHREAD_MUTEX_INITIALIZER;

static struct ipvane_vhost *
find(int vid)
{
	char path[sizeof(ports->path)];
	struct ipvane_vhost *at;

	if (rte_vhost_get_ifname(vid, path, sizeof(path)) < 0)
		return NULL;
	pthread_mutex_lock(&ports_mutex);
	for (at = ports; at != NULL && strcmp(at->path, path) != 0; at = at->next_port)
		;
	pthread_mutex_unlock(&ports_mutex);
	return at;
}

static void
wait_for(struct lane *lanes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		while (atomic_load(&lanes[i].busy))
			rte_pause();
}

/* What the peer agreed to do itself. One that takes long frames of one IP version only gets none. */
static uint64_t
abilities(int vid)
{
	const uint64_t both = 1ULL << VIRTIO_NET_F_GUEST_TSO4 | 1ULL << VIRTIO_NET_F_GUEST_TSO6;
	uint64_t features = 0;
	uint64_t able = 0;

	rte_vhost_get_negotiated_features(vid, &features);
	if ((features & 1ULL << VIRTIO_NET_F_GUEST_CSUM) != 0)
		able |= RTE_MBUF_F_TX_L4_MASK;
	if (able != 0 && (features & both) == both)
		able |= RTE_MBUF_F_TX_TCP_SEG;
	return able;
}

/* No lcore uses the connection once this has returned. */
static void
leave_alone(struct ipvane_vhost *v)
{
	atomic_store(&v->vid, NOBODY);
	wait_for(v->rx, v->queues);
	wait_for(v->tx, v->lanes);
	wait_for(&v->control, 1);
}

/* The latest counts: the end of an earlier connection may be noticed after the start of this one. */
static int
new_device(int vid)
{
	struct ipvane_vhost *v = find(vid);

	if (v == NULL)
		return -1;
	leave_alone(v);
	v->able = abilities(vid);
	atomic_store(&v->enabled, v->next_vid == vid ? v->next_enabled : 0);
	v->next_vid = NOBODY;
	atomic_store(&v->vid, vid);
	return 0;
}

static void
destroy_device(int vid)
{
	struct ipvane_vhost *v = find(vid);

	if (v == NULL || atomic_load(&v->vid) != vid)
		return;
	leave_alone(v);
	/* It may come back with some of its rings. */
	v->next_vid = vid;
	v->next_enabled = atomic_exchange(&v->enabled, 0);
}

/* Rings are numbered from the peer's side: 2n is its receiving ring n. */
static int
vring_state_changed(int vid, uint16_t ring, int enable)
{
	struct ipvane_vhost *v = find(vid);
	const uint64_t bit = 1ULL << ring / 2;

	if (v == NULL || ring % 2 != 0 || ring / 2 >= v->queues)
		return 0;
	if (atomic_load(&v->vid) == vid) {
		if (enable)
			atomic_fetch_or(&v->enabled, bit);
		else
			atomic_fetch_and(&v->enabled, ~bit);
		return 0;
	}
	if (v->next_vid != vid)
		v->next_enabled = 0;
	v->next_vid = vid;
	v->next_enabled = enable ? v->next_enabled | bit : v->next_enabled & ~bit;
	return 0;
}

/*
 * The library is about to handle a message, and to touch the peer's memory. One it answers otherwise
 * than here: the peer may have as many pairs of rings as are polled.
 */
static enum rte_vhost_msg_result
before_message(int vid, void *message)
{
	struct {
		uint32_t request;
		uint32_t flags;
		uint32_t size;
		uint64_t number;
	} __attribute__((packed)) *const asked = message;
	struct ipvane_vhost *v = find(vid);

	vhost_guarded = v == NULL ? NULL : &v->gone;
	if (asked->request != GET_QUEUE_NUM || v == NULL)
		return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
	asked->number = v->queues;
	asked->size = sizeof(asked->number);
	return RTE_VHOST_MSG_RESULT_REPLY;
}

static bool
is_at(const struct sockaddr_un *address, socklen_t length, const char *path)
{
	return length > offsetof(struct sockaddr_un, sun_path) && address->sun_family == AF_UNIX &&
	       strncmp(address->sun_path, path, sizeof(address->sun_path)) == 0;
}

/*
 * The library's one thread reads a message to its end, and waits for it: a peer that stops half way
 * would stop all ports. It does not say which descriptor a connection has; those at its path get the
 * limit.
 */
static void
limit_waiting(const char *path)
{
	const struct timeval second = {.tv_sec = 1};
	const int most = sysconf(_SC_OPEN_MAX) < 65536 ? sysconf(_SC_OPEN_MAX) : 65536;

	for (int fd = 3; fd < most; fd++) {
		struct sockaddr_un address = {0};
		socklen_t length = sizeof(address);
		bool ours = getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
			    is_at(&address, length, path);

		memset(&address, 0, sizeof(address));
		length = sizeof(address);
		ours = ours || (getpeername(fd, (struct sockaddr *)&address, &length) == 0 &&
				is_at(&address, length, path));
		if (ours) {
			setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
			setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof(second));
		}
	}
}

static int
new_connection(int vid)
{
	static const struct rte_vhost_user_extern_ops extern_ops = {.pre_msg_handle = before_message};
	struct ipvane_vhost *v = find(vid);

	if (v == NULL || atomic_load(&v->connections) == MAX_CONNECTIONS ||
	    rte_vhost_extern_callback_register(vid, &extern_ops, v) < 0)
		return -1;
	atomic_fetch_add(&v->connections, 1);
	limit_waiting(v->path);
	return 0;
}

static void
destroy_connection(int vid)
{
	struct ipvane_vhost *v = find(vid);

	if (v != NULL)
		atomic_fetch_sub(&v->connections, 1);
}

static const struct rte_vhost_device_ops device_ops = {
	.new_device = new_device,
	.destroy_device = destroy_device,
	.vring_state_changed = vring_state_changed,
	.new_connection = new_connection,
	.destroy_connection = destroy_connection,
};

static void
unlink_port(const struct ipvane_vhost *v)
{
	struct ipvane_vhost **at;

	pthread_mutex_lock(&ports_mutex);
	for (at = &ports; *at != NULL; at = &(*at)->next_port)
		if (*at == v) {
			*at = v->next_port;
			break;
		}
	pthread_mutex_unlock(&ports_mutex);
}

/*
 * What the library says of a peer, the peer has it say: a line a message would be a way to fill the
 * disk. A level that the user has chosen, one other than usual, stays.
 */
static void
change_level(const char *log, uint32_t usual, uint32_t now)
{
	if (rte_log_get_level(rte_log_register(log)) == (int)usual)
		rte_log_set_level_pattern(log, now);
}

/* Gives the socket to the library. */
static int32_t
register_path(const struct ipvane_vhost *v, bool client)
{
	/* Offloads as a receiver sees them: what the peer's headers say is looked at here again. */
	const uint64_t flags =
		RTE_VHOST_USER_NET_COMPLIANT_OL_FLAGS | (client ? RTE_VHOST_USER_CLIENT : 0);
	const uint64_t never = 1ULL << VIRTIO_NET_F_HOST_UFO | 1ULL << VIRTIO_NET_F_GUEST_UFO;

	change_level("lib.vhost.data", RTE_LOG_WARNING, RTE_LOG_EMERG);
	/* Said by this thread it is the reason why the path is refused. */
	change_level("lib.vhost.config", RTE_LOG_EMERG, RTE_LOG_INFO);
	if (rte_vhost_driver_register(v->path, flags) < 0)
		return -EIO;
	if (rte_vhost_driver_disable_features(v->path, never) < 0 ||
	    rte_vhost_driver_callback_register(v->path, &device_ops) < 0 ||
	    rte_vhost_driver_start(v->path) < 0) {
		rte_vhost_driver_unregister(v->path);
		return -EIO;
	}
	change_level("lib.vhost.config", RTE_LOG_INFO, RTE_LOG_EMERG);
	return 0;
}

/*
 * Opens a port at a path. client: the other side listens, and is looked for every second. queues: rings
 * that are received from, and as many that are sent to; lanes: lcores that transmit. Frames come from
 * the pool.
 */
IPVANE_EXPORT int32_t
ipvane_vhost_open(const char *path, uint32_t client, uint32_t queues, uint32_t lanes, struct rte_mempool *pool,
		  struct ipvane_vhost **result, char *why, uint32_t why_size)
{
	struct ipvane_vhost *v;
	int32_t failed = vhost_guard_install();

	if (failed < 0)
		return failed;
	if (queues == 0 || queues > MAX_QUEUES || lanes == 0 || lanes > MAX_QUEUES ||
	    strlen(path) >= sizeof(v->path))
		return -EINVAL;
	v = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(sizeof(*v), RTE_CACHE_LINE_SIZE));
	if (v == NULL)
		return -ENOMEM;
	memset(v, 0, sizeof(*v));
	strlcpy(v->path, path, sizeof(v->path));
	atomic_store(&v->vid, NOBODY);
	v->next_vid = NOBODY;
	v->queues = queues;
	v->lanes = lanes;
	v->pool = pool;
	pthread_mutex_lock(&ports_mutex);
	v->next_port = ports;
	ports = v;
	pthread_mutex_unlock(&ports_mutex);
	ipvane_why_begin(why, why_size);
	failed = register_path(v, client != 0);
	ipvane_why_end();
	if (failed < 0) {
		unlink_port(v);
		free(v);
		return failed;
	}
	*result = v;
	return 0;
}

/* Ends the connection and takes the socket away; lcores no longer use the port. */
IPVANE_EXPORT void
ipvane_vhost_close(struct ipvane_vhost *v)
{
	rte_vhost_driver_unregister(v->path);
	unlink_port(v);
	free(v);
}

/* Ends the connection, and starts anew with the next one. */
IPVANE_EXPORT int32_t
ipvane_vhost_reset(struct ipvane_vhost *v, uint32_t client, char *why, uint32_t why_size)
{
	int32_t failed;

	ipvane_why_begin(why, why_size);
	rte_vhost_driver_unregister(v->path);
	atomic_store(&v->connections, 0);
	atomic_store(&v->gone, 0);
	failed = register_path(v, client != 0);
	ipvane_why_end();
	return failed;
}

/* 1 where somebody is connected and ready to take frames. */
IPVANE_EXPORT int32_t
ipvane_vhost_up(const struct ipvane_vhost *v)
{
	return atomic_load(&v->vid) != NOBODY && atomic_load(&v->enabled) != 0;
}

/* The connection, which stays until leave(); NOBODY: there is none. */
static inline int32_t
enter(struct ipvane_vhost *v, struct lane *lane)
{
	int32_t vid;

	/* Sequentially consistent both: destroy_device() does the same in the other order. */
	atomic_store(&lane->busy, true);
	vid = atomic_load(&v->vid);
	vhost_guarded = &v->gone;
	return vid;
}

static inline void
leave(struct lane *lane)
{
	vhost_guarded = NULL;
	atomic_store_explicit(&lane->busy, false, memory_order_release);
}

/* Whether a ring in which frames waited at the last check was asked for them since, and gave none. */
static bool
is_stuck(struct ipvane_vhost *v, int vid, uint32_t queue)
{
	const uint64_t bursts = v->rx[queue].bursts - v->checked_bursts[queue];
	const uint64_t frames = v->rx[queue].frames - v->checked_frames[queue];
	const bool waits = rte_vhost_rx_queue_count(vid, 2 * queue + 1) > 0;
	const bool waited = (v->waiting >> queue & 1) != 0;

	v->checked_bursts[queue] += bursts;
	v->checked_frames[queue] += frames;
	v->waiting ^= (uint64_t)(waits != waited) << queue;
	return waited && waits && bursts > 1 && frames == 0;
}

/*
 * To be asked about once a second, by the thread that resets: 0 all is well; 1 a ring holds what cannot
 * be read; 2 the peer has taken its memory away.
 */
IPVANE_EXPORT int32_t
ipvane_vhost_check(struct ipvane_vhost *v)
{
	const int32_t vid = enter(v, &v->control);
	uint64_t features = 0;
	int32_t stuck = 0;

	/* A ring gives nothing either while there are no mbufs to put it in. */
	if (vid != NOBODY && rte_vhost_get_negotiated_features(vid, &features) == 0 &&
	    (features & 1ULL << VIRTIO_F_RING_PACKED) == 0 &&
	    rte_mempool_avail_count(v->pool) >= ENOUGH_MBUFS)
		for (uint32_t queue = 0; queue < v->queues; queue++)
			stuck |= is_stuck(v, vid, queue);
	leave(&v->control);
	return atomic_load(&v->gone) != 0 ? 2 : stuck;
}

/* Takes over what the peer's headers ask for; frames that contradict theirs are dropped. */
static uint16_t
convert(struct lane *lane, struct rte_mbuf **frames, uint16_t count)
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
		const uint16_t part = RTE_MIN(max - count, LIBRARY_BURST);
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
	struct lane *lane = &v->rx[queue];
	const int32_t vid = enter(v, lane);
	uint16_t count = 0;

	if (vid != NOBODY) {
		count = dequeue(vid, 2 * queue + 1, v->pool, burst->mbuf, max);
		lane->bursts++;
		lane->frames += count;
	}
	leave(lane);
	return rows_fill(burst, convert(lane, burst->mbuf, count));
}

/* One ring of the peer as who is sent to. */
struct ring {
	struct finish_to to;
	int32_t vid;
	uint16_t ring;
};

/* The library copies: what it took is freed. */
static uint16_t
enqueue(const struct finish_to *to, struct rte_mbuf **frames, uint16_t count)
{
	const struct ring *at = (const struct ring *)to;
	uint16_t taken = 0;

	while (taken < count) {
		const uint16_t part = RTE_MIN(count - taken, LIBRARY_BURST);
		const uint16_t done = rte_vhost_enqueue_burst(at->vid, at->ring, frames + taken, part);

		taken += done;
		if (done < part)
			break;
	}
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

/* Sends each frame to the ring that its flow has. All are taken; what a ring has no room for is dropped. */
static void
spread(const struct ipvane_vhost *v, struct lane *lane, int32_t vid, uint64_t enabled, struct rte_mbuf **frames,
       uint16_t count)
{
	const uint32_t rings = __builtin_popcountll(enabled);
	struct rte_mbuf *part[BURST];
	uint8_t of[BURST];

	for (uint16_t i = 0; i < count; i++)
		of[i] = flow_hash(frames[i]) % rings;
	for (uint32_t n = 0; n < rings; n++, enabled &= enabled - 1) {
		const struct ring to = {
			{enqueue, v->able, false, &lane->full}, vid, 2 * __builtin_ctzll(enabled)};
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
	struct lane *lane = &v->tx[queue];
	const int32_t vid = enter(v, lane);
	const uint64_t enabled = atomic_load_explicit(&v->enabled, memory_order_relaxed);
	uint16_t taken = count;

	if (vid == NOBODY || enabled == 0) {
		leave(lane);
		rte_pktmbuf_free_bulk(frames, count);
		lane->down += count;
		return count;
	}
	if ((enabled & (enabled - 1)) == 0) {
		const struct ring to = {
			{enqueue, v->able, false, &lane->full}, vid, 2 * __builtin_ctzll(enabled)};

		taken = finish_and_send(&to.to, frames, count);
	} else {
		spread(v, lane, vid, enabled, frames, count);
	}
	leave(lane);
	return taken;
}
