/* SPDX-License-Identifier: Apache-2.0 */
/* Network namespaces: handles on them, and things opened inside them. */
#define _GNU_SOURCE
#include "ipvane_linux.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct visit {
	int netns_fd;
	int (*job)(void *);
	void *arg;
	int result;
};

static void *
visit_netns(void *context)
{
	struct visit *visit = context;

	visit->result = setns(visit->netns_fd, CLONE_NEWNET) < 0 ? -errno : visit->job(visit->arg);
	return NULL;
}

int
ipvane_netns_run(int netns_fd, int (*job)(void *), void *arg)
{
	struct visit visit = {netns_fd, job, arg, 0};
	sigset_t all, before;
	pthread_t thread;
	int error;

	if (netns_fd == OWN_NETNS)
		return job(arg);
	/* The new thread inherits the mask: signals of the process stay with threads that expect them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, visit_netns, &visit);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0)
		return -error;
	pthread_join(thread, NULL);
	return visit.result;
}

/* A handle on the namespace that a file such as /run/netns/NAME stands for; -EINVAL: it is no network namespace. */
IPVANE_EXPORT int32_t
ipvane_netns_open(const char *path)
{
	int fd = RETRY(open(path, O_RDONLY | O_CLOEXEC));

	if (fd < 0)
		return fd;
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

/* Writes the inode number of a namespace: two handles on one namespace give the same. */
IPVANE_EXPORT int32_t
ipvane_netns_inode(int32_t netns_fd, uint64_t *inode)
{
	struct stat status;
	int result = netns_fd == OWN_NETNS ? RETRY(stat("/proc/thread-self/ns/net", &status))
					   : RETRY(fstat(netns_fd, &status));

	if (result == 0)
		*inode = status.st_ino;
	return result;
}

static int
read_cookie(void *context)
{
	socklen_t size = sizeof(uint64_t);
	int fd = RETRY(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	int error;

	if (fd < 0)
		return fd;
	error = RETRY(getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, context, &size));
	close(fd);
	return error;
}

/*
 * Writes the number that the kernel gives to no other namespace before the next boot, while an inode number is
 * used again. -ENOPROTOOPT: a kernel before 5.14.
 */
IPVANE_EXPORT int32_t
ipvane_netns_cookie(int32_t netns_fd, uint64_t *cookie)
{
	return ipvane_netns_run(netns_fd, read_cookie, cookie);
}

struct opening {
	const char *path;
	int32_t flags;
};

static int
open_file(void *context)
{
	const struct opening *opening = context;

	return RETRY(open(opening->path, opening->flags | O_CLOEXEC));
}

/*
 * Opens a file of /proc as seen inside a namespace. What it shows is bound to the namespace by the
 * open: the descriptor may be read and written by any thread.
 */
IPVANE_EXPORT int32_t
ipvane_netns_open_file(int32_t netns_fd, const char *path, int32_t writable)
{
	struct opening opening = {path, writable ? O_WRONLY : O_RDONLY};

	return ipvane_netns_run(netns_fd, open_file, &opening);
}

struct socket_type {
	int32_t domain, type, protocol;
};

static int
open_socket(void *context)
{
	const struct socket_type *what = context;

	return RETRY(socket(what->domain, what->type | SOCK_CLOEXEC, what->protocol));
}

/* Opens a socket that belongs to a namespace; any thread may use it. */
IPVANE_EXPORT int32_t
ipvane_netns_socket(int32_t netns_fd, int32_t domain, int32_t type, int32_t protocol)
{
	struct socket_type what = {domain, type, protocol};

	return ipvane_netns_run(netns_fd, open_socket, &what);
}

IPVANE_EXPORT int32_t
ipvane_fd_close(int32_t fd)
{
	/* Linux has released the descriptor even where close(2) reports EINTR: never again. */
	return close(fd) < 0 ? -errno : 0;
}

IPVANE_EXPORT int64_t
ipvane_fd_read_at(int32_t fd, void *buffer, uint64_t size, uint64_t offset)
{
	return RETRY(pread(fd, buffer, size, offset));
}

IPVANE_EXPORT int64_t
ipvane_fd_write(int32_t fd, const void *buffer, uint64_t size)
{
	return RETRY(write(fd, buffer, size));
}
