// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.control.Command;
import io.ipvane.control.ControlPlane;
import io.ipvane.linux.InterfaceEvent;
import io.ipvane.linux.IpPrefix;
import io.ipvane.linux.Link;
import io.ipvane.linux.LinuxException;
import io.ipvane.linux.NamespaceWatcher;
import io.ipvane.linux.TapInterface;
import io.ipvane.linux.WatchedInterface;
import io.ipvane.packet.IpAddress;
import io.ipvane.table.GroupFilter;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the conductor what happens to the interfaces of ports, host ports and uplinks: {@code ip
 * addr add} in a namespace registers an address, as with the kernel's ipvlan (spec ADR-17).
 *
 * <p>Called back on the watcher's thread, which waits where the conductor cannot keep up: events
 * must not be lost, and the kernel's queue holds what comes meanwhile.
 */
final class InterfaceWatch implements AutoCloseable {
    /**
     * What one interface is to the switch.
     *
     * @param port index of the port, host port or uplink
     * @param tap the interface of a port or host port; empty for an uplink
     */
    record Watched(WatchedInterface at, int port, Optional<TapInterface> tap) {}

    private static final Logger LOG = LoggerFactory.getLogger(InterfaceWatch.class);

    /** An interface may be that of several uplinks, one a VLAN. */
    private final Map<WatchedInterface, List<Watched>> watched = new ConcurrentHashMap<>();

    /** By port, where its interface was taken to. */
    private final Map<Integer, String> moved = new ConcurrentHashMap<>();

    /** By port or uplink, whether its interface went with its namespace. */
    private final Map<Integer, Boolean> gone = new ConcurrentHashMap<>();

    /** By uplink, the MTU that its interface has. */
    private final Map<Integer, Integer> mtus = new ConcurrentHashMap<>();

    private final ControlPlane control;
    private volatile Runnable onNews = () -> {};
    private final NamespaceWatcher watcher = new NamespaceWatcher(this::onEvent);

    /** Watches nothing yet. */
    InterfaceWatch(ControlPlane control) {
        this.control = control;
        watcher.start(List.of());
        control.onGroups(this::groupsMayHaveChanged);
        control.onLook(this::look);
    }

    /**
     * Calls this when an interface went, or that of an uplink has another MTU; it must not wait.
     */
    void onNews(Runnable listener) {
        onNews = listener;
    }

    /** The MTU that the interface of an uplink has; empty where it has told none. */
    OptionalInt mtu(int uplink) {
        final Integer told = mtus.get(uplink);
        return told == null ? OptionalInt.empty() : OptionalInt.of(told);
    }

    /** Whether the interface of a port or uplink went since it was watched. */
    boolean isGone(int port) {
        return gone.containsKey(port);
    }

    /** Whether it went because its namespace ended. */
    boolean endedWithNamespace(int port) {
        return gone.getOrDefault(port, false);
    }

    /** Watches one interface more; everything that there is has been told when this returns. */
    void watch(Watched one) {
        gone.remove(one.port());
        if (watched.merge(one.at(), List.of(one), InterfaceWatch::plus).size() > 1) {
            // Somebody watches it already: all is told again, and nobody minds.
            watcher.unwatch(one.at());
        }
        if (one.tap().isPresent()) {
            watcher.watch(one.at(), one.tap().get().tap());
        } else {
            watcher.watch(one.at());
        }
        control.told(one.port());
    }

