// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * All watched interfaces of one namespace: listens to notifications, and lists everything anew when
 * some were lost. Owned by the watcher's thread.
 *
 * <p>Multicast groups have no reliable notification: rtnetlink tells of joins of IP groups, since
 * Linux 6.14 only, and of none that a packet socket joins. So their list is read again soon after
 * anything has happened, and once a second anyway: a few microseconds, against a second of a
 * group's traffic.
 */
final class WatchedNamespace implements AutoCloseable {
    private static final long SOON = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long AT_LEAST = TimeUnit.SECONDS.toNanos(1);

    /** Datagrams thrown away in one go after a loss; more than any receive buffer holds. */
    private static final int DISCARD_LIMIT = 1 << 20;

    private static final int LOSSES_IN_A_ROW = 16;

    private final Netns netns;
    private final NetlinkSocket news;
    private final InterfaceLists lists;
    private final MulticastGroups groups;
    private final List<InterfaceState> interfaces = new ArrayList<>();
    private long groupsRead = System.nanoTime() - AT_LEAST;
    private long groupsDue = groupsRead;
    private boolean stale;
    private long losses;
    private final Pause pause;
    private long pausedUntil;

    /** Takes over the handle. */
    WatchedNamespace(Netns netns, int receiveBuffer) {
        this(netns, receiveBuffer, RtNetlink::new);
    }

    /**
     * @param lists opens what lists everything
     */
    WatchedNamespace(Netns netns, int receiveBuffer, Function<Netns, InterfaceLists> lists) {
        try (UndoLog undo = new UndoLog()) {
            undo.add(netns::close);
            news = new NetlinkSocket(netns, receiveBuffer);
            undo.add(news::close);
            this.lists = lists.apply(netns);
            undo.add(this.lists::close);
            groups = new MulticastGroups(netns);
            undo.add(groups::close);
            news.join(Rtnl.GROUP_LINK);
            news.join(Rtnl.GROUP_IPV4_ADDRESS);
            news.join(Rtnl.GROUP_IPV6_ADDRESS);
            news.join(Rtnl.GROUP_IPV4_MULTICAST);
            news.join(Rtnl.GROUP_IPV6_MULTICAST);
            undo.forget();
        }
        this.netns = netns;
        this.pause = new Pause("watching " + netns);
    }

    long inode() {
        return netns.inode();
    }

    /** For poll(2). */
    int fd() {
        return news.fd();
    }

    /** How often notifications were lost. */
    long losses() {
        return losses;
    }

    boolean isEmpty() {
        return interfaces.isEmpty();
    }

    /** Begins to watch and reports all that there is. */
    void add(WatchedInterface at, InterfaceListener listener) {
        final InterfaceState state = new InterfaceState(at, listener);
        interfaces.add(state);
        reconcile(state, lists.links(), lists.addresses());
        if (state.isPresent()) {
            state.reconcileGroups(groups.read());
        } else {
            state.gone();
        }
    }

    void remove(WatchedInterface at) {
        interfaces.removeIf(state -> state.at().equals(at));
    }

    boolean watches(WatchedInterface at) {
        return interfaces.stream().anyMatch(state -> state.at().equals(at));
    }

    /**
     * Takes what waits and reads the groups when that is due. Where something fails, nothing is
     * done for a while; then everything is listed, as news may have been lost.
     */
    void look(long now) {
        if (isPaused(now)) {
            return;
        }
        try {
            // Asked without looking at poll's answer: an empty socket costs one call that says so,
            // and tasks may have changed the list of namespaces since.
            takeNews();
            readGroupsIfDue(now);
            pause.worked();
        } catch (RuntimeException | Error e) {
            stale = true;
            pausedUntil = now + pause.failed(e);
        }
    }

    /** Whether something has failed, and it is too early to try again. */
    boolean isPaused(long now) {
        return pause.isOn() && now - pausedUntil < 0;
    }

