/* SPDX-License-Identifier: Apache-2.0 */
/* Any frames: see frames.h. */
#include "frames.h"

#include <stdbool.h>
#include <string.h>

#include "random.h"

#define WRITTEN 300
#define TCP 6
#define UDP 17
#define ICMPV6 58

/* A frame while it is written. */
struct frame {
	uint64_t *random;
	const struct frames_sender *from;
	uint8_t *bytes;
	uint32_t length;
	uint32_t l4; /* where transport may begin; 0: nowhere */
	uint8_t protocol;
};

static void
put_u16(uint8_t *to, uint32_t value)
{
	to[0] = value >> 8;
	to[1] = value;
}

/* What a length field says: the truth, mostly. */
static uint32_t
told(uint64_t *random, uint32_t length)
{
	return once_in(random, 4) ? below(random, length + 30) : length;
}

static uint8_t
any_protocol(uint64_t *random)
{
	/* Extension headers of IPv6 are among them, and what is none is as well. */
	static const uint8_t some[] = {0, 43, 60, 44, ICMPV6, TCP, UDP, TCP, UDP, 59, 50, 51, 135, 1, 2};

	return ONE_OF(random, some);
}

static void
put_macs(struct frame *f)
{
	static const uint8_t groups[][6] = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
					    {0x33, 0x33, 0, 0, 0, 1},
					    {0x01, 0x00, 0x5e, 0, 0, 1},
					    {0x01, 0x80, 0xc2, 0, 0, 1}};
	const uint64_t chosen = next(f->random);

	if (chosen % 8 < 4)
		memcpy(f->bytes, f->from->mac, 6);
	else if (chosen % 8 < 7)
		memcpy(f->bytes, ONE_OF(f->random, groups), 6);
	if (chosen % 64 >= 8)
		memcpy(f->bytes + 6, f->from->mac, 6);
}

/* Where the EtherType is, behind up to four tags. */
static uint32_t
put_tags(struct frame *f)
{
	uint32_t at = 12;

	for (uint32_t tags = once_in(f->random, 4) ? below(f->random, 5) : 0; tags > 0 && at + 6 < f->length; tags--) {
		put_u16(f->bytes + at, once_in(f->random, 4) ? 0x88a8 : 0x8100);
		put_u16(f->bytes + at + 2, once_in(f->random, 2) ? next(f->random) : 0);
		at += 4;
	}
	return at;
}

static void
put_ipv4(struct frame *f, uint32_t at)
{
	uint8_t *ip = f->bytes + at;
	uint64_t *random = f->random;

	ip[0] = once_in(random, 9) ? (uint8_t)next(random) : 0x45 + once_in(random, 5);
	put_u16(ip + 2, told(random, f->length - at));
	put_u16(ip + 6, once_in(random, 8) ? next(random) : 0);
	ip[8] = 64;
	f->protocol = ip[9] = any_protocol(random);
	memcpy(ip + 12, (uint8_t[]){10, 0, 0, f->from->last}, 4);
	memcpy(ip + 16, (uint8_t[]){10, 0, 0, once_in(random, 3) ? 254 : below(random, 40)}, 4);
	if (once_in(random, 16))
		memcpy(ip + 16, (uint8_t[]){next(random), next(random), next(random), next(random)}, 4);
	f->l4 = at + (ip[0] & 15) * 4;
}

/* Extension headers, one behind the other, some of which are longer than the frame. */
static uint32_t
put_extensions(struct frame *f, uint8_t *ip, uint32_t left)
{
	uint32_t at = 40;
	uint8_t *type = ip + 6;

	*type = any_protocol(f->random);
	while ((*type == 0 || *type == 43 || *type == 60 || *type == 44) && at + 8 < left && at < WRITTEN - 40) {
		ip[at] = any_protocol(f->random);
		ip[at + 1] = once_in(f->random, 3) ? (once_in(f->random, 4) ? next(f->random) : below(f->random, 4)) : 0;
		type = ip + at;
		at += 8 + (once_in(f->random, 5) ? 0 : 8 * ip[at + 1]);
	}
	f->protocol = *type;
	return at;
}

