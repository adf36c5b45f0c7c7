// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.ConfigEdit;
import io.ipvane.config.NeighborConfig;
import io.ipvane.config.PartEdit;
import io.ipvane.config.RouteConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.NeighborView;
import io.ipvane.control.view.RouteView;
import io.ipvane.packet.MacAddress;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * {@code /v1/routes/{uplink}/{to}}, {@code /v1/neighbors/{uplink}/{address}}: a route or permanent
 * neighbour of the configuration, shown as the list shows it. Routes that follow from addresses and
 * neighbours that the switch has learnt are in the list only.
 *
 * @param <E> as the configuration has it
 */
final class PartElement<E> implements Element {
    private final PartEdit<E, ?> edits;
    private final BiFunction<String, E, Object> view;

    private PartElement(PartEdit<E, ?> edits, BiFunction<String, E, Object> view) {
        this.edits = edits;
        this.view = view;
    }

    /** Routes. */
    static PartElement<RouteConfig> route() {
        return new PartElement<>(
                PartEdit.ROUTE,
                (uplink, route) ->
                        new RouteView(
                                uplink,
                                route.to().length() == 0 ? "default" : route.to().toString(),
                                route.via().map(Object::toString).orElse(""),
                                route.via().isPresent() ? "unicast" : route.type().key()));
    }

    /** Permanent neighbours. */
    static PartElement<NeighborConfig> neighbor() {
        return new PartElement<>(
                PartEdit.NEIGHBOR,
                (uplink, neighbor) ->
                        new NeighborView(
                                uplink,
                                neighbor.address().toString(),
                                MacAddress.format(neighbor.mac()),
                                "permanent"));
    }

    @Override
    public String name(ServerRequest request) {
        return edits.table().kind() + " " + id(request) + " of uplink '" + uplink(request) + "'";
    }

    @Override
    public String collection() {
        return "/v1/" + edits.table().kind() + "s";
    }

    @Override
    public Optional<Object> show(SwitchConfig config, ServerRequest request, Object body) {
        return find(config, request, body).map(element -> view.apply(uplink(request), element));
    }

    @Override
    public Optional<Object> configured(SwitchConfig config, ServerRequest request, Object body) {
        return find(config, request, body).map(element -> Json.tree(edits.table().write(element)));
    }

    @Override
    public Body body(ServerRequest request) {
        return Body.receive(request, ElementResource.MAX_BODY_BYTES);
    }

    @Override
    public ConfigEdit put(ServerRequest request, Object body) {
        return edits.put(uplink(request), id(request), body);
    }

    @Override
    public ConfigEdit delete(ServerRequest request, Query query) {
        return edits.delete(uplink(request), id(request));
    }

    private Optional<E> find(SwitchConfig config, ServerRequest request, Object body) {
        return edits.find(config, uplink(request), id(request), body);
    }

    private static String uplink(ServerRequest request) {
        return PathParameters.get(request, "uplink");
    }

    private String id(ServerRequest request) {
        return PathParameters.get(request, edits.key());
    }
}