    /** When {@link #look} has something to do without news, on the clock of System.nanoTime. */
    long due() {
        return pause.isOn() ? pausedUntil : groupsDue;
    }

    /** Takes all notifications that wait. */
    void takeNews() {
        try {
            List<NetlinkMessage> messages = news.poll();
            while (!messages.isEmpty()) {
                messages.forEach(this::take);
                messages = news.poll();
            }
        } catch (LinuxException e) {
            // ENOBUFS, or what the kernel reports instead when it had no memory to notify us.
            losses++;
            stale = true;
            discardNews();
        }
        if (stale) {
            reconcile();
        }
    }

    /** What waits after a loss is older than the lists that are read next, and full of gaps. */
    private void discardNews() {
        int failuresInARow = 0;
        for (int i = 0; i < DISCARD_LIMIT; i++) {
            try {
                if (news.poll().isEmpty()) {
                    return;
                }
                failuresInARow = 0;
            } catch (LinuxException e) {
                losses++;
                // The kernel forgets a loss when it has told it; what stays is something else.
                if (++failuresInARow > LOSSES_IN_A_ROW) {
                    throw e;
                }
            }
        }
    }

    private void take(NetlinkMessage message) {
        switch (message.type()) {
            case Rtnl.NEWLINK -> takeLink(Link.decode(message));
            case Rtnl.DELLINK -> takeDeletion(Link.decode(message));
            case Rtnl.NEWADDR -> takeAddress(InterfaceAddress.decode(message), true);
            case Rtnl.DELADDR -> takeAddress(InterfaceAddress.decode(message), false);
            default -> {
                // News of a multicast group: that it came is all that matters.
            }
        }
        groupsMayHaveChanged();
    }

    private void takeLink(Link link) {
        if (link == null) {
            return;
        }
        for (final InterfaceState state : interfaces) {
            if (state.concerns(link)) {
                // One that got the name just now may have had addresses before: they are not news.
                stale |= !state.isPresent();
                state.linkChanged(link);
            }
        }
    }

    private void takeDeletion(Link link) {
        for (final InterfaceState state : interfaces) {
            if (link != null && state.hasIndex(link.index())) {
                state.gone();
            }
        }
    }

    private void takeAddress(InterfaceAddress address, boolean added) {
        for (final InterfaceState state : interfaces) {
            if (address != null && state.hasIndex(address.link())) {
                if (added && address.usable()) {
                    state.addressAdded(address.local());
                } else {
                    state.addressRemoved(address.local());
                }
            }
        }
    }

    /** Lists everything and reports what differs from what was reported. */
    private void reconcile() {
        final List<Link> links = lists.links();
        final List<InterfaceAddress> addresses = lists.addresses();
        for (final InterfaceState state : interfaces) {
            reconcile(state, links, addresses);
        }
        stale = false;
        groupsMayHaveChanged();
    }

    private static void reconcile(
            InterfaceState state, List<Link> links, List<InterfaceAddress> addresses) {
        if (state.isPresent() && links.stream().noneMatch(state::concerns)) {
            state.gone();
        }
        links.stream().filter(state::concerns).findFirst().ifPresent(state::linkChanged);
        state.reconcileAddresses(
                addresses.stream()
                        .filter(address -> state.hasIndex(address.link()) && address.usable())
                        .map(InterfaceAddress::local)
                        .toList());
    }

    void groupsMayHaveChanged() {
        groupsDue = Math.min(groupsDue, groupsRead + SOON);
    }

    private void readGroupsIfDue(long now) {
        if (now - groupsDue < 0) {
            return;
        }
        groupsRead = now;
        groupsDue = now + AT_LEAST;
        final Map<Integer, Set<Long>> all = groups.read();
        interfaces.forEach(state -> state.reconcileGroups(all));
        if (stale) {
            reconcile();
        }
    }

    @Override
    public void close() {
        groups.close();
        lists.close();
        news.close();
        netns.close();
    }
}
