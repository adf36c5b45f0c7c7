// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.net.Inet6Address;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A kernel interface that the switch uses as an uplink, through a packet socket or XDP, taken away
 * from the host's own stack: without addresses, without IPv6, blind to what comes in, so that not
 * two stacks answer one frame.
 *
 * <p>What it was is written to a file before anything is changed, and restored in {@link #close},
 * the last change first. After a crash the next takeover finds the file and takes it for the truth,
 * and {@link #restoreLeftovers} gives back interfaces that nobody wants any more. Whoever opens the
 * device makes it promiscuous, and DPDK's drivers leave it so: that is taken back here as well.
 *
 * <p>Not kept up: an address that somebody (a DHCP client, say) adds while the interface is taken
 * stays until it is removed; it does no harm, since the stack sees no frame. Control plane, one
 * thread at a time.
 */
public final class InterfaceTakeover implements AutoCloseable {
    /** How the switch gets the interface's frames. */
    public enum Capture {
        /** A packet socket, which gives VLAN tags and long frames as the kernel has them. */
        PACKET,
        /** An XDP program, which sees VLAN tags only where the hardware leaves them in. */
        XDP
    }

    /**
     * IPv6 routes with a preferred source wait for its address to pass duplicate address detection.
     */
    private static final long ROUTE_PATIENCE = TimeUnit.SECONDS.toNanos(3);

    private static final long ROUTE_RETRY_MILLIS = 100;

    private final Netns netns;
    private final RtNetlink netlink;
    private final TakeoverFile file;
    private final TakeoverRecord original;
    private final boolean afterCrash;
    private final List<String> warnings = new ArrayList<>();

    private InterfaceTakeover(
            Netns netns,
            RtNetlink netlink,
            TakeoverFile file,
            TakeoverRecord original,
            boolean afterCrash) {
        this.afterCrash = afterCrash;
        this.netns = netns;
        this.netlink = netlink;
        this.file = file;
        this.original = original;
    }

    /**
     * Takes an interface over.
     *
     * @param stateDirectory where the record is kept, for example {@code /run/ipvane}
     * @throws LinuxException that says which step failed; what was done before it has been undone
     */
    public static InterfaceTakeover take(
            WatchedInterface key, Capture capture, Path stateDirectory) {
        final InterfaceTakeover takeover = claim(key, stateDirectory);
        try {
            takeover.change(capture);
            return takeover;
        } catch (LinuxException e) {
            final LinuxException refusal =
                    new LinuxException(
                            e.errno(),
                            "interface " + key + " was not taken over: " + e.getMessage());
            try {
                takeover.close();
            } catch (LinuxException notRestored) {
                refusal.addSuppressed(notRestored);
            }
            throw refusal;
        }
    }

    /**
     * Restores interfaces that were taken over by a switch that is gone, unless they are wanted
     * again.
     *
     * @return what could not be done, one sentence each
     */
    public static List<String> restoreLeftovers(
            Path stateDirectory, Predicate<WatchedInterface> isWanted) {
        final List<String> failures = new ArrayList<>();
        for (final TakeoverRecord leftover : TakeoverFile.list(stateDirectory, failures)) {
            if (!isWanted.test(leftover.key())) {
                try {
                    restoreLeftover(stateDirectory, leftover);
                } catch (LinuxException e) {
                    // Whose switch runs is no leftover.
                    if (e.errno() != Errno.EBUSY) {
                        failures.add(e.getMessage());
                    }
                }
            }
        }
        return failures;
    }

    /**
     * A record of an interface in a namespace without a name is left to a switch that runs there.
     */
    private static void restoreLeftover(Path stateDirectory, TakeoverRecord listed) {
        try (UndoLog undo = new UndoLog()) {
            if (listed.isOutOfReach()) {
                return;
            }
            final TakeoverFile file =
                    TakeoverFile.open(stateDirectory, listed.key(), listed.netnsInode());
            undo.add(file::close);
            if (!exists(listed.key())) {
                file.delete();
                return;
            }
            final Netns netns = Netns.open(listed.key().netns());
            undo.add(netns::close);
            final RtNetlink netlink = new RtNetlink(netns);
            undo.add(netlink::close);
            final Optional<TakeoverRecord> leftover = file.read();
            if (leftover.isEmpty() || !leftover.get().isOf(netlink, listed.key())) {
                file.delete();
                return;
            }
            undo.forget();
            new InterfaceTakeover(netns, netlink, file, leftover.get(), true).close();
        }
    }

    /** Locks the interface and establishes, and writes down, how it was originally. */
    private static InterfaceTakeover claim(WatchedInterface key, Path stateDirectory) {
        try (UndoLog undo = new UndoLog()) {
            final Netns netns = Netns.open(key.netns());
            undo.add(netns::close);
            final RtNetlink netlink = new RtNetlink(netns);
            undo.add(netlink::close);
            final Link link = netlink.link(key.name());
            // Changes nothing, but shows whether we may: without the right nothing is left behind.
            netlink.setUp(link, link.up());
            final TakeoverFile file = TakeoverFile.open(stateDirectory, key, netns.inode());
            undo.add(file::close);
            final Optional<TakeoverRecord> leftover =
                    file.read().filter(written -> written.isOf(netlink, link));
            final TakeoverRecord original =
                    leftover.orElseGet(() -> TakeoverRecord.of(key, netlink, link));
            if (leftover.isEmpty()) {
                file.write(original);
            }
            undo.forget();
            return new InterfaceTakeover(netns, netlink, file, original, leftover.isPresent());
        }
    }

    private static boolean exists(WatchedInterface key) {
        try (Netns netns = Netns.open(key.netns());
                RtNetlink netlink = new RtNetlink(netns)) {
            return netlink.findLink(key.name()).isPresent();
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    // -- change --

    /** What is on top of it gets its frames by the host's stack, which is to see none of them. */
    private void refuseWhereOthersAreOnTop(Link link) {
        final List<String> others = UpperInterfaces.of(netlink, link);
        if (!others.isEmpty()) {
            throw new LinuxException(
                    Errno.EBUSY,
                    "%s would hear nothing any more, without a sign of it (EBUSY); remove %s, and give the switch ports, or uplinks with a vlan, in %s place"
                            .formatted(
                                    String.join(", ", others),
                                    others.size() == 1 ? "it" : "them",
                                    others.size() == 1 ? "its" : "their"));
        }
    }

    private void change(Capture capture) {
        final Link link = netlink.link(original.key().name());
        refuseWhereOthersAreOnTop(link);
        // Before all else: by this a record is known to be of this interface.
        blind(link);
        if (link.xdp() != 0) {
            if (!afterCrash) {
                warnings.add(
                        "an XDP program was attached to "
                                + original.key()
                                + " and has been detached");
            }
            netlink.detachXdp(link);
        }
        disableFeatures(link, capture);
        disableIpv6(link);
        removeAddresses(link);
        netlink.setUp(link, true);
    }

    private void disableFeatures(Link link, Capture capture) {
        try (Features features = new Features(netns)) {
            for (final String name : original.settings().features().keySet()) {
                final boolean harmful = capture == Capture.XDP || name.equals(Features.LRO);
                if (harmful && features.isActive(link.name(), name)) {
                    features.set(link.name(), name, false);
                }
            }
        }
    }

    /**
     * First of all the stack must see nothing more: it would reset connections that move with their
     * address.
     */
    private void blind(Link link) {
        try {
            IngressBlock.add(netlink, link);
        } catch (LinuxException e) {
            warnings.add(
                    e.getMessage()
                            + ": the host's stack goes on seeing what "
                            + original.key()
                            + " receives; only its ARP answers are switched off (arp_ignore="
                            + TakeoverRecord.IGNORE_ALL_ARP
                            + ")");
            Sysctl.write(netns, Sysctl.arpIgnore(link.name()), TakeoverRecord.IGNORE_ALL_ARP);
        }
    }

    private void disableIpv6(Link link) {
        if (original.settings().disableIpv6().isPresent()) {
            Sysctl.write(netns, Sysctl.disableIpv6(link.name()), "1");
        }
    }

    private void removeAddresses(Link link) {
        for (final NetlinkMessage message : netlink.dumpAddresses(link.index())) {
            final SavedMessage address = new SavedMessage(message);
            if (address.address() != null && address.address().link() == link.index()) {
                // It may have gone with the address before it, whose secondary it was.
                netlink.execute(
                        address.delete(link),
                        "delete address " + address + " of '" + link.name() + "'",
                        Errno.EADDRNOTAVAIL);
            }
        }
    }

    // -- what the switch wants to know --

    /** What is not as it should be although the takeover succeeded, one sentence each. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** The addresses that the interface had. */
    public List<InterfaceAddress> addresses() {
        return original.settings().addresses().stream().map(SavedMessage::address).toList();
    }

    /** The unicast routes that led through the interface. */
    public List<Route> routes() {
        return original.settings().routes().stream().map(SavedMessage::route).toList();
    }

    /**
     * Addresses that end unless somebody renews them, one sentence each: a DHCP client goes on
     * trying that at the interface, where no answer reaches it, and not at the host port.
     */
    public List<String> leases() {
        return given().stream()
                .filter(saved -> saved.lifetime().isPresent())
                .map(
                        saved ->
                                "address %s of %s has a lifetime of %d s, which nobody renews at the host port: it stays there without an end; give the host port a fixed address, or run the DHCP client there"
                                        .formatted(
                                                saved,
                                                original.key(),
                                                saved.lifetime().getAsLong()))
                .toList();
    }

    /** The addresses that another interface can have in its place. */
    private List<SavedMessage> given() {
        return original.settings().addresses().stream()
                .filter(saved -> !saved.address().local().address().isLinkLocalAddress())
                .toList();
    }

    /**
     * Gives addresses, routes and permanent neighbours of the interface to another one that is up:
     * the host port. Link-local addresses of IPv6 and what the other has already are left out, and
     * an address that would end stays.
     *
     * @return what could not be given, one sentence each
     */
    public List<String> giveTo(RtNetlink target, Link hostPort) {
        return make(target, hostPort, given(), SavedMessage::addForEver);
    }

    // -- restore --

    /**
     * Restores the interface as it was; where that fails, the record stays and the sentence says
     * so.
     */
    @Override
    public void close() {
        final List<String> failures = new ArrayList<>();
        try (UndoLog handles = new UndoLog()) {
            handles.add(file::close);
            handles.add(netns::close);
            handles.add(netlink::close);
            // By index: somebody may have renamed it. Gone is gone, with all that it had, and
            // another that has its index now is left alone.
            netlink.links().stream()
                    .filter(link -> link.index() == original.index())
                    .filter(link -> original.isOf(netlink, link))
                    .findFirst()
                    .ifPresent(link -> restore(link, failures));
            if (failures.isEmpty()) {
                file.delete();
            } else {
                file.write(original.afterIncompleteRestore());
            }
        }
        if (!failures.isEmpty()) {
            throw new LinuxException(
                    0,
                    "interface %s was not restored completely: %s; the record stays in %s"
                            .formatted(original.key(), String.join("; ", failures), file));
        }
    }

    private void restore(Link link, List<String> failures) {
        final InterfaceSettings settings = original.settings();
        step(failures, () -> netlink.setUp(link, settings.up()));
        step(failures, () -> netlink.setPromiscuous(link, settings.promiscuous()));
        if (settings.mtu() != 0 && settings.mtu() != link.mtu()) {
            step(failures, () -> netlink.setMtu(link, settings.mtu()));
        }
        step(
                failures,
                () ->
                        settings.disableIpv6()
                                .ifPresent(
                                        value ->
                                                Sysctl.write(
                                                        netns,
                                                        Sysctl.disableIpv6(link.name()),
                                                        value)));
        failures.addAll(make(netlink, link, settings.addresses(), SavedMessage::add));
        step(failures, () -> removeGenerated(link));
        step(
                failures,
                () -> Sysctl.write(netns, Sysctl.arpIgnore(link.name()), settings.arpIgnore()));
        step(failures, () -> IngressBlock.remove(netlink, link, !settings.ingressPlace()));
        step(failures, () -> restoreFeatures(link));
    }

    /**
     * The kernel makes a link-local address when IPv6 is switched on, which may have been deleted,
     * or another by hand.
     */
    private void removeGenerated(Link link) {
        final Set<IpPrefix> had =
                original.settings().addresses().stream()
                        .map(saved -> saved.address().local())
                        .collect(Collectors.toSet());
        netlink.dumpAddresses(link.index()).stream()
                .map(SavedMessage::new)
                .filter(saved -> saved.address() != null && saved.address().link() == link.index())
                .filter(saved -> saved.address().local().address() instanceof Inet6Address)
                .filter(saved -> saved.address().local().address().isLinkLocalAddress())
                .filter(saved -> !had.contains(saved.address().local()))
                .forEach(
                        saved ->
                                netlink.execute(
                                        saved.delete(link),
                                        "delete address " + saved + " of '" + link.name() + "'",
                                        Errno.EADDRNOTAVAIL));
    }

    private void restoreFeatures(Link link) {
        try (Features features = new Features(netns)) {
            original.settings()
                    .features()
                    .forEach((name, wanted) -> features.set(link.name(), name, wanted));
        }
    }

    private static void step(List<String> failures, Runnable step) {
        try {
            step.run();
        } catch (LinuxException e) {
            failures.add(e.getMessage());
        }
    }

    /**
     * Makes addresses, the routes and the neighbours at an interface; returns what could not be
     * made.
     *
     * @param add makes a request of an address
     */
    private List<String> make(
            RtNetlink netlink,
            Link link,
            List<SavedMessage> addresses,
            BiFunction<SavedMessage, Link, byte[]> add) {
        final List<String> failures = new ArrayList<>();
        for (final SavedMessage address : addresses) {
            step(
                    failures,
                    () ->
                            netlink.execute(
                                    add.apply(address, link),
                                    "add address " + address + " to '" + link.name() + "'",
                                    Errno.EEXIST));
        }
        failures.addAll(makeRoutes(netlink, link, original.settings().routes()));
        for (final SavedMessage neighbor : original.settings().neighbors()) {
            step(
                    failures,
                    () ->
                            netlink.execute(
                                    neighbor.add(link),
                                    "add neighbour " + neighbor + " at '" + link.name() + "'",
                                    Errno.EEXIST));
        }
        return failures;
    }

    /**
     * A route needs those that lead to its gateway, and its source address: tried until none is
     * left or time is up.
     */
    private static List<String> makeRoutes(
            RtNetlink netlink, Link link, List<SavedMessage> routes) {
        final long end = System.nanoTime() + ROUTE_PATIENCE;
        List<SavedMessage> left = routes;
        while (true) {
            final List<String> failures = new ArrayList<>();
            final List<SavedMessage> refused = new ArrayList<>();
            for (final SavedMessage route : left) {
                final int before = failures.size();
                step(
                        failures,
                        () ->
                                netlink.execute(
                                        route.add(link),
                                        "add route " + route + " at '" + link.name() + "'",
                                        Errno.EEXIST));
                if (failures.size() > before) {
                    refused.add(route);
                }
            }
            if (refused.isEmpty() || System.nanoTime() - end > 0) {
                return failures;
            }
            left = refused;
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(ROUTE_RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
