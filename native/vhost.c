/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets of vhost-user ports, and who is connected to them: see vhost.h. */
#define _GNU_SOURCE
#include "vhost.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <rte_log.h>
#include <rte_string_fns.h>
#include <rte_vhost.h>

#include "ipvane_dpdk.h"
#include "peer_signal.h"
#include "vhost_message.h"

/* One in use, and one that comes before the end of the other has been noticed. */
#define MAX_CONNECTIONS 2

/*
 * Connections that are let in at once; each second one more may come. Each may cost descriptors, and for WAIT_US keep
 * the library's one thread from all others.
 */
#define MAX_NEW_CONNECTIONS 8
#define WAIT_US 50000

/* Checks for which nobody is let in after one that kept an lcore, at most; and after which that is forgotten. */
#define LONGEST_PAUSE 64
#define FORGIVEN 300

/* The library's RTE_MAX_VHOST_DEVICE. */
#define MAX_VIDS 1024

/* Of the protocol: vhost-user, "Front-end message types" and "Ring states". */
#define GET_QUEUE_NUM 17

#define VIRTIO_F_RING_PACKED 34

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

/* No lcore uses the peer's memory once this has returned. */
static void
end_view(struct ipvane_vhost *v)
{
	struct vhost_view *view = atomic_exchange(&v->view, NULL);

	peer_lanes_wait(v->lanes.rx, v->queues);
	peer_lanes_wait(v->lanes.tx, v->lcores);
	vhost_view_close(view);
}

static void
leave_alone(struct ipvane_vhost *v)
{
	end_view(v);
	atomic_store(&v->vid, VHOST_NOBODY);
}

/* The latest counts: the end of an earlier connection may be noticed after the start of this one. */
static int
begin(struct ipvane_vhost *v, int vid)
{
	struct vhost_view *view;

	leave_alone(v);
	view = vhost_view_open(vid, v->queues);
	if (view == NULL)
		return -1;
	v->able = abilities(vid);
	/* To come again does not help before the check has seen it. */
	atomic_store(&v->nonsense, atomic_load(&v->holds_up));
	for (int direction = VHOST_RECEIVES; direction <= VHOST_SENDS; direction++)
		atomic_store(&v->enabled[direction], v->next_vid == vid ? v->next_enabled[direction] : 0);
	v->next_vid = VHOST_NOBODY;
	atomic_store(&v->vid, vid);
	atomic_store(&v->view, view);
	return 0;
}

static int
new_device(int vid)
{
	struct ipvane_vhost *v = find(vid);
	int failed;

	if (v == NULL)
		return -1;
	pthread_mutex_lock(&v->changing);
	failed = begin(v, vid);
	pthread_mutex_unlock(&v->changing);
	return failed;
}

/* The library calls this for the thread that resets while its own may be about to call the others. */
static void
destroy_device(int vid)
{
	struct ipvane_vhost *v = find(vid);

	if (v == NULL)
		return;
	pthread_mutex_lock(&v->changing);
	if (atomic_load(&v->vid) == vid) {
		leave_alone(v);
		/* It may come back with some of its rings. */
		v->next_vid = vid;
		for (int direction = VHOST_RECEIVES; direction <= VHOST_SENDS; direction++)
			v->next_enabled[direction] = atomic_exchange(&v->enabled[direction], 0);
	}
	pthread_mutex_unlock(&v->changing);
}

static void
enable_ring(struct ipvane_vhost *v, int vid, uint16_t ring, bool enable)
{
	const enum vhost_direction direction = ring % 2 == 0 ? VHOST_RECEIVES : VHOST_SENDS;
	const uint64_t bit = 1ULL << ring / 2;
	uint64_t *next = &v->next_enabled[direction];

	if (atomic_load(&v->vid) == vid) {
		if (enable)
			atomic_fetch_or(&v->enabled[direction], bit);
		else
			atomic_fetch_and(&v->enabled[direction], ~bit);
		return;
	}
	if (v->next_vid != vid)
		memset(v->next_enabled, 0, sizeof(v->next_enabled));
	v->next_vid = vid;
	*next = enable ? *next | bit : *next & ~bit;
}

