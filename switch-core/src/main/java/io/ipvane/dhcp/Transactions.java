// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The requests that wait for an answer: so many a port, so many in all, the oldest out. One request
 * belongs to the port that made it first: a sibling that has heard its number by broadcast and
 * repeats it changes nothing. Conductor only.
 */
final class Transactions {
    /** Requests that may share an uplink and a number, which clients draw from 2^32. */
    private static final int SAME_XID = 8;

    private record Xid(int uplink, int xid) {}

    private final DhcpLimits limits;

    /** Longest untouched first. */
    private final Map<Transaction.Key, Transaction> all = new LinkedHashMap<>();

    private final Map<Xid, List<Transaction>> byXid = new HashMap<>();
    private final Map<Integer, Map<Transaction.Key, Transaction>> byPort = new HashMap<>();

    Transactions(DhcpLimits limits) {
        this.limits = limits;
    }

    /**
     * The open transaction of a request, made where there is none.
     *
     * @return empty where it is another port's, or too many share its number
     */
    Optional<Transaction> open(
            Transaction.Key key, DhcpClient client, Optional<ClientId> said, long now) {
        expire(now);
        final Transaction known = all.get(key);
        if (known != null && known.client.port() != client.port()) {
            return Optional.empty();
        }
        if (known != null) {
            forget(known);
        }
        final Xid xid = new Xid(key.uplink(), key.xid());
        if (byXid.getOrDefault(xid, List.of()).size() >= SAME_XID) {
            return Optional.empty();
        }
        makeRoom(client.port());
        final Transaction made = new Transaction(key, client, said);
        made.deadline = now + limits.timeout().toNanos();
        all.put(key, made);
        byXid.computeIfAbsent(xid, k -> new ArrayList<>(1)).add(made);
        byPort.computeIfAbsent(client.port(), k -> new LinkedHashMap<>()).put(key, made);
        return Optional.of(made);
    }

    private void makeRoom(int port) {
        final Map<Transaction.Key, Transaction> own = byPort.getOrDefault(port, Map.of());
        if (own.size() >= limits.transactionsAPort()) {
            forget(own.values().iterator().next());
        }
        if (all.size() >= limits.transactions()) {
            forget(all.values().iterator().next());
        }
    }

    /**
     * The request that a reply answers. Servers need not repeat the identifier; where several
     * requests would do then, the one that asked for this address, else the oldest.
     */
    Optional<Transaction> find(int uplink, DhcpMessage reply, long now) {
        expire(now);
        Transaction best = null;
        for (Transaction t : byXid.getOrDefault(new Xid(uplink, reply.xid()), List.of())) {
            final boolean fits =
                    t.key.hardware() == reply.hardware()
                            && (reply.clientId().isEmpty()
                                    || reply.clientId().equals(t.key.told()));
            final boolean exact = fits && t.wanted != 0 && t.wanted == reply.yourAddress();
            if (exact) {
                return Optional.of(t);
            }
            if (fits && best == null) {
                best = t;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Those whose time is over: all have the same time, so they are the first. */
    private void expire(long now) {
        while (!all.isEmpty()) {
            final Transaction oldest = all.values().iterator().next();
            if (now - oldest.deadline < 0) {
                return;
            }
            forget(oldest);
        }
    }

    private void forget(Transaction gone) {
        all.remove(gone.key);
        final Xid xid = new Xid(gone.key.uplink(), gone.key.xid());
        final List<Transaction> same = byXid.get(xid);
        same.remove(gone);
        if (same.isEmpty()) {
            byXid.remove(xid);
        }
        final Map<Transaction.Key, Transaction> own = byPort.get(gone.client.port());
        own.remove(gone.key);
        if (own.isEmpty()) {
            byPort.remove(gone.client.port());
        }
    }

    /** Forgets what a port asked, when it goes. */
    void forgetPort(int port) {
        List.copyOf(byPort.getOrDefault(port, Map.of()).values()).forEach(this::forget);
    }

    int size() {
        return all.size();
    }
}
