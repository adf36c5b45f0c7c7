// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import io.ipvane.config.ThreadPlan;
import io.ipvane.memory.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The switch in a JVM with the daemon's arguments, but for the collector.
 *
 * @param collector one of {@link #COLLECTORS}, or {@code daemon}: the daemon's own
 * @param load {@code idle} or {@code busy}: see {@link ControlLoad}
 * @param apart whether the JVM's other threads stay off the CPU of the one that forwards
 * @param flags further ones for the JVM
 */
record IpvaneSubject(
        String name,
        String collector,
        ThreadPlan plan,
        String load,
        boolean apart,
        List<String> flags)
        implements Subject {
    private static final Map<String, String> COLLECTORS =
            Map.of(
                    "serial", "-XX:+UseSerialGC",
                    "parallel", "-XX:+UseParallelGC",
                    "g1", "-XX:+UseG1GC",
                    "zgc", "-XX:+UseZGC",
                    "shenandoah", "-XX:+UseShenandoahGC",
                    "epsilon", "-XX:+UnlockExperimentalVMOptions -XX:+UseEpsilonGC");

    private static final int WARM_UP_SECONDS = 10;

    static IpvaneSubject parse(String name) {
        final List<String> parts = Arrays.asList(name.split("@", -1));
        final List<String> words = List.of(parts.getFirst().split(":", -1));
        ThreadPlan plan = ThreadPlan.SHARED;
        String load = "idle";
        boolean apart = false;
        if (!words.getFirst().equals("ipvane")
                || words.size() < 2
                || !(COLLECTORS.containsKey(words.get(1)) || words.get(1).equals("daemon"))) {
            throw unknown(name);
        }
        for (String word : words.subList(2, words.size())) {
            switch (word) {
                case "idle", "busy" -> load = word;
                case "apart" -> apart = true;
                case "shared" -> plan = ThreadPlan.SHARED;
                case "run-to-completion" -> plan = ThreadPlan.RUN_TO_COMPLETION;
                default -> throw unknown(name);
            }
        }
        return new IpvaneSubject(
                name, words.get(1), plan, load, apart, List.copyOf(parts.subList(1, parts.size())));
    }

    private static IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException(
                "no system '%s'; say testpmd:io, testpmd:mac or ipvane:COLLECTOR[:PLAN][:LOAD][:apart][@FLAG]..., with"
                                .formatted(name)
                        + " COLLECTOR daemon or one of "
                        + COLLECTORS.keySet()
                        + ", PLAN shared or run-to-completion, LOAD idle or busy");
    }

    @Override
    public List<String> command(String socket, boolean hugepages, Path pauses) {
        final List<String> words = new ArrayList<>(java("jvm"));
        for (String argument : arguments("daemon")) {
            if (collector.equals("daemon") || !argument.matches("-XX:\\+Use\\w+GC")) {
                words.add(argument);
            }
        }
        if (!collector.equals("daemon")) {
            words.addAll(List.of(COLLECTORS.get(collector).split(" ", -1)));
        }
        words.add(Pause.argument(pauses));
        words.addAll(flags);
        words.addAll(
                List.of(
                        SwitchProcess.class.getName(),
                        socket,
                        hugepages ? "REQUIRED" : "OFF",
                        plan.name(),
                        load));
        return words;
    }

    /** The beginning of a command that runs a class of ours. */
    static List<String> java(String arguments) {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(arguments(arguments));
        words.add("-D" + NativeLibrary.PROPERTY + "=" + System.getProperty(NativeLibrary.PROPERTY));
        words.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return words;
    }

    /** Arguments as the poms have them. */
    private static List<String> arguments(String key) {
        final Properties properties = new Properties();
        try (InputStream file = IpvaneSubject.class.getResourceAsStream("jvm.properties")) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of(properties.getProperty(key).strip().split("\\s+", -1));
    }

    @Override
    public String ready() {
        return SwitchProcess.READY;
    }

    @Override
    public String thread() {
        return "lcore-" + Links.SWITCH_CPU;
    }

    @Override
    public int warmUpSeconds() {
        return WARM_UP_SECONDS;
    }
}
