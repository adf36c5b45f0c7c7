// SPDX-License-Identifier: Apache-2.0
package io.ipvane.option;

import java.util.Optional;

/** What a mapping gives, while it is read and checked. One thread. */
public final class Given extends Values {
    private final Section section;

    Given(Section section) {
        this.section = section;
    }

    /** Reads a key, if it belongs here. */
    <T> void take(Key<T> key) {
        final Optional<Value> value = section.value(key.name());
        if (!belongs(key)) {
            return;
        }
        value.flatMap(key.form()::read).ifPresent(read -> put(key, read));
        if (value.isEmpty() && key.absence() instanceof Absence.Refused<T>(String remedy)) {
            section.missing(key.name(), remedy);
        }
    }

    /** A key whose place depends on something wrong is neither read nor refused. */
    private boolean belongs(Key<?> key) {
        for (Condition<?> condition : key.conditions()) {
            if (!condition.holds(this)) {
                if (has(key) && find(condition.key()).isPresent()) {
                    section.refuse(key.name(), condition.refusal(key.name(), this));
                }
                return false;
            }
        }
        return true;
    }

    /** Empty also where what is written is wrong: its default would be as misleading. */
    @Override
    public <T> Optional<T> find(Key<T> key) {
        return has(key) ? own(key) : super.find(key);
    }

    /** Whether nothing in the mapping is wrong so far. */
    public boolean isSound() {
        return section.isSound();
    }

    /** Whether the mapping has the key, with a good value or a bad one. */
    public boolean has(Key<?> key) {
        return section.value(key.name()).isPresent();
    }

    /** Notes that a key is missing; {@code remedy} is what to do about it. */
    public void missing(Key<?> key, String remedy) {
        section.missing(key.name(), remedy);
    }

    /** Notes that a key's value does not fit; {@code sentence} begins with the key. */
    public void refuse(Key<?> key, String sentence) {
        section.refuse(key.name(), sentence);
    }
}
