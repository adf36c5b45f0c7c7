/* SPDX-License-Identifier: Apache-2.0 */
/* Unix sockets that carry messages and file descriptors: unix(7), SOCK_SEQPACKET. None ever waits. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ipvane_linux.h"

/* Who has not been taken yet; each of them is a descriptor of the peer's only. */
#define BACKLOG 4

static int
at_path(const char *path, int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int failed;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = RETRY(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd < 0)
		return fd;
	failed = RETRY(use(fd, (const struct sockaddr *)&address, sizeof(address)));
	if (failed == 0)
		return fd;
	close(fd);
	return failed;
}

/* A socket that listens at a path where nothing is. */
IPVANE_EXPORT int32_t
ipvane_seqpacket_listen(const char *path)
{
	const int fd = at_path(path, bind);
	int failed;

	if (fd < 0)
		return fd;
	failed = RETRY(listen(fd, BACKLOG));
	if (failed == 0)
		return fd;
	close(fd);
	return failed;
}

/* A socket that is connected to who listens at a path. */
IPVANE_EXPORT int32_t
ipvane_seqpacket_connect(const char *path)
{
	return at_path(path, connect);
}

/* The next connection of a socket that listens; -EAGAIN: none waits. */
IPVANE_EXPORT int32_t
ipvane_seqpacket_accept(int32_t fd)
{
	return RETRY(accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

/* Sends a message, and a descriptor unless that is -1. -EAGAIN: the peer has not read the last ones. */
IPVANE_EXPORT int32_t
ipvane_seqpacket_send(int32_t fd, const void *message, uint64_t length, int32_t passed)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec part = {(void *)message, length};
	struct msghdr all = {.msg_iov = &part, .msg_iovlen = 1};

	if (passed >= 0) {
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &passed, sizeof(passed));
		all.msg_control = &control;
		all.msg_controllen = sizeof(control);
	}
	return RETRY(sendmsg(fd, &all, MSG_NOSIGNAL));
}

/*
 * Takes a message; returns its length, 0 where the peer is gone, -EAGAIN where none waits, -EMSGSIZE where
 * it is longer. passed: the descriptor that came with it, -1 without one; more than one are closed by the
 * kernel, which has no room for them.
 */
IPVANE_EXPORT int32_t
ipvane_seqpacket_receive(int32_t fd, void *message, uint64_t length, int32_t *passed)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = {message, length};
	struct msghdr all = {.msg_iov = &part,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     /* With its padding there would be room for a second one. */
			     .msg_controllen = CMSG_LEN(sizeof(int))};
	long got;

	*passed = -1;
	got = RETRY(recvmsg(fd, &all, MSG_CMSG_CLOEXEC));
	if (got >= 0) {
		const struct cmsghdr *header = CMSG_FIRSTHDR(&all);

		if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
			memcpy(passed, CMSG_DATA(header), sizeof(*passed));
	}
	if (got < 0 || (got > 0 && (all.msg_flags & MSG_TRUNC) == 0))
		return got;
	/* An empty message looks like the end, and can have brought one as well. */
	if (*passed >= 0)
		close(*passed);
	*passed = -1;
	return got == 0 ? 0 : -EMSGSIZE;
}
