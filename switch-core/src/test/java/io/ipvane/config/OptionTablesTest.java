// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.option.Absence;
import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The tables of keys in {@code docs/configuration.md} say what the code does. Each stands between
 * {@code <!-- keys: NAME -->} and {@code <!-- end -->}; with {@value #WRITE} they are written anew.
 */
class OptionTablesTest {
    private static final String WRITE = "ipvane.docs.write";
    private static final Path PAGE = Path.of("docs", "configuration.md");
    private static final List<String> HEAD = List.of("key", "type", "default", "bound", "meaning");

    private static final Pattern PLACE =
            Pattern.compile("(<!-- keys: ([^>]+) -->\n).*?(<!-- end -->)", Pattern.DOTALL);

    @Test
    void shouldDescribeEveryKeyAsTheCodeHasIt() throws IOException {
        final Map<String, String> tables = tables();
        final String page = Files.readString(PAGE);
        final String expected =
                PLACE.matcher(page)
                        .replaceAll(
                                place ->
                                        Matcher.quoteReplacement(
                                                place.group(1)
                                                        + tables.getOrDefault(place.group(2), "")
                                                        + place.group(3)));
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(PAGE, expected);
        }

        assertEquals(
                new TreeSet<>(tables.keySet()),
                PLACE.matcher(page)
                        .results()
                        .map(place -> place.group(2))
                        .collect(Collectors.toCollection(TreeSet::new)),
                PAGE + " has a place for each table: <!-- keys: NAME --> and <!-- end -->");
        assertEquals(
                expected,
                Files.readString(PAGE),
                PAGE
                        + " differs from the keys in the code; write it anew with: mvn -pl"
                        + " bindings,switch-core -am test -Dtest=OptionTablesTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -D"
                        + WRITE
                        + "=true");
    }

    private static Map<String, String> tables() {
        final Map<String, List<Key<?>>> groups = new LinkedHashMap<>();
        collect(SwitchConfig.TABLE, groups);
        final Map<String, String> tables = new LinkedHashMap<>();
        groups.forEach((name, keys) -> tables.put(name, markdown(keys)));
        return tables;
    }

    /** Keys for some kinds of record only have tables of their own. */
    private static void collect(Table<?> table, Map<String, List<Key<?>>> groups) {
        for (Key<?> key : table.keys()) {
            final String group =
                    key.conditions().isEmpty()
                            ? table.kind()
                            : table.kind() + " of " + key.conditions().get(0).owners();
            final List<Key<?>> all = groups.computeIfAbsent(group, g -> new ArrayList<>());
            if (!all.contains(key)) {
                all.add(key);
            }
            final Form<?> form =
                    key.form() instanceof Form.ListOf<?> list ? list.element() : key.form();
            if (form instanceof Form.Mapping<?> mapping) {
                collect(mapping.table(), groups);
            }
        }
    }

    private static String markdown(List<Key<?>> keys) {
        final List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        rows.add(HEAD.stream().map(title -> "---").toList());
        keys.forEach(
                key ->
                        rows.add(
                                List.of(
                                        "`" + key.name() + "`",
                                        type(key.form()),
                                        absence(key),
                                        bound(key),
                                        key.help())));
        final boolean bounded = keys.stream().anyMatch(key -> !bound(key).isEmpty());
        return rows.stream().map(row -> line(row, bounded)).collect(Collectors.joining());
    }

    private static String line(List<String> row, boolean bounded) {
        return Stream.of(0, 1, 2, 3, 4)
                .filter(column -> column != HEAD.indexOf("bound") || bounded)
                .map(row::get)
                .map(cell -> cell.isEmpty() || cell.equals("---") ? cell : " " + cell)
                .map(cell -> cell.equals("---") ? cell : cell + " ")
                .collect(Collectors.joining("|", "|", "|\n"));
    }

    private static String type(Form<?> form) {
        return switch (form) {
            case Form.Text<?> text -> text.name();
            case Form.Choice<?> choice ->
                    choice.words().stream().collect(Collectors.joining("`, `", "`", "`"));
            case Form.Whole<?> whole -> "integer";
            case Form.Truth truth -> "boolean";
            case Form.ListOf<?> list -> "list" + of(list.element());
            case Form.Mapping<?> mapping -> "mapping";
            case Form.Either<?> either ->
                    either.words().keySet().stream()
                            .collect(
                                    Collectors.joining(
                                            "`, `", "`", "` or " + type(either.other())));
            case Form.As<?, ?> as -> type(as.form());
        };
    }

    private static String of(Form<?> element) {
        return switch (element) {
            case Form.Mapping<?> mapping -> "";
            case Form.Text<?> text when text.name().endsWith("text") -> " of text";
            case Form.Text<?> text when text.name().endsWith("s") -> " of " + text.name() + "es";
            default -> " of " + type(element) + "s";
        };
    }

    private static String absence(Key<?> key) {
        return switch (key.absence()) {
            case Absence.Refused<?> refused -> "required";
            case Absence.Derived<?> derived -> derived.clause();
            case Absence.Nothing<?> nothing -> nothing.clause();
            case Absence.Fixed<?> fixed when key.form() instanceof Form.Mapping<?> -> "";
            case Absence.Fixed<?> fixed -> "`" + json(key) + "`";
        };
    }

    private static String json(Key<?> key) {
        final Object value = key.fixedDefault().orElseThrow();
        final boolean quoted = key.form() instanceof Form.Text<?>;
        return value instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof String
                ? list.stream()
                        .map(Object::toString)
                        .collect(Collectors.joining("\", \"", "[\"", "\"]"))
                : quoted ? "\"" + value + "\"" : value.toString();
    }

    /** The range of the form, what else the value keeps to, and which records have the key. */
    private static String bound(Key<?> key) {
        final Form<?> form =
                key.form() instanceof Form.ListOf<?> list ? list.element() : key.form();
        final List<String> clauses = new ArrayList<>();
        if (form instanceof Form.Whole<?> whole) {
            clauses.add(whole.min() + " to " + whole.max());
        }
        if (!key.bound().isEmpty()) {
            clauses.add(key.bound());
        }
        key.conditions().stream()
                .skip(1)
                .map(condition -> condition.owners().replaceFirst(" (.*)", " `$1`"))
                .forEach(clauses::add);
        return String.join("; ", clauses);
    }
}
