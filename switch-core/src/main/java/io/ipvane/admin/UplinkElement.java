// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.ConfigEdit;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.config.UplinkEdit;
import io.ipvane.control.view.StatusSource;
import java.util.Optional;

/** {@code /v1/uplinks/{name}}: as the switch has it, and under {@code config} what PUT takes. */
final class UplinkElement implements Element.Patchable {
    /** Query parameter of DELETE: with its ports. */
    static final String CASCADE = "cascade";

    private final StatusSource source;

    UplinkElement(StatusSource source) {
        this.source = source;
    }

    @Override
    public String name(ServerRequest request) {
        return "uplink '" + key(request) + "'";
    }

    @Override
    public String collection() {
        return "/v1/uplinks";
    }

    @Override
    public Optional<Object> show(SwitchConfig config, ServerRequest request, Object body) {
        final String name = key(request);
        return Shown.of(
                source.uplinks().stream().filter(uplink -> uplink.name().equals(name)).findFirst(),
                configured(config, request, body));
    }

    @Override
    public Optional<Object> configured(SwitchConfig config, ServerRequest request, Object body) {
        return config.uplink(key(request))
                .map(uplink -> Json.tree(UplinkConfig.TABLE.write(uplink)));
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
        return UplinkEdit.put(key(request), body);
    }

    @Override
    public ConfigEdit patch(ServerRequest request, Object body) {
        return UplinkEdit.patch(key(request), body);
    }

    @Override
    public ConfigEdit delete(ServerRequest request, Query query) {
        return UplinkEdit.delete(key(request), query.isTrue(CASCADE));
    }

    private static String key(ServerRequest request) {
        return PathParameters.get(request, "name");
    }
}
