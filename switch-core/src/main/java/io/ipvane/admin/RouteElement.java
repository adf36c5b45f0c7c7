// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.ConfigEdit;
import io.ipvane.config.RouteConfig;
import io.ipvane.config.RouteEdit;
import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.RouteView;
import java.util.Optional;

/**
 * {@code /v1/routes/{uplink}/{to}}: a route of the configuration, shown as the list shows it. Those
 * that follow from addresses are in the list only.
 */
final class RouteElement implements Element {
    @Override
    public String name(ServerRequest request) {
        return "route " + to(request) + " of uplink '" + uplink(request) + "'";
    }

    @Override
    public String collection() {
        return "/v1/routes";
    }

    @Override
    public Optional<Object> show(SwitchConfig config, ServerRequest request, Object body) {
        return find(config, request, body).map(route -> view(request, route));
    }

    @Override
    public Optional<Object> configured(SwitchConfig config, ServerRequest request, Object body) {
        return find(config, request, body).map(route -> Json.tree(RouteConfig.TABLE.write(route)));
    }

    @Override
    public Body body(ServerRequest request) {
        return Body.receive(request, ElementResource.MAX_BODY_BYTES);
    }

    @Override
    public ConfigEdit put(ServerRequest request, Object body) {
        return RouteEdit.put(uplink(request), to(request), body);
    }

    @Override
    public ConfigEdit delete(ServerRequest request, Query query) {
        return RouteEdit.delete(uplink(request), to(request));
    }

    private static Optional<RouteConfig> find(
            SwitchConfig config, ServerRequest request, Object body) {
        return RouteEdit.find(config, uplink(request), to(request), body);
    }

    private static RouteView view(ServerRequest request, RouteConfig route) {
        return new RouteView(
                uplink(request),
                route.to().length() == 0 ? "default" : route.to().toString(),
                route.via().map(Object::toString).orElse(""),
                route.via().isPresent() ? "unicast" : route.type().key());
    }

    private static String uplink(ServerRequest request) {
        return PathParameters.get(request, "uplink");
    }

    private static String to(ServerRequest request) {
        return PathParameters.get(request, "to");
    }
}
