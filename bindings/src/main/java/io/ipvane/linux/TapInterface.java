// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A TAP device with all that makes it usable in its namespace: MTU, ARP, link-local and other
 * addresses, up. It follows the interface by its descriptor, so a change of its name or namespace
 * does no harm. Between two calls it holds nothing in the namespace, so that can end.
 *
 * <p>IPv6 addresses are added without duplicate address detection: who owns an address is the
 * switch's to say (spec ADR-2), and the port could ask nobody else before its device is served.
 *
 * <p>IPv6 addresses outlive the interface going down, as IPv4 ones do anyway; the link-local one
 * cannot, see {@link #ensureLinkLocal}.
 *
 * <p>Control plane; threads may call what changes an existing interface at once. What the
 * interface's owner has deleted is refused with EBADFD.
 */
public final class TapInterface implements AutoCloseable {
    private final Tap tap;
    private final long home;
    private final IpPrefix linkLocal;

    /** What it was told to have. */
    private final Set<IpPrefix> addresses;

    private TapInterface(Tap tap, long home, IpPrefix linkLocal, List<IpPrefix> addresses) {
        this.tap = tap;
        this.home = home;
        this.linkLocal = linkLocal;
        this.addresses = new LinkedHashSet<>(addresses);
    }

    /**
     * Refuses what {@link #bringUp} would for reasons that lie in the namespace.
     *
     * @param addresses that the interface is to have
     * @throws LinuxException where the namespace is not there, or has no IPv6 and an address is
     *     IPv6
     */
    public static void checkPlace(String namespace, List<IpPrefix> addresses) {
        try (Netns netns = Netns.open(namespace)) {
            addresses.stream()
                    .filter(address -> address.address() instanceof Inet6Address)
                    .findFirst()
                    .filter(address -> !Sysctl.hasIpv6(netns, "default"))
                    .ifPresent(
                            address -> {
                                throw new LinuxException(
                                        Errno.EAFNOSUPPORT,
                                        "address %s needs IPv6, which is disabled in %s; enable it there (net.ipv6.conf.default.disable_ipv6=0) or leave the address out"
                                                .formatted(address, netns));
                            });
        }
    }

    /**
     * Creates the interface and brings it up.
     *
     * @throws LinuxException that says which step failed; what was done before it has been undone
     */
    public static TapInterface bringUp(TapSpec spec) {
        try (UndoLog undo = new UndoLog();
                Netns netns = Netns.open(spec.netns());
                RtNetlink netlink = new RtNetlink(netns)) {
            // Closing the device takes every later step back: MTU, addresses and routes go with it.
            final Tap tap = Tap.create(netns, spec.name(), spec.mac(), spec.queues());
            undo.add(tap::close);
            final Link link = netlink.link(spec.name());
            final IpPrefix linkLocal =
                    configure(spec, netlink, link) && spec.linkLocal() != 0
                            ? PortLinkLocal.of(link.mac(), spec.linkLocal())
                            : null;
            final TapInterface result =
                    new TapInterface(tap, netns.inode(), linkLocal, spec.addresses());
            result.ensureToken(netlink, link);
            result.ensureLinkLocal(netlink, link);
            undo.forget();
            return result;
        }
    }

    /** Returns whether the interface has IPv6. */
    private static boolean configure(TapSpec spec, RtNetlink netlink, Link link) {
        final boolean ipv6 = settle6(netlink, link);
        netlink.setMtu(link, spec.mtu());
        netlink.setArp(link, spec.arp());
        netlink.setUp(link, true);
        spec.addresses().forEach(address -> netlink.addAddress(link, address, true));
        return ipv6;
    }

    /** The settings of IPv6 that are a port's; returns whether there is IPv6. */
    private static boolean settle6(RtNetlink netlink, Link link) {
        final boolean ipv6 = Sysctl.hasIpv6(netlink.netns(), link.name());
        if (ipv6) {
            netlink.disableAddressGeneration(link);
            Sysctl.write(netlink.netns(), Sysctl.keepAddressesOnDown(link.name()), "1");
        }
        return ipv6;
    }

    /** The device. */
    public Tap tap() {
        return tap;
    }

    /** Inode of the namespace that it was made in; it may be in another now. */
    public long home() {
        return home;
    }

    /** Whether it still is where it was made; false also where it was deleted. */
    public boolean isHome() {
        try (Netns netns = tap.netns()) {
            return netns.inode() == home;
        } catch (LinuxException e) {
            return false;
        }
    }

    /** Its link-local address: none where it was not asked for, or IPv6 is disabled there. */
    public Optional<IpPrefix> linkLocal() {
        return Optional.ofNullable(linkLocal);
    }

    /** What is done to the interface where it is now. */
    private interface Step {
        void at(RtNetlink netlink, Link link);
    }

    private synchronized void inPlace(Step step) {
        try (TapPlace place = TapPlace.of(tap)) {
            step.at(place.netlink(), place.link());
        }
    }

    /** Whether somebody has switched IPv6 off at it; then it takes no IPv6 address. */
    public boolean isIpv6Disabled() {
        try (TapPlace place = TapPlace.of(tap)) {
            return Sysctl.read(place.netns(), Sysctl.disableIpv6(place.link().name()))
                    .filter("1"::equals)
                    .isPresent();
        }
    }

    /**
     * Gives it the link-local address back. The kernel takes IPv6 addresses away from an interface
     * that goes down: to be called when it has come up again; no harm otherwise.
     */
    public void ensureLinkLocal() {
        if (linkLocal != null) {
            inPlace(this::ensureLinkLocal);
        }
    }

    private void ensureLinkLocal(RtNetlink netlink, Link link) {
        if (linkLocal != null) {
            add(netlink, link, linkLocal);
        }
    }

    /**
     * Lets addresses that the interface makes of router advertisements end as its link-local one
     * does, as with the kernel's ipvlan: of the shared MAC all ports would make the same. Where the
     * kernel takes no advertisements there is nothing to do.
     */
    private void ensureToken(RtNetlink netlink, Link link) {
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
     * Makes it what it was after somebody has taken it to another namespace: the kernel leaves
     * addresses and settings of IPv6 behind, and lets it be up or down as its owner likes.
     *
     * @return the addresses that it has by this, link-local one included
     */
    public List<IpPrefix> settle() {
        final List<IpPrefix> there = new ArrayList<>();
        inPlace(
                (netlink, link) -> {
                    final boolean ipv6 = settle6(netlink, link);
                    if (ipv6) {
                        dropGenerated(netlink, link);
                        ensureToken(netlink, link);
                    }
                    final List<IpPrefix> all = new ArrayList<>(addresses);
                    linkLocal().ifPresent(all::add);
                    for (final IpPrefix address : all) {
                        if (ipv6 || IpPrefix.family(address.address()) != Rtnl.AF_INET6) {
                            add(netlink, link, address);
                            there.add(address);
                        }
                    }
                });
        return there;
    }

    /** What the kernel made of the shared MAC, if its owner took it up before us. */
    private void dropGenerated(RtNetlink netlink, Link link) {
        final IpPrefix generated = PortLinkLocal.eui64(link.mac());
        for (final InterfaceAddress address : netlink.addresses(link)) {
            if (address.local().equals(generated)) {
                delete(netlink, link, generated);
            }
        }
    }

    /**
     * Takes the addresses and routes that another interface had before it was taken over.
     *
     * @return what could not be taken, one sentence each
     */
    public List<String> adopt(InterfaceTakeover taken) {
        final List<String> failures = new ArrayList<>();
        inPlace((netlink, link) -> failures.addAll(taken.giveTo(netlink, link)));
        return failures;
    }

    /** Switches ARP and ND on (mode l2) or off (l3, l3s). */
    public void setArp(boolean on) {
        inPlace(
                (netlink, link) -> {
                    netlink.setArp(link, on);
                    if (on) {
                        ensureToken(netlink, link);
                    }
                });
    }

    /** Sets the MTU, in bytes of L3. */
    public void setMtu(int mtu) {
        inPlace((netlink, link) -> netlink.setMtu(link, mtu));
    }

    /** Sets the MAC address, when the uplink's has changed (spec CFG-8). */
    public void setMac(long mac) {
        inPlace((netlink, link) -> netlink.setMac(link, mac));
    }

    /**
     * Adds addresses and takes others away: all of it, or where the kernel refuses one, nothing.
     * What is asked for may have been done by hand in the namespace already.
     */
    public synchronized void changeAddresses(List<IpPrefix> gone, List<IpPrefix> added) {
        if (gone.isEmpty() && added.isEmpty()) {
            return;
        }
        inPlace((netlink, link) -> change(netlink, link, gone, added));
        gone.forEach(addresses::remove);
        addresses.addAll(added);
    }

    private static void change(
            RtNetlink netlink, Link link, List<IpPrefix> gone, List<IpPrefix> added) {
        final List<IpPrefix> come = new ArrayList<>();
        final List<IpPrefix> went = new ArrayList<>();
        try {
            for (final IpPrefix address : added) {
                if (add(netlink, link, address)) {
                    come.add(address);
                }
            }
            for (final IpPrefix address : gone) {
                if (delete(netlink, link, address)) {
                    went.add(address);
                }
            }
        } catch (LinuxException e) {
            try {
                come.forEach(address -> delete(netlink, link, address));
                went.forEach(address -> add(netlink, link, address));
            } catch (LinuxException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** Returns whether it was not there. */
    private static boolean add(RtNetlink netlink, Link link, IpPrefix address) {
        return unless(Set.of(Errno.EEXIST), () -> netlink.addAddress(link, address, true));
    }

    /** Returns whether it was there; without IPv6 there are no such addresses. */
    private static boolean delete(RtNetlink netlink, Link link, IpPrefix address) {
        return unless(
                Set.of(Errno.EADDRNOTAVAIL, Errno.ENXIO),
                () -> netlink.deleteAddress(link, address));
    }

    private static boolean unless(Set<Integer> done, Runnable step) {
        try {
            step.run();
            return true;
        } catch (LinuxException e) {
            if (!done.contains(e.errno())) {
                throw e;
            }
            return false;
        }
    }

    /** Removes the device and all that was given to it. */
    @Override
    public void close() {
        tap.close();
    }
}
