// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The deviations of the live oracle and their document. */
class DeviationTest {
    private static final Pattern ROW =
            Pattern.compile(
                    "^\\| `([a-z0-9-]+)` \\| ([^|]+) \\| [^|]+ \\| [^|]+ \\|$", Pattern.MULTILINE);

    @Test
    void shouldHaveARowInTheDocumentForEveryDeviationAndNoOther() throws IOException {
        final List<String> rows =
                ROW.matcher(Files.readString(Path.of("docs/deviations.md")))
                        .results()
                        .map(row -> row.group(1))
                        .toList();
        assertEquals(Arrays.stream(Deviation.values()).map(Deviation::key).toList(), rows);
    }
}
