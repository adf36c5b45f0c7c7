// SPDX-License-Identifier: Apache-2.0
package io.ipvane.option;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;

/**
 * What a value in a document looks like: how it is read, how it is written, and what there is to
 * say about it. Whoever describes options to others, such as the schema of the admin interface,
 * switches over the forms. Any thread.
 *
 * @param <T> what the value becomes
 */
public sealed interface Form<T> {
    /** The value; empty where it is wrong, which {@code value} has noted then. */
    Optional<T> read(Value value);

    /** The value as a document has it: a map, list, text, number or truth value. */
    Object write(T value);

    /**
     * A text with a meaning of its own.
     *
     * @param name what documents call such a text, in the singular: "interface name"
     * @param sample what stands for it in a line of help: "IF"
     * @param pattern regular expression that it matches; {@code ""}: none
     * @param parser throws IllegalArgumentException with a clause that begins with the quoted text
     * @param printer its inverse
     */
    record Text<T>(
            String name,
            String sample,
            String pattern,
            Function<String, T> parser,
            Function<T, String> printer)
            implements Form<T> {
        @Override
        public Optional<T> read(Value value) {
            return value.text(parser);
        }

        @Override
        public Object write(T value) {
            return printer.apply(value);
        }

        /** The same, for texts that match a regular expression; the parser says what to do. */
        public Text<T> matching(String regex) {
            return new Text<>(name, sample, regex, parser, printer);
        }
    }

    /**
     * One word of several.
     *
     * @param type whose constants the words stand for, as {@link #word} has them
     * @param check throws IllegalArgumentException where a word is known and not to be had
     */
    record Choice<E extends Enum<E>>(Class<E> type, UnaryOperator<E> check) implements Form<E> {
        /** All the words, in the order of the constants. */
        public List<String> words() {
            return Arrays.stream(type.getEnumConstants()).map(Form::word).toList();
        }

        @Override
        public Optional<E> read(Value value) {
            return value.text(this::parse);
        }

        @Override
        public Object write(E value) {
            return word(value);
        }

        private E parse(String text) {
            for (E constant : type.getEnumConstants()) {
                if (word(constant).equals(text)) {
                    return check.apply(constant);
                }
            }
            throw new IllegalArgumentException(
                    "'" + text + "' is unknown; choose one of " + String.join(", ", words()));
        }
    }

    /** A whole number from {@code min} to {@code max}, both included. */
    record Whole<T extends Number>(long min, long max, LongFunction<T> maker) implements Form<T> {
        @Override
        public Optional<T> read(Value value) {
            return value.whole(min, max).map(maker::apply);
        }

        @Override
        public Object write(T value) {
            return value;
        }
    }

    /** True or false. */
    record Truth() implements Form<Boolean> {
        @Override
        public Optional<Boolean> read(Value value) {
            return value.truth();
        }

        @Override
        public Object write(Boolean value) {
            return value;
        }
    }

    /**
     * A list.
     *
     * @param label what problems call one of its elements
     */
    record ListOf<T>(String label, Form<T> element) implements Form<List<T>> {
        /** Elements that are wrong are left out, and noted. */
        @Override
        public Optional<List<T>> read(Value value) {
            return value.elements(label).map(this::readAll);
        }

        private List<T> readAll(List<Value> values) {
            final List<T> elements = new ArrayList<>(values.size());
            for (Value value : values) {
                element.read(value).ifPresent(elements::add);
            }
            return elements;
        }

        @Override
        public Object write(List<T> values) {
            return values.stream().map(element::write).toList();
        }
    }

    /** A mapping with keys of its own. */
    record Mapping<R>(Table<R> table) implements Form<R> {
        @Override
        public Optional<R> read(Value value) {
            return value.mapping(table);
        }

        @Override
        public Object write(R value) {
            return table.write(value);
        }
    }

    /**
     * One of some words, or else what another form says: a number or {@code inherit}.
     *
     * @param words what each of them means, in the order in which they are shown
     */
    record Either<T>(Map<String, T> words, Form<T> other) implements Form<T> {
        @Override
        public Optional<T> read(Value value) {
            return value.isText() ? value.text(this::parse) : other.read(value);
        }

        @Override
        public Object write(T value) {
            for (Map.Entry<String, T> word : words.entrySet()) {
                if (word.getValue().equals(value)) {
                    return word.getKey();
                }
            }
            return other.write(value);
        }

        private T parse(String text) {
            final T meaning = words.get(text);
            if (meaning == null) {
                throw new IllegalArgumentException("'" + text + "' is unknown; write " + this);
            }
            return meaning;
        }

        /** For sentences: {@code inherit or a whole number from 1 to 255}. */
        @Override
        public String toString() {
            return String.join(" or ", words.keySet()) + " or " + wanted(other);
        }

        private static String wanted(Form<?> form) {
            return switch (form) {
                case As<?, ?> as -> wanted(as.form());
                case Whole<?> whole -> "a whole number from " + whole.min() + " to " + whole.max();
                case Truth truth -> "true or false";
                default -> "a list";
            };
        }
    }

    /**
     * What another form says, in another shape.
     *
     * @param from its inverse
     */
    record As<S, T>(Form<S> form, Function<S, T> to, Function<T, S> from) implements Form<T> {
        @Override
        public Optional<T> read(Value value) {
            return form.read(value).map(to);
        }

        @Override
        public Object write(T value) {
            return form.write(from.apply(value));
        }
    }

    /** A text, whatever it is. */
    static Text<String> text(String sample) {
        return text("text", sample, text -> text);
    }

    /** A text that is printed as it prints itself. */
    static <T> Text<T> text(String name, String sample, Function<String, T> parser) {
        return text(name, sample, parser, Object::toString);
    }

    /** A text. */
    static <T> Text<T> text(
            String name, String sample, Function<String, T> parser, Function<T, String> printer) {
        return new Text<>(name, sample, "", parser, printer);
    }

    /** Any of the words of an enum. */
    static <E extends Enum<E>> Choice<E> choice(Class<E> type) {
        return new Choice<>(type, constant -> constant);
    }

    /** A whole number of at most 31 bits. */
    static Whole<Integer> integer(int min, int max) {
        return new Whole<>(min, max, value -> (int) value);
    }

    /** A whole number. */
    static Whole<Long> number(long min, long max) {
        return new Whole<>(min, max, value -> value);
    }

    /** True or false. */
    static Truth truth() {
        return new Truth();
    }

    /** One word, or else what another form says. */
    static <T> Either<T> either(String word, T meaning, Form<T> other) {
        return new Either<>(Map.of(word, meaning), other);
    }

    /** A list whose elements problems call {@code label}. */
    static <T> ListOf<T> list(String label, Form<T> element) {
        return new ListOf<>(label, element);
    }

    /** A list of mappings, which problems call by their kind and name. */
    static <R> ListOf<R> list(Table<R> table) {
        return list(table.kind(), mapping(table));
    }

    /** A mapping. */
    static <R> Mapping<R> mapping(Table<R> table) {
        return new Mapping<>(table);
    }

    /** The word for a constant: its name in lower case, with dashes. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
