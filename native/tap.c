/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TAP devices that we own: created inside a namespace under their final name, one descriptor a
 * queue, gone when the last descriptor is closed. Frames travel in tap_queue.c.
 */
#define _GNU_SOURCE
#include "ipvane_linux.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Since Linux 6.2. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

struct creation {
	const char *name;
	const uint8_t *mac;
	uint32_t queues;
	int32_t *fds;
};

static int
open_queue(const char *name, short flags)
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
	return fd;
}

int
ipvane_tap_offer(int fd)
{
	const unsigned int tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	int error = RETRY(ioctl(fd, TUNSETOFFLOAD, tcp | TUN_F_USO4 | TUN_F_USO6));

	/* A kernel that does not know UDP segmentation refuses all. */
	if (error == -EINVAL)
		return RETRY(ioctl(fd, TUNSETOFFLOAD, tcp));
	return error < 0 ? error : 1;
}

static int
set_mac(int fd, const uint8_t *mac)
{
	struct ifreq request = {0};

	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(request.ifr_hwaddr.sa_data, mac, 6);
	return RETRY(ioctl(fd, SIOCSIFHWADDR, &request));
}

static int
create(void *context)
{
	const struct creation *tap = context;
	short flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (tap->queues > 1 ? IFF_MULTI_QUEUE : 0);
	uint32_t opened;
	int error = 0;

	for (opened = 0; opened < tap->queues; opened++) {
		/* Exclusive at first, or we would attach to a persistent TAP that is not ours. */
		int fd = open_queue(tap->name, opened == 0 ? flags | IFF_TUN_EXCL : flags);

		if (fd < 0) {
			error = fd;
			break;
		}
		tap->fds[opened] = fd;
	}
	if (error == 0)
		error = ipvane_tap_offer(tap->fds[0]);
	if (error >= 0 && tap->mac != NULL)
		error = set_mac(tap->fds[0], tap->mac);
	if (error < 0)
		while (opened > 0)
			close(tap->fds[--opened]);
	return error < 0 ? error : 0;
}

/*
 * Creates a TAP device inside a namespace, down, with carrier.
 *
 * mac: NULL for one that the kernel chooses. fds receives one non-blocking descriptor a queue, which
 * reads and writes frames behind a virtio header. -EBUSY: the name is taken. On any failure the device
 * does not exist.
 */
IPVANE_EXPORT int32_t
ipvane_tap_create(int32_t netns_fd, const char *name, const uint8_t *mac, uint32_t queues, int32_t *fds)
{
	struct creation tap = {name, mac, queues, fds};

	return ipvane_netns_run(netns_fd, create, &tap);
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
