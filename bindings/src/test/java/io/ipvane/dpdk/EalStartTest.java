// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts and failed starts: each in a process of its own, since there is one start a process. */
@Tag("dpdk")
class EalStartTest {
    private static final String ONCE =
            "DPDK can be initialised once a process and has been; start a new process";

    @TempDir private Path counters;

    @BeforeEach
    void requireShim() {
        TestEal.requireShim();
    }

    private List<String> run(String... steps) throws IOException, InterruptedException {
        return OtherJvm.run(List.of(), Script.class, counters.toString(), String.join(" ", steps));
    }

    private void freeHugepages(int pages) throws IOException {
        final Path size = counters.resolve("hugepages-2048kB");
        Files.createDirectories(size);
        Files.writeString(size.resolve("free_hugepages"), pages + "\n");
    }

    @Test
    void shouldStartOnceAndSaySoTheSecondTime() throws Exception {
        freeHugepages(0);
        assertEquals(
                List.of("started hugepages=false running=true", "closed running=false", ONCE),
                run("auto", "close", "auto"));
    }

    @Test
    void shouldSayWhyHugepagesAreMissingAndStillBeAbleToStartWithout() throws Exception {
        freeHugepages(127);
        assertEquals(
                List.of(
                        "eal: hugepages=required needs 256 MB of free hugepages, 254 MB are free;"
                                + " reserve some (sysctl vm.nr_hugepages=128) or set hugepages: auto",
                        "started hugepages=false running=true"),
                run("required", "auto"));
    }

    @Test
    void shouldTurnAFailedStartIntoOneSentenceAndNothingElse() throws Exception {
        freeHugepages(0);
        assertEquals(
                List.of(
                        "DPDK did not start: ipvane: unrecognized option '--nonsense' (Invalid"
                                + " argument); mend eal.extraArgs or the host and start a new"
                                + " process",
                        ONCE),
                run("--nonsense", "auto"));
    }

    @Test
    void shouldSayWhatNeedsDpdkToRun() throws Exception {
        freeHugepages(0);
        assertEquals(List.of("mempool 'p': DPDK does not run; start it first"), run("pool"));
    }

    /** The other process: one line a step. */
    static final class Script {
        private Script() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] args) {
            Eal eal = null;
            for (String step : args[1].split(" ", -1)) {
                try {
                    switch (step) {
                        case "close" -> {
                            eal.close();
                            System.out.println("closed running=" + Eal.running());
                        }
                        case "pool" -> Mempool.create("p", 15, 256);
                        default -> {
                            eal = Eal.start(options(step), Path.of(args[0]));
                            System.out.println(
                                    "started hugepages="
                                            + eal.hugepages()
                                            + " running="
                                            + Eal.running());
                        }
                    }
                } catch (DpdkException e) {
                    System.out.println(e.getMessage());
                }
            }
        }

        private static EalOptions options(String step) {
            return switch (step) {
                case "auto" -> EalOptions.of(EalOptions.Hugepages.AUTO);
                case "required" -> EalOptions.of(EalOptions.Hugepages.REQUIRED);
                default -> new EalOptions(EalOptions.Hugepages.OFF, 64, List.of(), List.of(step));
            };
        }
    }
}
