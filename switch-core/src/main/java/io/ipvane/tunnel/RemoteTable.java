// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import io.ipvane.burst.HotPath;
import io.ipvane.burst.Row;
import io.ipvane.memory.Memory;
import io.ipvane.memory.Pages;
import io.ipvane.packet.Vxlan;
import io.ipvane.table.Grace;
import java.lang.foreign.Arena;

/**
 * Remotes: what stands behind a tunnel, as a value of the address table. A remote is a VNI, a MAC
 * address and an end of a tunnel, 16 bytes; an end is the number of a {@link PreparedHeader}, which
 * all remotes behind it share.
 *
 * <p><b>Threads.</b> One writer, the conductor. Any number of lcores read within bursts that the
 * {@link Grace} knows of, without a lock. Nothing that a reader may look at is changed in place: a
 * changed header goes into a fresh slot, and the index of its end is swung with release; the old
 * slot rests until no reader can mean it any more. So when a gateway's MAC address changes, one
 * store an end is all that readers see, whatever the number of remotes.
 */
public final class RemoteTable implements AutoCloseable {
    /** The lowest value that is a remote; those below are ports. */
    public static final int FIRST = 1 << 16;

    /** Nothing is free: the table is full. */
    public static final int NONE = -1;

    /** The most remotes. */
    public static final int MAX_REMOTES = 1 << 22;

    /** The most ends of tunnels. */
    public static final int MAX_ENDS = 1 << 18;

    private static final int REMOTE_BYTES = 16;
    private static final int END = 0;
    private static final int VNI = 4;
    private static final int MAC = 8;

    private final Arena arena = Arena.ofShared();
    private final long remotes;
    private final long ends;
    private final long headers;
    private final Slots freeRemotes;
    private final Slots freeEnds;
    private final Slots freeHeaders;

    /**
     * An empty table. Memory is taken as it is used.
     *
     * @param maxRemotes 1 to {@link #MAX_REMOTES}
     * @param maxEnds 1 to {@link #MAX_ENDS}; headers have room for twice as many, as all of them
     *     may change at once
     */
    public RemoteTable(int maxRemotes, int maxEnds, Grace grace) {
        within("maxRemotes", maxRemotes, MAX_REMOTES);
        within("maxEnds", maxEnds, MAX_ENDS);
        remotes = Pages.zeroed(arena, (long) maxRemotes * REMOTE_BYTES);
        ends = Pages.zeroed(arena, maxEnds * 4L);
        headers = Pages.zeroed(arena, 2L * maxEnds * PreparedHeader.BYTES);
        freeRemotes = new Slots(maxRemotes, grace);
        freeEnds = new Slots(maxEnds, grace);
        freeHeaders = new Slots(2 * maxEnds, grace);
    }

