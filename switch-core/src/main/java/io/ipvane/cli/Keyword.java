// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A word behind a verb.
 *
 * @param word as it is written
 * @param key of the document that it sets; with a dot for one within another
 * @param kind what its value is
 * @param sample what stands for its value in a line of help; {@code ""}: it has none
 * @param help one clause that says what it is for
 * @param texts values that are texts whatever the kind says: {@code inherit} beside a number
 */
record Keyword(String word, String key, Kind kind, String sample, String help, Set<String> texts) {
    /** What a keyword's value becomes. */
    enum Kind {
        /** A text. */
        TEXT,

        /** A whole number. */
        NUMBER,

        /** One more element of a list of texts. */
        LIST,

        /** One more element of a list of whole numbers. */
        NUMBERS,

        /** on or off. */
        SWITCH,

        /** No value: the keyword is itself the text. */
        ITSELF
    }

    /** A word of a command of its own, whose value is a text. */
    static Keyword text(String word) {
        return as(word, word);
    }

    /** A word of a command of its own, whose value is a whole number. */
    static Keyword number(String word) {
        return new Keyword(word, word, Kind.NUMBER, "", "", Set.of());
    }

    /** A word of a command of its own, for a key that has another name. */
    static Keyword as(String word, String key) {
        return new Keyword(word, key, Kind.TEXT, "", "", Set.of());
    }

    /** A word of a command of its own that stands for itself. */
    static Keyword itself(String word, String key) {
        return new Keyword(word, key, Kind.ITSELF, "", "", Set.of());
    }

    /** The words for the keys of a record; those of a {@link Trait#BARE} key's values come last. */
    static List<Keyword> of(Table<?> table) {
        final List<Keyword> words = new ArrayList<>();
        final List<Keyword> bare = new ArrayList<>();
        add(table, "", words, bare);
        words.addAll(bare);
        return words;
    }

    /** Whether it may be given more than once. */
    boolean isList() {
        return kind == Kind.LIST || kind == Kind.NUMBERS;
    }

    /** Those of {@code all} that are called so, in this order. */
    static List<Keyword> pick(List<Keyword> all, String... words) {
        return Stream.of(words)
                .flatMap(word -> all.stream().filter(keyword -> keyword.word().equals(word)))
                .toList();
    }

    private static void add(
            Table<?> table, String within, List<Keyword> words, List<Keyword> bare) {
        for (Key<?> key : table.keys()) {
            if (key.is(Trait.ID)) {
                continue;
            }
            final String path = within + key.name();
            switch (key.form()) {
                case Form.Mapping<?> nested -> add(nested.table(), path + ".", words, bare);
                case Form.ListOf<?> list when list.element() instanceof Form.Mapping<?> -> {
                    // Elements with keys of their own have a command of their own.
                }
                default -> words.add(of(key, path));
            }
            if (key.form() instanceof Form.Choice<?> choice && key.is(Trait.BARE)) {
                choice.words().forEach(word -> bare.add(itself(word, path)));
            }
        }
    }

    private static Keyword of(Key<?> key, String path) {
        final Set<String> texts =
                key.form() instanceof Form.Either<?> either ? either.words().keySet() : Set.of();
        return new Keyword(
                key.word(),
                path,
                kind(key.form()),
                sample(key.form()),
                key.plainHelp() + range(key.form()),
                texts);
    }

    private static Kind kind(Form<?> form) {
        return switch (form) {
            case Form.Either<?> either -> kind(either.other());
            case Form.As<?, ?> as -> kind(as.form());
            case Form.ListOf<?> list ->
                    list.element() instanceof Form.Whole<?> ? Kind.NUMBERS : Kind.LIST;
            case Form.Whole<?> whole -> Kind.NUMBER;
            case Form.Truth truth -> Kind.SWITCH;
            default -> Kind.TEXT;
        };
    }

    private static String range(Form<?> form) {
        return switch (form) {
            case Form.Whole<?> whole -> " (" + whole.min() + " to " + whole.max() + ")";
            case Form.ListOf<?> list -> range(list.element());
            case Form.Either<?> either -> range(either.other());
            default -> "";
        };
    }

    private static String sample(Form<?> form) {
        return switch (form) {
            case Form.Text<?> text -> text.sample();
            case Form.Choice<?> choice -> String.join("|", choice.words());
            case Form.Truth truth -> "on|off";
            case Form.ListOf<?> list -> sample(list.element());
            case Form.Either<?> either ->
                    String.join("|", either.words().keySet()) + "|" + sample(either.other());
            case Form.As<?, ?> as -> sample(as.form());
            default -> "N";
        };
    }
}