static int
vring_state_changed(int vid, uint16_t ring, int enable)
{
	struct ipvane_vhost *v = find(vid);

	if (v == NULL || ring / 2 >= v->queues)
		return 0;
	pthread_mutex_lock(&v->changing);
	enable_ring(v, vid, ring, enable != 0);
	pthread_mutex_unlock(&v->changing);
	return 0;
}

/* Each connection by its number. */
static struct connection {
	struct ipvane_vhost *_Atomic port;  /* NULL: there is none */
	_Atomic int fd;
	struct vhost_message_state said; /* the library's thread only */
} connections[MAX_VIDS];

/*
 * Whether an answer would find room. The library waits until it does, for each answer anew; a peer that reads none
 * for so long will not read the next.
 */
static bool
reads_answers(const struct connection *connection)
{
	struct pollfd socket = {.fd = connection->fd, .events = POLLOUT};

	return poll(&socket, 1, 0) == 1 && (socket.revents & POLLOUT) != 0;
}

/*
 * The library is about to handle a message, and to touch the peer's memory. Some it must not see; and one
 * it answers otherwise than here: the peer may have as many pairs of rings as are polled.
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

	peer_guard_end();
	if (v != NULL)
		peer_guard_begin(peer_find_any, NULL, &v->gone);
	if (v == NULL || vhost_message_check(&connections[vid].said, message, 2 * v->queues) != NULL ||
	    !reads_answers(&connections[vid])) {
		if (v != NULL)
			atomic_fetch_add(&v->refused, 1);
		return RTE_VHOST_MSG_RESULT_ERR;
	}
	if (atomic_load(&v->vid) == vid)
		end_view(v);
	if (asked->request != GET_QUEUE_NUM)
		return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
	asked->number = v->queues;
	asked->size = sizeof(asked->number);
	return RTE_VHOST_MSG_RESULT_REPLY;
}

/* The library has handled and answered a message. An error ends the connection. */
static enum rte_vhost_msg_result
after_message(int vid, void *message)
{
	struct ipvane_vhost *v = find(vid);

	(void)message;
	if (v == NULL)
		return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
	if (atomic_load(&v->vid) == vid) {
		struct vhost_view *view = vhost_view_open(vid, v->queues);

		if (view == NULL)
			return RTE_VHOST_MSG_RESULT_ERR;
		atomic_store(&v->view, view);
	}
	return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

/* Whether one end of a descriptor, which need not be a socket, is at a path. */
static bool
has_end_at(int fd, int (*name)(int, struct sockaddr *, socklen_t *), const char *path)
{
	struct sockaddr_un address = {0};
	socklen_t length = sizeof(address);

	return name(fd, (struct sockaddr *)&address, &length) == 0 && address.sun_family == AF_UNIX &&
	       length > offsetof(struct sockaddr_un, sun_path) &&
	       strncmp(address.sun_path, path, sizeof(address.sun_path)) == 0;
}

/* Whether a descriptor is that of a connection of the port that is known. */
static bool
is_known(const struct ipvane_vhost *v, int fd)
{
	for (int vid = 0; vid < MAX_VIDS; vid++)
		if (connections[vid].port == v && connections[vid].fd == fd)
			return true;
	return false;
}

static bool
listens(int fd)
{
	int yes = 0;
	socklen_t length = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &length) == 0 && yes != 0;
}

/*
 * The library does not say which descriptor a connection has: one at the port's path that no other connection has; -1:
 * it is not found, or there is no descriptor left to look for it.
 */
static int
find_descriptor(const struct ipvane_vhost *v)
{
	DIR *const open = opendir("/proc/self/fd");
	const struct dirent *entry;
	int found = -1;

	if (open == NULL)
		return -1;
	while ((entry = readdir(open)) != NULL) {
		const int fd = atoi(entry->d_name);

		if ((has_end_at(fd, getsockname, v->path) || has_end_at(fd, getpeername, v->path)) && !listens(fd) &&
		    !is_known(v, fd))
			found = fd;
	}
	closedir(open);
	return found;
}

/*
 * The library's one thread reads a message to its end, and waits for it: a peer that stops half way holds up all
 * ports. Peers send a message as a whole.
 */
static bool
limit_waiting(int fd)
{
	const struct timeval limit = {.tv_usec = WAIT_US};

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0;
}

