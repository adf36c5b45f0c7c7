// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which port goes by which identifier: clones of one machine have the same, and so have clients
 * that derive it from a MAC address or a file which ports share. The oldest entries make room.
 * Conductor only.
 */
final class ClientIds {
    private record Key(int uplink, ClientId id) {}

    private static final class Use {
        final int port;
        long until;

        Use(int port) {
            this.port = port;
        }
    }

    private final int capacity;
    private final Map<Key, Use> uses = new LinkedHashMap<>();

    ClientIds(int capacity) {
        this.capacity = capacity;
    }

    /**
     * A port calls itself so.
     *
     * @param until how long that keeps others from it at least, in nanoseconds of the clock
     * @return false where another port of the uplink does
     */
    boolean use(int uplink, ClientId id, int port, long now, long until) {
        final Key key = new Key(uplink, id);
        Use use = uses.get(key);
        if (use != null && use.port != port && now - use.until < 0) {
            return false;
        }
        if (use == null || use.port != port) {
            uses.remove(key);
            if (uses.size() >= capacity) {
                uses.remove(uses.keySet().iterator().next());
            }
            use = new Use(port);
            use.until = until;
            uses.put(key, use);
        }
        use.until += Math.max(0, until - use.until);
        return true;
    }

    /** Forgets a port. */
    void forgetPort(int port) {
        uses.values().removeIf(use -> use.port == port);
    }
}
