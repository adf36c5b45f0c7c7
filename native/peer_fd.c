/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of peers: see peer_fd.h. */
#define _GNU_SOURCE
#include "peer_fd.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

/* It may be open for reading only, sealed, or more than there are huge pages or addresses for. */
static bool
can_be_mapped(int fd, uint64_t bytes)
{
	void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return base != MAP_FAILED && munmap(base, bytes) == 0;
}

const char *
peer_fd_memory(int fd, uint64_t bytes)
{
	struct stat file;
	struct statfs system;

	/* Others may keep an access waiting for ever. */
	if (fstat(fd, &file) < 0 || fstatfs(fd, &system) < 0 || !S_ISREG(file.st_mode) ||
	    (system.f_type != TMPFS_MAGIC && system.f_type != HUGETLBFS_MAGIC))
		return "a region of memory is no memfd and no file of tmpfs or hugetlbfs";
	if ((uint64_t)file.st_size < bytes)
		return "a region of memory is longer than its file";
	if (!can_be_mapped(fd, peer_fd_mapped(fd, bytes)))
		return "a region of memory can not be mapped to be read and written";
	return NULL;
}

uint64_t
peer_fd_mapped(int fd, uint64_t bytes)
{
	struct statfs system;

	if (fstatfs(fd, &system) < 0 || system.f_type != HUGETLBFS_MAGIC)
		return bytes;
	return (bytes + system.f_bsize - 1) / system.f_bsize * system.f_bsize;
}

/* It must be a counter: what is written to anything else goes somewhere. */
const char *
peer_fd_event(int fd)
{
	static const char eventfd[] = "anon_inode:[eventfd]";
	char path[32];
	char target[sizeof(eventfd)];
	int flags;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, target, sizeof(target)) != sizeof(eventfd) - 1 ||
	    memcmp(target, eventfd, sizeof(eventfd) - 1) != 0)
		return "the descriptor for notifications is no eventfd";
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return "the descriptor for notifications can not be used";
	return NULL;
}
