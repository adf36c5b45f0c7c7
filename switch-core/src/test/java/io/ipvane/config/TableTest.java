// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A record that is new: what its table alone makes of it. */
class TableTest {
    private enum Kind {
        WOOD,
        CAST_IRON
    }

    private record Hinge(int screws) {
        private static final Key<Integer> SCREWS =
                Key.of("screws", Form.integer(1, 8), "how many hold it").byDefault(4);

        static final Table<Hinge> TABLE =
                Table.<Hinge>of("hinge", "A hinge.")
                        .key(SCREWS, Hinge::screws)
                        .made(v -> new Hinge(v.get(SCREWS)));
    }

    private record Door(
            String name,
            Kind kind,
            boolean heavy,
            Optional<Integer> rust,
            OptionalInt width,
            List<Hinge> hinges) {
        private static final Key<String> NAME =
                Key.of("name", Form.text("NAME"), "the id").required().with(Trait.ID);

        private static final Key<Kind> KIND =
                Key.of("kind", Form.choice(Kind.class), "what it is made of")
                        .byDefault(Kind.WOOD)
                        .with(Trait.WRITTEN);

        private static final Key<Boolean> HEAVY =
                Key.of("heavy", Form.truth(), "two must carry it")
                        .byDefault("by `kind`", v -> v.find(KIND).map(Kind.CAST_IRON::equals));

        private static final Key<Integer> RUST =
                Key.of("rust", Form.integer(0, 100), "per cent")
                        .onlyWhere(KIND, List.of(Kind.CAST_IRON), "remove it from a door of %s");

        private static final Key<Integer> WIDTH =
                Key.of("width", Form.integer(40, 200), "centimetres").otherwise("the wall's");

        private static final Key<List<Hinge>> HINGES =
                Key.of("hinges", Form.list(Hinge.TABLE), "what it turns on").byDefault(List.of());

        static final Table<Door> TABLE =
                Table.<Door>of("door", "A door.")
                        .key(NAME, Door::name)
                        .key(KIND, Door::kind)
                        .key(HEAVY, Door::heavy)
                        .maybe(RUST, Door::rust)
                        .number(WIDTH, Door::width)
                        .key(HINGES, Door::hinges)
                        .check(
                                door -> {
                                    if (door.number(WIDTH).orElse(0) > 100 && !door.has(HINGES)) {
                                        door.refuse(WIDTH, "width needs hinges; give some");
                                    }
                                })
                        .made(
                                v ->
                                        new Door(
                                                v.get(NAME),
                                                v.get(KIND),
                                                v.get(HEAVY),
                                                v.find(RUST),
                                                v.number(WIDTH),
                                                v.get(HINGES)));
    }

    @Test
    void shouldFillInWhatIsLeftOutAndLeaveItOutAgain() {
        final Map<String, Object> least = map("name", "front");
        final Door door = read(least);

        assertEquals(
                new Door(
                        "front",
                        Kind.WOOD,
                        false,
                        Optional.empty(),
                        OptionalInt.empty(),
                        List.of()),
                door);
        assertEquals("{name=front, kind=wood}", Door.TABLE.write(door).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "wood, false, ",
        "wood, true, true",
        "cast-iron, false, false",
        "cast-iron, true, "
    })
    void shouldDeriveADefaultInBothDirections(String kind, boolean heavy, String written) {
        final Door door = read(map("name", "d", "kind", kind, "heavy", heavy));

        assertEquals(heavy, door.heavy());
        final Object again = Door.TABLE.write(door).get("heavy");
        assertEquals(written, again == null ? null : again.toString());
        assertEquals(door, read(Door.TABLE.write(door)));
    }

    @Test
    void shouldReadAndWriteWhatIsNested() {
        final Map<String, Object> document =
                map(
                        "name",
                        "d",
                        "kind",
                        "cast-iron",
                        "rust",
                        7,
                        "width",
                        120,
                        "hinges",
                        List.of(map("screws", 3), map()));

        final Door door = read(document);

        assertEquals(List.of(new Hinge(3), new Hinge(4)), door.hinges());
        assertEquals(document.toString(), Door.TABLE.write(door).toString());
    }

    @Test
    void shouldFindEverythingThatIsWrongAtOnce() {
        assertEquals(
                """
                door 'd': unknown key 'widht'; did you mean 'width'?
                door 'd': name is missing; it has no default
                door 'd': rust belongs to kind cast-iron; remove it from a door of wood
                door 'd': hinges[1]: screws=9 is out of range; choose 1 to 8
                """,
                refusal(
                        map(
                                "widht",
                                1,
                                "rust",
                                1,
                                "hinges",
                                List.of(map("screws", 1), map("screws", 9)))));
    }

    @Test
    void shouldNotRefuseForWhatIsOnlyAConsequence() {
        assertEquals(
                "door 'd': kind 'tin' is unknown; choose one of wood, cast-iron\n",
                refusal(map("name", "d", "kind", "tin", "rust", 1)));
    }

    @Test
    void shouldCheckWhatKeysOweEachOther() {
        assertEquals(
                "door 'd': width needs hinges; give some\n",
                refusal(map("name", "d", "width", 101)));
    }

    private static Door read(Object document) {
        return new Draft(document).read(Door.TABLE, "door 'd'", document);
    }

    private static String refusal(Object document) {
        return assertThrows(ConfigException.class, () -> read(document)).problems().stream()
                .map(problem -> problem.sentence() + "\n")
                .collect(Collectors.joining());
    }

    private static Map<String, Object> map(Object... keysAndValues) {
        final Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
