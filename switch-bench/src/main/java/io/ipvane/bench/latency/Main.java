// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures latency, prints the table, writes the rows.
 *
 * <pre>
 * latency DIRECTORY [quick] [keep] [rounds=N] [tries=N] [systems=A,B,...] [phases=RATE:SECONDS,...]
 * </pre>
 *
 * {@code DIRECTORY} gets latency.json (rows), latency-distributions.json and latency-starts.jsonl
 * (all that was seen). {@code keep} adds to the starts that lie there; with {@code rounds=0} it
 * only reports them. A system is {@code testpmd:io}, {@code testpmd:mac} or {@code
 * ipvane:COLLECTOR[:run-to-completion][:busy][:apart][@FLAG]...}, where the collector is {@code
 * daemon} (the daemon's own) or {@code serial}, {@code parallel}, {@code g1}, {@code zgc}, {@code
 * shenandoah}, {@code epsilon}. Rate 0 is one in flight. Exit code 1 if something could not be
 * measured; a missed target is a result.
 */
public final class Main {
    private static final int ROUNDS = 8;
    private static final int QUICK_ROUNDS = 2;
    private static final int TRIES = 2;

    private Main() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        final List<String> words = new ArrayList<>(List.of(args));
        final Path directory = Path.of(words.removeFirst());
        final boolean quick = words.remove("quick");
        final boolean keep = words.remove("keep");
        final int rounds = number(words, "rounds", quick ? QUICK_ROUNDS : ROUNDS);
        final int tries = number(words, "tries", TRIES);
        final String systems = take(words, "systems", Latency.SYSTEMS);
        final String phases = take(words, "phases", quick ? Latency.QUICK_PHASES : Latency.PHASES);
        if (!words.isEmpty()) {
            throw new IllegalArgumentException("what is " + words + "?");
        }
        if (!Latency.possible()) {
            System.err.println("bench-latency needs CPUs 0 and 1: generator and switch");
            System.exit(1);
        }
        final Latency latency = new Latency(directory, systems, phases, tries);
        if (!keep) {
            latency.forget();
        }
        final boolean complete = latency.run(rounds);
        latency.report().print();
        System.exit(complete ? 0 : 1);
    }

    private static int number(List<String> words, String key, int fallback) {
        return Integer.parseInt(take(words, key, Integer.toString(fallback)));
    }

    private static String take(List<String> words, String key, String fallback) {
        for (String word : words) {
            if (word.startsWith(key + "=")) {
                words.remove(word);
                return word.substring(key.length() + 1);
            }
        }
        return fallback;
    }
}
