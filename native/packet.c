/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packet sockets on an interface of this process's namespace: one a queue. The interface stays what it is; while the
 * sockets are open it is promiscuous. Frames travel in packet_queue.c. Source: packet(7).
 */
#define _GNU_SOURCE
#include "packet.h"

#include "ipvane_linux.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Since Linux 4.20. */
#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

static int
set(int fd, int level, int option, const void *value, socklen_t size)
{
	return RETRY(setsockopt(fd, level, option, value, size));
}

static int
set_int(int fd, int level, int option, int value)
{
	return set(fd, level, option, &value, sizeof(value));
}

static int
filter(int fd, struct sock_filter *code, unsigned short length)
{
	const struct sock_fprog program = {length, code};

	return set(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* Lets nothing in: a queue that is not yet one of several would get what another gets as well. */
static int
shut(int fd)
{
	struct sock_filter nothing[] = {BPF_STMT(BPF_RET | BPF_K, 0)};

	return filter(fd, nothing, 1);
}

/* Lets in what comes from the wire, and not what this host sends by the interface. */
static int
let_in(int fd)
{
	struct sock_filter no_own[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};

	if (set_int(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1) == 0)
		return set_int(fd, SOL_SOCKET, SO_DETACH_FILTER, 0);
	return filter(fd, no_own, 4);
}

/* As much memory for waiting frames as is wanted; less where the right is missing. */
static void
set_memory(int fd, int option, int forced, int bytes)
{
	if (set_int(fd, SOL_SOCKET, forced, bytes) < 0)
		(void)set_int(fd, SOL_SOCKET, option, bytes);
}

static int
open_queue(int32_t index, uint32_t memory)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index};
	int fd = RETRY(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	int error;

	if (fd < 0)
		return fd;
	set_memory(fd, SO_RCVBUF, SO_RCVBUFFORCE, memory);
	set_memory(fd, SO_SNDBUF, SO_SNDBUFFORCE, memory / 4);
	error = set_int(fd, SOL_PACKET, PACKET_VNET_HDR, 1);
	if (error == 0)
		error = set_int(fd, SOL_PACKET, PACKET_AUXDATA, 1);
	if (error == 0)
		error = shut(fd);
	if (error == 0)
		error = RETRY(bind(fd, (const struct sockaddr *)&address, sizeof(address)));
	if (error < 0) {
		close(fd);
		return error;
	}
	return fd;
}

/*
 * Spreads flows over sockets: the two directions of one have the same. Fragments stay what they are, which the flag to
 * put them together would prevent. The kernel chooses a number for the group that nobody else has.
 */
static int
join(const int32_t *fds, uint32_t queues)
{
	int group = (PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_UNIQUEID) << 16;
	int error = set_int(fds[0], SOL_PACKET, PACKET_FANOUT, group);
	socklen_t size = sizeof(group);

	if (error == 0)
		error = RETRY(getsockopt(fds[0], SOL_PACKET, PACKET_FANOUT, &group, &size));
	for (uint32_t i = 1; i < queues && error == 0; i++)
		error = set_int(fds[i], SOL_PACKET, PACKET_FANOUT, PACKET_FANOUT_HASH << 16 | (group & 0xffff));
	return error;
}

static int
make_promiscuous(int fd, int32_t index)
{
	const struct packet_mreq wanted = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};

	return set(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &wanted, sizeof(wanted));
}

/*
 * Opens a non-blocking socket a queue on an interface, which gives and takes frames behind a virtio header; fds
 * receives the descriptors. memory: bytes of frames that may wait in each, as SO_RCVBUF counts; a quarter of it for those
 * on the way out. On failure nothing is left open.
 */
IPVANE_EXPORT int32_t
ipvane_packet_open(int32_t index, uint32_t queues, uint32_t memory, int32_t *fds)
{
	uint32_t opened;
	int error = 0;

	for (opened = 0; opened < queues && error == 0; opened += error == 0) {
		fds[opened] = open_queue(index, memory);
		error = fds[opened] < 0 ? fds[opened] : 0;
	}
	if (error == 0)
		error = make_promiscuous(fds[0], index);
	if (error == 0 && queues > 1)
		error = join(fds, queues);
	for (uint32_t i = 0; i < queues && error == 0; i++)
		error = let_in(fds[i]);
	if (error < 0)
		while (opened > 0)
			close(fds[--opened]);
	return error;
}

/* Frames that found a socket full since this was asked last. */
IPVANE_EXPORT int64_t
ipvane_packet_drops(int32_t fd)
{
	struct tpacket_stats stats = {0};
	socklen_t size = sizeof(stats);
	int error = RETRY(getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size));

	return error < 0 ? error : (int64_t)stats.tp_drops;
}

/* Asks something of the interface that has an index now, whatever it is called. */
static int
ask(int fd, int32_t index, unsigned long question, struct ifreq *request)
{
	int error;

	request->ifr_ifindex = index;
	error = RETRY(ioctl(fd, SIOCGIFNAME, request));
	return error < 0 ? error : RETRY(ioctl(fd, question, request));
}

IPVANE_EXPORT int32_t
ipvane_packet_interface(int32_t fd, int32_t index, struct packet_interface *out)
{
	struct ifreq request = {0};
	int error = ask(fd, index, SIOCGIFHWADDR, &request);

	if (error < 0)
		return error;
	if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	memcpy(out->mac, request.ifr_hwaddr.sa_data, 6);
	error = ask(fd, index, SIOCGIFMTU, &request);
	if (error < 0)
		return error;
	out->mtu = request.ifr_mtu;
	error = ask(fd, index, SIOCGIFFLAGS, &request);
	out->up = error == 0 && (request.ifr_flags & IFF_UP) != 0 && (request.ifr_flags & IFF_RUNNING) != 0;
	return error;
}

IPVANE_EXPORT int32_t
ipvane_packet_set_mtu(int32_t fd, int32_t index, uint32_t mtu)
{
	struct ifreq request = {.ifr_ifindex = index};
	int error = RETRY(ioctl(fd, SIOCGIFNAME, &request));

	if (error < 0)
		return error;
	request.ifr_mtu = mtu;
	return RETRY(ioctl(fd, SIOCSIFMTU, &request));
}
