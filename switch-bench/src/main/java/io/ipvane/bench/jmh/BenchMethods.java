// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;

/** What the annotations of a class of benchmarks say. */
final class BenchMethods {
    private final Map<String, Method> methods = new HashMap<>();

    BenchMethods(String type) {
        try {
            for (Method method : Class.forName(type).getDeclaredMethods()) {
                if (method.isAnnotationPresent(Benchmark.class)) {
                    methods.put(method.getName(), method);
                }
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isSubject(String method) {
        return !methods.get(method).isAnnotationPresent(Baseline.class);
    }

    boolean isControlPath(String method) {
        return methods.get(method).isAnnotationPresent(ControlPath.class);
    }

    /** Whether {@link Measurement#ofThread} says something. */
    boolean hasRate(String method) {
        final ControlPath path = methods.get(method).getAnnotation(ControlPath.class);
        return path != null && path.rate();
    }

    /** The title of a baseline's column, if it is one for that subject. */
    Optional<String> labelFor(String method, String subject) {
        final Baseline baseline = methods.get(method).getAnnotation(Baseline.class);
        return baseline != null && List.of(baseline.of()).contains(subject)
                ? Optional.of(baseline.label())
                : Optional.empty();
    }

    /** Titles of all columns of baselines. */
    List<String> labels() {
        final List<String> labels = new ArrayList<>();
        for (Method method : methods.values()) {
            final Baseline baseline = method.getAnnotation(Baseline.class);
            if (baseline != null && !labels.contains(baseline.label())) {
                labels.add(baseline.label());
            }
        }
        labels.sort(null);
        return labels;
    }
}
