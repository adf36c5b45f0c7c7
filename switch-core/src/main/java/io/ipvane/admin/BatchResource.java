// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.Batch;
import io.ipvane.config.ConfigException;
import io.ipvane.control.view.ConfigTarget.Wish;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** A list of which POST deletes and adds many elements in one change: addresses, remotes. */
final class BatchResource {
    /** Some 130,000 addresses. */
    static final int MAX_BODY_BYTES = 8 << 20;

    private final Changes changes;
    private final Function<Object, Batch> reader;

    private BatchResource(Changes changes, Function<Object, Batch> reader) {
        this.changes = changes;
        this.reader = reader;
    }

    /**
     * The resource at a path.
     *
     * @param rows what GET shows
     * @param reader makes a change of the body of a POST
     */
    static Resource at(
            String path, Supplier<Rows> rows, Changes changes, Function<Object, Batch> reader) {
        final BatchResource self = new BatchResource(changes, reader);
        return new Resource(path)
                .get(request -> Answer.list(request, rows.get()))
                .on(Method.POST, self::post);
    }

    private Answer post(ServerRequest request) {
        changes.mustBeAllowed();
        final Query query = Query.of(request, Query.DRY_RUN);
        if (Preconditions.of(request).areThere()) {
            throw new ProblemException(
                    Status.PRECONDITION_FAILED_412,
                    "the list has no entity tag, since it may have a million rows, and so no"
                            + " precondition can hold");
        }
        final Body received = Body.receive(request, MAX_BODY_BYTES);
        return changes.inTurn(
                () -> {
                    final Batch batch = read(received.value());
                    changes.make(
                            config -> {}, batch, true, query.isTrue(Query.DRY_RUN), Wish.NOTHING);
                    return Answer.ok(Map.of("deleted", batch.deleted(), "added", batch.added()));
                });
    }

    private Batch read(Object body) {
        try {
            return reader.apply(body);
        } catch (ConfigException e) {
            throw Refusals.of(e, true);
        }
    }
}
