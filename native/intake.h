/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where frames of unknown length are read into: the first bytes into an mbuf of the frame pool, what does not fit
 * there into one of a pool of large ones, behind it. In front of the frame, in the headroom, is place for the virtio
 * header that TAPs and packet sockets give with it.
 */
#ifndef IPVANE_INTAKE_H
#define IPVANE_INTAKE_H

#include <linux/virtio_net.h>
#include <rte_mbuf.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "rows.h"

/* Larger than any frame: 65,535 bytes of payload, an Ethernet header and two VLAN tags. */
#define LARGEST_FRAME (65535 + 14 + 4 + 4)

/* What stands before a frame. */
#define VNET_HEADER ((uint32_t)sizeof(struct virtio_net_hdr))

/* Parts of a place: header and first bytes, then the rest. */
#define LANDING_PARTS 2

/* Mbufs for many frames; belongs to one thread. */
struct intake {
	struct rte_mempool *pool;
	struct rte_mempool *large_pool; /* of mbufs for all that does not fit the first; or NULL */
	uint32_t room;			/* bytes that an mbuf of the pool takes behind its headroom */
	uint32_t spares;
	struct rte_mbuf *spare[BURST];
};

/* The place for one frame. */
struct landing {
	struct rte_mbuf *head; /* or NULL */
	struct rte_mbuf *rest; /* for what is too long for head, or NULL */
	uint8_t *overflow;     /* LARGEST_FRAME bytes, where there is no such mbuf */
};

/*
 * Sets an empty intake up; it will hold at most BURST mbufs. large: NULL, or an empty one: what is long is copied into
 * a chain of the pool's. -EINVAL: the pool's mbufs are too small, or both together for the longest frame.
 */
int
intake_init(struct intake *intake, struct rte_mempool *pool, struct rte_mempool *large);

/* -ENOMEM: no memory. What is not touched of it costs none. */
int
landing_init(struct landing *landing);

/* Makes a place stand ready, with an mbuf for the rest where wanted and to be had; false: the pool is empty. */
bool
landing_prepare(struct intake *intake, struct landing *landing, bool wants_rest);

/* Where header and frame go, in LANDING_PARTS parts. */
void
landing_parts(const struct intake *intake, const struct landing *landing, struct iovec *parts);

/* Makes a frame of the bytes that were read, without their header; NULL: the pool is empty and the frame is lost. */
struct rte_mbuf *
landing_take(struct intake *intake, struct landing *landing, uint32_t length);

/* The header that came with a frame. */
struct virtio_net_hdr
landing_header(const struct rte_mbuf *frame);

/* Gives back what they hold. */
void
landing_free(struct landing *landing);

void
intake_free(struct intake *intake);

#endif