    private static List<Watched> plus(List<Watched> some, List<Watched> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /** Tells nothing of an interface to a port any more, once this has returned. */
    void unwatch(WatchedInterface at, int port) {
        final List<Watched> others =
                watched.computeIfPresent(
                        at,
                        (same, all) -> {
                            final List<Watched> left =
                                    all.stream().filter(each -> each.port() != port).toList();
                            return left.isEmpty() ? null : left;
                        });
        if (others == null) {
            watcher.unwatch(at);
        }
        moved.remove(port);
        mtus.remove(port);
    }

    /**
     * A port has sent IGMP or MLD, which its interface's groups then follow within milliseconds.
     */
    private void groupsMayHaveChanged(int port) {
        watched.values().stream()
                .flatMap(List::stream)
                .filter(w -> w.port() == port)
                .forEach(w -> watcher.multicastMayHaveChanged(w.at()));
    }

    /** Has the watcher look at once what the interfaces of some ports have. */
    private void look(long ticket, Map<Integer, Set<IpAddress>> sources) {
        final Map<WatchedInterface, Set<InetAddress>> wanted = new HashMap<>();
        watched.values().stream()
                .flatMap(List::stream)
                .filter(one -> sources.containsKey(one.port()))
                .forEach(
                        one ->
                                sources.get(one.port())
                                        .forEach(
                                                source ->
                                                        wanted.computeIfAbsent(
                                                                        one.at(),
                                                                        at -> new HashSet<>())
                                                                .add(Addresses.linux(source))));
        watcher.look(wanted, () -> control.looked(ticket));
    }

    /** A port has its interface where that is now, whatever it was called. */
    private void tellPlace(Watched to, Link link) {
        final String netns = moved.getOrDefault(to.port(), to.at().netns());
        control.put(new Command.PortPlace(to.port(), netns, link.name()));
    }

    private void onEvent(InterfaceEvent event) {
        watched.getOrDefault(event.at(), List.of()).forEach(to -> tell(to, event));
    }

    private void tell(Watched to, InterfaceEvent event) {
        if (to.tap().isEmpty() && event instanceof InterfaceEvent.LinkChanged e) {
            control.put(new Command.UplinkMtu(to.port(), e.link().mtu()));
            final Integer before = mtus.put(to.port(), e.link().mtu());
            if (before != null && before != e.link().mtu()) {
                onNews.run();
            }
            control.put(new Command.UplinkMac(to.port(), e.link().mac()));
        }
        final Command command = to.tap().isEmpty() ? uplink(to, event) : port(to, event);
        if (command != null) {
            control.put(command);
        }
        if (event instanceof InterfaceEvent.InterfaceGone e) {
            gone.put(to.port(), e.withNamespace());
            onNews.run();
        }
    }

    private static Command uplink(Watched to, InterfaceEvent event) {
        return switch (event) {
            case InterfaceEvent.LinkChanged e ->
                    new Command.UplinkLink(to.port(), e.link().up() && e.link().carrier());
            case InterfaceEvent.InterfaceGone e -> {
                LOG.error("event=uplink_gone interface={}", e.at());
                yield new Command.UplinkLink(to.port(), false);
            }
            default -> null;
        };
    }

    private Command port(Watched to, InterfaceEvent event) {
        return switch (event) {
            case InterfaceEvent.AddressAdded e -> added(to, e);
            case InterfaceEvent.AddressTried e ->
                    new Command.AddressTried(to.port(), Addresses.of(e.address()), e.free());
            case InterfaceEvent.AddressRemoved e ->
                    new Command.AddressRemoved(to.port(), Addresses.of(e.address()));
            case InterfaceEvent.LinkChanged e -> link(to, e.link());
            case InterfaceEvent.InterfaceMoved e -> moved(to, e);
            case InterfaceEvent.InterfaceGone e -> new Command.InterfaceGone(to.port());
            case InterfaceEvent.MulticastChanged e -> groups(to, e);
        };
    }

    /** The kernel takes the link-local address away from an interface that goes down. */
    private Command link(Watched to, Link link) {
        tellPlace(to, link);
        if (link.up()) {
            restoreLinkLocal(to.tap().orElseThrow());
        }
        return new Command.PortLink(to.port(), link.up(), link.carrier(), link.mtu(), link.mac());
    }

    /** The port is where its interface is; what the kernel left behind comes after it. */
    private Command moved(Watched to, InterfaceEvent.InterfaceMoved event) {
        LOG.info(
                "event=interface_moved interface={} netns={} name={}",
                to.at(),
                event.netns(),
                event.link().name());
        moved.put(to.port(), event.netns());
        try {
            for (final IpPrefix address : to.tap().orElseThrow().settle()) {
                control.put(new Command.AddressAdded(to.port(), Addresses.of(address), true));
            }
        } catch (LinuxException e) {
            LOG.warn(
                    "event=interface_not_settled interface={} reason=\"{}\"",
                    to.at(),
                    e.getMessage());
        }
        return link(to, event.link());
    }

    /** The kernel makes a link-local address where somebody has just enabled IPv6. */
    private static Command added(Watched to, InterfaceEvent.AddressAdded event) {
        final TapInterface tap = to.tap().orElseThrow();
        if (event.address().address().isLinkLocalAddress() && tap.linkLocal().isEmpty()) {
            restoreLinkLocal(tap);
        }
        return new Command.AddressAdded(to.port(), Addresses.of(event.address()), false);
    }

    /** Also the sign that somebody has enabled IPv6. */
    private static Command groups(Watched to, InterfaceEvent.MulticastChanged event) {
        if (event.mayHaveIpv6()) {
            restoreLinkLocal(to.tap().orElseThrow());
        }
        return new Command.PortGroups(
                to.port(),
                GroupFilter.of(event.groups().stream().mapToLong(Long::longValue).toArray()));
    }

    private static void restoreLinkLocal(TapInterface tap) {
        try {
            tap.ensureLinkLocal();
        } catch (LinuxException e) {
            LOG.debug("event=link_local_missing reason=\"{}\"", e.getMessage());
        }
    }

    @Override
    public void close() {
        watcher.close();
    }
}
