// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Free hugepages of the machine. Source: Linux Documentation/admin-guide/mm/hugetlbpage.rst. */
final class HugepageMemory {
    /** Where Linux counts them. */
    static final Path SYSFS = Path.of("/sys/kernel/mm/hugepages");

    private static final Pattern SIZE = Pattern.compile("hugepages-(\\d+)kB");

    private HugepageMemory() {}

    /** Free megabytes, over all page sizes; 0 where the kernel has no hugepages. */
    static long freeMegabytes(Path sysfs) {
        try (Stream<Path> sizes = Files.list(sysfs)) {
            return sizes.mapToLong(HugepageMemory::freeKilobytes).sum() / 1024;
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long freeKilobytes(Path directory) {
        final Matcher size = SIZE.matcher(directory.getFileName().toString());
        if (!size.matches()) {
            return 0;
        }
        try {
            final String free = Files.readString(directory.resolve("free_hugepages")).strip();
            return Long.parseLong(free) * Long.parseLong(size.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
