// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Reads the lines of {@code /proc/net/dev_mcast} a byte at a time: index, name, two counters and
 * the address in hexadecimal. What they say is up to whoever owns the namespace, so it keeps no
 * text, and no more than {@value #MOST} groups of an interface. One thread.
 */
final class GroupLines {
    /** Of one interface; a host with a hundred services has some twenty. */
    static final int MOST = 4_096;

    private static final int INDEX = 0;
    private static final int ADDRESS = 4;
    private static final long GROUP_BIT = 1L << 40;

    private final Map<Integer, Set<Long>> groups = new HashMap<>();
    private final Set<Integer> wanted;
    private boolean more;

    private int column;
    private boolean inWord;
    private long index;
    private long address;
    private int digits;
    private boolean odd;

    /**
     * @param wanted indices of the interfaces whose groups are kept
     */
    GroupLines(Set<Integer> wanted) {
        this.wanted = wanted;
    }

    /** Groups by interface index, as MAC addresses. */
    Map<Integer, Set<Long>> groups() {
        return groups;
    }

    /** Whether an interface has more groups than are kept. */
    boolean more() {
        return more;
    }

    /** Takes the next character. */
    void take(int c) {
        if (c == '\n') {
            endOfWord();
            endOfLine();
        } else if (c == ' ' || c == '\t') {
            endOfWord();
        } else {
            inWord = true;
            if (column == INDEX) {
                digit(c, 10);
            } else if (column == ADDRESS) {
                digit(c, 16);
            }
        }
    }

    private void digit(int c, int radix) {
        final int value = Character.digit(c, radix);
        odd |= value < 0;
        if (column == INDEX) {
            index = Math.min(index * radix + value, Integer.MAX_VALUE);
        } else {
            address = address << 4 | value;
            digits++;
        }
    }

    private void endOfWord() {
        if (inWord) {
            column++;
            inWord = false;
        }
    }

    /** Other addresses than of six bytes are no Ethernet, and somebody may add what is no group. */
    private void endOfLine() {
        if (column == ADDRESS + 1
                && !odd
                && digits == 2 * Mac.BYTES
                && (address & GROUP_BIT) != 0
                && wanted.contains((int) index)) {
            final Set<Long> own = groups.computeIfAbsent((int) index, i -> new HashSet<>());
            if (own.size() < MOST) {
                own.add(address);
            } else {
                more |= !own.contains(address);
            }
        }
        column = 0;
        index = 0;
        address = 0;
        digits = 0;
        odd = false;
    }
}
