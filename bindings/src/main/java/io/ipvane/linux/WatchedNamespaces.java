// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The namespaces that have watched interfaces, by the ids that they have in the namespace of this
 * process, under which their news comes; and which of the interfaces have to be looked for. Owned
 * by the watcher's thread.
 */
final class WatchedNamespaces implements AutoCloseable {
    private final Netns own;
    private final RtNetlink ids;
    private final Map<Integer, WatchedNamespace> byId = new TreeMap<>();

    /** Of each something was missed. */
    private final Set<InterfaceState> sought = new LinkedHashSet<>();

    /**
     * @param own the namespace of this process, which stays the caller's
     */
    WatchedNamespaces(Netns own) {
        this.own = own;
        this.ids = new RtNetlink(own);
    }

    /** All of them, as they are now. */
    List<WatchedNamespace> all() {
        return List.copyOf(byId.values());
    }

    /** The one with an id, {@link NetlinkSocket#OWN} for that of this process; null: none is. */
    WatchedNamespace byId(int nsid) {
        return byId.get(nsid);
    }

    /** Whether an id means the namespace of this process, which may have one in itself. */
    boolean isOwn(int nsid) {
        return nsid == NetlinkSocket.OWN || ids.knownIdOf(own) == nsid;
    }

    /** The namespace of a handle, which stays the caller's; known from now on. */
    WatchedNamespace of(Netns netns) {
        final long inode = netns.inode();
        final int nsid = inode == own.inode() ? NetlinkSocket.OWN : ids.idOf(netns);
        final WatchedNamespace known = byId.get(nsid);
        if (known != null && known.inode() == inode) {
            return known;
        }
        // Its id is another's by now: its end was among what was lost.
        ended(nsid);
        final WatchedNamespace added = new WatchedNamespace(inode);
        byId.put(nsid, added);
        return added;
    }

    /** A namespace has ended, with all that was in it. */
    void ended(int nsid) {
        final WatchedNamespace namespace = byId.remove(nsid);
        if (namespace != null) {
            namespace.interfaces().forEach(sought::remove);
            namespace.interfaces().forEach(state -> state.gone(true));
        }
    }

    /** Those that have to be looked for. */
    List<InterfaceState> sought() {
        return List.copyOf(sought);
    }

    /** One has to be looked for. */
    void seek(InterfaceState state) {
        sought.add(state);
    }

    /** All have to be looked for that are in the namespace of this process, or that are not. */
    void seekAll(boolean inOwn) {
        byId.forEach(
                (nsid, namespace) -> {
                    if ((nsid == NetlinkSocket.OWN) == inOwn) {
                        sought.addAll(namespace.interfaces());
                    }
                });
    }

    /** One has been looked for. */
    void lookedFor(InterfaceState state) {
        sought.remove(state);
    }

    /** What is watched under a name. */
    List<InterfaceState> states(WatchedInterface at) {
        return byId.values().stream()
                .flatMap(namespace -> namespace.interfaces().stream())
                .filter(state -> state.at().equals(at))
                .toList();
    }

    /** Where a watched interface is. */
    WatchedNamespace holding(InterfaceState state) {
        return byId.values().stream()
                .filter(namespace -> namespace.interfaces().contains(state))
                .findFirst()
                .orElseThrow();
    }

    /** Puts an interface into one namespace, and takes it out of all others. */
    void move(InterfaceState state, WatchedNamespace to) {
        for (final WatchedNamespace other : byId.values()) {
            if (other != to) {
                other.remove(state);
            }
        }
        to.add(state);
        forgetEmpty();
    }

    /** No longer watches an interface, nor a namespace that has none then. */
    void remove(InterfaceState state) {
        sought.remove(state);
        byId.values().forEach(namespace -> namespace.remove(state));
        forgetEmpty();
    }

    /** No longer watches namespaces without interfaces. */
    void forgetEmpty() {
        byId.values().removeIf(WatchedNamespace::isEmpty);
    }

    @Override
    public void close() {
        ids.close();
    }
}
