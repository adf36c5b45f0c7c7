// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.ConfigDocument;
import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.ConfigTarget.Wish;
import java.util.Optional;

/**
 * {@code /v1/config}: the whole configuration as a document. PUT must say by {@code If-Match} which
 * one it was made from, since it undoes whatever anybody else has done since.
 */
final class ConfigResource {
    /** Some 500,000 addresses. */
    private static final int MAX_BODY_BYTES = 8 << 20;

    private final Changes changes;

    private ConfigResource(Changes changes) {
        this.changes = changes;
    }

    static Resource at(String path, Changes changes) {
        final ConfigResource self = new ConfigResource(changes);
        return new Resource(path)
                .get(request -> Answer.tagged(Status.OK_200, show(changes.running())))
                .on(Method.PUT, self::put);
    }

    private Answer put(ServerRequest request) {
        changes.mustBeAllowed();
        final Query query = Query.of(request, Query.DRY_RUN, Query.WAIT);
        final boolean dryRun = query.isTrue(Query.DRY_RUN);
        final Preconditions preconditions = Preconditions.of(request);
        if (!preconditions.namesAState() && !dryRun) {
            throw new ProblemException(
                    Status.PRECONDITION_REQUIRED_428,
                    "If-Match is missing; send the ETag of the configuration that this one was made"
                            + " from, or * to replace it whatever it is");
        }
        final Body received = Body.receive(request, MAX_BODY_BYTES);
        return changes.inTurn(
                () -> {
                    final Object body = received.value();
                    final Changes.Done done =
                            changes.make(
                                    config -> check(preconditions, config),
                                    config -> SwitchConfig.of(body),
                                    true,
                                    dryRun,
                                    new Wish(query.isTrue(Query.WAIT), name -> true));
                    return dryRun
                            ? Answer.ok(show(done.after()))
                            : Answer.tagged(Status.OK_200, show(done.after()));
                });
    }

    private static void check(Preconditions preconditions, SwitchConfig config) {
        if (preconditions.areThere()) {
            preconditions.check(
                    "the configuration", Optional.of(EntityTag.of(Json.bytes(show(config)))));
        }
    }

    private static Object show(SwitchConfig config) {
        return Json.tree(ConfigDocument.of(config));
    }
}
