// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Two vhost-user sockets, at which the load listens and a switch connects.
 *
 * @param in where the switch receives
 * @param out where it sends
 */
record VhostSockets(Path in, Path out) {
    /** What the name of such a pair begins with. */
    static final String PREFIX = "vhost:";

    /** The same for the reference in C. */
    static final String REFERENCE = "c-vhost:";

    /** Such a pair in a directory. */
    static VhostSockets in(Path directory) {
        return new VhostSockets(directory.resolve("in.sock"), directory.resolve("out.sock"));
    }

    /** The pair behind a {@link #name}. */
    static VhostSockets of(String name) {
        return parse(name.substring(PREFIX.length()));
    }

    /** The pair behind a {@link #referenceName}. */
    static VhostSockets ofReference(String name) {
        return parse(name.substring(REFERENCE.length()));
    }

    private static VhostSockets parse(String text) {
        final String[] paths = text.split(",", 2);
        return new VhostSockets(Path.of(paths[0]), Path.of(paths[1]));
    }

    /** As one word. */
    String name() {
        return PREFIX + in + "," + out;
    }

    /** As one word, for the reference. */
    String referenceName() {
        return REFERENCE + in + "," + out;
    }

    /** Takes away what a process left that was killed. */
    void clear() throws IOException {
        Files.deleteIfExists(in);
        Files.deleteIfExists(out);
    }
}
