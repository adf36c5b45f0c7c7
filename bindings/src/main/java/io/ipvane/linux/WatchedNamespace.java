// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * All watched interfaces of one namespace. It holds nothing in the namespace, so that this can end:
 * notifications come from outside, and a list opens the namespace for as long as it takes. Owned by
 * the watcher's thread.
 *
 * <p>Multicast groups have no reliable notification: rtnetlink tells of joins of IP groups, since
 * Linux 6.14 only, and of none that a packet socket joins. A join that it tells of counts at once.
 * For all else their list is read again soon after anything has happened, and once a second anyway:
 * a few microseconds, against a second of a group's traffic.
 */
final class WatchedNamespace {
    private static final long SOON = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long AT_LEAST = TimeUnit.SECONDS.toNanos(1);

    private static final long CROWDED = TimeUnit.SECONDS.toNanos(10);
    private static final int JOINS_BETWEEN_LISTS = 64;

    /** Bytes before the attributes of a message about an address. */
    private static final int FIXED_PART = 8;

    private static final long MOST_CROWDED = TimeUnit.MINUTES.toNanos(10);

    private static final System.Logger LOG = System.getLogger(WatchedNamespace.class.getName());

    private final long inode;
    private final List<InterfaceState> interfaces = new ArrayList<>();
    private final Pause pause = new Pause("reading the multicast groups of a namespace");
    private long groupsRead = System.nanoTime() - AT_LEAST;
    private long groupsDue = groupsRead;

    /** Joins that counted at once since the last list. */
    private int joins;

    /** How long groups are left alone, as there are too many; 0: there are not. */
    private long crowded;

    WatchedNamespace(long inode) {
        this.inode = inode;
    }

    long inode() {
        return inode;
    }

    boolean isEmpty() {
        return interfaces.isEmpty();
    }

    List<InterfaceState> interfaces() {
        return List.copyOf(interfaces);
    }

    void add(InterfaceState state) {
        if (!interfaces.contains(state)) {
            interfaces.add(state);
        }
    }

    void remove(InterfaceState state) {
        interfaces.remove(state);
    }

    /**
     * Takes a notification.
     *
     * @return an interface that has to be looked for, since it is not here any more or was not here
     *     before; or null
     */
    InterfaceState take(NetlinkMessage message) {
        groupsMayHaveChanged();
        switch (message.type()) {
            case Rtnl.NEWLINK -> {
                return takeLink(Link.decode(message));
            }
            case Rtnl.DELLINK -> {
                return takeDeletion(Link.decode(message));
            }
            case Rtnl.NEWADDR -> takeAddress(InterfaceAddress.decode(message), true);
            case Rtnl.DELADDR -> takeAddress(InterfaceAddress.decode(message), false);
            case Rtnl.NEWMULTICAST -> takeJoin(message);
            default -> {
                // News that a group was left: the next list shows it.
            }
        }
        return null;
    }

    private InterfaceState takeLink(Link link) {
        InterfaceState appeared = null;
        for (final InterfaceState state : interfaces) {
            if (link != null && state.concerns(link)) {
                // One that got the name just now may have had addresses before: they are not news.
                appeared = state.isPresent() ? appeared : state;
                state.linkChanged(link);
            }
        }
        return appeared;
    }

    private InterfaceState takeDeletion(Link link) {
        for (final InterfaceState state : interfaces) {
            if (link != null && state.hasIndex(link.index())) {
                return state;
            }
        }
        return null;
    }

    private void takeAddress(InterfaceAddress address, boolean added) {
        for (final InterfaceState state : interfaces) {
            if (address != null && state.hasIndex(address.link())) {
                if (added && address.usable()) {
                    state.addressAdded(address);
                } else {
                    state.addressRemoved(address.local());
                }
            }
        }
    }

    /** Whoever joins more between two lists than can matter to anybody waits for the next one. */
    private void takeJoin(NetlinkMessage message) {
        if (message.hasFixedPart(FIXED_PART) && joins < JOINS_BETWEEN_LISTS) {
            final byte[] group = message.attributes(FIXED_PART).bytes(Rtnl.IFA_MULTICAST);
            final int index = message.i32(4);
            if (group != null) {
                joins++;
                interfaces.stream()
                        .filter(state -> state.hasIndex(index))
                        .forEach(state -> state.joined(MulticastGroups.mac(group)));
            }
        }
    }

    void groupsMayHaveChanged() {
        if (crowded == 0) {
            groupsDue = Math.min(groupsDue, groupsRead + SOON);
        }
    }

    private Set<Integer> indices() {
        final Set<Integer> indices = new HashSet<>();
        interfaces.stream().filter(InterfaceState::isPresent).forEach(s -> indices.add(s.index()));
        return indices;
    }

    /**
     * Where there are too many groups, the kernel makes megabytes of text for each reading, of
     * which the first are looked at: that is done seldom.
     */
    private void reconcileGroups(MulticastGroups.Reading reading, long now) {
        interfaces.forEach(state -> state.reconcileGroups(reading.groups()));
        if (reading.whole()) {
            crowded = 0;
            return;
        }
        if (crowded == 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "namespace of "
                            + interfaces.get(0).at()
                            + ": more than "
                            + GroupLines.MOST
                            + " multicast groups of an interface, or 1 MiB in"
                            + " /proc/net/dev_mcast; what is beyond is not received, and changes"
                            + " are seen late; leave some");
        }
        crowded = Math.min(Math.max(2 * crowded, CROWDED), MOST_CROWDED);
        groupsDue = now + crowded;
    }

    /** When {@link #readGroups} has something to do, on the clock of System.nanoTime. */
    long groupsDue() {
        return groupsDue;
    }

    /** Reads the groups where that is due; what fails is tried again after a pause. */
    void readGroups(long now) {
        if (now - groupsDue < 0) {
            return;
        }
        groupsRead = now;
        joins = 0;
        groupsDue = now + AT_LEAST;
        final InterfaceState some = interfaces.get(0);
        try (Netns netns = some.open()) {
            // One that has just moved is looked for as soon as its news is read.
            if (netns.inode() == inode) {
                reconcileGroups(MulticastGroups.of(netns, indices()), now);
            }
            pause.worked();
        } catch (RuntimeException | Error e) {
            // Its TAP was deleted a moment ago, or its name: the news of that comes.
            if (!(e instanceof LinuxException)) {
                groupsDue = now + pause.failed(e);
            }
        }
    }
}
