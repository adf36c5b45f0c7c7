// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much memory the process may still take: what the machine has, or less where a control group
 * (a container, a systemd unit) is allowed less. Control plane, any thread.
 *
 * <p>Source: proc(5), meminfo; the kernel's Documentation/admin-guide/cgroup-v2.rst and
 * cgroup-v1/memory.rst.
 */
public final class FreeMemory {
    private static final Path ROOT = Path.of("/");
    private static final Path GROUPS = Path.of("sys/fs/cgroup");

    private final Path root;

    private FreeMemory(Path root) {
        this.root = root;
    }

    /** In bytes; empty where the kernel does not tell. */
    public static OptionalLong bytes() {
        return bytes(ROOT);
    }

    /** As the other, of the files below a folder. */
    static OptionalLong bytes(Path root) {
        final FreeMemory asked = new FreeMemory(root);
        final OptionalLong machine = asked.ofMachine();
        final OptionalLong group = asked.ofGroups();
        if (machine.isEmpty() || group.isEmpty()) {
            return machine.isPresent() ? machine : group;
        }
        return OptionalLong.of(Math.min(machine.getAsLong(), group.getAsLong()));
    }

    /** What programs can have without others being swapped out. */
    private OptionalLong ofMachine() {
        return lines(root.resolve("proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst();
    }

    /** The least that this process's control group, or one that it belongs to, may still take. */
    private OptionalLong ofGroups() {
        OptionalLong least = OptionalLong.empty();
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            final String[] fields = line.split(":", 3);
            if (fields.length < 3) {
                continue;
            }
            if (fields[1].isEmpty()) {
                least = least(least, GROUPS, fields[2], "memory.max", "memory.current");
            } else if (List.of(fields[1].split(",", -1)).contains("memory")) {
                least =
                        least(
                                least,
                                GROUPS.resolve("memory"),
                                fields[2],
                                "memory.limit_in_bytes",
                                "memory.usage_in_bytes");
            }
        }
        return least;
    }

    /** In a container the path may be that of the host, which is not to be seen there. */
    private OptionalLong least(
            OptionalLong before, Path tree, String group, String limit, String usage) {
        final Path top = root.resolve(tree);
        OptionalLong least = before;
        Path at = top.resolve(group.substring(1)).normalize();
        while (at != null && at.startsWith(top)) {
            final OptionalLong most = number(at.resolve(limit));
            final OptionalLong used = number(at.resolve(usage));
            if (most.isPresent() && used.isPresent()) {
                final long left = Math.max(0, most.getAsLong() - used.getAsLong());
                least = OptionalLong.of(Math.min(left, least.orElse(left)));
            }
            at = at.getParent();
        }
        return least;
    }

    /** Empty where there is no such file, or no limit in it. */
    private static OptionalLong number(Path file) {
        final Optional<String> text = lines(file).stream().findFirst();
        return text.isPresent() && text.get().matches("\\d{1,18}")
                ? OptionalLong.of(Long.parseLong(text.get()))
                : OptionalLong.empty();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return List.of();
        }
    }
}
