/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of vhost-user peers: see vhost_message.h. Source: QEMU's description of vhost-user. */
#define _GNU_SOURCE
#include "vhost_message.h"

#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "peer_fd.h"

#define MAX_REGIONS 8
/* Of addresses the process has 128 TiB for all peers and itself. Each region is less by then: see check_region(). */
#define MAX_MEMORY (UINT64_C(1) << 40)
#define NEED_REPLY 8
#define NO_FD 0x100
#define RING_MASK 0xff
#define RING_PACKED (UINT64_C(1) << 34)

enum request {
	GET_FEATURES = 1,
	SET_FEATURES = 2,
	SET_OWNER = 3,
	SET_MEM_TABLE = 5,
	SET_VRING_NUM = 8,
	SET_VRING_ADDR = 9,
	SET_VRING_BASE = 10,
	GET_VRING_BASE = 11,
	SET_VRING_KICK = 12,
	SET_VRING_CALL = 13,
	SET_VRING_ERR = 14,
	GET_PROTOCOL_FEATURES = 15,
	SET_PROTOCOL_FEATURES = 16,
	GET_QUEUE_NUM = 17,
	SET_VRING_ENABLE = 18,
	NET_SET_MTU = 20,
	SET_STATUS = 39,
	GET_STATUS = 40,
};

struct region {
	uint64_t guest;
	uint64_t size;
	uint64_t user;
	uint64_t offset;
};

struct memory {
	uint32_t regions;
	uint32_t padding;
	struct region region[MAX_REGIONS];
};

struct ring_state {
	uint32_t ring;
	uint32_t value;
};

struct ring_addresses {
	uint32_t ring;
	uint32_t flags;
	uint64_t descriptors;
	uint64_t device;
	uint64_t driver;
	uint64_t log;
};

/* As the library has it: the payload is as large as the largest of all kinds, one of cryptography. */
struct message {
	uint32_t request;
	uint32_t flags;
	uint32_t size;
	union {
		uint64_t number;
		struct memory memory;
		struct ring_state state;
		struct ring_addresses addresses;
		uint8_t largest[632];
	} payload;
	int fd[MAX_REGIONS];
	int fds;
} __attribute__((packed));
_Static_assert(offsetof(struct message, fd) == 644, "struct vhu_msg_context of DPDK 22.11");

static const char *
check_region(const struct region *region, int fd)
{
	if (region->size == 0 || region->guest + region->size < region->size ||
	    region->user + region->size < region->size || region->offset + region->size < region->size ||
	    region->offset + region->size > MAX_MEMORY)
		return "a region of memory has no bytes or too many";
	return peer_fd_memory(fd, region->offset + region->size);
}

static const char *
check_memory(const struct message *message)
{
	const uint32_t regions = message->payload.memory.regions;
	uint64_t bytes = 0;

	if (message->size < offsetof(struct memory, region) || regions == 0 || regions > MAX_REGIONS ||
	    message->size < offsetof(struct memory, region) + regions * sizeof(struct region))
		return "a table of memory has no regions or too many";
	if (message->fds != (int)regions)
		return "a table of memory has another number of descriptors than of regions";
	for (uint32_t i = 0; i < regions; i++) {
		const struct region region = message->payload.memory.region[i];
		const char *wrong = check_region(&region, message->fd[i]);

		if (wrong != NULL)
			return wrong;
		bytes += region.offset + region.size;
		if (bytes > MAX_MEMORY)
			return "a peer shares more than 1 TiB of memory";
	}
	return NULL;
}

/*
 * Where a ring ends, and how many there are, is a matter of features: with an event index a ring is longer, without
 * multi-queue the library frees all but the first pair. So they stay as long as any ring has a size.
 */
static const char *
check_features(struct vhost_message_state *state, uint64_t features)
{
	if (features != state->features)
		for (int i = 0; i < VHOST_MESSAGE_MAX_RINGS; i++)
			if (state->size[i] != 0)
				return "features change while there are rings";
	state->features = features;
	return NULL;
}

/* The library takes the new size for rings that it has measured by the old one. */
static const char *
check_size(struct vhost_message_state *state, uint32_t ring, uint32_t size)
{
	if (size < VHOST_MESSAGE_MIN_RING || size > VHOST_MESSAGE_MAX_RING)
		return "a ring has less than 32 or more than 1024 entries";
	if ((state->features & RING_PACKED) == 0 && (size & (size - 1)) != 0)
		return "the size of a split ring is no power of two";
	if (state->addressed[ring] && state->size[ring] != size)
		return "the size of a ring changes while it is in use";
	state->size[ring] = size;
	return NULL;
}

