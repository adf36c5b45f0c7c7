// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.ipvane.control.view.PortStatsView;
import io.ipvane.control.view.PortView;
import io.ipvane.control.view.StatusSource;
import io.ipvane.control.view.UplinkView;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** The resources below {@code /v1}: which path shows what of the {@link StatusSource}. */
final class StatusRoutes implements HttpService {
    private final StatusSource source;

    StatusRoutes(StatusSource source) {
        this.source = source;
    }

    @Override
    public void routing(HttpRules rules) {
        show(rules, "/switch", request -> source.status());
        show(rules, "/uplinks", request -> source.uplinks());
        show(rules, "/uplinks/{name}", this::uplink);
        show(rules, "/ports", request -> source.ports());
        show(rules, "/ports/{name}", this::port);
        show(rules, "/ports/{name}/addresses", request -> port(request).addresses());
        show(rules, "/ports/{name}/stats", this::portStats);
        show(rules, "/addresses", request -> AddressRow.of(source.ports()));
        show(rules, "/stats", request -> source.stats());
        show(rules, "/drops", request -> source.drops());
        show(rules, "/neighbors", request -> source.neighbors());
        show(rules, "/routes", request -> source.routes());
        show(rules, "/threads", request -> source.threads());
    }

    private static void show(HttpRules rules, String path, Function<ServerRequest, ?> view) {
        Responses.getOnly(
                rules, path, (request, response) -> Responses.json(response, view.apply(request)));
    }

    private UplinkView uplink(ServerRequest request) {
        final String name = name(request);
        return one(source.uplinks(), uplink -> uplink.name().equals(name), "uplink", name);
    }

    private PortView port(ServerRequest request) {
        final String name = name(request);
        return one(source.ports(), port -> port.name().equals(name), "port", name);
    }

    private PortStatsView portStats(ServerRequest request) {
        final String name = name(request);
        return one(
                source.stats(),
                stats -> stats.role().equals("port") && stats.name().equals(name),
                "port",
                name);
    }

    private static String name(ServerRequest request) {
        return request.path().pathParameters().get("name");
    }

    private static <T> T one(List<T> all, Predicate<T> wanted, String kind, String name) {
        return all.stream()
                .filter(wanted)
                .findFirst()
                .orElseThrow(
                        () ->
                                ProblemException.notFound(
                                        kind
                                                + " '"
                                                + name
                                                + "' is unknown; GET /v1/"
                                                + kind
                                                + "s lists all"));
    }
}
