// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a main class in a JVM like ours: same JDK, arguments and class path, quiet logs. */
final class JavaChild {
    private JavaChild() {}

    /** The command; {@code before} stands before it, such as {@code ip netns exec NAME}. */
    static List<String> command(List<String> before, Class<?> main, Object... arguments) {
        final List<String> words = new ArrayList<>(before);
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        words.add("-Dlogback.configurationFile=io/ipvane/bench/peers/quiet.xml");
        words.add("-cp");
        words.add(System.getProperty("java.class.path"));
        words.add(main.getName());
        for (Object argument : arguments) {
            words.add(argument.toString());
        }
        return words;
    }

    static Child start(Class<?> main, Object... arguments) throws IOException {
        return Child.start(main.getSimpleName(), command(List.of(), main, arguments));
    }
}
