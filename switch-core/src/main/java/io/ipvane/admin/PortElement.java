// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.ConfigEdit;
import io.ipvane.config.PortConfig;
import io.ipvane.config.PortEdit;
import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.StatusSource;
import java.util.Optional;

/** {@code /v1/ports/{name}}: as the switch has it, and under {@code config} what PUT takes. */
final class PortElement implements Element.Patchable {
    private final StatusSource source;

    PortElement(StatusSource source) {
        this.source = source;
    }

    @Override
    public String name(ServerRequest request) {
        return "port '" + key(request) + "'";
    }

    @Override
    public String collection() {
        return "/v1/ports";
    }

    @Override
    public Optional<Object> show(SwitchConfig config, ServerRequest request, Object body) {
        final String name = key(request);
        return Shown.of(
                source.ports().stream().filter(port -> port.name().equals(name)).findFirst(),
                configured(config, request, body));
    }

    @Override
    public Optional<Object> configured(SwitchConfig config, ServerRequest request, Object body) {
        return config.port(key(request)).map(port -> Json.tree(PortConfig.TABLE.write(port)));
    }

    @Override
    public Body body(ServerRequest request) {
        return Body.receive(request, ElementResource.MAX_BODY_BYTES);
    }

    @Override
    public String[] switches() {
        return new String[] {Query.DRY_RUN, Query.WAIT};
    }

    @Override
    public Optional<String> renews(ServerRequest request) {
        return Optional.of(key(request));
    }

    @Override
    public ConfigEdit put(ServerRequest request, Object body) {
        return PortEdit.put(key(request), body);
    }

    @Override
    public ConfigEdit patch(ServerRequest request, Object body) {
        return PortEdit.patch(key(request), body);
    }

    @Override
    public ConfigEdit delete(ServerRequest request, Query query) {
        return PortEdit.delete(key(request));
    }

    private static String key(ServerRequest request) {
        return PathParameters.get(request, "name");
    }
}
