// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What this process has mapped, as {@code /proc/self/maps} says, for the checks that tests run
 * with. It finds an address that leads nowhere: null plus a field, a pointer that was never set,
 * memory that has been given back. It does not know where one allocation ends and the next begins;
 * the poison of the tests' frame pool shows that.
 *
 * <p>Any thread: a list of ranges is never changed, a new one takes its place.
 */
final class MappedMemory {
    /** Addresses from {@code from} on and below {@code to}, all with the same right. */
    private record Range(long from, long to, boolean writable) {
        boolean has(long address, long bytes, boolean write) {
            return address >= from && address + bytes <= to && (writable || !write);
        }
    }

    private static final Path MAPS = Path.of("/proc/self/maps");

    private static volatile List<Range> ranges = List.of();

    /** Where the last address was found; most are near it. No matter whose write is seen. */
    private static Range last = new Range(0, 0, false);

    private MappedMemory() {}

    /**
     * Throws where an access would end the process.
     *
     * @param bytes how many from {@code address} on, 0 or more
     * @throws IndexOutOfBoundsException naming the address
     */
    static void check(long address, long bytes, boolean write) {
        if (last.has(address, bytes, write)
                || find(address, bytes, write)
                || (reread() && find(address, bytes, write))) {
            return;
        }
        throw new IndexOutOfBoundsException(
                "0x%x: %d bytes to %s there are not in memory of this process"
                        .formatted(address, bytes, write ? "write" : "read"));
    }

    private static boolean find(long address, long bytes, boolean write) {
        final List<Range> all = ranges;
        int low = 0;
        int high = all.size() - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            final Range range = all.get(middle);
            if (address < range.from()) {
                high = middle - 1;
            } else if (address >= range.to()) {
                low = middle + 1;
            } else {
                last = range;
                return range.has(address, bytes, write);
            }
        }
        return false;
    }

    /** Ranges that touch and have the same right become one: an access may lie in both. */
    private static boolean reread() {
        final List<Range> read = new ArrayList<>();
        final List<String> lines;
        try {
            lines = Files.readAllLines(MAPS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String line : lines) {
            final int dash = line.indexOf('-');
            final int space = line.indexOf(' ');
            if (line.charAt(space + 1) != 'r' || space - dash > 16) {
                continue;
            }
            long from = Long.parseUnsignedLong(line, 0, dash, 16);
            final long to = Long.parseUnsignedLong(line, dash + 1, space, 16);
            final boolean writable = line.charAt(space + 2) == 'w';
            if (!read.isEmpty()
                    && read.getLast().to() == from
                    && read.getLast().writable() == writable) {
                from = read.removeLast().from();
            }
            read.add(new Range(from, to, writable));
        }
        ranges = List.copyOf(read);
        return true;
    }
}
