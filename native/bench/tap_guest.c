/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest whose stack is the kernel's: frames go between the rings of a vhost-user port and a TAP device
 * of the namespace that this runs in, headers and all, so that what crosses the port is what a guest with
 * a virtio-net card would send, and its checksums and segmentation are left undone in the same way.
 *
 * It sleeps while there is nothing to do, and asks to be woken, as a guest's driver does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "guest_front.h"
#include "ipvane_bench.h"

/* Frames one way before it is the other one's turn. */
#define TURN 64

/* Chains that must come back before a full ring is filled again: three quarters, as in Linux. */
#define ROOM_AGAIN (RING_SIZE * 3 / 4)

/* Buffers of one frame. */
#define PARTS 32

static const uint64_t wanted_features = 1ULL << VIRTIO_NET_F_CSUM | 1ULL << VIRTIO_NET_F_GUEST_CSUM |
					1ULL << VIRTIO_NET_F_HOST_TSO4 | 1ULL << VIRTIO_NET_F_HOST_TSO6 |
					1ULL << VIRTIO_NET_F_GUEST_TSO4 | 1ULL << VIRTIO_NET_F_GUEST_TSO6 |
					1ULL << VIRTIO_NET_F_MRG_RXBUF;

struct guest {
	struct guest_front front;
	int listener;
	int tap;
};

