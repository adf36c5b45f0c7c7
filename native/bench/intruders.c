/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who ran on a CPU: the kernel notes every switch from one thread to another with its time. Needs CAP_PERFMON or
 * root. Source: perf_event_open(2), PERF_RECORD_SWITCH_CPU_WIDE.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ipvane_bench.h"

#define PAGES 2048 /* 8 MB: some 100,000 switches */

struct watch {
	struct perf_event_mmap_page *page;
	int fd;
};

/* As the kernel writes it for the sample type below. */
struct switched {
	struct perf_event_header header;
	uint32_t next_pid;
	uint32_t next_tid;
	uint32_t pid;
	uint32_t tid;
	uint64_t time;
};

static size_t
size(void)
{
	return (size_t)(PAGES + 1) * sysconf(_SC_PAGESIZE);
}

/* Begins to watch a CPU. NULL where the kernel does not allow it. */
IPVANE_EXPORT struct watch *
ipvane_bench_watch_cpu(int32_t cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME,
		.sample_id_all = 1,
		.context_switch = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
	};
	struct watch *watch = malloc(sizeof(*watch));

	if (watch == NULL)
		return NULL;
	watch->fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (watch->fd < 0) {
		free(watch);
		return NULL;
	}
	watch->page = mmap(NULL, size(), PROT_READ | PROT_WRITE, MAP_SHARED, watch->fd, 0);
	if (watch->page == MAP_FAILED) {
		close(watch->fd);
		free(watch);
		return NULL;
	}
	return watch;
}

static void
copy_out(const struct watch *watch, uint64_t from, void *to, size_t length)
{
	const uint8_t *ring = (const uint8_t *)watch->page + watch->page->data_offset;
	const uint64_t at = from % watch->page->data_size;
	const size_t first = length < watch->page->data_size - at ? length : watch->page->data_size - at;

	memcpy(to, ring + at, first);
	memcpy((uint8_t *)to + first, ring, length - first);
}

/*
 * Reads the switches since the watch began, oldest first: for each {time, pid << 32 | tid of the thread that the CPU
 * was given to}; pid 0 is idleness. Returns their number, at most max, or -ENOBUFS where the kernel lost some.
 */
IPVANE_EXPORT int32_t
ipvane_bench_switches(struct watch *watch, uint64_t *out, int32_t max)
{
	uint64_t tail = watch->page->data_tail;
	const uint64_t head = __atomic_load_n(&watch->page->data_head, __ATOMIC_ACQUIRE);
	int32_t count = 0;

	while (tail < head && count < max) {
		struct perf_event_header header;
		struct switched record;

		copy_out(watch, tail, &header, sizeof(header));
		if (header.type == PERF_RECORD_LOST)
			return -ENOBUFS;
		if (header.type == PERF_RECORD_SWITCH_CPU_WIDE && header.size == sizeof(record) &&
		    (header.misc & PERF_RECORD_MISC_SWITCH_OUT) != 0) {
			copy_out(watch, tail, &record, sizeof(record));
			out[2 * count] = record.time;
			out[2 * count + 1] = (uint64_t)record.next_pid << 32 | record.next_tid;
			count++;
		}
		tail += header.size;
	}
	__atomic_store_n(&watch->page->data_tail, tail, __ATOMIC_RELEASE);
	return count;
}

IPVANE_EXPORT void
ipvane_bench_unwatch(struct watch *watch)
{
	munmap(watch->page, size());
	close(watch->fd);
	free(watch);
}
