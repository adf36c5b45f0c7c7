// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.packet.IpAddress;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * (uplink, IPv4 or IPv6 next hop) to MAC, for lcores: an {@link AddressTable} finds a slot, and the
 * slot holds the MAC. Only neighbours that may be sent to are in it.
 *
 * <p><b>Threads.</b> One writer, the conductor. Any number of lcores read within bursts that the
 * {@link Grace} knows of, without a lock: a slot is one 64-bit word, written with release, and is
 * given to another neighbour only after a grace period, so a word belongs to the address that was
 * looked up. Readers leave one trace, a byte a slot that says "used", which the conductor takes.
 */
public final class NeighborTable implements AutoCloseable {
    /** No MAC is known. */
    public static final long UNRESOLVED = -1;

    /** No slot. */
    static final int NONE = -1;

    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    /** Low 16 bits of the word of a slot in use, so that a word of 0 is a slot that is not. */
    private static final long IN_USE = 1;

    private final AddressTable slots;
    private final Grace grace;
    private final Arena arena = Arena.ofShared();

    /** A word a slot: MAC &lt;&lt; 16 | {@link #IN_USE}, or 0. */
    private final MemorySegment words;

    /** A byte a slot: 1 once a reader has been given its MAC. */
    private final MemorySegment used;

    /** Ring of slots not in use, in the order in which they may be used again. */
    private final int[] free;

    /** What {@link Grace#passed} is to be asked before the slot beside it is used. */
    private final long[] tickets;

    /** Whether the slot beside it was ever in use, and so has a ticket. */
    private final boolean[] ticketed;

    private int freeHead;
    private int freeCount;

    /**
     * An empty table.
     *
     * @param capacity neighbours of all uplinks and both families, 1 or more
     */
    public NeighborTable(int capacity, Grace grace) {
        this.grace = grace;
        slots = new AddressTable(capacity, capacity, grace);
        words = arena.allocate(capacity * 8L, 64);
        used = arena.allocate(capacity, 64);
        free = new int[capacity];
        tickets = new long[capacity];
        ticketed = new boolean[capacity];
        for (int slot = 0; slot < capacity; slot++) {
            free[slot] = slot;
        }
        freeCount = capacity;
    }

    // -- readers --

    /** MAC of an IPv4 next hop of an uplink, host-order int, or {@link #UNRESOLVED}. */
    public long mac4(int uplink, int address) {
        return macAt(slots.find4(uplink, address));
    }

    /** MAC of an IPv6 next hop of an uplink, host-order halves, or {@link #UNRESOLVED}. */
    public long mac6(int uplink, long high, long low) {
        return macAt(slots.find6(uplink, high, low));
    }

    private long macAt(int slot) {
        if (slot == AddressTable.NONE) {
            return UNRESOLVED;
        }
        final long word = (long) WORD.getAcquire(words, slot * 8L);
        if (word == 0) {
            return UNRESOLVED;
        }
        // Written once between two looks of the conductor, so that readers do not fight over it.
        if (used.get(ValueLayout.JAVA_BYTE, slot) == 0) {
            used.set(ValueLayout.JAVA_BYTE, slot, (byte) 1);
        }
        return word >>> 16;
    }

    // -- the writer --

    /**
     * Adds a neighbour that is not in the table.
     *
     * @return its slot, or {@link #NONE} where there is no room now
     */
    int add(int uplink, IpAddress address, long mac) {
        if (freeCount == 0 || (ticketed[freeHead] && !grace.passed(tickets[freeHead]))) {
            return NONE;
        }
        final int slot = free[freeHead];
        replace(slot, mac);
        used.set(ValueLayout.JAVA_BYTE, slot, (byte) 0);
        final AddressTable.Outcome outcome =
                address.isIpv4()
                        ? slots.put4(uplink, address.ipv4(), slot)
                        : slots.put6(uplink, address.key0(), address.key1(), slot);
        if (outcome == AddressTable.Outcome.FULL) {
            WORD.setRelease(words, slot * 8L, 0L);
            return NONE;
        }
        freeHead = (freeHead + 1) % free.length;
        freeCount--;
        return slot;
    }

    /** Gives the neighbour in a slot another MAC. */
    void replace(int slot, long mac) {
        WORD.setRelease(words, slot * 8L, mac << 16 | IN_USE);
    }

    /** Takes a neighbour out; its slot rests until no reader can mean it any more. */
    void remove(int uplink, IpAddress address, int slot) {
        if (address.isIpv4()) {
            slots.remove4(uplink, address.ipv4());
        } else {
            slots.remove6(uplink, address.key0(), address.key1());
        }
        WORD.setRelease(words, slot * 8L, 0L);
        final int tail = (freeHead + freeCount) % free.length;
        free[tail] = slot;
        tickets[tail] = grace.retire();
        ticketed[tail] = true;
        freeCount++;
    }

    /** Whether a reader was given the MAC in a slot since this was last asked. */
    boolean takeUsed(int slot) {
        final boolean was = used.get(ValueLayout.JAVA_BYTE, slot) != 0;
        used.set(ValueLayout.JAVA_BYTE, slot, (byte) 0);
        return was;
    }

    /** Neighbours in the table. */
    public int size() {
        return free.length - freeCount;
    }

    /** Frees the memory; the caller knows that no reader is left. */
    @Override
    public void close() {
        slots.close();
        arena.close();
    }
}
