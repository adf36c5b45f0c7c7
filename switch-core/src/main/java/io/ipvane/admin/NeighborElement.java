// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.ConfigEdit;
import io.ipvane.config.NeighborConfig;
import io.ipvane.config.NeighborEdit;
import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.NeighborView;
import io.ipvane.packet.MacAddress;
import java.util.Optional;

/**
 * {@code /v1/neighbors/{uplink}/{address}}: a permanent neighbour, shown as the list shows it.
 * Those that the switch has learnt are in the list only.
 */
final class NeighborElement implements Element {
    @Override
    public String name(ServerRequest request) {
        return "neighbor " + address(request) + " of uplink '" + uplink(request) + "'";
    }

    @Override
    public String collection() {
        return "/v1/neighbors";
    }

    @Override
    public Optional<Object> show(SwitchConfig config, ServerRequest request, Object body) {
        return find(config, request)
                .map(
                        neighbor ->
                                new NeighborView(
                                        uplink(request),
                                        neighbor.address().toString(),
                                        MacAddress.format(neighbor.mac()),
                                        "permanent"));
    }

    @Override
    public Optional<Object> configured(SwitchConfig config, ServerRequest request, Object body) {
        return find(config, request)
                .map(neighbor -> Json.tree(NeighborConfig.TABLE.write(neighbor)));
    }

    @Override
    public Body body(ServerRequest request) {
        return Body.receive(request, ElementResource.MAX_BODY_BYTES);
    }

    @Override
    public ConfigEdit put(ServerRequest request, Object body) {
        return NeighborEdit.put(uplink(request), address(request), body);
    }

    @Override
    public ConfigEdit delete(ServerRequest request, Query query) {
        return NeighborEdit.delete(uplink(request), address(request));
    }

    private static Optional<NeighborConfig> find(SwitchConfig config, ServerRequest request) {
        return NeighborEdit.find(config, uplink(request), address(request));
    }

    private static String uplink(ServerRequest request) {
        return PathParameters.get(request, "uplink");
    }

    private static String address(ServerRequest request) {
        return PathParameters.get(request, "address");
    }
}
