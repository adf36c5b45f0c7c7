// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.ConfigEdit;
import io.ipvane.config.NeighborConfig;
import io.ipvane.config.PartEdit;
import io.ipvane.config.RouteConfig;
import io.ipvane.config.RouteSelector;
import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.NeighborView;
import io.ipvane.control.view.RouteView;
import io.ipvane.model.ModelBuilder;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * {@code /v1/routes/{uplink}/{to}}, {@code /v1/neighbors/{uplink}/{address}}: a route or permanent
 * neighbour of the configuration, shown as the list shows it. Routes that follow from addresses and
 * neighbours that the switch has learnt are in the list only.
 *
 * @param <E> as the configuration has it
 */
final class PartElement<E> implements Element {
    private static final String METRIC = "metric";
    private static final String VIA = "via";

    private final PartEdit<E> edits;
    private final BiFunction<String, E, Object> view;
    private final List<String> selectors;
    private final Function<Query, Object> which;

    private PartElement(
            PartEdit<E> edits,
            BiFunction<String, E, Object> view,
            List<String> selectors,
            Function<Query, Object> which) {
        this.edits = edits;
        this.view = view;
        this.selectors = selectors;
        this.which = which;
    }

    /** Routes. */
    static PartElement<RouteConfig> route() {
        return new PartElement<>(
                PartEdit.ROUTE,
                (uplink, route) -> RouteView.of(uplink, ModelBuilder.route(route)),
                List.of(METRIC, VIA),
                PartElement::narrowed);
    }

    /** Of several routes to one destination. */
    private static Object narrowed(Query query) {
        try {
            return new RouteSelector.Narrowed(
                    query.text(METRIC).map(Long::valueOf), query.text(VIA).map(IpAddress::parse));
        } catch (NumberFormatException e) {
            throw ProblemException.badRequest(
                    METRIC + "='" + query.text(METRIC).orElseThrow() + "' is no whole number");
        } catch (IllegalArgumentException e) {
            throw ProblemException.badRequest(VIA + "=" + e.getMessage());
        }
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
                                "permanent"),
                List.of(),
                query -> null);
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
        return edits.delete(uplink(request), id(request), which.apply(query));
    }

    @Override
    public List<String> selectors() {
        return selectors;
    }

    private Optional<E> find(SwitchConfig config, ServerRequest request, Object body) {
        final Object wanted = body != null ? body : which.apply(Query.some(request, selectors));
        return edits.find(config, uplink(request), id(request), wanted);
    }

    private static String uplink(ServerRequest request) {
        return PathParameters.get(request, "uplink");
    }

    private String id(ServerRequest request) {
        return PathParameters.get(request, edits.key());
    }
}
