// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.burst.HotPath;
import io.ipvane.memory.Memory;
import io.ipvane.memory.Pages;
import io.ipvane.packet.IpAddress;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import io.ipvane.table.GrowingTable;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * (segment, IPv4 or IPv6 next hop) to MAC, for lcores: an {@link AddressTable} finds a slot, and
 * the slot holds the MAC. Only neighbours that may be sent to are in it.
 *
 * <p><b>Threads.</b> One writer, the conductor. Any number of lcores read within bursts that the
 * {@link Grace} knows of, without a lock: a slot is one 64-bit word, written with release, and is
 * given to another neighbour only after a grace period, so a word belongs to the address that was
 * looked up. Readers leave one trace, a byte a slot that says "used", which the conductor takes.
 *
 * <p>Neighbours come and go for as long as the switch runs, so the index is rebuilt whenever it is
 * full, for the most part of deleted entries. Readers find the new index by their next lookup. Who
 * is still at the old one finds there the same slots, of which none belongs to another neighbour
 * before that reader is done.
 */
public final class NeighborTable implements AutoCloseable {
    /** The largest capacity: 9 MB where all of it is used, and nothing where none is. */
    public static final int MAX_CAPACITY = 1 << 20;

    /** No MAC is known. */
    public static final long UNRESOLVED = -1;

    /** No slot. */
    static final int NONE = -1;

    /** Low 16 bits of the word of a slot in use, so that a word of 0 is a slot that is not. */
    private static final long IN_USE = 1;

    /** A slot that may be used again once its ticket has {@linkplain Grace#passed passed}. */
    private record Resting(int slot, long ticket) {}

    private final int capacity;
    private final Grace grace;
    private final Arena arena = Arena.ofShared();

    /** Address of a word a slot: MAC &lt;&lt; 16 | {@link #IN_USE}, or 0. */
    private final long words;

    /** Address of a byte a slot: 1 once a reader has been given its MAC. */
    private final long used;

    private final GrowingTable slots;

    /** What readers search: that of {@link #slots}. */
    private volatile AddressTable index;

    /** In the order in which they may be used again. */
    private final Queue<Resting> resting = new ArrayDeque<>();

    /** Slots below this have been in use. */
    private int touched;

    /**
     * An empty table.
     *
     * @param capacity neighbours of all segments and both families, 1 to {@value #MAX_CAPACITY}
     */
    public NeighborTable(int capacity, Grace grace) {
        this.capacity = capacity;
        this.grace = grace;
        words = Pages.zeroed(arena, capacity * 8L);
        used = Pages.zeroed(arena, capacity);
        slots = new GrowingTable(grace);
        index = slots.table();
    }

    // -- readers --

    /** MAC of an IPv4 next hop of a segment, host-order int, or {@link #UNRESOLVED}. */
    @HotPath
    public long mac4(int domain, int address) {
        return macAt(index.find4(domain, address));
    }

    /** MAC of an IPv6 next hop of a segment, host-order halves, or {@link #UNRESOLVED}. */
    @HotPath
    public long mac6(int domain, long high, long low) {
        return macAt(index.find6(domain, high, low));
    }

    @HotPath
    private long macAt(int slot) {
        if (slot == AddressTable.NONE) {
            return UNRESOLVED;
        }
        final long word = Memory.i64Acquire(words + slot * 8L);
        if (word == 0) {
            return UNRESOLVED;
        }
        // Written once between two looks of the conductor, so that readers do not fight over it.
        if (Memory.u8(used + slot) == 0) {
            Memory.put8(used + slot, 1);
        }
        return word >>> 16;
    }

    // -- the writer --

    /**
     * Adds a neighbour that is not in the table.
     *
     * @return its slot, or {@link #NONE} where as many as fit are in it, or were a moment ago
     */
    int add(int domain, IpAddress address, long mac) {
        final int slot = takeSlot();
        if (slot == NONE) {
            return NONE;
        }
        replace(slot, mac);
        Memory.put8(used + slot, 0);
        if (slots.put(domain, address, slot)) {
            index = slots.table();
            slots.published();
        }
        return slot;
    }

    private int takeSlot() {
        final Resting next = resting.peek();
        if (next != null && grace.passed(next.ticket())) {
            return resting.remove().slot();
        }
        return touched == capacity ? NONE : touched++;
    }

    /** Gives the neighbour in a slot another MAC. */
    void replace(int slot, long mac) {
        Memory.put64Release(words + slot * 8L, mac << 16 | IN_USE);
    }

    /** Takes a neighbour out; its slot rests until no reader can mean it any more. */
    void remove(int domain, IpAddress address, int slot) {
        slots.remove(domain, address);
        Memory.put64Release(words + slot * 8L, 0L);
        resting.add(new Resting(slot, grace.retire()));
    }

    /** Whether a reader was given the MAC in a slot since this was last asked. */
    boolean takeUsed(int slot) {
        final boolean was = Memory.u8(used + slot) != 0;
        Memory.put8(used + slot, 0);
        return was;
    }

    /** Frees indices that no reader looks at any more; says how many. Call from time to time. */
    int reclaim() {
        return slots.reclaim();
    }

    /** Neighbours in the table. */
    public int size() {
        return touched - resting.size();
    }

    /** Neighbours that fit. */
    public int capacity() {
        return capacity;
    }

    /** Frees the memory; the caller knows that no reader is left. */
    @Override
    public void close() {
        slots.close();
        arena.close();
    }
}
