// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import io.ipvane.burst.Burst;
import io.ipvane.memory.Memory;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How fast the address table is the fuller it is: nanoseconds of CPU a lookup, in bursts of 64
 * random keys, beside the bytes that an entry takes. The table keeps its size, 2<sup>21</sup>
 * slots, so that caches play the same part in every row. Prints the rows of a table for the
 * documentation.
 */
public final class LoadFactorMain {
    private static final int CAPACITY = 1 << 20;
    private static final int BURSTS = 4096;
    private static final int ROUNDS = 31;
    private static final int STRIDE = 32;
    private static final int HIGH = 0;
    private static final int LOW = 8;
    private static final int SLOT = 16;
    private static final int OWNER = 24;
    private static final int NANOS_A_MARK = 4;

    private static final Grace NO_READERS =
            new Grace() {
                @Override
                public long retire() {
                    return 0;
                }

                @Override
                public boolean passed(long ticket) {
                    return true;
                }
            };

    private final boolean ipv4;
    private final long seed = 1;
    private final AddressTable table;

    private LoadFactorMain(boolean ipv4) {
        this.ipv4 = ipv4;
        table = new AddressTable(ipv4 ? CAPACITY : 0, ipv4 ? 0 : CAPACITY, NO_READERS);
    }

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        System.out.println("| family | load | bytes an entry | hit, ns | miss, ns | |");
        System.out.println("|---|---|---|---|---|---|");
        for (boolean ipv4 : new boolean[] {true, false}) {
            new LoadFactorMain(ipv4).run();
        }
    }

    private void run() {
        final long slots = ipv4 ? table.slots4() : table.slots6();
        int filled = 0;
        for (int percent = 5; percent <= 50; percent += 5) {
            final int entries = (int) Math.min(slots * percent / 100, CAPACITY);
            for (; filled < entries; filled++) {
                put(filled);
            }
            final double hit = nanos(true, entries);
            final double miss = nanos(false, entries);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.0f | %.1f | %.1f | `%s` |%n",
                    ipv4 ? "IPv4" : "IPv6",
                    percent / 100.0,
                    (double) table.bytes() / entries,
                    hit,
                    miss,
                    "#".repeat((int) Math.round(hit / NANOS_A_MARK)));
        }
        table.close();
    }

    private void put(int i) {
        final AddressTable.Outcome outcome =
                ipv4 ? table.put4(0, (int) low(i), i & 7) : table.put6(0, high(i), low(i), i & 7);
        if (outcome != AddressTable.Outcome.ADDED) {
            throw new IllegalStateException(outcome + " at entry " + i);
        }
    }

    /** Distinct for every count, without order: an odd multiple and a mixer that can be undone. */
    private static long low(int i) {
        final int odd = i * 0x9E37_79B1;
        return (odd ^ (odd >>> 15)) & 0xFFFF_FFFFL;
    }

    private static long high(int i) {
        return 0x2001_0DB8_0000_0000L | (i >>> 10);
    }

    /** The median round. Keys that miss are those of counts which were never put. */
    private double nanos(boolean hit, int entries) {
        final SplittableRandom random = new SplittableRandom(seed);
        try (Arena arena = Arena.ofConfined()) {
            final long rows =
                    arena.allocate((long) BURSTS * Burst.MAX * STRIDE, Burst.MAX).address();
            for (int k = 0; k < BURSTS * Burst.MAX; k++) {
                final int i = random.nextInt(entries) + (hit ? 0 : 2 * CAPACITY);
                Memory.put64(rows + (long) k * STRIDE + HIGH, ipv4 ? low(i) : high(i));
                Memory.put64(rows + (long) k * STRIDE + LOW, ipv4 ? 0 : low(i));
            }
            final double[] all = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                all[round] = round(rows);
            }
            check(rows, hit);
            Arrays.sort(all);
            return all[ROUNDS / 2];
        }
    }

    private double round(long rows) {
        final long begin = cpuNanos();
        for (int burst = 0; burst < BURSTS; burst++) {
            final long at = rows + (long) burst * Burst.MAX * STRIDE;
            if (ipv4) {
                table.find4(0, at + HIGH, at + SLOT, at + OWNER, STRIDE, Burst.MAX);
            } else {
                table.find6(0, at + HIGH, at + LOW, at + SLOT, at + OWNER, STRIDE, Burst.MAX);
            }
        }
        return (double) (cpuNanos() - begin) / (BURSTS * Burst.MAX);
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void check(long rows, boolean hit) {
        for (int k = 0; k < BURSTS * Burst.MAX; k++) {
            final boolean found = Memory.i32(rows + (long) k * STRIDE + OWNER) != AddressTable.NONE;
            if (found != hit) {
                throw new IllegalStateException("lookup " + k + " found " + found);
            }
        }
    }
}
