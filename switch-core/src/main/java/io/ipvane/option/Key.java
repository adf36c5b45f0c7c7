// SPDX-License-Identifier: Apache-2.0
package io.ipvane.option;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One option of the configuration, said once. Reader, writer, "did you mean", the words of the
 * command line, the schema of the admin interface and the tables of the documents are made of it.
 * Immutable.
 *
 * @param name as the file and JSON have it
 * @param form of its value, with its range
 * @param help one clause in Markdown that says what it is for
 * @param absence what holds without it
 * @param bound what else its value has to keep to, for documents; {@code ""}: nothing
 * @param word of the command line; {@code ""}: it has none
 * @param traits what is special about it
 * @param conditions where it belongs; none: everywhere
 */
public record Key<T>(
        String name,
        Form<T> form,
        String help,
        Absence<T> absence,
        String bound,
        String word,
        List<Trait> traits,
        List<Condition<?>> conditions) {
    /** An option that may be left out and has no default then. */
    public static <T> Key<T> of(String name, Form<T> form, String help) {
        return new Key<>(
                name, form, help, new Absence.Nothing<>("none"), "", name, List.of(), List.of());
    }

    /** Must be there. */
    public Key<T> required() {
        return required("it has no default");
    }

    /** Must be there; the refusal says {@code remedy} behind "is missing". */
    public Key<T> required(String remedy) {
        return or(new Absence.Refused<>(remedy));
    }

    /** Has a default. */
    public Key<T> byDefault(T value) {
        return or(new Absence.Fixed<>(value));
    }

    /** Has a default that other keys decide; {@code clause} names it in documents. */
    public Key<T> byDefault(String clause, Function<Values, Optional<T>> rule) {
        return or(new Absence.Derived<>(clause, rule));
    }

    /** May be left out; {@code clause} says in documents what that means. */
    public Key<T> otherwise(String clause) {
        return or(new Absence.Nothing<>(clause));
    }

    private Key<T> or(Absence<T> other) {
        return new Key<>(name, form, help, other, bound, word, traits, conditions);
    }

    /** Says in documents what its value has to keep to beside the range of its form. */
    public Key<T> bound(String clause) {
        return new Key<>(name, form, help, absence, clause, word, traits, conditions);
    }

    /** Is called otherwise on the command line; {@code ""}: cannot be given there. */
    public Key<T> word(String other) {
        return new Key<>(name, form, help, absence, bound, other, traits, conditions);
    }

    /** Is special. */
    public Key<T> with(Trait... more) {
        return new Key<>(name, form, help, absence, bound, word, Arrays.asList(more), conditions);
    }

    /**
     * Belongs only where another key has one of some values.
     *
     * @param remedy what to do with it elsewhere; {@code %s} is the other key's value there
     */
    public <S> Key<T> onlyWhere(Key<S> other, List<S> values, String remedy) {
        final List<Condition<?>> all = new ArrayList<>(conditions);
        all.add(new Condition<>(other, values, remedy));
        return new Key<>(name, form, help, absence, bound, word, traits, List.copyOf(all));
    }

    /** Whether it is special in this way. */
    public boolean is(Trait trait) {
        return traits.contains(trait);
    }

    /** Whether it may not be left out. */
    public boolean isRequired() {
        return absence instanceof Absence.Refused;
    }

    /** Its fixed default as a document has it; empty where it has none, or other keys decide. */
    public Optional<Object> fixedDefault() {
        return absence instanceof Absence.Fixed<T>(T value)
                ? Optional.of(form.write(value))
                : Optional.empty();
    }

    /** {@link #help} without Markdown. */
    public String plainHelp() {
        return help.replaceAll("\\[([^]]*)\\]\\([^)]*\\)", "$1").replace("`", "");
    }
}
