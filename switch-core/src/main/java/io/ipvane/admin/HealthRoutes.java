// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
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
        new Resource("/healthz").get(request -> ok()).register(rules);
        new Resource("/readyz").get(request -> ready()).register(rules);
    }

    private static Answer ok() {
        return Answer.ok(Map.of("status", "ok"));
    }

    private Answer ready() {
        source.notReady()
                .ifPresent(
                        reason -> {
                            throw new ProblemException(Status.SERVICE_UNAVAILABLE_503, reason);
                        });
        return ok();
    }
}
