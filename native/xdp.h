/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AF_XDP sockets: frames of an interface before its kernel's stack has seen them, through memory that is
 * shared with the kernel. xdp_program.c puts the program at the interface that sends frames here,
 * xdp_socket.c opens and closes what one queue has, xdp_queue.c moves frames.
 *
 * The shared memory is our own, in chunks of a page, and frames are copied between it and mbufs. In copy mode,
 * which is all that a veth has, the kernel has just written or will just read the same bytes: they are in the
 * cache. For that copy a frame may be of any length and in any number of segments on both sides, mbufs come
 * from the pool that all devices share, and none stays behind in a ring when the socket is closed.
 *
 * A frame of several chunks (XDP_USE_SG, since Linux 6.6) is several descriptors, all but the last with XDP_MORE.
 */
#ifndef IPVANE_XDP_H
#define IPVANE_XDP_H

#include <linux/if_xdp.h>
#include <rte_mbuf.h>
#include <stdbool.h>
#include <stdint.h>

/* Newer than the headers of some distributions. */
#ifndef XDP_USE_SG
#define XDP_USE_SG (1 << 4)
/*
 * Recognises a TCP or UDP checksum that its sender has left to the device, and notes it in the frame as one that is to
 * be finished (offload.h); whether it did. AF_XDP does not say so of a frame; but the field then holds the sum of the
 * pseudo header alone. A finished checksum has this value by chance, once in 65,536 frames, and finishing it again
 * gives the same. The headers are in the first segment.
 */
bool
xdp_note_unfinished(struct rte_mbuf *frame);

#endif
#define XDP_MORE (1u << 0)

/* The largest chunk that the kernel takes. Of a received one it keeps XDP_KERNEL_ROOM bytes in front. */
#define XDP_CHUNK 4096u
#define XDP_KERNEL_ROOM 256u

/* Chunks for receiving, as many as that ring and the ring of free ones hold; and those for sending. */
#define XDP_RX_CHUNKS 4096u
#define XDP_TX_CHUNKS 2048u
#define XDP_UMEM ((uint64_t)(XDP_RX_CHUNKS + XDP_TX_CHUNKS) * XDP_CHUNK)

/* The longest packet of IP behind an Ethernet header with two VLAN tags. */
#define XDP_MAX_FRAME (UINT16_MAX + 14u + 8u)
#define XDP_MAX_PARTS ((XDP_MAX_FRAME + XDP_CHUNK - 1) / XDP_CHUNK)

/* One of the four rings; the end that is not the kernel's is ours. */
struct xdp_ring {
	uint32_t *producer;
	uint32_t *consumer;
	uint32_t *flags;
	void *entries;
	uint32_t mask;
	uint32_t next; /* our end, not yet shown to the kernel */
	void *map;
	uint64_t map_bytes;
};

/*
 * What a queue has. The counters are read by Java at the offsets asserted below. The receive half (rx, fill) and
 * the send half (tx, done) may belong to different threads.
 */
struct xdp_queue {
	uint64_t rx_no_mbuf; /* calls cut short, or frames lost, by an empty pool */
	uint32_t rx_drained; /* whether the last call has left nothing, and nothing waits to be sent either */
	uint64_t rx_unfinished; /* frames whose checksum was recognised as unfinished */

	uint64_t tx_lost __rte_cache_aligned; /* frames that were taken and could not be sent */
	uint64_t tx_down;		      /* frames that were taken while the interface was down or gone */

	/* private */
	struct xdp_ring rx __rte_cache_aligned;
	struct xdp_ring fill;
	struct rte_mempool *pool;

	struct xdp_ring tx __rte_cache_aligned;
	struct xdp_ring done;
	uint64_t *idle; /* chunks that nothing is sent from */
	uint32_t idle_count;
	bool down;

	/* Written by whoever sends, read by whoever receives too: something lies in the ring that the kernel left there. */
	uint32_t waits __rte_cache_aligned;
	int32_t fd;
	uint8_t *umem;
};

_Static_assert(offsetof(struct xdp_queue, rx_no_mbuf) == 0, "XdpSocket.RX_NO_MBUF");
_Static_assert(offsetof(struct xdp_queue, rx_drained) == 8, "XdpSocket.RX_DRAINED");
_Static_assert(offsetof(struct xdp_queue, rx_unfinished) == 16, "XdpSocket.RX_UNFINISHED");
_Static_assert(offsetof(struct xdp_queue, tx_lost) == 64, "XdpSocket.TX_LOST");
_Static_assert(offsetof(struct xdp_queue, tx_down) == 72, "XdpSocket.TX_DOWN");

/*
 * Recognises a TCP or UDP checksum that its sender has left to the device, and notes it in the frame as one that is to
 * be finished (offload.h); whether it did. AF_XDP does not say so of a frame; but the field then holds the sum of the
 * pseudo header alone. A finished checksum has this value by chance, once in 65,536 frames, and finishing it again
 * gives the same. The headers are in the first segment.
 */
bool
xdp_note_unfinished(struct rte_mbuf *frame);

#endif
