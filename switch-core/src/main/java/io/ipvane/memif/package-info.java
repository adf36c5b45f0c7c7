// SPDX-License-Identifier: Apache-2.0
/**
 * The control channel of memif, version 2.0: how a program and the switch agree on the memory and
 * the rings that they share. Not the rings themselves, which lcores use by {@link
 * io.ipvane.dpdk.MemifPort}.
 *
 * <p>{@link io.ipvane.memif.MemifSocket} has a thread of its own, which owns everything here. A
 * peer is not trusted: what it says is read from a copy, once, and what does not fit ends the
 * connection. Source: the protocol's description in VPP, "libmemif" and {@code memif.h}.
 */
package io.ipvane.memif;
