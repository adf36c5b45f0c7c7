// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.linux.NetlinkSocket.News;
import java.util.Optional;

/**
 * What rtnetlink says of the namespace of this process, and of all others that have an id in it.
 *
 * <p>They have a socket each: whoever floods the others must not make news of the own one be lost.
 * Neither socket is in a watched namespace, so that none is kept alive. Owned by the watcher's
 * thread. Source: netlink(7), {@code NETLINK_LISTEN_ALL_NSID}.
 */
final class NamespaceNews implements AutoCloseable {
    /** Datagrams taken in one turn; then it is the turn of those who wait for an answer. */
    private static final int DATAGRAMS_A_TURN = 1024;

    /** Datagrams thrown away in one go after a loss; more than any receive buffer holds. */
    private static final int DISCARD_LIMIT = 1 << 20;

    private static final int LOSSES_IN_A_ROW = 16;

    private final WatchedNamespaces namespaces;
    private final InterfaceSearch search;
    private final NetlinkSocket home;
    private final NetlinkSocket others;
    private long losses;

    /**
     * @param own the namespace of this process
     * @param receiveBuffer bytes of notifications that may wait at each socket
     * @param search told what has to be looked for
     */
    NamespaceNews(
            Netns own, int receiveBuffer, WatchedNamespaces namespaces, InterfaceSearch search) {
        this.namespaces = namespaces;
        this.search = search;
        try (UndoLog undo = new UndoLog()) {
            home = listening(own, receiveBuffer);
            undo.add(home::close);
            others = listening(own, receiveBuffer);
            undo.add(others::close);
            others.join(Rtnl.GROUP_NETNS_ID);
            others.listenToAll();
            undo.forget();
        }
    }

    private static NetlinkSocket listening(Netns own, int receiveBuffer) {
        final NetlinkSocket socket = new NetlinkSocket(own, receiveBuffer);
        socket.join(Rtnl.GROUP_LINK);
        socket.join(Rtnl.GROUP_IPV4_ADDRESS);
        socket.join(Rtnl.GROUP_IPV6_ADDRESS);
        socket.join(Rtnl.GROUP_IPV4_MULTICAST);
        socket.join(Rtnl.GROUP_IPV6_MULTICAST);
        return socket;
    }

    /** Descriptors that are readable while news waits. */
    int[] descriptors() {
        return new int[] {home.fd(), others.fd()};
    }

    /** How often notifications were lost. */
    long losses() {
        return losses;
    }

    /** Takes the news that waits. An empty socket costs one call that says so. */
    void take() {
        take(home);
        take(others);
    }

    private void take(NetlinkSocket socket) {
        for (int i = 0; i < DATAGRAMS_A_TURN; i++) {
            final Optional<News> news;
            try {
                news = socket.poll();
            } catch (LinuxException e) {
                // ENOBUFS, or what the kernel reports instead when it had no memory to notify us.
                losses++;
                namespaces.seekAll(socket == home);
                discard(socket);
                return;
            }
            if (news.isEmpty()) {
                return;
            }
            take(socket, news.get());
        }
        // More is there: the wait for it ends at once.
    }

    /** What waits after a loss is older than the lists that are read next, and full of gaps. */
    private void discard(NetlinkSocket socket) {
        int failuresInARow = 0;
        for (int i = 0; i < DISCARD_LIMIT; i++) {
            try {
                if (socket.poll().isEmpty()) {
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

    private void take(NetlinkSocket socket, News news) {
        for (final NetlinkMessage message : news.messages()) {
            if (message.type() == Rtnl.DELNSID) {
                if (socket == others && namespaces.isOwn(news.nsid())) {
                    namespaces.ended(
                            message.attributes(4).i32(Rtnl.NETNSA_NSID, NetlinkSocket.OWN));
                }
                continue;
            }
            // What the namespace of this process has to say, its own socket says.
            final boolean heard = socket == home || news.nsid() != NetlinkSocket.OWN;
            final WatchedNamespace namespace = heard ? namespaces.byId(news.nsid()) : null;
            if (namespace != null) {
                final InterfaceState missed = namespace.take(message);
                if (missed != null) {
                    search.attempt(missed, System.nanoTime());
                }
            }
        }
    }

    @Override
    public void close() {
        home.close();
        others.close();
    }
}
