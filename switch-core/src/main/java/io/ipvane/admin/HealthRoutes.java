// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.ipvane.control.view.StatusSource;
import java.util.Map;

/**
 * {@code /healthz}: this process answers. {@code /readyz}: every lcore forwards by the
 * configuration; 503 with the reason until then.
 */
final class HealthRoutes implements HttpService {
    private final StatusSource source;

    HealthRoutes(StatusSource source) {
        this.source = source;
    }

    @Override
    public void routing(HttpRules rules) {
        Responses.getOnly(rules, "/healthz", HealthRoutes::ok);
        Responses.getOnly(rules, "/readyz", this::ready);
    }

    private static void ok(ServerRequest request, ServerResponse response) {
        Responses.json(response, Map.of("status", "ok"));
    }

    private void ready(ServerRequest request, ServerResponse response) {
        source.notReady()
                .ifPresent(
                        reason -> {
                            throw new ProblemException(Status.SERVICE_UNAVAILABLE_503, reason);
                        });
        ok(request, response);
    }
}
