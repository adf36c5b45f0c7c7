/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program that an interface runs for each frame: it gives the frame to the socket of its queue, where there is
 * one, and else to the kernel's stack. Seven instructions, written out here, so that neither a compiler for BPF nor
 * a library that loads its output is needed.
 *
 * It is attached by a link (bpf(2), BPF_LINK_CREATE): the kernel takes it off when the last descriptor of the link
 * is closed, which the death of the process does as well.
 */
#define _GNU_SOURCE
#include "ipvane_linux.h"
#include "xdp.h"

#include <linux/bpf.h>
#include <linux/if_link.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef BPF_F_XDP_HAS_FRAGS
#define BPF_F_XDP_HAS_FRAGS (1U << 5)
#endif

/* The number of the helper bpf_redirect_map(map, key, flags). */
#define REDIRECT_MAP 51

static int32_t
bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return RETRY(syscall(SYS_bpf, command, attr, sizeof(*attr)));
}

/* A map from queues to sockets. */
IPVANE_EXPORT int32_t
ipvane_xdp_map(uint32_t queues)
{
	union bpf_attr attr = {0};

	attr.map_type = BPF_MAP_TYPE_XSKMAP;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = sizeof(uint32_t);
	attr.max_entries = queues;
	return bpf(BPF_MAP_CREATE, &attr);
}

/* Lets the frames of a queue go to a socket. */
IPVANE_EXPORT int32_t
ipvane_xdp_map_put(int32_t map, uint32_t queue, int32_t socket)
{
	union bpf_attr attr = {0};

	attr.map_fd = map;
	attr.key = (uintptr_t)&queue;
	attr.value = (uintptr_t)&socket;
	return bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

/* Loads the program; with frames of several pieces where they are asked for. */
static int32_t
load(int32_t map, bool pieces)
{
	const struct bpf_insn program[] = {
		/* r2 = context->rx_queue_index */
		{.code = BPF_LDX | BPF_W | BPF_MEM, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_1,
		 .off = offsetof(struct xdp_md, rx_queue_index)},
		/* r1 = map, 64 bits */
		{.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map},
		{0},
		/* r3 = what becomes of a frame whose queue has no socket */
		{.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_CALL, .imm = REDIRECT_MAP},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr = {0};

	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (uintptr_t)program;
	attr.insn_cnt = sizeof(program) / sizeof(program[0]);
	attr.license = (uintptr_t) "Apache-2.0";
	attr.prog_flags = pieces ? BPF_F_XDP_HAS_FRAGS : 0;
	strcpy(attr.prog_name, "ipvane");
	return bpf(BPF_PROG_LOAD, &attr);
}

static int32_t
attach(int32_t program, uint32_t interface, uint32_t place)
{
	union bpf_attr attr = {0};

	attr.link_create.prog_fd = program;
	attr.link_create.target_ifindex = interface;
	attr.link_create.attach_type = BPF_XDP;
	attr.link_create.flags = place;
	return bpf(BPF_LINK_CREATE, &attr);
}

/*
 * Puts a program over a map at an interface, in its driver where that takes it, else before the stack. Returns the
 * link; *generic says where. -EBUSY: another program is there.
 */
IPVANE_EXPORT int32_t
ipvane_xdp_attach(int32_t map, uint32_t interface, int32_t pieces, int32_t *generic)
{
	const int32_t program = load(map, pieces != 0);
	int32_t link;

	if (program < 0)
		return program;
	*generic = 0;
	link = attach(program, interface, XDP_FLAGS_DRV_MODE);
	if (link < 0 && link != -EBUSY) {
		*generic = 1;
		link = attach(program, interface, XDP_FLAGS_SKB_MODE);
	}
	close(program);
	return link;
}
