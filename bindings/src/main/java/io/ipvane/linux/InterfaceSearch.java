// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Finds out where watched interfaces are and what they have, by lists, and reports what differs
 * from what was reported. An interface is looked for when it begins to be watched, when it appears
 * or goes, and when news may have been lost. Owned by the watcher's thread.
 */
final class InterfaceSearch {
    /** Whoever floods one namespace must not have all others listed without end. */
    private static final long BETWEEN_LISTS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final System.Logger LOG = System.getLogger(InterfaceSearch.class.getName());

    private final WatchedNamespaces namespaces;
    private final Function<Netns, InterfaceLists> lists;
    private long listedAt = System.nanoTime() - BETWEEN_LISTS;

    /**
     * @param lists opens what lists everything that a namespace has
     */
    InterfaceSearch(WatchedNamespaces namespaces, Function<Netns, InterfaceLists> lists) {
        this.namespaces = namespaces;
        this.lists = lists;
    }

    /**
     * How long nothing has to be looked for.
     *
     * @param longest nanoseconds, the answer where nothing is sought
     */
    long idle(long now, long longest) {
        long wait = longest;
        for (final InterfaceState state : namespaces.sought()) {
            wait = Math.min(wait, Math.max(0, state.pausedUntil() - now));
            wait = Math.max(wait, listedAt + BETWEEN_LISTS - now);
        }
        return wait;
    }

    /** Looks for what has to be looked for; after a failure not before a pause is over. */
    void run(long now) {
        final List<InterfaceState> sought = namespaces.sought();
        if (sought.isEmpty() || now - listedAt < BETWEEN_LISTS) {
            return;
        }
        listedAt = now;
        for (final InterfaceState state : sought) {
            if (now - state.pausedUntil() >= 0) {
                attempt(state, now);
            }
        }
    }

    /** Looks for one; where that fails it is looked for again after a pause. */
    void attempt(InterfaceState state, long now) {
        try {
            lookFor(state);
            namespaces.lookedFor(state);
            state.worked();
        } catch (RuntimeException | Error e) {
            namespaces.seek(state);
            state.failed(e, now);
        }
    }

    /** Finds out where an interface is, and reports what differs from what was reported. */
    void lookFor(InterfaceState state) {
        if (state.tap() == null) {
            lookForName(state);
        } else {
            lookForTap(state);
        }
    }

    private void lookForTap(InterfaceState state) {
        try (TapPlace place = TapPlace.of(state.tap())) {
            final WatchedNamespace there = namespaces.of(place.netns());
            namespaces.move(state, there);
            state.found(place, usable(place.netlink().addresses(place.link())));
            there.groupsMayHaveChanged();
        } catch (LinuxException e) {
            if (e.errno() != Errno.EBADFD) {
                throw e;
            }
            namespaces.remove(state);
            state.gone(false);
        }
    }

    private void lookForName(InterfaceState state) {
        try (Netns netns = state.open();
                InterfaceLists netlink = lists.apply(netns)) {
            List<Link> links = netlink.links(state::concerns);
            if (state.isPresent() && links.isEmpty()) {
                state.gone(false);
                links = netlink.links(state::concerns);
            }
            if (!links.isEmpty()) {
                state.linkChanged(links.get(0));
                state.reconcileAddresses(usable(netlink.addresses(links.get(0))));
            }
        }
    }

    private static List<InterfaceAddress> usable(List<InterfaceAddress> addresses) {
        return addresses.stream().filter(InterfaceAddress::usable).toList();
    }

    /** Asks the kernel for those IPv6 addresses of a TAP that are not known yet. */
    void lookFor(InterfaceState state, Set<InetAddress> wanted) {
        final List<InetAddress> unknown =
                wanted.stream().filter(address -> !state.has(address)).toList();
        if (state.tap() == null || unknown.isEmpty()) {
            return;
        }
        try (TapPlace place = TapPlace.of(state.tap())) {
            if (state.hasIndex(place.link().index())) {
                for (final InetAddress address : unknown) {
                    place.netlink()
                            .findAddress6(place.link(), address)
                            .ifPresent(state::addressAdded);
                }
            }
        } catch (LinuxException e) {
            // It was deleted or is being moved: the news of that comes.
            LOG.log(System.Logger.Level.DEBUG, "cannot look at " + state.at(), e);
        }
    }
}
