// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 1b: the Linux kernel's side of a port. Network namespaces, TAP devices, rtnetlink, and the
 * taking over of a kernel interface by the switch. Not here: what a port or an uplink is, and any
 * policy.
 *
 * <p>All of it is for the control plane, except {@link io.ipvane.linux.TapQueue}, whose two halves
 * belong to the lcores that receive and transmit. {@link io.ipvane.linux.NamespaceWatcher} has a
 * thread of its own. A Java thread never changes its namespace: the shim enters one on a thread
 * made for that.
 *
 * <p>Sources: network_namespaces(7), setns(2), rtnetlink(7), netlink(7), the kernel's
 * Documentation/networking/tuntap.rst, and rules ADR-12, ADR-13, ADR-15, ADR-16, TX-34 and CFG of
 * the behaviour specification.
 */
package io.ipvane.linux;
