// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.List;
import java.util.Optional;

/**
 * A TAP device with all that makes it usable in its namespace: MTU, ARP, link-local and other
 * addresses, up. It follows the interface by index, so a change of its name does no harm.
 *
 * <p>IPv6 addresses are added without duplicate address detection: who owns an address is the
 * switch's to say (spec ADR-2), and the port could ask nobody else before its device is served.
 *
 * <p>IPv6 addresses outlive the interface going down, as IPv4 ones do anyway; the link-local one
 * cannot, see {@link #ensureLinkLocal}.
 *
 * <p>Control plane; threads may call what changes an existing interface at once.
 */
public final class TapInterface implements AutoCloseable {
    private final Tap tap;
    private final RtNetlink netlink;
    private final Link link;
    private final IpPrefix linkLocal;
    private final UndoLog undo;

    private TapInterface(Tap tap, RtNetlink netlink, Link link, IpPrefix linkLocal, UndoLog undo) {
        this.tap = tap;
        this.netlink = netlink;
        this.link = link;
        this.linkLocal = linkLocal;
        this.undo = undo;
    }

    /**
     * Creates the interface and brings it up.
     *
     * @throws LinuxException that says which step failed; what was done before it has been undone
     */
    public static TapInterface bringUp(TapSpec spec) {
        try (UndoLog undo = new UndoLog()) {
            final Netns netns = Netns.open(spec.netns());
            undo.add(netns::close);
            final RtNetlink netlink = new RtNetlink(netns);
            undo.add(netlink::close);
            // Closing the device takes every later step back: MTU, addresses and routes go with it.
            final Tap tap = Tap.create(netns, spec.name(), spec.mac(), spec.queues());
            undo.add(tap::close);
            final Link link = netlink.link(spec.name());
            final IpPrefix linkLocal =
                    configure(spec, netlink, link) && spec.linkLocal() != 0
                            ? PortLinkLocal.of(link.mac(), spec.linkLocal())
                            : null;
            final UndoLog kept = new UndoLog();
            final TapInterface result = new TapInterface(tap, netlink, link, linkLocal, kept);
            result.ensureToken();
            result.ensureLinkLocal();
            undo.moveTo(kept);
            return result;
        }
    }

    /** Returns whether the interface has IPv6. */
    private static boolean configure(TapSpec spec, RtNetlink netlink, Link link) {
        final boolean ipv6 = Sysctl.hasIpv6(netlink.netns(), spec.name());
        if (ipv6) {
            netlink.disableAddressGeneration(link);
            Sysctl.write(netlink.netns(), Sysctl.keepAddressesOnDown(spec.name()), "1");
        }
        netlink.setMtu(link, spec.mtu());
        netlink.setArp(link, spec.arp());
        netlink.setUp(link, true);
        spec.addresses().forEach(address -> netlink.addAddress(link, address, true));
        return ipv6;
    }

    /** The device. */
    public Tap tap() {
        return tap;
    }

    /** Index of the interface in its namespace. */
    public int index() {
        return link.index();
    }

    /** Its link-local address: none where it was not asked for, or IPv6 is disabled there. */
    public Optional<IpPrefix> linkLocal() {
        return Optional.ofNullable(linkLocal);
    }

    /**
     * Gives it the link-local address back. The kernel takes IPv6 addresses away from an interface
     * that goes down: to be called when it has come up again; no harm otherwise.
     */
    public synchronized void ensureLinkLocal() {
        if (linkLocal != null) {
            try {
                netlink.addAddress(link, linkLocal, true);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EEXIST) {
                    throw e;
                }
            }
        }
    }

    /**
     * Lets addresses that the interface makes of router advertisements end as its link-local one
     * does, as with the kernel's ipvlan: of the shared MAC all ports would make the same. Where the
     * kernel takes no advertisements there is nothing to do.
     */
    private void ensureToken() {
        if (linkLocal != null) {
            try {
                netlink.setToken(link, linkLocal.address());
            } catch (LinuxException e) {
                if (e.errno() != Errno.EINVAL) {
                    throw e;
                }
            }
        }
    }

    /**
     * Takes the addresses and routes that another interface had before it was taken over.
     *
     * @return what could not be taken, one sentence each
     */
    public synchronized List<String> adopt(InterfaceTakeover taken) {
        return taken.giveTo(netlink, link);
    }

    /** Switches ARP and ND on (mode l2) or off (l3, l3s). */
    public synchronized void setArp(boolean on) {
        netlink.setArp(link, on);
        if (on) {
            ensureToken();
        }
    }

    /** Sets the MTU, in bytes of L3. */
    public synchronized void setMtu(int mtu) {
        netlink.setMtu(link, mtu);
    }

    /** Sets the MAC address, when the uplink's has changed (spec CFG-8). */
    public synchronized void setMac(long mac) {
        netlink.setMac(link, mac);
    }

    /** Adds an address. */
    public synchronized void addAddress(IpPrefix address) {
        netlink.addAddress(link, address, true);
    }

    /** Deletes an address. */
    public synchronized void deleteAddress(IpPrefix address) {
        netlink.deleteAddress(link, address);
    }

    /** Removes the device and all that was given to it. */
    @Override
    public void close() {
        undo.close();
    }
}
