// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What words a table makes. */
class KeywordTest {
    private enum Colour {
        RED,
        DARK_BLUE
    }

    @Test
    void shouldMakeAWordOfEachKeyThatCanBeGiven() {
        final Table<String> inner =
                Table.<String>of("inner", "")
                        .key(text("name").word("part"), x -> x)
                        .key(Key.of("size", Form.integer(1, 9), "`big` or [not](a.md)"), x -> 1)
                        .made(v -> "");
        final Table<String> outer =
                Table.<String>of("outer", "")
                        .key(text("name").with(Trait.ID), x -> x)
                        .key(
                                Key.of("colour", Form.choice(Colour.class), "hue").with(Trait.BARE),
                                x -> Colour.RED)
                        .key(Key.of("on", Form.truth(), "works"), x -> true)
                        .key(
                                Key.of("tags", Form.list("tag", Form.text("TAG")), "marks")
                                        .word("tag"),
                                x -> List.of())
                        .key(Key.of("inner", Form.mapping(inner), ""), x -> x)
                        .key(Key.of("others", Form.list(inner), ""), x -> List.of())
                        .made(v -> "");

        assertEquals(
                """
                colour sets colour TEXT red|dark-blue: hue
                on sets on SWITCH on|off: works
                tag sets tags LIST TAG: marks
                part sets inner.name TEXT NAME: name
                size sets inner.size NUMBER N: big or not (1 to 9)
                red sets colour ITSELF :\s
                dark-blue sets colour ITSELF :\s
                """,
                Keyword.of(outer).stream()
                        .map(
                                k ->
                                        "%s sets %s %s %s: %s\n"
                                                .formatted(
                                                        k.word(),
                                                        k.key(),
                                                        k.kind(),
                                                        k.sample(),
                                                        k.help()))
                        .collect(Collectors.joining()));
    }

    private static Key<String> text(String name) {
        return Key.of(name, Form.text("NAME"), name);
    }
}
