// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * One path and what may be done with it. HEAD comes with GET, OPTIONS always; every other method is
 * 405 with those that are known.
 */
final class Resource {
    /** Answers one request; a {@link ProblemException} or a refusal of the switch is an answer. */
    @FunctionalInterface
    interface Action {
        Answer answer(ServerRequest request);
    }

    private static final Set<Method> READING = Set.of(Method.GET, Method.HEAD);

    private final String path;
    private final Map<Method, Action> actions = new LinkedHashMap<>();

    /**
     * @param path with parameters as <code>{name}</code>; <code>{+name}</code> may have slashes
     */
    Resource(String path) {
        this.path = path;
    }

    Resource get(Action action) {
        actions.put(Method.GET, request -> conditional(request, action.answer(request)));
        actions.put(Method.HEAD, actions.get(Method.GET));
        return this;
    }

    Resource on(Method method, Action action) {
        actions.put(method, action);
        return this;
    }

    String path() {
        return path;
    }

    /** All that a request may ask for here, sorted. */
    Set<String> methods() {
        final Set<String> methods = new TreeSet<>();
        actions.keySet().forEach(method -> methods.add(method.text()));
        methods.add(Method.OPTIONS.text());
        return methods;
    }

    void register(HttpRules rules) {
        register(rules, Runnable::run);
    }

    /**
     * Registers it.
     *
     * @param reading runs what answers GET and HEAD, up to the last byte that is sent
     */
    void register(HttpRules rules, Consumer<Runnable> reading) {
        actions.forEach(
                (method, action) ->
                        rules.route(
                                method,
                                path,
                                (request, response) -> {
                                    final Runnable answer =
                                            () -> action.answer(request).send(request, response);
                                    if (READING.contains(method)) {
                                        reading.accept(answer);
                                    } else {
                                        answer.run();
                                    }
                                }));
        rules.any(path, this::other);
    }

    private void other(ServerRequest request, ServerResponse response) {
        final String allowed = String.join(", ", methods());
        response.header(HeaderNames.ALLOW, allowed);
        if (!request.prologue().method().equals(Method.OPTIONS)) {
            throw new ProblemException(
                    Status.METHOD_NOT_ALLOWED_405,
                    request.prologue().method().text()
                            + " is not supported here; this resource knows "
                            + allowed);
        }
        final Answer answer = Answer.done();
        (actions.containsKey(Method.PATCH)
                        ? answer.with(HeaderNames.ACCEPT_PATCH, Body.MERGE_PATCH)
                        : answer)
                .send(request, response);
    }

    /** 304 where the client has it already. */
    private static Answer conditional(ServerRequest request, Answer answer) {
        return answer.tag().filter(tag -> Preconditions.of(request).isKnown(tag)).isPresent()
                ? answer.notModified()
                : answer;
    }
}
