/* SPDX-License-Identifier: Apache-2.0 */
/* Netlink sockets, and waiting for many of them. What messages say is Java's business. */
#define _GNU_SOURCE
#include "ipvane_linux.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* How long an answer may take: rtnl is one lock for the whole kernel, and others hold it for seconds. */
#define ANSWER_SECONDS 30

static int
open_route_socket(void *context)
{
	const struct sockaddr_nl self = {.nl_family = AF_NETLINK};
	int fd = RETRY(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
	int error;

	(void)context;
	if (fd < 0)
		return fd;
	error = RETRY(bind(fd, (const struct sockaddr *)&self, sizeof(self)));
	if (error < 0) {
		close(fd);
		return error;
	}
	return fd;
}

/*
 * Opens a NETLINK_ROUTE socket that belongs to a namespace; any thread may use it.
 *
 * receive_buffer: bytes that may wait, beyond the system's limit where the privilege is there; 0
 * for the system's default.
 */
IPVANE_EXPORT int32_t
ipvane_netlink_open(int32_t netns_fd, int32_t receive_buffer)
{
	const struct timeval limit = {.tv_sec = ANSWER_SECONDS};
	const int on = 1;
	int fd = ipvane_netns_run(netns_fd, open_route_socket, NULL);

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	/* Luxuries of newer kernels: sentences in errors, dumps filtered by the kernel. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	if (receive_buffer > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer,
					     sizeof(receive_buffer)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
	return fd;
}

/* Asks for the notifications of one group, RTNLGRP_*. */
IPVANE_EXPORT int32_t
ipvane_netlink_join(int32_t fd, int32_t group)
{
	return RETRY(setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)));
}

/*
 * Lets a socket hear of every namespace that has an id in its own, beside its own: a socket inside would keep
 * the namespace alive, this one does not. Who has CAP_NET_BROADCAST over a namespace hears of it.
 */
IPVANE_EXPORT int32_t
ipvane_netlink_listen_all(int32_t fd)
{
	const int on = 1;

	return RETRY(setsockopt(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &on, sizeof(on)));
}

/* Sends one datagram to the kernel. */
IPVANE_EXPORT int64_t
ipvane_netlink_send(int32_t fd, const void *message, uint64_t length)
{
	return RETRY(send(fd, message, length, 0));
}

/*
 * Receives one datagram of the kernel; others than the kernel are not listened to.
 *
 * wait: whether to wait, for at most ANSWER_SECONDS. Returns its length, which is more than size
 * where it was cut; -EAGAIN: none; -ENOBUFS: notifications were lost.
 */
IPVANE_EXPORT int64_t
ipvane_netlink_receive(int32_t fd, void *buffer, uint64_t size, int32_t wait)
{
	struct sockaddr_nl from;
	long length;

	do {
		socklen_t from_length = sizeof(from);

		length = RETRY(recvfrom(fd, buffer, size, MSG_TRUNC | (wait ? 0 : MSG_DONTWAIT),
					(struct sockaddr *)&from, &from_length));
	} while (length >= 0 && from.nl_pid != 0);
	return length;
}

/*
 * Receives one notification without waiting, as ipvane_netlink_receive does.
 *
 * nsid: gets the id that the namespace it is from has in the socket's own, or -1 for the socket's own.
 */
IPVANE_EXPORT int64_t
ipvane_netlink_news(int32_t fd, void *buffer, uint64_t size, int32_t *nsid)
{
	struct sockaddr_nl from = {0};
	struct iovec data = {buffer, size};
	char control[CMSG_SPACE(sizeof(struct nl_pktinfo)) + CMSG_SPACE(sizeof(int32_t))];
	struct msghdr message = {.msg_name = &from, .msg_iov = &data, .msg_iovlen = 1, .msg_control = control};
	long length;

	*nsid = -1;
	do {
		message.msg_namelen = sizeof(from);
		message.msg_controllen = sizeof(control);
		length = RETRY(recvmsg(fd, &message, MSG_TRUNC | MSG_DONTWAIT));
	} while (length >= 0 && from.nl_pid != 0);
	if (length < 0)
		return length;
	for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL; part = CMSG_NXTHDR(&message, part))
		if (part->cmsg_level == SOL_NETLINK && part->cmsg_type == NETLINK_LISTEN_ALL_NSID)
			memcpy(nsid, CMSG_DATA(part), sizeof(*nsid));
	return length;
}

/* Waits until one of the descriptors has something, for at most the given time; see poll(2). */
IPVANE_EXPORT int32_t
ipvane_poll(struct pollfd *fds, uint64_t count, int32_t milliseconds)
{
	int result = poll(fds, count, milliseconds);

	/* Interrupted is as good as early: the caller looks at its clock and comes back. */
	return result < 0 ? (errno == EINTR ? 0 : -errno) : result;
}

/* A descriptor that a thread in ipvane_poll can be woken by. */
IPVANE_EXPORT int32_t
ipvane_wakeup_open(void)
{
	return RETRY(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

IPVANE_EXPORT void
ipvane_wakeup_signal(int32_t fd)
{
	/* It can only fail because as good as infinitely many signals wait already. */
	(void)!RETRY(eventfd_write(fd, 1));
}

IPVANE_EXPORT void
ipvane_wakeup_clear(int32_t fd)
{
	eventfd_t value;

	(void)!RETRY(eventfd_read(fd, &value));
}
