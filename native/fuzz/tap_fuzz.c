/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends any frames behind any virtio headers by a packet socket: tap_fuzz SECONDS SEED INTERFACE LAST, inside the
 * namespace of the interface, which has 10.0.0.LAST and fd00::LAST.
 */
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "frames.h"
#include "run.h"

/* Frames between two looks at the clock. */
#define ROUND 256

static int
open_interface(const char *name, struct frames_sender *sender)
{
	const int fd = socket(AF_PACKET, SOCK_RAW, 0);
	const int one = 1;
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name)};
	struct ifreq asked = {0};

	strncpy(asked.ifr_name, name, sizeof(asked.ifr_name) - 1);
	CHECK(fd >= 0 && at.sll_ifindex > 0);
	CHECK(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	CHECK(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)) == 0);
	CHECK(ioctl(fd, SIOCGIFHWADDR, &asked) == 0);
	memcpy(sender->mac, asked.ifr_hwaddr.sa_data, sizeof(sender->mac));
	return fd;
}

int
main(int count, char **words)
{
	static uint8_t frame[FRAMES_LONGEST];
	uint64_t random = run_begin(count, words);
	uint64_t sent = 0, refused = 0;
	struct frames_sender sender = {.last = 13};
	int fd;

	CHECK(count == 5);
	sender.last = atoi(words[4]);
	fd = open_interface(words[3], &sender);
	while (run_goes_on())
		for (int i = 0; i < ROUND; i++) {
			struct virtio_net_hdr header;
			const uint32_t length = frames_any(&random, &sender, frame, &header);
			const struct iovec parts[] = {{&header, sizeof(header)}, {frame, length}};

			if (writev(fd, parts, 2) < 0)
				refused++;
			else
				sent++;
		}
	printf("sent %lu, refused by the kernel %lu\n", (unsigned long)sent, (unsigned long)refused);
	return 0;
}
