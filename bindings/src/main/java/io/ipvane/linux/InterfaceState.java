// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is known of one watched interface. Turns news, which may be repeated or out of date, into
 * events, each exactly once. Owned by the watcher's thread.
 *
 * <p>An interface is known by its name until it is there, and then by its index, so that it may be
 * renamed. A TAP of ours is known by its descriptor: another interface that gets its name, or its
 * index in another namespace, is not taken for it.
 */
final class InterfaceState {
    /** More than a port may claim. */
    static final int MOST_ADDRESSES = 131_072;

    private static final System.Logger LOG = System.getLogger(InterfaceState.class.getName());

    private final WatchedInterface at;
    private final InterfaceListener listener;

    /** Null for an interface that is not ours. */
    private final Tap tap;

    private final Pause pause;
    private long pausedUntil = System.nanoTime();

    /** Where it was seen last; 0: nowhere yet. */
    private long inode;

    /** The interface as last reported; null while there is none. */
    private Link link;

    /** Local addresses, each with the prefix lengths that the interface has it under. */
    private final Map<InetAddress, Set<Integer>> addresses = new HashMap<>();

    /** Those of them that are not known to be free yet. */
    private final Set<InetAddress> tentative = new HashSet<>();

    private Set<Long> groups = Set.of();

    /** It was said that there are too many addresses. */
    private boolean overfull;

    /**
     * @param tap the TAP that it is, or null where any interface of the name is meant
     */
    InterfaceState(WatchedInterface at, Tap tap, InterfaceListener listener) {
        this.at = at;
        this.tap = tap;
        this.listener = listener;
        this.pause = new Pause("looking for interface " + at);
    }

    /** Notes that it could not be looked for. */
    void failed(Throwable why, long now) {
        pausedUntil = now + pause.failed(why);
    }

    /** Notes that it was looked for. */
    void worked() {
        pause.worked();
        pausedUntil = System.nanoTime();
    }

    /** When to look for it again, on the clock of System.nanoTime. */
    long pausedUntil() {
        return pausedUntil;
    }

    /** The TAP that it is, or null. */
    Tap tap() {
        return tap;
    }

    /** Opens the namespace that it is in, or is waited for in; the caller closes the handle. */
    Netns open() {
        return tap == null ? Netns.open(at.netns()) : tap.netns();
    }

    WatchedInterface at() {
        return at;
    }

    boolean isPresent() {
        return link != null;
    }

    /** Its index in its namespace, while it is there; else 0, which no interface has. */
    int index() {
        return link == null ? 0 : link.index();
    }

    boolean hasIndex(int index) {
        return link != null && link.index() == index;
    }

    /**
     * Whether news of this interface is for us: it is the one that we follow, or the one that we
     * wait for.
     */
    boolean concerns(Link news) {
        return link == null
                ? tap == null && news.name().equals(at.name())
                : link.index() == news.index();
    }

    /**
     * Takes all that there is of the TAP, where it is now.
     *
     * @param now all its addresses that can be used
     */
    void found(TapPlace place, Collection<InterfaceAddress> now) {
        final long there = place.netns().inode();
        final boolean moved = inode != 0 && inode != there;
        inode = there;
        reconcileAddresses(now);
        if (moved) {
            groups = Set.of();
            link = place.link();
            listener.onEvent(
                    new InterfaceEvent.InterfaceMoved(at, Netns.nameOf(there), place.link()));
        } else {
            linkChanged(place.link());
        }
    }

    void linkChanged(Link now) {
        final boolean news = link == null || differs(link, now);
        link = now;
        if (news) {
            listener.onEvent(new InterfaceEvent.LinkChanged(at, now));
        }
    }

    private static boolean differs(Link a, Link b) {
        return !a.name().equals(b.name())
                || a.mac() != b.mac()
                || a.mtu() != b.mtu()
                || a.up() != b.up()
                || a.noArp() != b.noArp()
                || a.allMulticast() != b.allMulticast()
                || a.carrier() != b.carrier();
    }

    /**
     * @param withNamespace it went because its namespace ended
     */
    void gone(boolean withNamespace) {
        link = null;
        groups = Set.of();
        for (final InetAddress address : List.copyOf(addresses.keySet())) {
            addresses.remove(address);
            tentative.remove(address);
            listener.onEvent(new InterfaceEvent.AddressRemoved(at, address));
        }
        listener.onEvent(new InterfaceEvent.InterfaceGone(at, withNamespace));
    }

    boolean has(InetAddress address) {
        return addresses.containsKey(address);
    }

    void addressAdded(InterfaceAddress added) {
        final IpPrefix prefix = added.local();
        if (addresses.size() >= MOST_ADDRESSES && !addresses.containsKey(prefix.address())) {
            if (!overfull) {
                overfull = true;
                LOG.log(
                        System.Logger.Level.WARNING,
                        "interface %s has more than %d addresses; what is beyond does not work:"
                                        .formatted(at, MOST_ADDRESSES)
                                + " delete some");
            }
            return;
        }
        final Set<Integer> lengths =
                addresses.computeIfAbsent(prefix.address(), address -> new HashSet<>());
        final boolean news = lengths.add(prefix.length()) && lengths.size() == 1;
        if (added.tentative() ? news && tentative.add(prefix.address()) : isTried(prefix)) {
            listener.onEvent(
                    new InterfaceEvent.AddressTried(at, prefix.address(), !added.tentative()));
        }
        if (news) {
            listener.onEvent(new InterfaceEvent.AddressAdded(at, prefix));
        }
    }

    private boolean isTried(IpPrefix prefix) {
        return tentative.remove(prefix.address());
    }

    void addressRemoved(IpPrefix prefix) {
        final Set<Integer> lengths = addresses.get(prefix.address());
        if (lengths != null && lengths.remove(prefix.length()) && lengths.isEmpty()) {
            addresses.remove(prefix.address());
            tentative.remove(prefix.address());
            listener.onEvent(new InterfaceEvent.AddressRemoved(at, prefix.address()));
        }
    }

    /** Takes a complete list of addresses; what is no longer in it goes first. */
    void reconcileAddresses(Collection<InterfaceAddress> now) {
        final Set<IpPrefix> kept =
                now.stream().map(InterfaceAddress::local).collect(Collectors.toSet());
        for (final InetAddress address : List.copyOf(addresses.keySet())) {
            for (final int length : List.copyOf(addresses.get(address))) {
                final IpPrefix prefix = new IpPrefix(address, length);
                if (!kept.contains(prefix)) {
                    addressRemoved(prefix);
                }
            }
        }
        now.forEach(this::addressAdded);
    }

    /** The interface listens to one group more; that it no longer does the next list says. */
    void joined(long group) {
        if (groups.size() < GroupLines.MOST && !groups.contains(group)) {
            final Set<Long> now = new HashSet<>(groups);
            now.add(group);
            groups = Set.copyOf(now);
            listener.onEvent(new InterfaceEvent.MulticastChanged(at, groups));
        }
    }

    /** Takes the groups of all interfaces of the namespace by index. */
    void reconcileGroups(Map<Integer, Set<Long>> all) {
        if (link == null) {
            return;
        }
        final Set<Long> now = all.getOrDefault(link.index(), Set.of());
        if (!now.equals(groups)) {
            groups = Set.copyOf(now);
            listener.onEvent(new InterfaceEvent.MulticastChanged(at, groups));
        }
    }
}
