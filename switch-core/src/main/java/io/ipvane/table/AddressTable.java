// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import io.ipvane.burst.HotPath;
import java.lang.foreign.Arena;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * Which port owns an L3 address: (domain, IPv4 or IPv6 address) to an index of 0 or more. The
 * domain is 32 bits that keep uplinks and virtual networks apart. Addresses are host-order: an int
 * for IPv4 (10.0.0.1 = 0x0A000001), two longs for IPv6, the half first on the wire being {@code
 * hi}.
 *
 * <p>Off-heap and open-addressed, with linear probing under a {@linkplain KeyedHash keyed hash}: 16
 * bytes a slot for IPv4, 32 for IPv6. At most half of the slots are in use, so 32 and 64 bytes an
 * entry where the capacity is a power of two; a quarter up to 65,536 entries, where memory is no
 * concern. At half load a lookup takes 1.5 probes on average if it hits, 2.5 if it misses (1.2 and
 * 1.4 at a quarter), and never more than {@value #MAX_PROBES}.
 *
 * <p><b>Threads.</b> One writer, the conductor, may put, remove, iterate, rebuild and close. Any
 * number of readers may {@code find}, without a lock, while it does. A change is one store and is
 * seen by the next burst of every reader. Whoever reads outside a burst that {@link Grace} knows of
 * does so on the writer's thread.
 *
 * <p><b>Why a reader cannot be misled.</b> The writer fills a slot key first and word last, the
 * word with release. A reader loads the word first, with acquire, and looks at the key only if the
 * word is live. Hence:
 *
 * <ol>
 *   <li>The key beside a live word is complete, and at least as new as the word.
 *   <li>It is not newer either: a key is overwritten only after its slot has been deleted and a
 *       {@linkplain Grace grace period} has passed, and no reader is in a lookup for that long. So
 *       the key belongs to the word; an old address never gets a new owner's value.
 *   <li>A key that is half old and half new stands beside a deleted word, which makes a reader go
 *       on without comparing. It must go on, not stop: mixed halves could spell a key that lives
 *       further down.
 *   <li>Nothing but that happens in between: the return of an address to its slot, and its move to
 *       another port, are one store to the word, and readers see the old value or the new.
 *   <li>A key that lives behind other slots stays reachable: those are reused or left deleted, and
 *       emptied only when nothing lives behind them.
 * </ol>
 *
 * <p>Nothing stronger is needed. No sequential consistency, as a reader draws no conclusion from
 * two slots; no ordering between the words of a key, as rule 2 keeps them still; no fence on x86,
 * where acquire and release loads and stores are plain moves and only the compiler is held back.
 * The tests under {@code src/jcstress} try to break each rule.
 */
@HotPath
public final class AddressTable implements AutoCloseable {
    /** No port owns the address. */
    public static final int NONE = -1;

    /** The first probe did not find out: {@code resume} will. */
    public static final int UNSETTLED = -2;

    /** The largest value that can be stored. */
    public static final int MAX_VALUE = Integer.MAX_VALUE - 1;

    /** The largest capacity of either family. */
    public static final int MAX_CAPACITY = 1 << 26;

    /**
     * Slots that a lookup reads at most. With 4 million entries at half load, 56 was the longest
     * search met; a key that would need more than the bound finds the table {@link Outcome#FULL}.
     */
    public static final int MAX_PROBES = 128;

    /** What a {@code put} did. */
    public enum Outcome {
        /** The address had no owner and has one now. */
        ADDED,
        /** The address had another owner. */
        MOVED,
        /** The address already had this owner. */
        SAME,
        /** Nothing: no slot is left for the key; {@link AddressTable#rebuilt} makes room. */
        FULL
    }

    /** Receives every live entry; may remove entries of the table that it visits. */
    public interface Visitor {
        /** One IPv4 entry. */
        void entry4(int domain, int address, int value);

        /** One IPv6 entry. */
        void entry6(int domain, long hi, long lo, int value);
    }

    private final Arena arena;
    private final Grace grace;
    private final RandomGenerator secrets;
    private final Retirement retirement;
    // Package-private: the tests count probes and watch slots.
    final Region4 region4;
    final Region6 region6;
    private boolean closed;

    /**
     * An empty table.
     *
     * @param capacity4 IPv4 entries that fit at least, 0 to {@link #MAX_CAPACITY}
     * @param capacity6 IPv6 entries that fit at least, 0 to {@link #MAX_CAPACITY}
     * @param grace says when the slot of a deleted key may hold another
     * @throws IllegalArgumentException for a capacity out of range
     */
    public AddressTable(int capacity4, int capacity6, Grace grace) {
        this(capacity4, capacity6, grace, Arena.ofShared(), new SecureRandom());
    }

    /** For tests and rebuilds: memory and secrets are the caller's choice. */
    AddressTable(int capacity4, int capacity6, Grace grace, Arena arena, RandomGenerator secrets) {
        checkCapacity("IPv4", capacity4);
        checkCapacity("IPv6", capacity6);
        this.arena = arena;
        this.grace = grace;
        this.secrets = secrets;
        this.retirement = new Retirement(grace);
        try {
            this.region4 = new Region4(arena, capacity4, secrets, retirement);
            this.region6 = new Region6(arena, capacity6, secrets, retirement);
        } catch (OutOfMemoryError e) {
            arena.close();
            throw e;
        }
    }

    // -- readers --

    /** The owner of an IPv4 address, or {@link #NONE}. */
    public int find4(int domain, int address) {
        return region4.find(domain, address);
    }

    /** The owner of an IPv6 address, or {@link #NONE}. */
    public int find6(int domain, long hi, long lo) {
        return region6.find(domain, hi, lo);
    }

    /**
     * Begins a lookup as {@link #find4(int, long, long, long, int, int)} does, for a caller that
     * goes on with {@link #peek4} and {@link #resume4} in a loop of its own: writes to {@code
     * slots} where each search starts, and has these places loaded. What it leaves at {@code out}
     * means nothing.
     */
    public void start4(int domain, long keys, long slots, long out, int stride, int count) {
        region4.start(domain, keys, slots, out, stride, count);
    }

    /** As {@link #start4}, for IPv6. */
    public void start6(
            int domain, long high, long low, long slots, long out, int stride, int count) {
        region6.start(domain, high, low, slots, out, stride, count);
    }

    /**
     * The owner of an IPv4 address as far as one probe tells: what {@link #find4(int, int)} says,
     * or {@link #UNSETTLED}. No calls and no loop, to be inlined into the loop over a burst.
     *
     * @param slot what {@link #start4} said of this address in the same burst
     * @param address in the low 32 bits; the high bits are ignored
     */
    public static int peek4(long slot, int domain, long address) {
        return Region4.peek(slot, domain, address);
    }

    /** As {@link #peek4}, for IPv6. */
    public static int peek6(long slot, int domain, long hi, long lo) {
        return Region6.peek(slot, domain, hi, lo);
    }

    /**
     * The owner of an IPv4 address that one probe did not settle, or {@link #NONE}.
     *
     * @param slot what {@link #start4} said of this address in the same burst
     * @param address in the low 32 bits; the high bits are ignored
     */
    public int resume4(long slot, int domain, long address) {
        return region4.resume(slot, domain, address);
    }

    /** As {@link #resume4}, for IPv6. */
    public int resume6(long slot, int domain, long hi, long lo) {
        return region6.resume(slot, domain, hi, lo);
    }

    /**
     * The owners of several IPv4 addresses that lie in native memory, {@code stride} bytes from one
     * to the next: the owner of the first, or {@link #NONE}, is written to {@code out}, that of the
     * second to {@code out + stride}, and so on.
     *
     * <p>In passes over all of them: places, loads, compares. A pass of few instructions has tens
     * of loads under way at once, where a loop that does all for one key has a handful: a million
     * addresses are looked up half again as fast.
     *
     * @param keys address of the first: 64 bits, of which the high 32 are ignored
     * @param slots room for 64 bits a key, likewise {@code stride} apart
     * @param out address of the first result: 32 bits
     * @param count 0 to 64
     */
    public void find4(int domain, long keys, long slots, long out, int stride, int count) {
        region4.find(domain, keys, slots, out, stride, count);
    }

    /**
     * As {@link #find4(int, long, long, long, int, int)}, for IPv6.
     *
     * @param high address of the first high half: 64 bits
     * @param low address of the first low half: 64 bits
     */
    public void find6(
            int domain, long high, long low, long slots, long out, int stride, int count) {
        region6.find(domain, high, low, slots, out, stride, count);
    }

    // -- the writer --

    /**
     * Gives an IPv4 address to a port, from whatever port had it.
     *
     * @param value 0 to {@link #MAX_VALUE}
     * @throws IllegalArgumentException for a value out of range
     */
    public Outcome put4(int domain, int address, int value) {
        preparePut(value);
        return region4.put(domain, 0, address, value);
    }

    /** As {@link #put4}, for IPv6. */
    public Outcome put6(int domain, long hi, long lo, int value) {
        preparePut(value);
        return region6.put(domain, hi, lo, value);
    }

    /** Takes an IPv4 address from its port: that port, or {@link #NONE} if it had none. */
    public int remove4(int domain, int address) {
        checkOpen();
        final int owner = region4.remove(domain, 0, address);
        retirement.advance();
        return owner;
    }

    /** As {@link #remove4}, for IPv6. */
    public int remove6(int domain, long hi, long lo) {
        checkOpen();
        final int owner = region6.remove(domain, hi, lo);
        retirement.advance();
        return owner;
    }

    /** Shows every live entry, in no order, IPv4 first. */
    public void forEach(Visitor visitor) {
        checkOpen();
        region4.forEach(visitor);
        region6.forEach(visitor);
    }

    /**
     * A new table with the live entries of this one, fresh secrets and no deleted slots; a family
     * that had no slot for an entry and is over three quarters full doubles its capacity, up to
     * {@link #MAX_CAPACITY}. The other family keeps its own, and the memory it takes. This table is
     * left as it is: the caller publishes the new one, and closes this one after a grace period.
     * Takes time and memory in proportion to the capacity: tenths of a second a million.
     */
    public AddressTable rebuilt() {
        checkOpen();
        while (true) {
            final AddressTable next =
                    new AddressTable(
                            nextCapacity(region4),
                            nextCapacity(region6),
                            grace,
                            Arena.ofShared(),
                            secrets);
            final Copy copy = new Copy(next);
            forEach(copy);
            if (copy.complete) {
                return next;
            }
            next.close();
        }
    }

    /** Live entries of both families. */
    public int size() {
        return region4.live() + region6.live();
    }

    /** Live IPv4 entries. */
    public int size4() {
        return region4.live();
    }

    /** Live IPv6 entries. */
    public int size6() {
        return region6.live();
    }

    /** Slots of deleted entries that have not been used again; they count as full. */
    public int deleted() {
        return region4.deleted() + region6.deleted();
    }

    /** Slots of the IPv4 part, a power of two: at most half of them are ever full. */
    public long slots4() {
        return region4.slots();
    }

    /** Slots of the IPv6 part, a power of two: at most half of them are ever full. */
    public long slots6() {
        return region6.slots();
    }

    /** Bytes of native memory. */
    public long bytes() {
        return region4.bytes() + region6.bytes();
    }

    /** Frees the memory. The caller knows that no reader is left: none would be told. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            arena.close();
        }
    }

    private static int nextCapacity(Region region) {
        final int limit = region.limit();
        final boolean grow = region.hasRefused() && region.live() > limit - limit / 4;
        return grow ? Math.min(2 * limit, MAX_CAPACITY) : limit;
    }

    private static void checkCapacity(String family, int capacity) {
        if (capacity < 0 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    family + " capacity " + capacity + " is not within 0 to " + MAX_CAPACITY);
        }
    }

    private void preparePut(int value) {
        checkOpen();
        if (value < 0 || value > MAX_VALUE) {
            throw new IllegalArgumentException(
                    "value " + value + " is not within 0 to " + MAX_VALUE);
        }
        retirement.advance();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the address table is closed");
        }
    }

    /** Fills a new table; incomplete where its secrets made a run too long, which is rare. */
    private static final class Copy implements Visitor {
        private final AddressTable to;
        private boolean complete = true;

        Copy(AddressTable to) {
            this.to = to;
        }

        @Override
        public void entry4(int domain, int address, int value) {
            complete &= to.region4.put(domain, 0, address, value) != Outcome.FULL;
        }

        @Override
        public void entry6(int domain, long hi, long lo, int value) {
            complete &= to.region6.put(domain, hi, lo, value) != Outcome.FULL;
        }
    }
}
