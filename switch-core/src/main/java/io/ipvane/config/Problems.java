// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * Collects what is wrong while a file is read, so that one run reports everything: the first
 * {@value #LIMIT} of it, and how many more there are. A request of a few megabytes can be wrong in
 * a million places. One thread.
 */
final class Problems {
    static final int LIMIT = 1_000;

    private static final Comparator<Problem> BY_PLACE =
            Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column);

    private final String file;
    private final List<Problem> found = new ArrayList<>();
    private int unlisted;

    Problems(String file) {
        this.file = file;
    }

    /**
     * Notes a problem.
     *
     * @param mark where in the file; empty: the whole file, or a document that is none
     * @param pointer as {@link Problem#pointer}
     */
    void add(Optional<Mark> mark, String pointer, Errno errno, String sentence) {
        if (found.size() == LIMIT) {
            unlisted++;
            return;
        }
        found.add(
                new Problem(
                        file,
                        mark.map(m -> m.getLine() + 1).orElse(0),
                        mark.map(m -> m.getColumn() + 1).orElse(0),
                        pointer,
                        errno,
                        sentence));
    }

    /** How many were noted so far. */
    int count() {
        return found.size() + unlisted;
    }

    /** Throws if anything was noted. */
    void throwIfAny() {
        if (!found.isEmpty()) {
            throw exception();
        }
    }

    /** All that was noted, at least one. */
    ConfigException exception() {
        // Stable, so that several problems of one place stay in the order found.
        found.sort(BY_PLACE);
        return new ConfigException(found, unlisted);
    }
}
