/* SPDX-License-Identifier: Apache-2.0 */
/* Frames and virtio headers as no stack makes them: nearly right, so that they get far, and wrong somewhere. */
#ifndef IPVANE_FUZZ_FRAMES_H
#define IPVANE_FUZZ_FRAMES_H

#include <linux/virtio_net.h>
#include <stdint.h>

#define FRAMES_LONGEST 66000

/* Who sends: 10.0.0.LAST, fd00::LAST, this MAC address; most frames go to the same network. */
struct frames_sender {
	uint8_t mac[6];
	uint8_t last;
};

/* Writes one, and what its header asks for; returns its length, 14 to FRAMES_LONGEST. Behind 300 bytes it is zeros. */
uint32_t
frames_any(uint64_t *random, const struct frames_sender *from, uint8_t *frame, struct virtio_net_hdr *header);

#endif
