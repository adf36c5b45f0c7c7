/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses to memory that a peer took away: see peer_guard.h. */
#define _GNU_SOURCE
#include "peer_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

__thread struct peer_guarded peer_guarded;

static struct sigaction before;

/*
 * Accesses of one peer that get a page of their own. Each may cost two mappings, of which a process has a limited
 * number; the next access gets zeros for all that is mapped there.
 */
#define PAGES_OF_ZEROS 16

/* The smallest page, in which every mapping begins and ends. */
#define PAGE UINT64_C(4096)

/* Mappings that are there to be given back where a process has all that it may have. */
#define RESERVE 64

static uint8_t *reserve;
static atomic_uint reserve_used;

/* Pages of which each is a mapping of its own, for it differs from the next. */
static int
make_reserve(void)
{
	reserve = mmap(NULL, 2 * RESERVE * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (reserve == MAP_FAILED)
		return -errno;
	for (uint64_t i = 0; i < RESERVE; i++)
		if (mprotect(reserve + 2 * i * PAGE, PAGE, PROT_READ) < 0)
			return -errno;
	return 0;
}

/* Makes room for one mapping more; false: there is nothing left to give. */
static bool
use_reserve(void)
{
	const uint64_t index = atomic_fetch_add(&reserve_used, 1);

	return index < RESERVE && munmap(reserve + 2 * index * PAGE, PAGE) == 0;
}

static bool
map_zeros(uint8_t *from, uint64_t bytes)
{
	return mmap(from, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1,
		    0) == from;
}

/* Zeros where the fault was, in a page as large as the mapping's, or in all of the mapping; false: impossible. */
static bool
replace(const struct peer_range *range, const uint8_t *fault, bool all)
{
	static const uint64_t sizes[] = {PAGE, UINT64_C(2) << 20, UINT64_C(1) << 30};
	const uint64_t bytes = (range->bytes + PAGE - 1) / PAGE * PAGE;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !all; i++) {
		uint8_t *page = (uint8_t *)((uintptr_t)fault & ~(sizes[i] - 1));

		if (page < range->base || page + sizes[i] > range->base + bytes)
			break;
		if (map_zeros(page, sizes[i]))
			return true;
		/* Too many mappings already: to split one is no way out. */
		if (errno == ENOMEM)
			break;
	}
	return map_zeros(range->base, bytes) || (use_reserve() && map_zeros(range->base, bytes));
}

/* What is read of /proc/self/maps at once. */
#define CHUNK 1024

/* A line of it: where we are, and what was read. */
struct maps_line {
	uint64_t number[2]; /* first and last address of the mapping, the last excluded */
	uint32_t field;	    /* 0 and 1: these; 2: rights; then of no interest */
	uint32_t column;    /* in the rights */
	bool shared;
};

/* Takes one character more; true: the line has ended, and is the one of this address. */
static bool
maps_take(struct maps_line *line, char c, uint64_t address)
{
	if (c == '\n') {
		const bool found = line->shared && address >= line->number[0] && address < line->number[1];

		if (!found)
			*line = (struct maps_line){0};
		return found;
	}
	if (line->field < 2 && c != '-' && c != ' ')
		line->number[line->field] = line->number[line->field] << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	else if (line->field < 2 || c == ' ')
		line->field++;
	else if (line->field == 2 && line->column++ == 3)
		line->shared = c == 's';
	return false;
}

bool
peer_find_any(const void *peer, const uint8_t *address, struct peer_range *range)
{
	const int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	struct maps_line line = {0};
	bool found = false;
	char chunk[CHUNK];
	ssize_t got;

	(void)peer;
	while (fd >= 0 && !found && (got = read(fd, chunk, sizeof(chunk))) > 0)
		for (ssize_t i = 0; i < got && !found; i++)
			found = maps_take(&line, chunk[i], (uintptr_t)address);
	if (fd >= 0)
		close(fd);
	if (found)
		*range = (struct peer_range){(uint8_t *)(uintptr_t)line.number[0], line.number[1] - line.number[0]};
	return found;
}

static void
chain(int signal, siginfo_t *info, void *context)
{
	if ((before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction != NULL)
		before.sa_sigaction(signal, info, context);
	else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
		before.sa_handler(signal);
	else
		/* Returning repeats the access, which now ends the process as it would have. */
		sigaction(SIGBUS, &before, NULL);
}

/* BUS_ADRERR: the file has no such page any more. Nothing else is a peer's doing. */
static bool
take_over(const siginfo_t *info)
{
	const struct peer_guarded *const at = &peer_guarded;
	struct peer_range range;

	return at->find != NULL && info->si_code == BUS_ADRERR && at->find(at->peer, info->si_addr, &range) &&
	       replace(&range, info->si_addr, atomic_fetch_add(at->gone, 1) >= PAGES_OF_ZEROS);
}

static void
on_bus_error(int signal, siginfo_t *info, void *context)
{
	const int error = errno;

	if (!take_over(info))
		chain(signal, info, context);
	errno = error;
}

static int result;

static void
install(void)
{
	struct sigaction action = {.sa_sigaction = on_bus_error,
				   .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};

	result = make_reserve();
	if (result < 0)
		return;
	sigemptyset(&action.sa_mask);
	result = sigaction(SIGBUS, &action, &before) < 0 ? -errno : 0;
}

int
peer_guard_install(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
	return result;
}
