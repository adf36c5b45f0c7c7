// SPDX-License-Identifier: Apache-2.0
package io.ipvane.option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The keys of one kind of record, in the order in which they are read, written and shown.
 * Immutable, any thread.
 *
 * @param <R> the record
 */
public final class Table<R> {
    private final String kind;
    private final String help;
    private final List<Column<R, ?>> columns;
    private final List<Consumer<Given>> checks;
    private final Function<Values, R> maker;
    private final List<Key<?>> keys;
    private final List<String> names;

    /** A key, and where a record has its value. */
    private record Column<R, T>(Key<T> key, Function<R, Optional<T>> getter) {
        void collect(R record, Values values) {
            getter.apply(record).ifPresent(value -> values.put(key, value));
        }

        void write(Values values, Map<String, Object> document) {
            final Optional<T> value = values.own(key);
            if (key.is(Trait.WRITTEN) || !value.equals(key.absence().value(values))) {
                value.ifPresent(v -> document.put(key.name(), key.form().write(v)));
            }
        }

        <Q> Column<Q, T> of(Function<Q, R> part) {
            return new Column<>(key, part.andThen(getter));
        }
    }

    private Table(Builder<R> builder, Function<Values, R> maker) {
        kind = builder.kind;
        help = builder.help;
        columns = List.copyOf(builder.columns);
        checks = List.copyOf(builder.checks);
        this.maker = maker;
        keys = columns.stream().<Key<?>>map(Column::key).toList();
        names = columns.stream().map(column -> column.key().name()).toList();
    }

    /**
     * Begins a table.
     *
     * @param kind what problems call a record that has a name: "port"
     * @param help one sentence that says what such a record is
     */
    public static <R> Builder<R> of(String kind, String help) {
        return new Builder<>(kind, help);
    }

    /** What problems call a record. */
    public String kind() {
        return kind;
    }

    /** One sentence that says what a record is. */
    public String help() {
        return help;
    }

    /** All keys. */
    public List<Key<?>> keys() {
        return keys;
    }

    /** The names of all keys. */
    public List<String> names() {
        return names;
    }

    /** The record of a mapping; empty where anything in it is wrong, which is noted then. */
    public Optional<R> read(Section section) {
        final Given given = new Given(section);
        columns.forEach(column -> given.take(column.key()));
        checks.forEach(check -> check.accept(given));
        return section.isSound() ? Optional.of(maker.apply(given)) : Optional.empty();
    }

    /** The part of a larger record that this table makes, from the values of the whole. */
    public R make(Values values) {
        return maker.apply(values);
    }

    /** A record of which one key is known; the others have their defaults. */
    public <T> R of(Key<T> key, T value) {
        final Values values = new Values();
        values.put(key, value);
        return maker.apply(values);
    }

    /** The same record with another value of a key. */
    public <T> R with(R record, Key<T> key, T value) {
        return with(record, key, Optional.of(value));
    }

    /** The same record with another value of a key, or none. */
    public <T> R with(R record, Key<T> key, Optional<T> value) {
        final Values values = values(record);
        values.remove(key);
        value.ifPresent(v -> values.put(key, v));
        return maker.apply(values);
    }

    private Values values(R record) {
        final Values values = new Values();
        columns.forEach(column -> column.collect(record, values));
        return values;
    }

    /** A record as a document. What has its default is left out, unless it is always written. */
    public Map<String, Object> write(R record) {
        final Values values = values(record);
        final Map<String, Object> document = new LinkedHashMap<>();
        columns.forEach(column -> column.write(values, document));
        return document;
    }

    /** The same number as an object. */
    public static Optional<Integer> boxed(OptionalInt number) {
        return number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
    }

    /** A table that is still being written down. One thread. */
    public static final class Builder<R> {
        private final String kind;
        private final String help;
        private final List<Column<R, ?>> columns = new ArrayList<>();
        private final List<Consumer<Given>> checks = new ArrayList<>();

        private Builder(String kind, String help) {
            this.kind = kind;
            this.help = help;
        }

        /** A key that every record has a value of. */
        public <T> Builder<R> key(Key<T> key, Function<R, T> getter) {
            return maybe(key, getter.andThen(Optional::of));
        }

        /** A key that a record may have no value of. */
        public <T> Builder<R> maybe(Key<T> key, Function<R, Optional<T>> getter) {
            columns.add(new Column<>(key, getter));
            return this;
        }

        /** A number that a record may do without. */
        public Builder<R> number(Key<Integer> key, Function<R, OptionalInt> getter) {
            return maybe(key, getter.andThen(Table::boxed));
        }

        /** The keys and checks of a part that has no mapping of its own in the document. */
        public <P> Builder<R> part(Table<P> table, Function<R, P> getter) {
            table.columns.forEach(column -> columns.add(column.of(getter)));
            checks.addAll(table.checks);
            return this;
        }

        /**
         * A check of what a mapping alone must keep to, made when all its keys are read. What holds
         * between records is checked when all of them are there.
         */
        public Builder<R> check(Consumer<Given> check) {
            checks.add(check);
            return this;
        }

        /**
         * Ends the table.
         *
         * @param maker makes the record, once nothing is wrong
         */
        public Table<R> made(Function<Values, R> maker) {
            return new Table<>(this, maker);
        }
    }
}
