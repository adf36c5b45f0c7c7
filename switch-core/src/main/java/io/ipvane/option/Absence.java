// SPDX-License-Identifier: Apache-2.0
package io.ipvane.option;

import java.util.Optional;
import java.util.function.Function;

/** What holds where a key is left out. */
public sealed interface Absence<T> {
    /** The value that takes its place; empty: there is none. */
    Optional<T> value(Values values);

    /**
     * It may not be left out.
     *
     * @param remedy what the refusal says behind "is missing"
     */
    record Refused<T>(String remedy) implements Absence<T> {
        @Override
        public Optional<T> value(Values values) {
            return Optional.empty();
        }
    }

    /** The same value always. */
    record Fixed<T>(T fixed) implements Absence<T> {
        @Override
        public Optional<T> value(Values values) {
            return Optional.of(fixed);
        }
    }

    /**
     * A value that other keys decide.
     *
     * @param clause which, for documents: "the port's name"
     * @param rule looks at keys that stand before this one in the table
     */
    record Derived<T>(String clause, Function<Values, Optional<T>> rule) implements Absence<T> {
        @Override
        public Optional<T> value(Values values) {
            return rule.apply(values);
        }
    }

    /**
     * No value: the record does without.
     *
     * @param clause what that means, for documents: "the uplink's"
     */
    record Nothing<T>(String clause) implements Absence<T> {
        @Override
        public Optional<T> value(Values values) {
            return Optional.empty();
        }
    }
}
