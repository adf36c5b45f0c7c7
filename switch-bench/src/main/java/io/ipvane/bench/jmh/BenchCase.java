// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * One class of benchmarks under one set of parameters: what is measured in one go and compared.
 *
 * @param type fully qualified
 * @param parameters in the order of their names
 */
record BenchCase(String type, Map<String, String> parameters) {
    /** All cases whose title and label match. */
    static List<BenchCase> all(Pattern only, Profile profile) {
        final Map<String, Map<String, List<String>>> types = new TreeMap<>();
        final OutputFormat silent =
                OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        for (BenchmarkListEntry entry : BenchmarkList.defaultList().getAll(silent, List.of())) {
            final String type = entry.getUserClassQName();
            types.put(type, parameters(entry, profile));
        }
        final List<BenchCase> cases = new ArrayList<>();
        types.forEach(
                (type, parameters) ->
                        combinations(parameters).forEach(c -> cases.add(new BenchCase(type, c))));
        cases.removeIf(c -> !only.matcher(c.toString()).find());
        return cases;
    }

    private static Map<String, List<String>> parameters(BenchmarkListEntry entry, Profile profile) {
        final Map<String, List<String>> parameters = new LinkedHashMap<>();
        entry.getParams()
                .orElse(Map.of())
                .forEach(
                        (name, values) ->
                                parameters.put(name, profile.values(name, List.of(values))));
        return parameters;
    }

    private static List<Map<String, String>> combinations(Map<String, List<String>> parameters) {
        List<Map<String, String>> all = List.of(Map.of());
        for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
            final List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> shorter : all) {
                for (String value : parameter.getValue()) {
                    final Map<String, String> one = new LinkedHashMap<>(shorter);
                    one.put(parameter.getKey(), value);
                    longer.add(one);
                }
            }
            all = longer;
        }
        return all;
    }

    /** The class for a reader: {@code lookup} for {@code LookupBench}. */
    String title() {
        final String name = type.substring(type.lastIndexOf('.') + 1);
        return name.substring(0, name.length() - "Bench".length()).toLowerCase(Locale.ROOT);
    }

    /** {@code family=4 entries=1000}. */
    String label() {
        final StringBuilder label = new StringBuilder();
        parameters.forEach(
                (name, value) -> label.append(' ').append(name).append('=').append(value));
        return label.toString().trim();
    }

    @Override
    public String toString() {
        return title() + " " + label();
    }
}
