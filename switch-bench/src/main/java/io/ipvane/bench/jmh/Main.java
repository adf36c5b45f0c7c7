// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks case by case, prints a table as results come, and writes bench.json, with
 * what JMH says in bench.log beside it. Ends with 1 where something on the hot path allocates.
 *
 * <pre>bench DIRECTORY quick|full [REGEX]</pre>
 *
 * REGEX chooses cases as they are printed: {@code ring|lookup family=4}.
 */
public final class Main {
    /** A busy machine would starve the compiler, and short warm-ups end before it does. */
    private static final String COMPILE_AT_ONCE = "-Xbatch";

    private Main() {}

    public static void main(String[] args) throws IOException {
        final Path directory = Path.of(args[0]);
        final Profile profile = args[1].equals("full") ? Profile.FULL : Profile.QUICK;
        final Pattern only =
                Pattern.compile(args.length > 2 ? args[2] : "", Pattern.CASE_INSENSITIVE);
        final List<BenchCase> cases = BenchCase.all(only, profile);
        if (cases.isEmpty()) {
            System.err.printf("no case matches '%s'; there are:%n", only);
            BenchCase.all(Pattern.compile(""), profile).forEach(System.err::println);
            System.exit(1);
        }
        final Report report = new Report();
        final ResultTable table = new ResultTable(System.out);
        final List<String> wrong = new ArrayList<>();
        Files.createDirectories(directory);
        try (PrintStream log =
                new PrintStream(
                        Files.newOutputStream(directory.resolve("bench.log")), true, UTF_8)) {
            final OutputFormat format =
                    OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL);
            for (BenchCase one : cases) {
                final Comparison comparison = Comparison.of(one, run(one, profile, format));
                table.add(comparison);
                report.add(comparison);
                wrong.addAll(comparison.allocations());
            }
        } catch (RunnerException e) {
            wrong.add(e.getMessage() + "; see " + directory.resolve("bench.log"));
        }
        report.write(directory.resolve("bench.json"));
        System.out.println("\nwritten: " + directory.resolve("bench.json"));
        wrong.forEach(System.err::println);
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    /** All benchmarks of a case, one right after the other, as often as there are rounds. */
    private static List<RunResult> run(BenchCase one, Profile profile, OutputFormat format)
            throws RunnerException {
        final ChainedOptionsBuilder options =
                profile.apply(new OptionsBuilder())
                        .include("^" + Pattern.quote(one.type() + ".") + "[^.]*$")
                        .mode(Mode.Throughput)
                        .timeUnit(TimeUnit.MICROSECONDS)
                        .jvmArgsAppend(COMPILE_AT_ONCE)
                        .shouldFailOnError(true)
                        .addProfiler(GCProfiler.class)
                        .addProfiler(CpuShare.class);
        one.parameters().forEach(options::param);
        final List<RunResult> results = new ArrayList<>();
        for (int round = 0; round < profile.rounds(); round++) {
            results.addAll(new Runner(options.build(), format).run());
        }
        return results;
    }
}
