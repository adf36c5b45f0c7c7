// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 2: the wire. One class a header, each a set of static accessors over the address of the
 * header's first byte: nothing to construct, nothing to wrap. {@link io.ipvane.packet.MacAddress},
 * {@link io.ipvane.packet.IpAddress} and {@link io.ipvane.packet.IpPrefix} are the same things for
 * the control plane, with text forms.
 *
 * <p>Not here: lengths. Whoever calls an accessor has compared the offset with the contiguous bytes
 * of the frame; in the switch only {@code io.ipvane.pipeline.Parser} and the code that builds
 * frames do.
 *
 * <p>Units: lengths in bytes; addresses of the wire as host-order {@code int} (IPv4), two
 * host-order {@code long} (IPv6, high half first) and 48-bit {@code long} (MAC, first byte on the
 * wire highest). No state: any thread.
 *
 * <p>Sources: RFC 791, 826, 894, 1071, 1624, 2464, 4291, 4443, 4861, 5952, 8200; IEEE 802.1Q,
 * 802.3.
 */
package io.ipvane.packet;
