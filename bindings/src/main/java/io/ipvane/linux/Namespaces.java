// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The network namespaces that have a name or a process. Any thread. */
final class Namespaces {
    private static final System.Logger LOG = System.getLogger(Namespaces.class.getName());
    private static final Path NAMES = Path.of(Netns.DIRECTORY);
    private static final Path PROCESSES = Path.of("/proc");

    private Namespaces() {}

    /** A name or path of each by its inode, as {@link Netns#open} takes it; names first. */
    static Map<Long, String> all() {
        final Map<Long, String> all = named();
        for (final Path process : list(PROCESSES, "[0-9]*")) {
            final Path netns = process.resolve("ns/net");
            put(all, netns, netns.toString());
        }
        return all;
    }

    /** Whether the namespace with this inode has a name or a process. */
    static boolean isInUse(long inode) {
        return named().containsKey(inode) || all().containsKey(inode);
    }

    private static Map<Long, String> named() {
        final Map<Long, String> named = new TreeMap<>();
        for (final Path name : list(NAMES, "*")) {
            put(named, name, name.getFileName().toString());
        }
        return named;
    }

    private static List<Path> list(Path folder, String names) {
        final List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, names)) {
            files.forEach(all::add);
        } catch (IOException e) {
            return all;
        }
        return all;
    }

    private static void put(Map<Long, String> all, Path file, String name) {
        try {
            all.putIfAbsent((Long) Files.getAttribute(file, "unix:ino"), name);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.TRACE, "has ended meanwhile: {0}", file);
        }
    }
}
