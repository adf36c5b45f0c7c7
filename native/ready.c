/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an lcore hears frames by without asking each queue, and waits by where it has nothing to do: a set of
 * descriptors, and a bell that other threads ring.
 *
 * Descriptors are watched for the moment at which something comes (EPOLLET), not for whether something is there: who
 * is told of one reads until nothing is left, and is then told again with the next that comes. So a queue that is
 * asked each turn anyway costs no system call to leave the set and to come back, and one that was deleted, which is
 * "ready" for ever, is told of once. Source: epoll(7), "Level-triggered and edge-triggered".
 */
#define _GNU_SOURCE
#include "ipvane_linux.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

/* The most that one call tells; equals ReadySet.MOST of the Java side. */
#define MOST 64

#define SECOND 1000000000

IPVANE_EXPORT int32_t
ipvane_ready_open(void)
{
	return RETRY(epoll_create1(EPOLL_CLOEXEC));
}

/*
 * Watches a descriptor, which is told of by its place. It is told of soon if something waits already. -EPERM: one of
 * this kind cannot be watched.
 */
IPVANE_EXPORT int32_t
ipvane_ready_add(int32_t set, int32_t fd, uint32_t place)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u32 = place};

	return RETRY(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
}

/* It may be gone from the set already: with the last descriptor of a file the kernel forgets it. */
IPVANE_EXPORT void
ipvane_ready_remove(int32_t set, int32_t fd)
{
	(void)!RETRY(epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL));
}

/* Writes the places of descriptors by which something has come since they were told of last. Never waits. */
IPVANE_EXPORT int32_t
ipvane_ready_take(int32_t set, uint32_t *places)
{
	struct epoll_event events[MOST];
	int count = RETRY(epoll_wait(set, events, MOST, 0));

	for (int i = 0; i < count; i++)
		places[i] = events[i].data.u32;
	return count;
}

/*
 * Waits until there is something to take, the bell has been rung, or the time is over; a signal ends it too. What
 * there is to take stays.
 */
IPVANE_EXPORT void
ipvane_ready_await(int32_t set, int32_t bell, int64_t nanos)
{
	struct pollfd fds[] = {{.fd = set, .events = POLLIN}, {.fd = bell, .events = POLLIN}};
	const struct timespec most = {nanos / SECOND, nanos % SECOND};
	eventfd_t rung;

	if (ppoll(fds, 2, &most, NULL) > 0 && fds[1].revents != 0)
		(void)!RETRY(eventfd_read(bell, &rung));
}
