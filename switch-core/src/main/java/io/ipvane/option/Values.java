// SPDX-License-Identifier: Apache-2.0
package io.ipvane.option;

import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.OptionalInt;

/** What the keys of one record are set to. One thread. */
public class Values {
    private final IdentityHashMap<Key<?>, Object> own = new IdentityHashMap<>();

    Values() {}

    <T> void put(Key<T> key, T value) {
        own.put(key, value);
    }

    void remove(Key<?> key) {
        own.remove(key);
    }

    /** The value that was given; empty where the key has its default. */
    @SuppressWarnings("unchecked") // put() takes a key and a value of the same type
    <T> Optional<T> own(Key<T> key) {
        return Optional.ofNullable((T) own.get(key));
    }

    /** The value, or else the default; empty where there is neither, or the value is wrong. */
    public <T> Optional<T> find(Key<T> key) {
        final Optional<T> given = own(key);
        return given.isPresent() ? given : key.absence().value(this);
    }

    /** The value of a key that is required or has a default. */
    public <T> T get(Key<T> key) {
        return find(key)
                .orElseThrow(
                        () -> new IllegalStateException("'" + key.name() + "' has no value here"));
    }

    /** The value of a key that may be left out. */
    public OptionalInt number(Key<Integer> key) {
        final Optional<Integer> value = find(key);
        return value.isPresent() ? OptionalInt.of(value.get()) : OptionalInt.empty();
    }
}
