/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any messages of a vhost-user peer, in any order, with real descriptors of all kinds. A message that is refused must
 * have lost its descriptors, one that is let through must still have them, and what is noted must stay within bounds.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

/* A message, as the library has it, is known there only. */
#include "../vhost_message.c"
#include "random.h"
#include "run.h"

enum kind { MEMORY, READ_ONLY, SEALED, EVENT, DEVICE, PROGRAM, PIPE, FOLDER, KINDS };

#define MEMORY_BYTES (1u << 20)

static int descriptor[KINDS];
static uint64_t random_state;

static int
memory(void)
{
	const int fd = memfd_create("fuzz", MFD_ALLOW_SEALING);

	CHECK(fd >= 0 && ftruncate(fd, MEMORY_BYTES) == 0);
	return fd;
}

static void
open_all(void)
{
	char path[64];
	int ends[2];

	descriptor[MEMORY] = memory();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor[MEMORY]);
	descriptor[READ_ONLY] = open(path, O_RDONLY);
	descriptor[SEALED] = memory();
	CHECK(fcntl(descriptor[SEALED], F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_WRITE) == 0);
	descriptor[EVENT] = eventfd(0, 0);
	descriptor[DEVICE] = open("/dev/null", O_RDWR);
	descriptor[PROGRAM] = open("/proc/self/exe", O_RDONLY);
	CHECK(pipe(ends) == 0);
	descriptor[PIPE] = ends[0];
	descriptor[FOLDER] = open("/tmp", O_RDONLY);
	for (int i = 0; i < KINDS; i++)
		CHECK(descriptor[i] >= 0);
}

/* Mostly what the request wants. */
static void
fill(struct message *message, uint32_t rings)
{
	static const uint32_t sizes[] = {0, 1, 31, 32, 33, 256, 1024, 1025, 32768, 65536, 0xffffffff};
	for (uint32_t i = 0; i + 8 <= sizeof(message->payload); i += 8)
		memcpy(message->payload.largest + i, (uint64_t[]){next(&random_state)}, 8);
	if (once_in(&random_state, 8))
		return;
	if (message->request == SET_MEM_TABLE) {
		message->payload.memory.regions = below(&random_state, 10);
		for (uint32_t i = 0; i < MAX_REGIONS; i++)
			message->payload.memory.region[i] = (struct region){next(&random_state) >> below(&random_state, 40),
							   below(&random_state, MEMORY_BYTES),
							   next(&random_state) >> below(&random_state, 40),
							   once_in(&random_state, 4) ? below(&random_state, MEMORY_BYTES) : 0};
		return;
	}
	message->payload.addresses.ring = below(&random_state, rings + 2);
	message->payload.state.value = ONE_OF(&random_state, sizes);
	message->payload.addresses.descriptors &= ~UINT64_C(15);
	message->payload.addresses.device &= ~UINT64_C(3);
	message->payload.addresses.driver &= ~UINT64_C(1);
}

static struct message
any_message(uint32_t rings)
{
	struct message message = {.request = below(&random_state, 44)};

	message.flags = once_in(&random_state, 8) ? next(&random_state) : 1;
	message.size = once_in(&random_state, 4) ? below(&random_state, 700) : sizeof(struct memory);
	message.fds = once_in(&random_state, 2) ? 0 : below(&random_state, MAX_REGIONS + 1);
	fill(&message, rings);
	if (message.request == SET_MEM_TABLE && !once_in(&random_state, 4))
		message.fds = message.payload.memory.regions <= MAX_REGIONS ? message.payload.memory.regions : 0;
	for (int i = 0; i < MAX_REGIONS; i++)
		message.fd[i] = i >= message.fds ? -1
						 : dup(descriptor[once_in(&random_state, 3) ? below(&random_state, KINDS)
							   : message.request == SET_MEM_TABLE ? MEMORY
											       : EVENT]);
	return message;
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static bool
try_one(struct vhost_message_state *state, uint32_t rings)
{
	struct message message = any_message(rings);
	int opened[MAX_REGIONS];
	const char *wrong;

	for (int i = 0; i < message.fds; i++)
		opened[i] = message.fd[i];
	wrong = vhost_message_check(state, &message, rings);
	for (int i = 0; i < message.fds; i++) {
		/* Of what is let through, the library closes what it does not use. */
		CHECK(is_open(opened[i]) == (wrong == NULL));
		if (wrong == NULL)
			close(opened[i]);
	}
	for (uint32_t ring = 0; ring < VHOST_MESSAGE_MAX_RINGS; ring++)
		CHECK(state->size[ring] == 0 ||
		      (ring < rings && state->size[ring] >= VHOST_MESSAGE_MIN_RING &&
		       state->size[ring] <= VHOST_MESSAGE_MAX_RING));
	return wrong == NULL;
}

int
main(int count, char **words)
{
	uint64_t tried = 0, accepted = 0;

	random_state = run_begin(count, words);
	open_all();
	while (run_goes_on()) {
		/* A connection goes on longer than one would. */
		struct vhost_message_state state = {0};
		const uint32_t rings = 2 * (1 + below(&random_state, 64));

		for (int i = 0; i < 200; i++, tried++)
			accepted += try_one(&state, rings);
	}
	printf("messages %lu, let through %lu\n", (unsigned long)tried, (unsigned long)accepted);
	return 0;
}
