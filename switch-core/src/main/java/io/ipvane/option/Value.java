// SPDX-License-Identifier: Apache-2.0
package io.ipvane.option;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One value of a document, at a place that problems can name. Each question is answered by the
 * value in the form asked for, or by nothing: then what is wrong has been noted, and reading goes
 * on, so that one run finds everything. One thread.
 */
public interface Value {
    /** Whether a text stands there. */
    boolean isText();

    /** A text, made into something by a parser that throws with a clause of its own. */
    <T> Optional<T> text(Function<String, T> parser);

    /** A whole number from {@code min} to {@code max}. */
    Optional<Long> whole(long min, long max);

    /** True or false. */
    Optional<Boolean> truth();

    /**
     * The elements of a list.
     *
     * @param label what problems call one of them
     */
    Optional<List<Value>> elements(String label);

    /** A mapping, made into a record by the table of its keys. */
    <R> Optional<R> mapping(Table<R> table);
}
