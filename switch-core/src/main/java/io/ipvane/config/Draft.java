// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Table;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A request while it is read into records by the readers of the file: what is wrong in it, and
 * where. One request, one thread.
 */
final class Draft {
    private final Object body;
    private final Problems problems = new Problems("request");
    private final Places places = new Places(problems);

    /**
     * @param body maps, lists and scalars; null: none
     */
    Draft(Object body) {
        this.body = body;
    }

    Places places() {
        return places;
    }

    Problems problems() {
        return problems;
    }

    /**
     * The body together with the key that the path of the request gives; a body that has it too
     * must agree.
     */
    Object with(String key, String value) {
        if (!(body instanceof Map<?, ?> map)) {
            return body;
        }
        final Map<String, Object> result = new LinkedHashMap<>();
        result.put(key, value);
        map.forEach((k, v) -> result.put((String) k, v));
        if (!value.equals(result.get(key))) {
            problems.add(
                    Optional.empty(),
                    "/" + key,
                    Errno.EINVAL,
                    key
                            + " "
                            + result.get(key)
                            + " is not that of the path, '"
                            + value
                            + "'; leave it out");
            result.put(key, value);
        }
        return result;
    }

    /**
     * Reads a mapping that is the body, or was made from it.
     *
     * @param where what messages call it
     * @throws ConfigException where anything is wrong so far
     */
    <R> R read(Table<R> table, String where, Object document) {
        return sound(YamlSection.read(where, DocumentNodes.of(document), places, table));
    }

    /**
     * The record that was read.
     *
     * @throws ConfigException where anything is wrong so far
     */
    <T> T sound(Optional<T> record) {
        throwIfAny();
        return record.orElseThrow();
    }

    /**
     * The configuration with the change in it.
     *
     * @throws ConfigException where its parts do not fit together
     */
    SwitchConfig checked(SwitchConfig next) {
        new ConsistencyCheck(next, places, OnlineLcores.ofMachine()).run();
        throwIfAny();
        return next;
    }

    private void throwIfAny() {
        try {
            problems.throwIfAny();
        } catch (ConfigException e) {
            throw new ConfigException(
                    e.problems().stream().map(this::ofBody).toList(), e.unlisted());
        }
    }

    /** Without a pointer to what the body does not have, such as the name in the path. */
    private Problem ofBody(Problem problem) {
        return JsonPointer.resolves(problem.pointer(), body)
                ? problem
                : new Problem(
                        problem.file(),
                        problem.line(),
                        problem.column(),
                        "",
                        problem.errno(),
                        problem.sentence());
    }
}
