/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TAP devices that we own: one descriptor a queue, gone when the last descriptor is closed unless they were
 * told to stay. Frames travel in tap_queue.c.
 *
 * A descriptor of /dev/net/tun is a socket of the namespace that it was opened in, and keeps that alive. So
 * devices are made in the namespace of this process and moved from there to the one that they are for. One
 * that has stayed can be opened where it is only.
 */
#define _GNU_SOURCE
#include "ipvane_linux.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Since Linux 6.2. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

/* Writes the name that the kernel has given back over the one that was asked for. */
static int
open_queue(char *name, short flags)
{
	struct ifreq request = {0};
	int fd = RETRY(open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
	int error;

	if (fd < 0)
		return fd;
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	request.ifr_flags = flags;
	error = RETRY(ioctl(fd, TUNSETIFF, &request));
	if (error < 0) {
		close(fd);
		return error;
	}
	memcpy(name, request.ifr_name, IFNAMSIZ);
	return fd;
}

/* What the kernel has said of itself; the same for every device. */
static atomic_bool segments_udp;

bool
ipvane_tap_segments_udp(void)
{
	return segments_udp;
}

/* Offers to do what a TAP's stack may leave to its device. */
static int
offer(int fd)
{
	const unsigned int tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	int error = RETRY(ioctl(fd, TUNSETOFFLOAD, tcp | TUN_F_USO4 | TUN_F_USO6));

	/* A kernel that does not know UDP segmentation refuses all. */
	if (error == -EINVAL)
		return RETRY(ioctl(fd, TUNSETOFFLOAD, tcp));
	if (error == 0)
		segments_udp = true;
	return error;
}

static int
set_mac(int fd, const uint8_t *mac)
{
	struct ifreq request = {0};

	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(request.ifr_hwaddr.sa_data, mac, 6);
	return RETRY(ioctl(fd, SIOCSIFHWADDR, &request));
}

/*
 * Creates a TAP device in the namespace of the calling thread, down, with carrier.
 *
 * name: IFNAMSIZ bytes; a %d in it becomes the lowest number that is free, and the name that it has is
 * written back. mac: NULL for one that the kernel chooses. fds receives one non-blocking descriptor a
 * queue, which reads and writes frames behind a virtio header. -EBUSY: the name is taken. On any failure
 * the device does not exist.
 */
IPVANE_EXPORT int32_t
ipvane_tap_create(char *name, const uint8_t *mac, uint32_t queues, int32_t *fds)
{
	const short flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (queues > 1 ? IFF_MULTI_QUEUE : 0);
	uint32_t opened;
	int error = 0;

	for (opened = 0; opened < queues; opened++) {
		/* Exclusive at first, or we would attach to a persistent TAP that is not ours. */
		int fd = open_queue(name, opened == 0 ? flags | IFF_TUN_EXCL : flags);

		if (fd < 0) {
			error = fd;
			break;
		}
		fds[opened] = fd;
	}
	if (error == 0)
		error = offer(fds[0]);
	if (error >= 0 && mac != NULL)
		error = set_mac(fds[0], mac);
	if (error < 0)
		while (opened > 0)
			close(fds[--opened]);
	return error < 0 ? error : 0;
}

struct attachment {
	char *name;
	uint32_t queues;
	int32_t *fds;
};

/* Not so for one that was deleted a moment ago, and made by being opened. */
static int
stays(int fd)
{
	struct ifreq request = {0};

	return RETRY(ioctl(fd, TUNGETIFF, &request)) == 0 && (request.ifr_flags & IFF_PERSIST) != 0;
}

static int
attach(void *context)
{
	const struct attachment *tap = context;
	const short flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (tap->queues > 1 ? IFF_MULTI_QUEUE : 0);
	uint32_t opened;
	int error = 0;

	for (opened = 0; opened < tap->queues; opened++) {
		int fd = open_queue(tap->name, flags);

		if (fd < 0) {
			error = fd;
			break;
		}
		tap->fds[opened] = fd;
	}
	if (error == 0 && !stays(tap->fds[0]))
		error = -ENODEV;
	if (error == 0)
		error = offer(tap->fds[0]);
	if (error < 0)
		while (opened > 0)
			close(tap->fds[--opened]);
	return error < 0 ? error : 0;
}

/*
 * Opens a TAP device that has stayed in a namespace when the process that had it ended; it has carrier again.
 * The descriptors keep that namespace alive.
 *
 * name: IFNAMSIZ bytes. -ENODEV: there is none of this name that has stayed; -EINVAL: it is no TAP, or was made for
 * one queue and several are asked for, or the other way round; -EBUSY: somebody has it.
 */
IPVANE_EXPORT int32_t
ipvane_tap_attach(int32_t netns_fd, char *name, uint32_t queues, int32_t *fds)
{
	struct attachment tap = {name, queues, fds};

	return ipvane_netns_run(netns_fd, attach, &tap);
}

/*
 * Puts a descriptor without a device in the place of one, which fails like that of a device that was deleted:
 * whoever uses it need not be told. The device, and the namespace that it was opened in, are let go.
 */
IPVANE_EXPORT int32_t
ipvane_tap_let_go(int32_t fd)
{
	int empty = RETRY(open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
	int result;

	if (empty < 0)
		return empty;
	result = RETRY(dup3(empty, fd, O_CLOEXEC));
	close(empty);
	return result < 0 ? result : 0;
}

/* Lets the device stay when the last descriptor is closed, or go then. */
IPVANE_EXPORT int32_t
ipvane_tap_persist(int32_t fd, int32_t on)
{
	return RETRY(ioctl(fd, TUNSETPERSIST, (long)on));
}

/*
 * Opens the namespace that the device is in now, wherever somebody has taken it; -EBADFD: it was deleted.
 * The handle keeps the namespace alive until it is closed.
 */
IPVANE_EXPORT int32_t
ipvane_tap_netns(int32_t fd)
{
	return RETRY(ioctl(fd, TUNGETDEVNETNS));
}

/* Writes the name that the device has now, IFNAMSIZ bytes; -EBADFD: it was deleted. */
IPVANE_EXPORT int32_t
ipvane_tap_name(int32_t fd, char *name)
{
	struct ifreq request = {0};
	int error = RETRY(ioctl(fd, TUNGETIFF, &request));

	if (error == 0)
		memcpy(name, request.ifr_name, IFNAMSIZ);
	return error;
}

IPVANE_EXPORT int32_t
ipvane_tap_set_carrier(int32_t fd, int32_t on)
{
	return RETRY(ioctl(fd, TUNSETCARRIER, &on));
}

/* Writes the six bytes of the MAC address that the device has now. */
IPVANE_EXPORT int32_t
ipvane_tap_mac(int32_t fd, uint8_t *mac)
{
	struct ifreq request = {0};
	int error = RETRY(ioctl(fd, SIOCGIFHWADDR, &request));

	if (error == 0)
		memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	return error;
}

/* Returns 1 where the device is up, 0 where it is down, -ENODEV where it was deleted under us. */
IPVANE_EXPORT int32_t
ipvane_tap_up(int32_t fd)
{
	/* The driver reports "writable" only for a device that is up: this follows renames and moves. */
	struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
	int result = RETRY(poll(&poll_fd, 1, 0));

	if (result < 0)
		return result;
	return poll_fd.revents & POLLERR ? -ENODEV : (poll_fd.revents & POLLOUT) != 0;
}
