/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of a socket: its rights, and its end. The file is opened, looked at and changed by its descriptor: whoever may write to its
 * folder may put a link or another file in its place at any moment, and would have that one changed else.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipvane_linux.h"

/* More than any group's line in a database that makes sense. */
#define LONGEST_GROUP (1u << 20)

/* The number of a group by its name; -ESRCH: there is none. */
static int
find_group(const char *name, gid_t *id)
{
	int failed = ERANGE;

	for (size_t bytes = 4096; failed == ERANGE && bytes <= LONGEST_GROUP; bytes *= 4) {
		char *line = malloc(bytes);
		struct group group;
		struct group *found = NULL;

		if (line == NULL)
			return -ENOMEM;
		failed = getgrnam_r(name, &group, line, bytes, &found);
		if (found != NULL)
			*id = found->gr_gid;
		free(line);
		if (failed == 0)
			return found == NULL ? -ESRCH : 0;
	}
	return -failed;
}

/* Changes what a descriptor of O_PATH stands for, which only this path reaches. */
static int
change_mode(int fd, mode_t mode)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return RETRY(chmod(path, mode));
}

/* Whether it is a socket that we have made. */
static int
check_socket(int fd)
{
	struct stat file;

	if (fstat(fd, &file) < 0)
		return -errno;
	if (!S_ISSOCK(file.st_mode))
		return -ENOTSOCK;
	return file.st_uid == geteuid() && file.st_nlink == 1 ? 0 : -EPERM;
}

/*
 * Sets mode and, where it is not NULL, group of the socket at a path. -ENOTSOCK: something else is there, such as a
 * link; -EPERM: a socket of somebody else's; -ESRCH: there is no such group. Nothing is changed then.
 */
IPVANE_EXPORT int32_t
ipvane_socket_rights(const char *path, uint32_t mode, const char *group)
{
	gid_t id = (gid_t)-1;
	int failed = group == NULL ? 0 : find_group(group, &id);
	int fd;

	if (failed < 0)
		return failed;
	fd = RETRY(open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC));
	if (fd < 0)
		return fd;
	failed = check_socket(fd);
	if (failed == 0 && group != NULL)
		failed = RETRY(fchownat(fd, "", -1, id, AT_EMPTY_PATH));
	if (failed == 0)
		failed = change_mode(fd, mode);
	close(fd);
	return failed;
}

/*
 * A descriptor that stands for the socket at a path, which we have made: errors as of ipvane_socket_rights. While it
 * is open no other file gets the number of its inode.
 */
IPVANE_EXPORT int32_t
ipvane_socket_pin(const char *path)
{
	int fd = RETRY(open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC));
	int failed = fd < 0 ? fd : check_socket(fd);

	if (fd >= 0 && failed < 0)
		close(fd);
	return failed < 0 ? failed : fd;
}

static bool
is_at(const char *path, int fd)
{
	struct stat there;
	struct stat ours;

	return fd >= 0 && fstat(fd, &ours) == 0 && lstat(path, &there) == 0 && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino;
}

/* Moves a file, never onto another. Where the file system cannot, a second name is as good. */
static int
move(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	return link(from, to) == 0 && unlink(from) == 0 ? 0 : -errno;
}

/*
 * Takes away from its path the socket that fd stands for, and nothing else. Linux removes by name only, and whoever may
 * write to the folder may change what the name stands for at any moment. So the file is moved to a name that nobody
 * else uses, looked at there, and removed there. One that is not ours goes back; with keep it stays at that name, for
 * ipvane_socket_give_back, and 1 is returned.
 */
IPVANE_EXPORT int32_t
ipvane_socket_leave(const char *path, int32_t fd, const char *aside, uint32_t keep)
{
	int failed;

	if (!keep && !is_at(path, fd))
		return 0;
	failed = move(path, aside);
	if (failed < 0)
		return failed == -ENOENT ? 0 : failed;
	if (is_at(aside, fd))
		return RETRY(unlink(aside));
	return keep ? 1 : move(aside, path);
}

/* Puts back what was set aside; -EEXIST: something else has taken its place, and it stays where it is. */
IPVANE_EXPORT int32_t
ipvane_socket_give_back(const char *aside, const char *path)
{
	return move(aside, path);
}
