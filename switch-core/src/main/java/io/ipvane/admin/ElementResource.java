// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.ConfigEdit;
import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.ConfigTarget.Wish;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * GET, PUT, PATCH and DELETE of one {@link Element}: preconditions, dry run, and which status says
 * what became of it. 200, 201 and 204 mean that every lcore works by it.
 */
final class ElementResource {
    /** Room for an uplink with thousands of routes. */
    static final int MAX_BODY_BYTES = 1 << 20;

    private final Element element;
    private final Changes changes;
    private final String[] deleteSwitches;

    private ElementResource(Element element, Changes changes, String... deleteSwitches) {
        this.element = element;
        this.changes = changes;
        this.deleteSwitches = deleteSwitches;
    }

    /**
     * The resource at a path.
     *
     * @param deleteSwitches query parameters of DELETE
     */
    static Resource at(String path, Element element, Changes changes, String... deleteSwitches) {
        final ElementResource self = new ElementResource(element, changes, deleteSwitches);
        final Resource resource =
                new Resource(path)
                        .get(self::get)
                        .on(Method.PUT, self::put)
                        .on(Method.DELETE, self::delete);
        return element instanceof Element.Patchable patchable
                ? resource.on(Method.PATCH, request -> self.patch(patchable, request))
                : resource;
    }

    private Answer get(ServerRequest request) {
        return element.show(changes.running(), request, null)
                .map(shown -> Answer.tagged(Status.OK_200, shown))
                .orElseThrow(() -> unknown(request));
    }

    private Answer put(ServerRequest request) {
        changes.mustBeAllowed();
        final Query query = Query.of(request, element.switches());
        final Preconditions preconditions = Preconditions.of(request);
        final Body received = element.body(request);
        return changes.inTurn(
                () -> {
                    final Object body = received.value();
                    return change(
                            request,
                            config -> check(preconditions, config, request, body),
                            query,
                            element.put(request, body),
                            body);
                });
    }

    private Answer patch(Element.Patchable patchable, ServerRequest request) {
        changes.mustBeAllowed();
        final Query query = Query.of(request, element.switches());
        final Preconditions preconditions = Preconditions.of(request);
        final Body received = Body.receivePatch(request, MAX_BODY_BYTES);
        return changes.inTurn(
                () -> {
                    final Object body = received.value();
                    return change(
                            request,
                            config -> checkIfThere(preconditions, config, request),
                            query,
                            patchable.patch(request, body),
                            body);
                });
    }

    private Answer change(
            ServerRequest request,
            Consumer<SwitchConfig> precondition,
            Query query,
            ConfigEdit edit,
            Object body) {
        final boolean dryRun = query.isTrue(Query.DRY_RUN);
        final Optional<String> renewed = element.renews(request);
        final Wish wish =
                renewed.isEmpty()
                        ? Wish.NOTHING
                        : new Wish(query.isTrue(Query.WAIT), renewed.get()::equals);
        final Changes.Done done = changes.make(precondition, edit, body != null, dryRun, wish);
        if (dryRun) {
            return Answer.ok(
                    Map.of(
                            "config",
                            element.configured(done.after(), request, body).orElseThrow()));
        }
        final boolean isNew = element.configured(done.before(), request, body).isEmpty();
        final Answer answer =
                Answer.tagged(
                        isNew ? Status.CREATED_201 : Status.OK_200,
                        element.show(done.after(), request, body).orElseThrow());
        return isNew
                ? answer.with(HeaderNames.LOCATION, request.prologue().uriPath().rawPath())
                : answer;
    }

    private Answer delete(ServerRequest request) {
        changes.mustBeAllowed();
        final Query query = Query.of(request, element.selectors(), deleteSwitches);
        final Preconditions preconditions = Preconditions.of(request);
        return changes.inTurn(
                () -> {
                    changes.make(
                            config -> checkIfThere(preconditions, config, request),
                            element.delete(request, query),
                            false,
                            query.isTrue(Query.DRY_RUN),
                            Wish.NOTHING);
                    return Answer.done();
                });
    }

    /** What is not there is 404 whatever the request says of it: RFC 9110, section 13.2.1. */
    private void checkIfThere(
            Preconditions preconditions, SwitchConfig config, ServerRequest request) {
        if (element.configured(config, request, null).isPresent()) {
            check(preconditions, config, request, null);
        }
    }

    private void check(
            Preconditions preconditions, SwitchConfig config, ServerRequest request, Object body) {
        if (!preconditions.areThere()) {
            return;
        }
        final Optional<String> tag =
                element.configured(config, request, body)
                        .flatMap(configured -> element.show(config, request, body))
                        .map(shown -> EntityTag.of(Json.bytes(shown)));
        preconditions.check(element.name(request), tag);
    }

    private ProblemException unknown(ServerRequest request) {
        return ProblemException.notFound(
                element.name(request) + " is unknown; GET " + element.collection() + " lists all");
    }
}
