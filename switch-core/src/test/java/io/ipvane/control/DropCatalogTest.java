// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.ipvane.burst.BurstDrop;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The reasons of all features are one list: complete, numbered, countable, documented. */
class DropCatalogTest {
    private static final Path DOCUMENT = Path.of("docs", "operation.md");
    private static final String HEADING = "## Drop reasons";

    /** A line of the table: reason, where it is counted, meaning. */
    private static final Pattern ROW =
            Pattern.compile("\\| `([a-z0-9_]+)` \\| (from|receiver) \\| (.+) \\|");

    private static final Pattern NAME = Pattern.compile("`([a-z0-9_]+)`");

    @Test
    void shouldKnowTheReasonsOfEveryFeature() {
        final Set<Object> found = new HashSet<>();
        for (JavaClass type :
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("io.ipvane")) {
            if (type.isEnum() && type.isAssignableTo(DropReason.class)) {
                found.addAll(Arrays.asList(type.reflect().getEnumConstants()));
            }
        }
        assertEquals(found, Set.copyOf(DropCatalog.ALL));
        assertEquals(found.size(), DropCatalog.ALL.size());
    }

    @Test
    void shouldGiveEveryReasonANumberAndAColumnOfItsOwn() {
        assertDoesNotThrow(DropCatalog::check);
        final Set<Integer> columns = new TreeSet<>();
        for (DropReason reason : DropCatalog.ALL) {
            assertSame(reason, DropReasons.of(reason.number()));
            assertTrue(columns.add(reason.column()), reason.key());
            assertTrue(reason.column() >= PortCounter.COUNT, reason.key());
            assertTrue(reason.column() < CounterShard.COLUMNS, reason.key());
        }
    }

    @Test
    void shouldRefuseMoreReasonsThanColumns() {
        final List<DropReason> many =
                Collections.nCopies(
                        CounterShard.COLUMNS - PortCounter.COUNT + 1, BurstDrop.DEV_DOWN);
        final String refusal =
                assertThrows(IllegalStateException.class, () -> DropReasons.check(many))
                        .getMessage();
        assertTrue(refusal.contains("raise CounterShard.COLUMNS=128"), refusal);
    }

    @Test
    void shouldRefuseTwoReasonsOfOneName() {
        final List<DropReason> twice = List.of(BurstDrop.DEV_DOWN, BurstDrop.DEV_DOWN);
        final String refusal =
                assertThrows(IllegalStateException.class, () -> DropReasons.check(twice))
                        .getMessage();
        assertTrue(refusal.contains("'dev_down'"), refusal);
    }

    @Test
    void shouldDocumentEveryReasonByItsSentence() throws IOException {
        final Map<String, String> documented = new LinkedHashMap<>();
        for (String line : section()) {
            final Matcher row = ROW.matcher(line);
            if (row.matches()) {
                documented.put(row.group(1), row.group(3));
            }
        }
        assertEquals(
                DropCatalog.ALL.stream().map(DropReason::key).collect(Collectors.toSet()),
                documented.keySet());
        for (DropReason reason : DropCatalog.ALL) {
            final String meaning = documented.get(reason.key());
            assertTrue(meaning.startsWith(reason.sentence()), reason.key() + ": " + meaning);
        }
    }

    @Test
    void shouldKeepTheNamesThatFeaturesToComeWillHave() throws IOException {
        final String text = String.join(" ", section());
        final int from = text.indexOf("nothing in this version counts them");
        final Matcher reserved = NAME.matcher(text.substring(from, text.indexOf("`.", from) + 1));
        final Set<String> names = new TreeSet<>();
        while (reserved.find()) {
            names.add(reserved.group(1));
        }
        assertTrue(names.contains("ct_invalid"), names.toString());
        for (DropReason reason : DropCatalog.ALL) {
            assertFalse(names.contains(reason.key()), reason.key() + " is counted now: say so");
        }
    }

    /** The lines of the document about drop reasons, up to the next heading. */
    private static List<String> section() throws IOException {
        final List<String> lines = Files.readAllLines(DOCUMENT);
        final List<String> behind = lines.subList(lines.indexOf(HEADING) + 1, lines.size());
        return behind.stream().takeWhile(line -> !line.startsWith("## ")).toList();
    }
}