/* Alignment: virtio 1.1, 2.6 and 2.7. */
static const char *
check_addresses(struct vhost_message_state *state, const struct ring_addresses *told)
{
	if (state->size[told->ring] == 0)
		return "a ring has a place and no size";
	if (told->descriptors % 16 != 0 || told->device % 4 != 0 || told->driver % 2 != 0)
		return "a ring is not aligned";
	state->addressed[told->ring] = 1;
	return NULL;
}

static const char *
check_call(const struct message *message)
{
	if (message->payload.number & NO_FD)
		return NULL;
	return message->fds == 1 ? peer_fd_event(message->fd[0]) : "a call comes without its descriptor";
}

static const char *
check_kick(const struct vhost_message_state *state, uint32_t ring)
{
	return state->size[ring] == 0 ? "a ring starts that has no size" : NULL;
}

/* The ring that a message is about; none where it is about none. */
static bool
ring_of(const struct message *message, uint32_t *ring)
{
	switch (message->request) {
	case SET_VRING_KICK:
	case SET_VRING_CALL:
	case SET_VRING_ERR:
		*ring = message->payload.number & RING_MASK;
		return true;
	case SET_VRING_NUM:
	case SET_VRING_BASE:
	case GET_VRING_BASE:
	case SET_VRING_ENABLE:
		*ring = message->payload.state.ring;
		return true;
	case SET_VRING_ADDR:
		*ring = message->payload.addresses.ring;
		return true;
	default:
		return false;
	}
}

/* Bytes of payload that the library reads; -1: not for it. Memory tables are looked at by themselves. */
static int
payload_of(uint32_t request)
{
	switch (request) {
	case GET_FEATURES:
	case SET_OWNER:
	case GET_PROTOCOL_FEATURES:
	case GET_QUEUE_NUM:
	case GET_STATUS:
	case SET_MEM_TABLE:
		return 0;
	case SET_FEATURES:
	case SET_PROTOCOL_FEATURES:
	case SET_VRING_NUM:
	case SET_VRING_BASE:
	case GET_VRING_BASE:
	case SET_VRING_ENABLE:
	case SET_VRING_KICK:
	case SET_VRING_CALL:
	case SET_VRING_ERR:
	case NET_SET_MTU:
	case SET_STATUS:
		return sizeof(uint64_t);
	case SET_VRING_ADDR:
		return sizeof(struct ring_addresses);
	default:
		return -1;
	}
}

/* Nobody closes what comes with a message that takes none: each one would be lost. */
static bool
takes_descriptors(uint32_t request)
{
	return request == SET_MEM_TABLE || request == SET_VRING_KICK || request == SET_VRING_CALL || request == SET_VRING_ERR;
}

static const char *
check(struct vhost_message_state *state, const struct message *message, uint32_t rings)
{
	const int payload = payload_of(message->request);
	uint32_t ring = 0;

	if (payload < 0)
		return "a request is unknown or not offered";
	if (message->size < (uint32_t)payload)
		return "a message is too short";
	if (message->fds > 0 && !takes_descriptors(message->request))
		return "descriptors come with a message that takes none";
	if ((message->flags & NEED_REPLY) != 0)
		return "an acknowledgement is asked for that is not offered";
	if (ring_of(message, &ring) && (ring >= rings || ring >= VHOST_MESSAGE_MAX_RINGS))
		return "a message is about a ring that the port does not have";
	switch (message->request) {
	case SET_FEATURES:
		return check_features(state, message->payload.number);
	case SET_MEM_TABLE:
		return check_memory(message);
	case SET_VRING_NUM:
		return check_size(state, ring, message->payload.state.value);
	case SET_VRING_ADDR: {
		const struct ring_addresses told = message->payload.addresses;

		return check_addresses(state, &told);
	}
	case SET_VRING_CALL:
		return check_call(message);
	case SET_VRING_KICK:
		return check_kick(state, ring);
	case GET_VRING_BASE:
		state->size[ring] = 0;
		state->addressed[ring] = 0;
		return NULL;
	default:
		return NULL;
	}
}

const char *
vhost_message_check(struct vhost_message_state *state, void *message, uint32_t rings)
{
	struct message *const said = message;
	const char *const wrong = check(state, said, rings);

	if (wrong == NULL)
		return NULL;
	for (int i = 0; i < said->fds && i < MAX_REGIONS; i++)
		if (said->fd[i] >= 0) {
			close(said->fd[i]);
			said->fd[i] = -1;
		}
	/* Else the library answers, and goes on. */
	said->flags &= ~(uint32_t)NEED_REPLY;
	return wrong;
}
