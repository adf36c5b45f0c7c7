/* SPDX-License-Identifier: Apache-2.0 */
/* See guest_front.h. Source of the messages: QEMU's description of the vhost-user protocol, version 1. */
#define _GNU_SOURCE
#include "guest_front.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	GET_FEATURES = 1,
	SET_FEATURES = 2,
	SET_OWNER = 3,
	SET_MEM_TABLE = 5,
	SET_VRING_NUM = 8,
	SET_VRING_ADDR = 9,
	SET_VRING_BASE = 10,
	SET_VRING_KICK = 12,
	SET_VRING_CALL = 13,
	GET_PROTOCOL_FEATURES = 15,
	SET_PROTOCOL_FEATURES = 16,
	SET_VRING_ENABLE = 18,
};

#define PROTOCOL_VERSION 1
#define F_PROTOCOL_FEATURES 30

/* Where the guest sees its memory: anywhere, so that nothing works by accident. */
#define GUEST_MEMORY 0x100000000ULL

/* What a Linux guest has where frames may be spread over buffers; otherwise any frame fits. */
#define PAGE_BUFFER 4096
#define LONG_BUFFER 69632

#define RING_BYTES 32768

struct message {
	uint32_t request;
	uint32_t flags;
	uint32_t size;
	union {
		uint64_t number;
		struct {
			uint32_t ring;
			uint32_t value;
		} state;
		struct {
			uint32_t ring;
			uint32_t flags;
			uint64_t descriptors;
			uint64_t used;
			uint64_t available;
			uint64_t log;
		} addresses;
		struct {
			uint32_t regions;
			uint32_t padding;
			uint64_t guest;
			uint64_t size;
			uint64_t user;
			uint64_t offset;
		} memory;
	} payload;
} __attribute__((packed));

#define HEADER offsetof(struct message, payload)

#define SIZE_OF(part) sizeof(((struct message *)0)->payload.part)