/* Takes one of those that may come; false: there is none left for now. */
static bool
may_come(struct ipvane_vhost *v)
{
	unsigned int left = atomic_load(&v->may_come);

	while (left > 0)
		if (atomic_compare_exchange_weak(&v->may_come, &left, left - 1))
			return true;
	return false;
}

/* Notes which descriptor a connection has; called by the library's threads, of which it has two. */
static bool
note_connection(struct ipvane_vhost *v, int vid)
{
	struct connection *const connection = &connections[vid];
	int fd;

	pthread_mutex_lock(&ports_mutex);
	fd = find_descriptor(v);
	memset(&connection->said, 0, sizeof(connection->said));
	connection->fd = fd;
	connection->port = fd < 0 ? NULL : v;
	pthread_mutex_unlock(&ports_mutex);
	return fd >= 0 && limit_waiting(fd);
}

static int
new_connection(int vid)
{
	static const struct rte_vhost_user_extern_ops extern_ops = {.pre_msg_handle = before_message,
									.post_msg_handle = after_message};
	struct ipvane_vhost *v = find(vid);

	if (v == NULL || atomic_load(&v->connections) == MAX_CONNECTIONS)
		return -1;
	if (!may_come(v)) {
		atomic_fetch_add(&v->refused, 1);
		atomic_store(&v->given_up, v->client);
		return -1;
	}
	if (vid >= MAX_VIDS || rte_vhost_extern_callback_register(vid, &extern_ops, v) < 0)
		return -1;
	if (!note_connection(v, vid)) {
		connections[vid].port = NULL;
		return -1;
	}
	atomic_fetch_add(&v->connections, 1);
	return 0;
}

static void
destroy_connection(int vid)
{
	struct ipvane_vhost *v = find(vid);

	connections[vid].port = NULL;
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
register_path(const struct ipvane_vhost *v)
{
	const uint64_t flags = v->client ? RTE_VHOST_USER_CLIENT : 0;
	/*
	 * Of packed rings the library believes that a buffer has room for a header, and writes beyond it. The
	 * log of what changed is a file of the peer's that is not measured.
	 */
	const uint64_t never = 1ULL << VIRTIO_NET_F_HOST_UFO | 1ULL << VIRTIO_NET_F_GUEST_UFO |
			       1ULL << VIRTIO_F_RING_PACKED | 1ULL << VHOST_F_LOG_ALL |
			       (v->mergeable ? 0 : 1ULL << VIRTIO_NET_F_MRG_RXBUF);

	bool ready;

	change_level("lib.vhost.data", RTE_LOG_WARNING, RTE_LOG_EMERG);
	/* Said by this thread it is the reason why the path is refused. */
	change_level("lib.vhost.config", RTE_LOG_EMERG, RTE_LOG_INFO);
	ready = rte_vhost_driver_register(v->path, flags) == 0;
	if (ready && (rte_vhost_driver_disable_features(v->path, never) < 0 ||
		      rte_vhost_driver_set_protocol_features(v->path, VHOST_MESSAGE_PROTOCOL_FEATURES) < 0 ||
		      rte_vhost_driver_callback_register(v->path, &device_ops) < 0 ||
		      rte_vhost_driver_start(v->path) < 0)) {
		rte_vhost_driver_unregister(v->path);
		ready = false;
	}
	change_level("lib.vhost.config", RTE_LOG_INFO, RTE_LOG_EMERG);
	return ready ? 0 : -EIO;
}

/*
 * Opens a port at a path. client: the other side listens, and is looked for every second. queues: rings
 * that are received from, and as many that are sent to; lcores: how many transmit; mergeable: whether
 * the peer may offer buffers that are shorter than a frame. Frames come from the pool.
 */
IPVANE_EXPORT int32_t
ipvane_vhost_open(const char *path, uint32_t client, uint32_t mergeable, uint32_t queues, uint32_t lcores,
		  struct rte_mempool *pool, struct ipvane_vhost **result, char *why, uint32_t why_size)
{
	struct ipvane_vhost *v;
	int32_t failed = peer_guard_install();

	peer_time_install();
	if (failed == 0)
		failed = peer_signal_install();
	if (failed < 0)
		return failed;
	if (queues == 0 || queues > PEER_MAX_QUEUES || lcores == 0 || lcores > PEER_MAX_QUEUES ||
	    strlen(path) >= sizeof(v->path))
		return -EINVAL;
	v = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(sizeof(*v), RTE_CACHE_LINE_SIZE));
	if (v == NULL)
		return -ENOMEM;
	memset(v, 0, sizeof(*v));
	strlcpy(v->path, path, sizeof(v->path));
	atomic_store(&v->vid, VHOST_NOBODY);
	pthread_mutex_init(&v->changing, NULL);
	v->next_vid = VHOST_NOBODY;
	atomic_store(&v->may_come, MAX_NEW_CONNECTIONS);
	v->next_pause = 1;
	v->client = client != 0;
	v->mergeable = mergeable != 0;
	v->queues = queues;
	v->lcores = lcores;
	v->pool = pool;
	pthread_mutex_lock(&ports_mutex);
	v->next_port = ports;
	ports = v;
	pthread_mutex_unlock(&ports_mutex);
	ipvane_why_begin(why, why_size);
	failed = register_path(v);
	ipvane_why_end();
	if (failed < 0) {
		unlink_port(v);
		free(v);
		return failed;
	}
	*result = v;
	return 0;
}