    private static void within(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(name + "=" + value + " is not within 1 to " + most);
        }
    }

    // -- readers --

    /** Whether a value of the address table is a remote. */
    @HotPath
    public static boolean isRemote(int value) {
        return value >= FIRST;
    }

    /** VNI of a remote. */
    @HotPath
    int vni(int remote) {
        return Memory.i32(at(remote), VNI);
    }

    /** MAC address of a remote, 0 where inner destinations stay as they are. */
    @HotPath
    long mac(int remote) {
        return Memory.i64(at(remote), MAC);
    }

    /** Address of the {@link PreparedHeader} of a remote. */
    @HotPath
    long header(int remote) {
        return headerAt(Memory.i32Acquire(endAt(Memory.i32(at(remote), END))));
    }

    /**
     * Has what is known of some remotes loaded, so that it is in the cache when they are asked for
     * one by one: in passes, as each load needs the one before.
     *
     * @param rows a burst's, of which these ask for the value in {@link Row#port}
     * @param some which of them, as bits
     * @param anyPlace 4 bytes that may be written
     */
    @HotPath
    public void touch(long rows, long some, long anyPlace) {
        long asked = 0;
        long sum = 0;
        for (long left = some; left != 0; left &= left - 1) {
            final int i = Long.numberOfTrailingZeros(left);
            final int value = Row.port(rows + (long) i * Row.BYTES);
            if (isRemote(value)) {
                asked |= 1L << i;
                sum += Memory.i32(at(value), END);
            }
        }
        for (long left = asked; left != 0; left &= left - 1) {
            final long row = rows + (long) Long.numberOfTrailingZeros(left) * Row.BYTES;
            sum += Memory.i32(endAt(Memory.i32(at(Row.port(row)), END)));
        }
        for (long left = asked; left != 0; left &= left - 1) {
            final long row = rows + (long) Long.numberOfTrailingZeros(left) * Row.BYTES;
            final long slot = header(Row.port(row));
            sum += PreparedHeader.length(slot) + Memory.i64(slot, PreparedHeader.BYTES - 8);
        }
        Memory.put32(anyPlace, (int) sum);
    }

    @HotPath
    private long at(int remote) {
        return remotes + (long) (remote - FIRST) * REMOTE_BYTES;
    }

    @HotPath
    private long endAt(int end) {
        return ends + end * 4L;
    }

    @HotPath
    private long headerAt(int slot) {
        return headers + (long) slot * PreparedHeader.BYTES;
    }

    // -- the writer --

    /** Adds an end of a tunnel: its number, or {@link #NONE}. */
    public int addEnd(OuterHeader header) {
        final int end = freeEnds.take();
        if (end == Slots.NONE) {
            return NONE;
        }
        final int slot = write(header);
        if (slot == Slots.NONE) {
            freeEnds.give(end);
            return NONE;
        }
        Memory.put32Release(endAt(end), slot);
        return end;
    }

    /**
     * Changes the header of an end. Readers have it from their next burst on.
     *
     * @return false where old headers still rest and no slot is free; to be tried again later
     */
    public boolean replaceEnd(int end, OuterHeader header) {
        final int slot = write(header);
        if (slot == Slots.NONE) {
            return false;
        }
        final int before = Memory.i32(endAt(end));
        Memory.put32Release(endAt(end), slot);
        freeHeaders.give(before);
        return true;
    }

    private int write(OuterHeader header) {
        final int slot = freeHeaders.take();
        if (slot != Slots.NONE) {
            header.write(headerAt(slot));
        }
        return slot;
    }

    /** Takes an end away. No remote is left that has it. */
    public void removeEnd(int end) {
        freeHeaders.give(Memory.i32(endAt(end)));
        freeEnds.give(end);
    }

    /**
     * Adds a remote, which never changes: one that moves is added anew.
     *
     * @param vni 0 to {@link Vxlan#MAX_VNI}
     * @param end number of the end that it stands behind
     * @param mac its MAC address, or 0: inner destinations stay as they are
     * @return the value for the address table, or {@link #NONE}
     * @throws IllegalArgumentException for another VNI, which the wire would cut (spec F22)
     */
    public int add(int vni, int end, long mac) {
        if (vni < 0 || vni > Vxlan.MAX_VNI) {
            throw new IllegalArgumentException(
                    "vni=" + vni + " is not within 0 to " + Vxlan.MAX_VNI);
        }
        final int slot = freeRemotes.take();
        if (slot == Slots.NONE) {
            return NONE;
        }
        final int remote = FIRST + slot;
        Memory.put32(at(remote), END, end);
        Memory.put32(at(remote), VNI, vni);
        Memory.put64(at(remote), MAC, mac);
        return remote;
    }

    /** Takes a remote away, which no table has any more. */
    public void remove(int remote) {
        freeRemotes.give(remote - FIRST);
    }

    /** Remotes in the table. */
    public int size() {
        return freeRemotes.used();
    }

    /** Frees the memory. Readers have stopped. */
    @Override
    public void close() {
        arena.close();
    }
}