int
guest_front_listen(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd, error;

	if (strlen(path) >= sizeof(name.sun_path))
		return -ENAMETOOLONG;
	strcpy(name.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 || listen(fd, 1) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

/* Sends a message, with a descriptor unless that is negative. */
static int
send_message(const struct guest_front *front, struct message *message, uint32_t request, uint32_t size, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(fd))];
	} rights = {.header = {CMSG_LEN(sizeof(fd)), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec part = {message, HEADER + size};
	struct msghdr vector = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	message->request = request;
	message->flags = PROTOCOL_VERSION;
	message->size = size;
	if (fd >= 0) {
		memcpy(CMSG_DATA(&rights.header), &fd, sizeof(fd));
		vector.msg_control = &rights;
		vector.msg_controllen = sizeof(rights.bytes);
	}
	do
		sent = sendmsg(front->connection, &vector, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return -errno;
	return sent == (ssize_t)part.iov_len ? 0 : -EIO;
}

static int
send_number(const struct guest_front *front, uint32_t request, uint64_t number, int fd)
{
	struct message message = {.payload.number = number};

	return send_message(front, &message, request, SIZE_OF(number), fd);
}

static int
send_state(const struct guest_front *front, uint32_t request, uint32_t ring, uint32_t value)
{
	struct message message = {.payload.state = {ring, value}};

	return send_message(front, &message, request, SIZE_OF(state), -1);
}

/* A question whose answer is a number. */
static int
ask(const struct guest_front *front, uint32_t request, uint64_t *number)
{
	struct message message;
	const ssize_t whole = HEADER + SIZE_OF(number);
	int error = send_message(front, &message, request, 0, -1);
	ssize_t got;

	if (error < 0)
		return error;
	do
		got = recv(front->connection, &message, whole, MSG_WAITALL);
	while (got < 0 && errno == EINTR);
	if (got != whole)
		return got < 0 ? -errno : -ECONNRESET;
	*number = message.payload.number;
	return 0;
}

static int
negotiate(struct guest_front *front, uint64_t wanted)
{
	uint64_t offered = 0;
	int error = send_message(front, &(struct message){0}, SET_OWNER, 0, -1);

	if (error < 0 || (error = ask(front, GET_FEATURES, &offered)) < 0)
		return error;
	wanted |= 1ULL << VIRTIO_RING_F_EVENT_IDX | 1ULL << VIRTIO_F_VERSION_1 | 1ULL << F_PROTOCOL_FEATURES;
	front->features = offered & wanted;
	if ((front->features & 1ULL << VIRTIO_RING_F_EVENT_IDX) == 0)
		return -ENOTSUP;
	if ((front->features & 1ULL << F_PROTOCOL_FEATURES) != 0) {
		error = ask(front, GET_PROTOCOL_FEATURES, &offered);
		if (error == 0)
			error = send_number(front, SET_PROTOCOL_FEATURES, 0, -1);
	}
	return error < 0 ? error : send_number(front, SET_FEATURES, front->features, -1);
}

/* Lays out a ring and its buffers in memory; where they end. */
static uint8_t *
lay_out(const struct guest_front *front, struct guest_ring *ring, uint8_t *at, uint32_t buffer_size, uint16_t flags)
{
	vring_init(&ring->vring, RING_SIZE, at, 64);
	ring->buffers = at + RING_BYTES;
	ring->buffer_size = buffer_size;
	for (uint16_t i = 0; i < RING_SIZE; i++) {
		ring->vring.desc[i].addr = GUEST_MEMORY + (guest_ring_buffer(ring, i) - front->memory);
		ring->vring.desc[i].flags = flags;
		ring->spare[i] = i;
	}
	ring->spares = RING_SIZE;
	return ring->buffers + (size_t)RING_SIZE * buffer_size;
}

static int
share_memory(struct guest_front *front)
{
	const bool spread = (front->features & 1ULL << VIRTIO_NET_F_MRG_RXBUF) != 0;
	const uint32_t rx_buffer = spread ? PAGE_BUFFER : LONG_BUFFER;
	const size_t size = 2 * RING_BYTES + (size_t)RING_SIZE * (rx_buffer + LONG_BUFFER);
	struct message message = {0};
	uint8_t *at;

	front->memory_fd = memfd_create("guest", MFD_CLOEXEC);
	if (front->memory_fd < 0 || ftruncate(front->memory_fd, size) < 0)
		return -errno;
	/* Guests have their memory. */
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, front->memory_fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	front->memory = at;
	front->memory_size = size;
	at = lay_out(front, &front->ring[GUEST_RX], at, rx_buffer, VRING_DESC_F_WRITE);
	lay_out(front, &front->ring[GUEST_TX], at, LONG_BUFFER, 0);
	message.payload.memory.regions = 1;
	message.payload.memory.guest = GUEST_MEMORY;
	message.payload.memory.size = size;
	message.payload.memory.user = (uintptr_t)front->memory;
	return send_message(front, &message, SET_MEM_TABLE, SIZE_OF(memory), front->memory_fd);
}

static int
start_ring(struct guest_front *front, uint32_t number)
{
	struct guest_ring *ring = &front->ring[number];
	struct message message = {0};
	int error;

	ring->call = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ring->kick = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (ring->call < 0 || ring->kick < 0)
		return -errno;
	message.payload.addresses.ring = number;
	message.payload.addresses.descriptors = (uintptr_t)ring->vring.desc;
	message.payload.addresses.used = (uintptr_t)ring->vring.used;
	message.payload.addresses.available = (uintptr_t)ring->vring.avail;
	if ((error = send_state(front, SET_VRING_NUM, number, RING_SIZE)) < 0 ||
	    (error = send_state(front, SET_VRING_BASE, number, 0)) < 0 ||
	    (error = send_message(front, &message, SET_VRING_ADDR, SIZE_OF(addresses), -1)) < 0 ||
	    (error = send_number(front, SET_VRING_CALL, number, ring->call)) < 0 ||
	    (error = send_number(front, SET_VRING_KICK, number, ring->kick)) < 0)
		return error;
	return send_state(front, SET_VRING_ENABLE, number, 1);
}

int
guest_front_start(struct guest_front *front, int listener, uint64_t features)
{
	struct guest_ring *rx = &front->ring[GUEST_RX];
	int error;

	memset(front, 0, sizeof(*front));
	front->memory_fd = -1;
	for (int i = 0; i < GUEST_RINGS; i++)
		front->ring[i].call = front->ring[i].kick = -1;
	do
		front->connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	while (front->connection < 0 && errno == EINTR);
	if (front->connection < 0)
		return -errno;
	if ((error = negotiate(front, features)) < 0 || (error = share_memory(front)) < 0)
		return error;
	while (rx->spares > 0)
		guest_ring_offer(rx, rx->spare[--rx->spares], rx->buffer_size);
	error = start_ring(front, GUEST_RX);
	return error < 0 ? error : start_ring(front, GUEST_TX);
}

static void
close_unless_none(int fd)
{
	if (fd >= 0)
		close(fd);
}

void
guest_front_stop(struct guest_front *front)
{
	close_unless_none(front->connection);
	close_unless_none(front->memory_fd);
	for (int i = 0; i < GUEST_RINGS; i++) {
		close_unless_none(front->ring[i].call);
		close_unless_none(front->ring[i].kick);
	}
	if (front->memory != NULL)
		munmap(front->memory, front->memory_size);
}

int
guest_ring_kick(struct guest_ring *ring)
{
	const uint16_t before = ring->kicked;

	/* What was offered is seen before it is read whether the device sleeps. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	ring->kicked = ring->offered;
	if (!vring_need_event(vring_avail_event(&ring->vring), ring->offered, before))
		return 0;
	/* A counter that is full wakes all the same. */
	return eventfd_write(ring->kick, 1) < 0 && errno != EAGAIN ? -errno : 0;
}

bool
guest_ring_arm(struct guest_ring *ring, uint16_t more)
{
	vring_used_event(&ring->vring) = ring->taken + more - 1;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return guest_ring_waiting(ring) < more;
}
