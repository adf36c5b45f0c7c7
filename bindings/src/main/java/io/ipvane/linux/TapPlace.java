// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.Optional;

/**
 * Where a TAP is now: its namespace, with a socket in it, and its interface as that is there. Both
 * keep the namespace alive, so a place is closed as soon as it has been used.
 *
 * @param netns handle on the namespace
 * @param netlink to work in it
 * @param link the interface
 */
record TapPlace(Netns netns, RtNetlink netlink, Link link) implements AutoCloseable {
    /** Somebody would have to rename or move it that often between two system calls. */
    private static final int ATTEMPTS = 16;

    /**
     * Finds it, by its descriptor: a name may be another interface's by now.
     *
     * @throws LinuxException with EBADFD where the TAP was deleted
     */
    static TapPlace of(Tap tap) {
        for (int i = 0; i < ATTEMPTS; i++) {
            final Optional<TapPlace> place = look(tap);
            if (place.isPresent()) {
                return place.get();
            }
        }
        throw new LinuxException(
                Errno.EAGAIN, tap + " is renamed or moved without end; leave it for a moment");
    }

    private static Optional<TapPlace> look(Tap tap) {
        try (UndoLog undo = new UndoLog()) {
            final Netns netns = tap.netns();
            undo.add(netns::close);
            final RtNetlink netlink = new RtNetlink(netns);
            undo.add(netlink::close);
            final String name = tap.name();
            final Optional<Link> link = netlink.findLink(name);
            if (link.isEmpty() || !tap.name().equals(name) || !isIn(netns, tap)) {
                return Optional.empty();
            }
            undo.forget();
            return Optional.of(new TapPlace(netns, netlink, link.get()));
        }
    }

    private static boolean isIn(Netns netns, Tap tap) {
        try (Netns now = tap.netns()) {
            return now.inode() == netns.inode();
        }
    }

    @Override
    public void close() {
        netlink.close();
        netns.close();
    }
}
