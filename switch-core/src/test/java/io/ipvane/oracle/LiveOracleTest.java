// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Sends the recorded frames and {@value #CASES} drawn ones into a real ipvlan and into ipvane.
 * Needs a virtual machine and minutes: only {@code make test-vm} lets it run.
 *
 * <p>{@code -Dipvane.oracle.seed=N} repeats a run; without it the seed is {@value #SEED}, for which
 * every deviation is needed.
 */
@Tag("vm")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LiveOracleTest {
    private static final long SEED = 1;
    private static final int CASES = 3_000;

    private final long seed = Long.getLong("ipvane.oracle.seed", SEED);
    private final Comparison comparison = new Comparison();

    @BeforeAll
    void askBoth() throws IOException {
        assumeTrue(Boolean.getBoolean("ipvane.vm"), "needs a virtual machine: run make test-vm");
        final List<OracleCase> cases =
                Stream.concat(CaseList.fixed().stream(), CaseList.generated(seed, CASES).stream())
                        .toList();
        System.out.printf("seed %d: %d cases%n", seed, cases.size());
        final KernelSide kernel = KernelSide.ask(cases);
        for (OracleCase oracleCase : cases) {
            comparison.add(oracleCase, kernel.answer(oracleCase), SwitchSide.run(oracleCase));
        }
        cases.stream()
                .map(OracleCase::network)
                .distinct()
                .forEach(network -> comparison.addAsked(network, kernel.asked(network)));
        Files.write(KernelSide.FOLDER.resolve("differences.txt"), comparison.mismatches());
        System.out.printf(
                "Linux %s answered; deviations: %s; shown groups not joined: %d%n",
                kernel.kernel(), comparison.used(), comparison.strays());
    }

    @Test
    void shouldShowEachReceiverWhatTheKernelShowsOrADeviation() {
        final List<String> wrong = comparison.mismatches();
        if (!wrong.isEmpty()) {
            fail(
                    "seed %d: %d differences; the first of them:%n%s"
                            .formatted(
                                    seed,
                                    wrong.size(),
                                    String.join(
                                            System.lineSeparator(),
                                            wrong.subList(0, Math.min(wrong.size(), 20)))));
        }
    }

    @Test
    void shouldNeedEveryDeviation() {
        assumeTrue(seed == SEED, "needs the seed " + SEED + ": others need not need them all");
        assertEquals(
                List.of(),
                Arrays.stream(Deviation.values())
                        .filter(deviation -> !comparison.used().containsKey(deviation))
                        .toList());
    }
}
