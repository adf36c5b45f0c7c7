// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.AddressBatch;
import io.ipvane.config.ConfigException;
import io.ipvane.control.view.ConfigTarget.Wish;
import io.ipvane.control.view.StatusSource;
import java.util.Map;

/** {@code /v1/addresses}: all addresses; POST deletes and adds many in one change. */
final class BatchResource {
    /** Some 130,000 addresses. */
    static final int MAX_BODY_BYTES = 8 << 20;

    private final Changes changes;

    private BatchResource(Changes changes) {
        this.changes = changes;
    }

    static Resource at(String path, StatusSource source, Changes changes) {
        final BatchResource self = new BatchResource(changes);
        return new Resource(path)
                .get(request -> Answer.list(request, AddressRow.of(source.ports())))
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
                    final AddressBatch batch = read(received.value());
                    changes.make(
                            config -> {}, batch, true, query.isTrue(Query.DRY_RUN), Wish.NOTHING);
                    return Answer.ok(Map.of("deleted", batch.deleted(), "added", batch.added()));
                });
    }

    private static AddressBatch read(Object body) {
        try {
            return AddressBatch.read(body);
        } catch (ConfigException e) {
            throw Refusals.of(e, true);
        }
    }
}
