// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The groups that a port has spoken to of late, as a bitmap over a hash of their MAC addresses:
 * some that it has not spoken to are found as well.
 *
 * <p>A program that joins a group and asks it something at once has its answers before the switch
 * has heard of the join. Whoever asks a group is let hear it, then, from the question on. The
 * port's own stack throws away what it has not joined.
 *
 * <p>{@link #add} and {@link #has}: any thread, without locks. {@link #age}: one thread.
 */
public final class SpokenGroups {
    private static final int WORDS = 4;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    /** Two ages, one behind the other: what is added goes into the one that {@link #young} says. */
    private final long[] bits = new long[2 * WORDS];

    private volatile int young;

    /** Lcore: the port has sent a frame to this group. */
    public void add(long group) {
        final int hash = hash(group);
        final int word = young + (hash >>> 6);
        final long bit = 1L << hash;
        if (((long) WORD.getOpaque(bits, word) & bit) == 0) {
            WORD.getAndBitwiseOr(bits, word, bit);
        }
    }

    /** Lcore: whether it has sent one since the last time but one that {@link #age} was called. */
    public boolean has(long group) {
        final int hash = hash(group);
        final int word = hash >>> 6;
        final long both =
                (long) WORD.getOpaque(bits, word) | (long) WORD.getOpaque(bits, word + WORDS);
        return (both >>> hash & 1) != 0;
    }

    /** Forgets what was not added again since this was last called. */
    public void age() {
        final int next = WORDS - young;
        for (int i = 0; i < WORDS; i++) {
            WORD.setOpaque(bits, next + i, 0L);
        }
        young = next;
    }

    /** 0 to 255; the last bytes of a group's address are what tells it from others. */
    private static int hash(long group) {
        return (int) ((group * 0x9E37_79B9_7F4A_7C15L) >>> 56);
    }
}
