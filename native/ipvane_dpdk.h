/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the DPDK part of the shim shares. The shim exports what Java cannot link: inline functions,
 * macros, bit fields, offsets, and configuration structures filled from plain arguments. It holds
 * no policy.
 *
 * Rules of every exported function: fixed-width integers and pointers only; a result below zero is
 * -errno; cold functions take (why, why_size) and leave there, NUL-terminated, what DPDK logged on
 * the way, which is the only place where DPDK says why it refused.
 */
#ifndef IPVANE_DPDK_H
#define IPVANE_DPDK_H

#include <stddef.h>
#include <stdint.h>

#define IPVANE_EXPORT __attribute__((visibility("default")))

/* Where a field of a structure is, for Java to compare: LayoutTable.java reads it. */
struct ipvane_field {
	char name[16];
	uint32_t offset;
	uint32_t size;
};
_Static_assert(sizeof(struct ipvane_field) == 24, "LayoutTable.ENTRY_SIZE");

#define IPVANE_FIELD(type, member) {#member, offsetof(type, member), sizeof(((type *)0)->member)}

/* Routes what this thread makes DPDK log into a buffer until ipvane_why_end(). Not nestable. */
void ipvane_why_begin(char *why, uint32_t why_size);
void ipvane_why_end(void);

/* The error of the last DPDK call of this thread as a result: -rte_errno, or -EIO if it set none. */
int32_t ipvane_rte_error(void);

#endif
