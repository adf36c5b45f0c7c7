/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The environment abstraction layer: start, end, log sink, threads.
 *
 * DPDK explains a refusal in its log only, and parts of its start print to stdout and stderr past
 * the log. Both are led through one sink: a thread that asked for the reason gets the text in its
 * buffer, everything else goes to file descriptor 2.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_version.h>

#include "ipvane_dpdk.h"

struct why {
	char *text;
	uint32_t size;
	uint32_t length;
};

static __thread struct why current_why;
static FILE *sink;

static void
write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		const ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		size -= n;
	}
}

static ssize_t
sink_write(void *cookie, const char *bytes, size_t size)
{
	struct why *why = &current_why;
	size_t room, n;

	(void)cookie;
	if (why->text == NULL) {
		write_all(STDERR_FILENO, bytes, size);
		return size;
	}
	room = why->size - 1 - why->length;
	n = size < room ? size : room;
	memcpy(why->text + why->length, bytes, n);
	why->length += n;
	why->text[why->length] = '\0';
	return size;
}

void
ipvane_why_begin(char *why, uint32_t why_size)
{
	current_why.text = why_size > 0 ? why : NULL;
	current_why.size = why_size;
	current_why.length = 0;
	if (current_why.text != NULL)
		why[0] = '\0';
}

void
ipvane_why_end(void)
{
	if (sink != NULL)
		fflush(sink);
	current_why.text = NULL;
}

int32_t
ipvane_rte_error(void)
{
	return rte_errno != 0 ? -rte_errno : -EIO;
}

/*
 * Starts the EAL from the calling thread, which DPDK pins and makes its main lcore. argv must
 * outlive the process's use of DPDK. Once a process, whatever the result.
 */
IPVANE_EXPORT int32_t
ipvane_eal_init(int32_t argc, char **argv, char *why, uint32_t why_size)
{
	const cookie_io_functions_t io = {.write = sink_write};
	FILE *const real_out = stdout;
	FILE *const real_err = stderr;
	int32_t result;

	sink = fopencookie(NULL, "w", io);
	if (sink == NULL)
		return -errno;
	rte_openlog_stream(sink);
	ipvane_why_begin(why, why_size);
	/* The streams of C, not the descriptors: Java's own output is not touched. */
	stdout = sink;
	stderr = sink;
	rte_errno = 0;
	result = rte_eal_init(argc, argv) < 0 ? ipvane_rte_error() : 0;
	stdout = real_out;
	stderr = real_err;
	ipvane_why_end();
	return result;
}

/* The DPDK release that this file was compiled against, in the words of rte_version(). */
IPVANE_EXPORT const char *
ipvane_dpdk_compiled_version(void)
{
	static char version[32];

	snprintf(version, sizeof(version), "%s %d.%02d.%d", RTE_VER_PREFIX, RTE_VER_YEAR,
		 RTE_VER_MONTH, RTE_VER_MINOR);
	return version;
}

/* Gives the calling thread an lcore id, and with it the per-lcore caches of mempools. */
IPVANE_EXPORT int32_t
ipvane_thread_register(void)
{
	return rte_thread_register() < 0 ? ipvane_rte_error() : (int32_t)rte_lcore_id();
}

/* Reads the CPUs that the calling thread may use into a bit mask of words of 64 CPUs. */
IPVANE_EXPORT int32_t
ipvane_thread_cpus(uint64_t *mask, int32_t words)
{
	cpu_set_t set;
	int32_t cpu;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -errno;
	memset(mask, 0, words * sizeof(*mask));
	for (cpu = 0; cpu < CPU_SETSIZE && cpu < words * 64; cpu++)
		if (CPU_ISSET(cpu, &set))
			mask[cpu / 64] |= UINT64_C(1) << (cpu % 64);
	return 0;
}

/* Binds the calling thread to the CPUs of a bit mask, as ipvane_thread_cpus() writes it. */
IPVANE_EXPORT int32_t
ipvane_thread_bind(const uint64_t *mask, int32_t words)
{
	cpu_set_t set;
	int32_t cpu;

	CPU_ZERO(&set);
	for (cpu = 0; cpu < CPU_SETSIZE && cpu < words * 64; cpu++)
		if (mask[cpu / 64] >> (cpu % 64) & 1)
			CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) < 0 ? -errno : 0;
}
