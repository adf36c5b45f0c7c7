// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.AddressBook.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The claims of one port in their order, oldest first. Conductor thread only. */
final class PortClaims {
    /** How far a reader has come in the claims of a port. */
    static final class Cursor {
        static final Cursor START = new Cursor(null, null, 0);

        private final PortClaims of;
        private final Claim last;
        private final int seen;
        private final int removed;

        private Cursor(PortClaims of, Claim last, int seen) {
            this.of = of;
            this.last = last;
            this.seen = seen;
            this.removed = of == null ? 0 : of.removed;
        }
    }

    private Claim oldest;
    private Claim newest;
    private int size;
    private int learned;

    /** Counts claims that have left their places, behind which a reader may stand. */
    private int removed;

    int size() {
        return size;
    }

    /** How many of them were learned. */
    int learned() {
        return learned;
    }

    private static int learned(Claim claim) {
        return claim.origin() == Origin.LEARNED ? 1 : 0;
    }

    /** Makes a claim the newest. */
    void append(Claim claim) {
        claim.older = newest;
        if (newest == null) {
            oldest = claim;
        } else {
            newest.newer = claim;
        }
        newest = claim;
        claim.newer = null;
        size++;
        learned += learned(claim);
    }

    /** Takes one of the claims out. */
    void remove(Claim claim) {
        if (claim.older == null) {
            oldest = claim.newer;
        } else {
            claim.older.newer = claim.newer;
        }
        if (claim.newer == null) {
            newest = claim.older;
        } else {
            claim.newer.older = claim.older;
        }
        learned -= learned(claim);
        removed++;
        size--;
    }

    /** Has one of the claims changed in where it comes from. */
    void relabel(Claim claim, Runnable change) {
        learned -= learned(claim);
        change.run();
        learned += learned(claim);
    }

    /** The oldest claim that was learned, or null. */
    Claim oldestLearned() {
        Claim c = oldest;
        while (c != null && c.origin() != Origin.LEARNED) {
            c = c.newer;
        }
        return c;
    }

    /** All of them. */
    List<Claim> all() {
        final List<Claim> all = new ArrayList<>(size);
        for (Claim c = oldest; c != null; c = c.newer) {
            all.add(c);
        }
        return all;
    }

    /**
     * Gives claims to {@code reader}. Where claims have gone since the last page, some may be given
     * again; none that stays is left out.
     *
     * @return where the next begin, or null where these were the last
     */
    Cursor page(Cursor from, int max, Consumer<Claim> reader) {
        final boolean same = from.of == this;
        final int before = same ? Math.max(0, from.seen - (removed - from.removed)) : 0;
        Claim c = oldest;
        if (same && before == from.seen && from.last != null) {
            c = from.last.newer;
        } else {
            for (int i = 0; i < before; i++) {
                c = c.newer;
            }
        }
        Claim last = null;
        int count = 0;
        for (; c != null && count < max; c = c.newer) {
            reader.accept(c);
            last = c;
            count++;
        }
        return c == null ? null : new Cursor(this, last, before + count);
    }
}
