// SPDX-License-Identifier: Apache-2.0
package io.ipvane.option;

import java.util.List;
import java.util.stream.Collectors;

/**
 * That a key is only for records in which another key has one of some values.
 *
 * @param key the other key; stands before in the table
 * @param values any of them
 * @param remedy what to do with the key elsewhere; {@code %s} is the other key's value there
 */
public record Condition<S>(Key<S> key, List<S> values, String remedy) {
    /** Copies the list. */
    public Condition {
        values = List.copyOf(values);
    }

    /** Where the key belongs: "types memif and vhost-user". */
    public String owners() {
        return key.name()
                + (values.size() == 1 ? " " : "s ")
                + values.stream().map(this::word).collect(Collectors.joining(" and "));
    }

    /** The refusal of a key that does not belong here, or nothing where it does. */
    boolean holds(Values given) {
        return given.find(key).filter(values::contains).isPresent();
    }

    /** Why the key called {@code name} is refused. */
    String refusal(String name, Values given) {
        return name
                + " belongs to "
                + owners()
                + "; "
                + remedy.formatted(given.find(key).map(this::word).orElse(""));
    }

    private String word(S value) {
        return key.form().write(value).toString();
    }
}
