/* SPDX-License-Identifier: Apache-2.0 */
/* Small UDP datagrams as fast as a socket takes them, and their receiver: 64 a system call. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "ipvane_bench.h"

#define BATCH 64
#define MAX_BYTES 1472

struct batch {
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	uint8_t bytes[BATCH][MAX_BYTES];
};

static int64_t
now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static void
prepare(struct batch *batch, uint32_t bytes)
{
	uint32_t i;

	memset(batch, 0, sizeof(*batch));
	for (i = 0; i < BATCH; i++) {
		batch->parts[i].iov_base = batch->bytes[i];
		batch->parts[i].iov_len = bytes;
		batch->messages[i].msg_hdr.msg_iov = &batch->parts[i];
		batch->messages[i].msg_hdr.msg_iovlen = 1;
	}
}

static int
open_socket(const char *address, uint16_t port, bool to)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(port) };
	int socket_fd, result;

	if (inet_pton(AF_INET, address, &name.sin_addr) != 1)
		return -EINVAL;
	socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (socket_fd < 0)
		return -errno;
	result = to ? connect(socket_fd, (struct sockaddr *)&name, sizeof(name))
		    : bind(socket_fd, (struct sockaddr *)&name, sizeof(name));
	if (result < 0) {
		result = -errno;
		close(socket_fd);
		return result;
	}
	return socket_fd;
}

/* Sends datagrams of so many bytes for so long; how many the socket took, or -errno. */
IPVANE_EXPORT int64_t
ipvane_bench_udp_send(const char *address, uint16_t port, uint32_t bytes, int64_t nanos)
{
	static struct batch batch;
	const int socket_fd = bytes > MAX_BYTES ? -EMSGSIZE : open_socket(address, port, true);
	const int64_t end = now() + nanos;
	int64_t sent = 0;

	if (socket_fd < 0)
		return socket_fd;
	prepare(&batch, bytes);
	while (now() < end) {
		const int count = sendmmsg(socket_fd, batch.messages, BATCH, 0);

		if (count >= 0) {
			sent += count;
		} else if (errno != EINTR && errno != ENOBUFS && errno != ECONNREFUSED) {
			sent = -errno;
			break;
		}
	}
	close(socket_fd);
	return sent;
}

/*
 * Waits up to 10 s for a first datagram and lets `settle` nanoseconds pass; then counts those that
 * come within `nanos`. -ETIMEDOUT if none comes.
 */
IPVANE_EXPORT int64_t
ipvane_bench_udp_count(const char *address, uint16_t port, int64_t settle, int64_t nanos)
{
	static struct batch batch;
	const struct timeval patience = { .tv_sec = 10 };
	const struct timeval slice = { .tv_usec = 10000 };
	const int socket_fd = open_socket(address, port, false);
	int64_t counted = 0, begin = 0;

	if (socket_fd < 0)
		return socket_fd;
	prepare(&batch, MAX_BYTES);
	setsockopt(socket_fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	for (;;) {
		const int count = recvmmsg(socket_fd, batch.messages, BATCH, MSG_WAITFORONE, NULL);
		const int64_t at = now();

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && errno != EAGAIN) {
			counted = -errno;
			break;
		}
		if (begin == 0) {
			if (count < 0) {
				counted = -ETIMEDOUT;
				break;
			}
			begin = at + settle;
			setsockopt(socket_fd, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof(slice));
			continue;
		}
		if (at >= begin + nanos)
			break;
		if (at >= begin && count > 0)
			counted += count;
	}
	close(socket_fd);
	return counted;
}
