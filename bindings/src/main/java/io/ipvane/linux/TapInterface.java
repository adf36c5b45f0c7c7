// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

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
    private static final System.Logger LOG = System.getLogger(TapInterface.class.getName());

    private final Tap tap;
    private final long home;

    /** Its link-local address, or null; the interface has it unless IPv6 is disabled there. */
    private final IpPrefix linkLocal;

    /** What it was told to have. */
    private final Set<IpPrefix> addresses;

    /** Whether the interface had its link-local address when we looked last. */
    private boolean hasLinkLocal;

    /** Where it is written down that it stays when the switch ends; null: it goes then. */
    private KeptTaps keeper;

    private KeptTap record;

    /** It has outlived an earlier switch. */
    private boolean stayed;

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
        try (Netns netns = Netns.open(spec.netns())) {
            return create(spec, netns);
        }
    }

    /**
     * The same for an interface that outlives the switch: one that has stayed is taken up again,
     * with all that people did to it, and given what the switch has to say of it.
     */
    public static TapInterface bringUp(TapSpec spec, KeptTaps keeper) {
        try (UndoLog undo = new UndoLog();
                Netns netns = Netns.open(spec.netns())) {
            final TapInterface result =
                    keeper.find(spec, netns)
                            .flatMap(left -> takeUp(spec, netns, left))
                            .orElseGet(() -> create(spec, netns));
            undo.add(result::close);
            try (TapPlace place = TapPlace.of(result.tap)) {
                result.record =
                        keeper.keep(
                                spec,
                                netns,
                                KeptTap.Place.of(place.netns(), place.link()),
                                result.linkLocal,
                                result.tap);
                result.keeper = keeper;
            }
            undo.forget();
            return result;
        }
    }

    private static TapInterface create(TapSpec spec, Netns netns) {
        try (UndoLog undo = new UndoLog();
                RtNetlink netlink = new RtNetlink(netns)) {
            // Closing the device takes every later step back: MTU, addresses and routes go with it.
            final Tap tap = Tap.create(netns, spec.name(), spec.mac(), spec.queues());
            undo.add(tap::close);
            final Link link = netlink.link(spec.name());
            final IpPrefix linkLocal =
                    spec.linkLocal() == 0 ? null : PortLinkLocal.of(link.mac(), spec.linkLocal());
            final TapInterface result =
                    new TapInterface(tap, netns.inode(), linkLocal, spec.addresses());
            final boolean ipv6 = settle6(netlink, link);
            netlink.setMtu(link, spec.mtu());
            netlink.setArp(link, spec.arp());
            netlink.setUp(link, true);
            result.addAddresses(netlink, link, ipv6);
            undo.forget();
            return result;
        }
    }

    /** Nothing where it is not there any more, or has to be made anew. */
    private static Optional<TapInterface> takeUp(TapSpec spec, Netns home, KeptTap left) {
        final Optional<Netns> place = left.open();
        if (place.isEmpty()) {
            return Optional.empty();
        }
        try (Netns netns = place.get();
                RtNetlink netlink = new RtNetlink(netns)) {
            return netlink.findTap(left.place().index())
                    .flatMap(link -> takeUp(spec, home, left, netlink, link));
        }
    }

    private static Optional<TapInterface> takeUp(
            TapSpec spec, Netns home, KeptTap left, RtNetlink netlink, Link link) {
        try (UndoLog undo = new UndoLog();
                Features features = new Features(netlink.netns())) {
            final Map<String, Boolean> offered = features.wanted(link.name(), Features.OFFERED);
            final Tap tap = Tap.attach(netlink.netns(), link.name(), spec.queues());
            undo.add(tap::close);
            // What somebody has switched off at the interface, opening it has switched on.
            offered.forEach(
                    (name, wanted) -> {
                        if (!wanted) {
                            features.set(link.name(), name, false);
                        }
                    });
            final TapInterface result =
                    new TapInterface(
                            tap, home.inode(), left.linkLocal().orElse(null), spec.addresses());
            result.stayed = true;
            result.settleAgain(spec, left, netlink, link);
            undo.forget();
            LOG.log(System.Logger.Level.INFO, "event=tap_kept interface={0}", tap);
            return Optional.of(result);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENODEV) {
                throw e;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "event=tap_made_anew interface={0} reason=\"{1}\"",
                    left.key(),
                    e.getMessage());
            netlink.delete(link);
            return Optional.empty();
        }
    }

    /** What the switch has to say of an interface may have changed since it was written down. */
    private void settleAgain(TapSpec spec, KeptTap left, RtNetlink netlink, Link link) {
        if (spec.mac() != 0 && link.mac() != spec.mac()) {
            netlink.setMac(link, spec.mac());
        }
        if (link.mtu() != spec.mtu()) {
            netlink.setMtu(link, spec.mtu());
        }
        if (link.noArp() == spec.arp()) {
            netlink.setArp(link, spec.arp());
        }
        for (final IpPrefix address : left.addresses()) {
            if (!addresses.contains(address)) {
                delete(netlink, link, address);
            }
        }
        addAddresses(netlink, link, Sysctl.hasIpv6(netlink.netns(), link.name()));
    }

    /**
     * The settings of IPv6 that are a port's; returns whether there is IPv6. Where that is disabled
     * the kernel makes a link-local address once it is enabled, of a secret and not of the MAC that
     * all ports share. That address is the news of it, and goes when the port has its own.
     */
    private static boolean settle6(RtNetlink netlink, Link link) {
        final Netns netns = netlink.netns();
        final Optional<String> disabled = Sysctl.read(netns, Sysctl.disableIpv6(link.name()));
        final boolean ipv6 = disabled.filter("0"::equals).isPresent();
        if (ipv6) {
            netlink.disableAddressGeneration(link);
        } else if (disabled.isPresent()) {
            final byte[] secret = new byte[16];
            ThreadLocalRandom.current().nextBytes(secret);
            Sysctl.write(
                    netns,
                    Sysctl.stableSecret(link.name()),
                    IpPrefix.address(secret).getHostAddress());
        }
        if (disabled.isPresent()) {
            Sysctl.write(netns, Sysctl.keepAddressesOnDown(link.name()), "1");
        }
        return ipv6;
    }

    /** What it was told to have; IPv6 addresses where there is IPv6, else once it is enabled. */
    private void addAddresses(RtNetlink netlink, Link link, boolean ipv6) {
        for (final IpPrefix address : addresses) {
            if (ipv6 || IpPrefix.family(address.address()) != Rtnl.AF_INET6) {
                add(netlink, link, address);
            } else {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "event=ipv6_disabled interface={0} address={1}: it gets the address when IPv6 is enabled there",
                        tap,
                        address);
            }
        }
        if (ipv6) {
            ensureToken(netlink, link);
            ensureLinkLocal(netlink, link);
        }
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
    public synchronized Optional<IpPrefix> linkLocal() {
        return Optional.ofNullable(linkLocal).filter(address -> hasLinkLocal);
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
     * Gives it the link-local address back. The kernel takes it away from an interface that goes
     * down, and all IPv6 addresses where IPv6 is disabled: to be called when it has come up again,
     * or may have IPv6 again; no harm otherwise.
     */
    public void ensureLinkLocal() {
        if (linkLocal != null) {
            inPlace(this::ensureLinkLocal);
        }
    }

    private void ensureLinkLocal(RtNetlink netlink, Link link) {
        if (linkLocal == null) {
            return;
        }
        try {
            netlink.addAddress(link, linkLocal, true);
        } catch (LinuxException e) {
            // It has it, or IPv6 is disabled.
            hasLinkLocal = e.errno() == Errno.EEXIST;
            if (e.errno() != Errno.EEXIST && e.errno() != Errno.EACCES) {
                throw e;
            }
            return;
        }
        hasLinkLocal = true;
        netlink.disableAddressGeneration(link);
        netlink.addresses(link).stream()
                .filter(InterfaceAddress::madeOfSecret)
                .filter(address -> address.local().address().isLinkLocalAddress())
                .forEach(address -> delete(netlink, link, address.local()));
        ensureToken(netlink, link);
        addresses.stream()
                .filter(address -> IpPrefix.family(address.address()) == Rtnl.AF_INET6)
                .forEach(address -> add(netlink, link, address));
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
                    if (linkLocal != null) {
                        all.add(linkLocal);
                    }
                    hasLinkLocal = ipv6;
                    for (final IpPrefix address : all) {
                        if (ipv6 || IpPrefix.family(address.address()) != Rtnl.AF_INET6) {
                            add(netlink, link, address);
                            there.add(address);
                        }
                    }
                    note(record -> record.withPlace(KeptTap.Place.of(netlink.netns(), link)));
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
        note(record -> record.withAddresses(List.copyOf(addresses)));
    }

    /** Writes down what the next switch has to know. */
    private void note(UnaryOperator<KeptTap> change) {
        if (keeper != null) {
            record = change.apply(record);
            keeper.write(record);
        }
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

    /**
     * Removes the device and all that was given to it, or leaves it where it stays for the next
     * switch.
     */
    @Override
    public synchronized void close() {
        if (keeper == null ? stayed : keeper.stays(stayed)) {
            tap.close();
            return;
        }
        try {
            tap.persist(false);
        } catch (LinuxException e) {
            // Somebody has deleted it.
            LOG.log(System.Logger.Level.DEBUG, e.getMessage());
        }
        tap.close();
        if (keeper != null) {
            keeper.forget(record.key());
        }
    }
}