static int
open_tap(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL};
	const int header = VNET_HEADER;
	int fd, error;

	if (strlen(name) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	strcpy(request.ifr_name, name);
	if (ioctl(fd, TUNSETIFF, &request) < 0 || ioctl(fd, TUNSETVNETHDRSZ, &header) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

/* What the stack may leave undone is what the switch does. */
static int
offer(const struct guest *guest)
{
	const uint64_t features = guest->front.features;
	unsigned int undone = 0;

	if ((features & 1ULL << VIRTIO_NET_F_CSUM) != 0)
		undone |= TUN_F_CSUM;
	if ((features & 1ULL << VIRTIO_NET_F_HOST_TSO4) != 0)
		undone |= TUN_F_TSO4;
	if ((features & 1ULL << VIRTIO_NET_F_HOST_TSO6) != 0)
		undone |= TUN_F_TSO6;
	return ioctl(guest->tap, TUNSETOFFLOAD, undone) < 0 ? -errno : 0;
}

/* Takes back the buffers of frames that the switch has taken; the last ones, still in the cache, go first. */
static void
reclaim(struct guest_ring *ring)
{
	for (uint16_t left = guest_ring_waiting(ring); left > 0; left--) {
		ring->spare[ring->spares++] = guest_ring_peek(ring, 0)->id;
		ring->taken++;
	}
}

/* Frames from the stack to the switch; how many, or -errno. */
static int
send_frames(struct guest *guest)
{
	struct guest_ring *ring = &guest->front.ring[GUEST_TX];
	int frames = 0;
	int error;

	reclaim(ring);
	while (frames < TURN && ring->spares > 0) {
		const uint16_t descriptor = ring->spare[ring->spares - 1];
		const ssize_t length = read(guest->tap, guest_ring_buffer(ring, descriptor), ring->buffer_size);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0 && errno != EAGAIN)
			return -errno;
		if (length < 0)
			break;
		ring->spares--;
		guest_ring_offer(ring, descriptor, length);
		frames++;
	}
	error = frames == 0 ? 0 : guest_ring_kick(ring);
	return error < 0 ? error : frames;
}

/* Hands a frame that lies in so many buffers to the stack; -errno. What the stack refuses is lost, as on any wire. */
static int
deliver(const struct guest *guest, uint16_t buffers)
{
	const struct guest_ring *ring = &guest->front.ring[GUEST_RX];
	struct iovec part[PARTS];
	ssize_t written;

	for (uint16_t i = 0; i < buffers; i++) {
		const struct vring_used_elem *chain = guest_ring_peek(ring, i);

		part[i] = (struct iovec){guest_ring_buffer(ring, chain->id), chain->len};
	}
	do
		written = writev(guest->tap, part, buffers);
	while (written < 0 && errno == EINTR);
	return written < 0 && errno == EBADFD ? -errno : 0;
}

/* Buffers of the next frame, of which there is one. */
static uint16_t
buffers_of_next(const struct guest *guest)
{
	const struct guest_ring *ring = &guest->front.ring[GUEST_RX];
	const struct virtio_net_hdr_mrg_rxbuf *header =
		(const void *)guest_ring_buffer(ring, guest_ring_peek(ring, 0)->id);

	/* Otherwise nobody need write the number. */
	return (guest->front.features & 1ULL << VIRTIO_NET_F_MRG_RXBUF) != 0 ? header->num_buffers : 1;
}

/* Frames from the switch to the stack; how many, or -errno. */
static int
receive_frames(struct guest *guest)
{
	struct guest_ring *ring = &guest->front.ring[GUEST_RX];
	uint16_t waiting = guest_ring_waiting(ring);
	int frames = 0;
	int error = 0;

	while (frames < TURN && waiting > 0 && error == 0) {
		const uint16_t buffers = buffers_of_next(guest);

		if (buffers == 0 || buffers > waiting || buffers > PARTS)
			return -EPROTO;
		error = deliver(guest, buffers);
		for (uint16_t i = 0; i < buffers; i++)
			guest_ring_offer(ring, guest_ring_peek(ring, i)->id, ring->buffer_size);
		ring->taken += buffers;
		waiting -= buffers;
		frames++;
	}
	if (error == 0 && frames > 0)
		error = guest_ring_kick(ring);
	return error < 0 ? error : frames;
}

/* Sleeps until there may be something to do: 1; 0 once the switch has gone; -errno. */
static int
sleep_until_called(struct guest *guest)
{
	struct guest_ring *rx = &guest->front.ring[GUEST_RX];
	struct guest_ring *tx = &guest->front.ring[GUEST_TX];
	const bool full = tx->spares == 0;
	struct pollfd events[] = {
		{.fd = guest->front.connection, .events = POLLIN},
		{.fd = rx->call, .events = POLLIN},
		{.fd = full ? tx->call : guest->tap, .events = POLLIN},
	};
	eventfd_t ignored;

	if (!guest_ring_arm(rx, 1) || (full && !guest_ring_arm(tx, ROOM_AGAIN)))
		return 1;
	if (poll(events, 3, -1) < 0)
		return errno == EINTR ? 1 : -errno;
	if ((events[1].revents & POLLIN) != 0)
		eventfd_read(rx->call, &ignored);
	if (full && (events[2].revents & POLLIN) != 0)
		eventfd_read(tx->call, &ignored);
	/* The switch says nothing that it is not asked. */
	return events[0].revents == 0;
}

static int
forward(struct guest *guest)
{
	int sent, received, awake;

	do {
		sent = send_frames(guest);
		if (sent < 0)
			return sent;
		received = receive_frames(guest);
		if (received < 0)
			return received;
		awake = sent + received > 0 ? 1 : sleep_until_called(guest);
	} while (awake > 0);
	return awake;
}

/* Makes a TAP device in this namespace, down, and a socket for a switch to connect to; -errno. */
IPVANE_EXPORT int32_t
ipvane_bench_guest_open(const char *path, const char *interface, struct guest **result)
{
	struct guest *guest = calloc(1, sizeof(*guest));
	int error;

	if (guest == NULL)
		return -ENOMEM;
	guest->tap = open_tap(interface);
	guest->listener = guest->tap < 0 ? guest->tap : guest_front_listen(path);
	if (guest->listener >= 0) {
		*result = guest;
		return 0;
	}
	error = guest->listener;
	if (guest->tap >= 0)
		close(guest->tap);
	free(guest);
	return error;
}

/* Waits for a switch, and forwards until it has gone: 0, or -errno. The guest has gone then too. */
IPVANE_EXPORT int32_t
ipvane_bench_guest_run(struct guest *guest)
{
	int error = guest_front_start(&guest->front, guest->listener, wanted_features);

	if (error == 0)
		error = offer(guest);
	if (error == 0)
		error = forward(guest);
	guest_front_stop(&guest->front);
	close(guest->listener);
	close(guest->tap);
	free(guest);
	return error;
}
