// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 5: flow-based VXLAN. One tunnel serves all VNIs and all peers. {@link
 * io.ipvane.tunnel.TunnelSplit} takes what a tunnel receives out of a burst, checks it, takes the
 * outer headers off and makes bursts of the inner frames; {@link io.ipvane.tunnel.Encap} puts a
 * prepared outer header in front of a frame.
 *
 * <p>The rules are cold and pure ({@link io.ipvane.tunnel.TunnelOptions}, {@code EcnRules}, {@link
 * io.ipvane.tunnel.OuterHeader}) and leave behind tables: {@link io.ipvane.tunnel.TunnelTable},
 * frozen, of a snapshot, and {@link io.ipvane.tunnel.RemoteTable}, off-heap, which the conductor
 * writes in place.
 *
 * <p>Not here: which frame is for which remote (the address table says that, in which a remote is a
 * value as a port is), next hops and their MAC addresses, the reassembly of outer fragments, and
 * configuration.
 *
 * <p>Sources: RFC 7348 (VXLAN), RFC 6040 (ECN), RFC 6935 (UDP checksums over IPv6), RFC 6864 (IPv4
 * identification); draft-smith-vxlan-group-policy; spec section C; linux {@code
 * drivers/net/vxlan/vxlan_core.c} as observed.
 */
package io.ipvane.tunnel;