/* Takes the socket from the library, which ends connections without saying so. */
static void
unregister_path(struct ipvane_vhost *v)
{
	rte_vhost_driver_unregister(v->path);
	for (int vid = 0; vid < MAX_VIDS; vid++)
		if (connections[vid].port == v)
			connections[vid].port = NULL;
	atomic_store(&v->connections, 0);
}

/* Ends the connection and takes the socket away; lcores no longer use the port. */
IPVANE_EXPORT void
ipvane_vhost_close(struct ipvane_vhost *v)
{
	unregister_path(v);
	unlink_port(v);
	free(v);
}

/* Ends the connection, and starts anew with the next one. */
IPVANE_EXPORT int32_t
ipvane_vhost_reset(struct ipvane_vhost *v, char *why, uint32_t why_size)
{
	int32_t failed;

	ipvane_why_begin(why, why_size);
	unregister_path(v);
	atomic_store(&v->gone, 0);
	atomic_store(&v->nonsense, false);
	atomic_store(&v->holds_up, false);
	atomic_store(&v->given_up, false);
	failed = register_path(v);
	ipvane_why_end();
	return failed;
}

/* 1 where somebody is connected and ready to take frames. */
IPVANE_EXPORT int32_t
ipvane_vhost_up(const struct ipvane_vhost *v)
{
	return atomic_load(&v->vid) != VHOST_NOBODY && atomic_load(&v->enabled[VHOST_RECEIVES]) != 0;
}

/* Lets nobody in for a while, twice as long each time. */
static void
pause_port(struct ipvane_vhost *v)
{
	v->pause = v->next_pause;
	v->next_pause = RTE_MIN(2 * v->next_pause, (uint32_t)LONGEST_PAUSE);
	v->calm = 0;
	atomic_store(&v->may_come, 0);
}

/* One more may come, each time unless there is a pause. */
static void
let_come(struct ipvane_vhost *v)
{
	if (v->pause > 0) {
		v->pause--;
		return;
	}
	if (++v->calm == FORGIVEN)
		v->next_pause = 1;
	if (atomic_load(&v->may_come) < MAX_NEW_CONNECTIONS)
		atomic_fetch_add(&v->may_come, 1);
}

/*
 * To be asked about once a second, by the thread that resets: 0 all is well; 1 a ring holds what cannot
 * be read or written; 2 the peer has taken its memory away; 3 it came so often that it is not looked for
 * any more; 4 it has said what is not to be said, and has been disconnected; 5 it keeps an lcore for longer than
 * its frames are worth.
 */
IPVANE_EXPORT int32_t
ipvane_vhost_check(struct ipvane_vhost *v)
{
	peer_time_forget(v->lanes.rx, v->queues);
	peer_time_forget(v->lanes.tx, v->lcores);
	if (atomic_load(&v->holds_up)) {
		pause_port(v);
		return 5;
	}
	let_come(v);
	if (atomic_load(&v->gone) != 0)
		return 2;
	if (atomic_load(&v->given_up) && v->pause == 0)
		return 3;
	if (atomic_load(&v->nonsense))
		return 1;
	return atomic_exchange(&v->refused, 0) != 0 ? 4 : 0;
}
