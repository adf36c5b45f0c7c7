// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import io.ipvane.memory.Memory;

/** Lets one test run over both address families; an IPv4 key is (domain, 0, address). */
enum Family {
    IPV4 {
        @Override
        AddressTable.Outcome put(AddressTable table, L3Key key, int value) {
            return table.put4(key.domain(), (int) key.lo(), value);
        }

        @Override
        int remove(AddressTable table, L3Key key) {
            return table.remove4(key.domain(), (int) key.lo());
        }

        @Override
        int find(AddressTable table, L3Key key) {
            return table.find4(key.domain(), (int) key.lo());
        }

        @Override
        void findAll(AddressTable table, int domain, long[][] keys, int[] rows, int[] out) {
            Strided.find(
                    keys,
                    rows,
                    out,
                    (high, low, slot, result, count) ->
                            table.find4(domain, low, slot, result, Strided.BYTES, count));
        }

        @Override
        Region region(AddressTable table) {
            return table.region4;
        }

        @Override
        int slotBytes() {
            return 16;
        }

        @Override
        int wordOffset() {
            return 8;
        }

        @Override
        L3Key key(int domain, long hi, long lo) {
            return new L3Key(domain, 0, lo & 0xFFFF_FFFFL);
        }
    },
    IPV6 {
        @Override
        AddressTable.Outcome put(AddressTable table, L3Key key, int value) {
            return table.put6(key.domain(), key.hi(), key.lo(), value);
        }

        @Override
        int remove(AddressTable table, L3Key key) {
            return table.remove6(key.domain(), key.hi(), key.lo());
        }

        @Override
        int find(AddressTable table, L3Key key) {
            return table.find6(key.domain(), key.hi(), key.lo());
        }

        @Override
        void findAll(AddressTable table, int domain, long[][] keys, int[] rows, int[] out) {
            Strided.find(
                    keys,
                    rows,
                    out,
                    (high, low, slot, result, count) ->
                            table.find6(domain, high, low, slot, result, Strided.BYTES, count));
        }

        @Override
        Region region(AddressTable table) {
            return table.region6;
        }

        @Override
        int slotBytes() {
            return 32;
        }

        @Override
        int wordOffset() {
            return 20;
        }

        @Override
        L3Key key(int domain, long hi, long lo) {
            return new L3Key(domain, hi, lo);
        }
    };

    record L3Key(int domain, long hi, long lo) {}

    abstract AddressTable.Outcome put(AddressTable table, L3Key key, int value);

    abstract int remove(AddressTable table, L3Key key);

    abstract int find(AddressTable table, L3Key key);

    /** The bulk form; {@code keys} are the columns of high and low halves. */
    abstract void findAll(AddressTable table, int domain, long[][] keys, int[] rows, int[] out);

    abstract Region region(AddressTable table);

    abstract int slotBytes();

    /** Where the state of a slot is in it. */
    abstract int wordOffset();

    /** The key of these numbers, cut to what the family can hold. */
    abstract L3Key key(int domain, long hi, long lo);

    int slots(AddressTable table) {
        return (int) (region(table).bytes() / slotBytes());
    }

    /** Number of the slot where the search for a key begins. */
    int home(AddressTable table, L3Key key) {
        final Region region = region(table);
        return (int)
                ((region.hash(key.domain(), key.hi(), key.lo()) & region.offsetMask) / slotBytes());
    }

    /** Slots that a lookup reads, of a key in the table or not, however many; it stops earlier. */
    int probes(AddressTable table, L3Key key) {
        final Region region = region(table);
        long slot = home(table, key);
        int probes = 1;
        while (true) {
            final long at = region.base + slot * slotBytes();
            if (Memory.i32(at + wordOffset()) == Region.EMPTY
                    || region.holds(at, key.domain(), key.hi(), key.lo())) {
                return probes;
            }
            slot = (slot + 1) % slots(table);
            probes++;
        }
    }
}
