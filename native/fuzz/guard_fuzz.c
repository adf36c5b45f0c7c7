/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of a peer that is cut short under an lcore, between pages of others that must stay as they are; also where the
 * process has as many mappings as it may have.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../peer_guard.h"
#include "random.h"
#include "run.h"

#define PAGE 4096
/* Pages of others before and behind: 2 MiB around any page of the peer's are within. */
#define OTHERS 1024
#define MOST_PAGES 64
#define PATTERN 0x5a

static uint64_t random_state;

struct memory {
	int fd;
	uint32_t pages;
	uint8_t *all; /* of all pages, others' included */
	struct peer_range range;
};

static bool
find(const void *peer, const uint8_t *address, struct peer_range *range)
{
	const struct memory *const memory = peer;

	*range = memory->range;
	return address >= range->base && address < range->base + range->bytes;
}

static struct memory
make(void)
{
	struct memory memory = {.fd = memfd_create("fuzz", 0), .pages = 1 + below(&random_state, MOST_PAGES)};
	const uint64_t bytes = (uint64_t)memory.pages * PAGE;
	const uint64_t all = bytes + 2 * OTHERS * PAGE;

	memory.all = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(memory.fd >= 0 && memory.all != MAP_FAILED && ftruncate(memory.fd, bytes) == 0);
	memset(memory.all, PATTERN, all);
	memory.range.base = memory.all + OTHERS * PAGE;
	/* The last page may be said to be a part of one. */
	memory.range.bytes = bytes - below(&random_state, PAGE);
	CHECK(mmap(memory.range.base, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory.fd, 0) ==
	      memory.range.base);
	memset(memory.range.base, PATTERN, bytes);
	return memory;
}

/* Makes mappings until there are no more to be had; each page differs from the one before. */
static uint8_t *
use_up_mappings(void)
{
	uint8_t *pages = mmap(NULL, (uint64_t)PAGE << 18, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(pages != MAP_FAILED);
	for (uint64_t i = 1; mprotect(pages + i * PAGE, PAGE, PROT_READ) == 0; i += 2)
		CHECK(i + 2 < 1 << 18);
	return pages;
}

/* Reads and writes what may be gone, page by page in any order. */
static void
touch(const struct memory *memory, uint32_t left, bool library)
{
	atomic_uint gone = 0;

	peer_guard_begin(library ? peer_find_any : find, memory, &gone);
	for (uint32_t i = 0; i < 2 * memory->pages; i++) {
		volatile uint8_t *at = memory->range.base + below(&random_state, memory->range.bytes);
		const uint32_t page = (at - memory->range.base) / PAGE;
		const uint8_t is = *at;

		/* What was not cut off may go as well, once the peer is found out. */
		CHECK(is == PATTERN || (is == 0 && (page >= left || atomic_load(&gone) > 0)));
		*at = is;
	}
	peer_guard_end();
}

static void
check_others(const struct memory *memory)
{
	const uint64_t end = (OTHERS + memory->pages) * (uint64_t)PAGE;

	for (uint64_t i = 0; i < (uint64_t)OTHERS * PAGE; i++)
		CHECK(memory->all[i] == PATTERN && memory->all[end + i] == PATTERN);
}

int
main(int count, char **words)
{
	uint64_t cut = 0;

	random_state = run_begin(count, words);
	CHECK(peer_guard_install() == 0);
	for (; run_goes_on(); cut++) {
		const struct memory memory = make();
		const uint32_t left = below(&random_state, memory.pages);
		uint8_t *used = NULL;

		CHECK(ftruncate(memory.fd, (uint64_t)left * PAGE) == 0);
		if (once_in(&random_state, 4))
			used = use_up_mappings();
		touch(&memory, left, used == NULL && once_in(&random_state, 2));
		if (used != NULL)
			munmap(used, (uint64_t)PAGE << 18);
		check_others(&memory);
		munmap(memory.all, (2 * OTHERS + memory.pages) * (uint64_t)PAGE);
		close(memory.fd);
	}
	printf("cut short %lu\n", (unsigned long)cut);
	return 0;
}