static void
put_ipv6(struct frame *f, uint32_t at)
{
	uint8_t *ip = f->bytes + at;
	const uint32_t left = f->length - at;
	uint32_t behind;

	ip[0] = 0x60;
	put_u16(ip + 4, told(f->random, left - 40));
	ip[7] = once_in(f->random, 2) ? 255 : 64;
	memset(ip + 8, 0, 32);
	ip[8] = ip[24] = 0xfd;
	ip[23] = f->from->last;
	ip[39] = once_in(f->random, 3) ? 0xfe : 0x11 + below(f->random, 3);
	if (once_in(f->random, 5))
		memcpy(ip + 24, (uint8_t[]){0xff, 2}, 2);
	behind = put_extensions(f, ip, left);
	f->l4 = at + behind;
	if (f->protocol == ICMPV6 && behind + 24 < left && f->l4 < WRITTEN)
		ip[behind] = 128 + below(f->random, 16);
}

static void
put_arp(struct frame *f, uint32_t at)
{
	uint8_t *arp = f->bytes + at;

	memcpy(arp, (uint8_t[]){0, 1, 8, 0, 6, 4, 0, 1 + below(f->random, 2)}, 8);
	memcpy(arp + 8, f->from->mac, 6);
	memcpy(arp + 14, (uint8_t[]){10, 0, 0, f->from->last}, 4);
	memcpy(arp + 24, (uint8_t[]){10, 0, 0, next(f->random)}, 4);
}

static void
put_layers(struct frame *f)
{
	static const uint16_t types[] = {0x0800, 0x86dd, 0x0800, 0x86dd, 0x0800, 0x86dd, 0x0806,
					 0x8100, 0x88a8, 0x8808, 0x0000, 0xffff, 0x0842};
	const uint32_t at = put_tags(f);
	const uint16_t type = ONE_OF(f->random, types);
	const uint32_t left = f->length - at - 2;

	put_u16(f->bytes + at, type);
	if (type == 0x0800 && left >= 20)
		put_ipv4(f, at + 2);
	else if (type == 0x86dd && left >= 40)
		put_ipv6(f, at + 2);
	else if (type == 0x0806 && left >= 28)
		put_arp(f, at + 2);
}

static struct virtio_net_hdr
any_header(struct frame *f)
{
	static const uint8_t kinds[] = {1, 4, 5, 3, 0x81, 0x84, 0xff, 1, 4, 5};
	uint64_t *random = f->random;
	struct virtio_net_hdr header = {0};

	if (once_in(random, 2))
		return header;
	header.flags = once_in(random, 16) ? next(random) : VIRTIO_NET_HDR_F_NEEDS_CSUM;
	header.csum_start = once_in(random, 4) ? below(random, f->length + 4) : f->l4;
	header.csum_offset = once_in(random, 4) ? below(random, f->length + 4) : f->protocol == TCP ? 16 : 6;
	if (once_in(random, 2))
		return header;
	header.gso_type = ONE_OF(random, kinds);
	header.gso_size = once_in(random, 3) ? next(random) : below(random, 1500);
	header.hdr_len = f->l4 + 20;
	if (f->l4 + 20 < f->length && f->l4 + 20 < WRITTEN)
		f->bytes[f->l4 + 12] = once_in(random, 4) ? next(random) : 0x50;
	return header;
}

uint32_t
frames_any(uint64_t *random, const struct frames_sender *from, uint8_t *frame, struct virtio_net_hdr *header)
{
	const uint32_t kind = below(random, 100);
	const uint32_t most = kind < 1 ? FRAMES_LONGEST : kind < 20 ? 3000 : WRITTEN;
	struct frame f = {random, from, frame, 14 + below(random, most - 13), 0, 0};

	memset(frame, 0, f.length < WRITTEN ? WRITTEN : f.length);
	if (once_in(random, 3))
		for (uint32_t i = 0; i + 8 <= WRITTEN; i += 8)
			memcpy(frame + i, (uint64_t[]){next(random)}, 8);
	put_macs(&f);
	put_layers(&f);
	*header = any_header(&f);
	return f.length;
}
