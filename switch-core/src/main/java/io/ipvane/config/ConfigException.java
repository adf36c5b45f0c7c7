// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A configuration that is refused, with what is wrong in it: everything, or the first of very much.
 */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;
    private final int unlisted;

    /**
     * @param problems at least one
     */
    public ConfigException(List<Problem> problems) {
        this(problems, 0);
    }

    /**
     * @param problems at least one
     * @param unlisted how many more there are
     */
    ConfigException(List<Problem> problems, int unlisted) {
        super(
                problems.stream().map(Problem::toString).collect(Collectors.joining("\n"))
                        + (unlisted == 0 ? "" : "\nand " + unlisted + " problems more"));
        this.problems = List.copyOf(problems);
        this.unlisted = unlisted;
    }

    /** How many problems there are, listed or not. */
    public int count() {
        return problems.size() + unlisted;
    }

    /** How many problems there are beyond {@link #problems}. */
    int unlisted() {
        return unlisted;
    }

    /** What is wrong, sorted by place in the file; never empty. */
    public List<Problem> problems() {
        return problems;
    }
}
