/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Linux half of the shim shares: namespaces, TAP devices, netlink, interface settings.
 *
 * Every function returns -errno on failure and retries EINTR. A namespace is a file descriptor, or
 * OWN_NETNS for the one that the process runs in.
 */
#ifndef IPVANE_LINUX_H
#define IPVANE_LINUX_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#define IPVANE_EXPORT __attribute__((visibility("default")))

/* The namespace of the calling thread: entered without a system call, so without privilege. */
#define OWN_NETNS (-1)

/* Evaluates a system call until it is not interrupted; its value is the result or -errno. */
#define RETRY(call)                                             \
	__extension__({                                         \
		long retry_result;                              \
		do {                                            \
			retry_result = (call);                  \
		} while (retry_result < 0 && errno == EINTR);   \
		retry_result < 0 ? -(long)errno : retry_result; \
	})

/*
 * Runs job(arg) inside a namespace and returns its result. setns(2) moves the calling thread only,
 * and a thread that forgot to come back would open everything else in the wrong namespace: hence a
 * thread made for the job, which ends with it.
 */
int
ipvane_netns_run(int netns_fd, int (*job)(void *), void *arg);

/*
 * Whether the kernel knows UDP segmentation (Linux 6.2), so that long UDP frames may be written to a TAP; known
 * once the first device was made or opened.
 */
bool
ipvane_tap_segments_udp(void);

#endif
