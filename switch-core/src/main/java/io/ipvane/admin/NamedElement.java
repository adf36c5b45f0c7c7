// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.ConfigEdit;
import io.ipvane.config.NamedEdit;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkEdit;
import io.ipvane.control.view.PortView;
import io.ipvane.control.view.StatusSource;
import io.ipvane.control.view.UplinkView;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * {@code /v1/uplinks/{name}}, {@code /v1/ports/{name}}: as the switch has it, and under {@code
 * config} what PUT takes.
 *
 * @param <R> as the configuration has it
 * @param <V> as the switch has it
 */
final class NamedElement<R, V> implements Element.Patchable {
    /** Query parameter of DELETE: with its ports. */
    static final String CASCADE = "cascade";

    private final NamedEdit<R> edits;
    private final Supplier<List<V>> views;
    private final Function<V, String> nameOf;
    private final BiFunction<String, Query, ConfigEdit> deletion;

    private NamedElement(
            NamedEdit<R> edits,
            Supplier<List<V>> views,
            Function<V, String> nameOf,
            BiFunction<String, Query, ConfigEdit> deletion) {
        this.edits = edits;
        this.views = views;
        this.nameOf = nameOf;
        this.deletion = deletion;
    }

    /** Uplinks. */
    static NamedElement<?, ?> uplink(StatusSource source) {
        return new NamedElement<>(
                NamedEdit.UPLINK,
                source::uplinks,
                UplinkView::name,
                (name, query) -> UplinkEdit.delete(name, query.isTrue(CASCADE)));
    }

    /** Ports. */
    static NamedElement<?, ?> port(StatusSource source) {
        return new NamedElement<>(
                NamedEdit.PORT,
                source::ports,
                PortView::name,
                (name, query) -> NamedEdit.PORT.delete(name));
    }

    @Override
    public String name(ServerRequest request) {
        return edits.table().kind() + " '" + key(request) + "'";
    }

    @Override
    public String collection() {
        return "/v1/" + edits.table().kind() + "s";
    }

    @Override
    public Optional<Object> show(SwitchConfig config, ServerRequest request, Object body) {
        final String name = key(request);
        return Shown.of(
                views.get().stream().filter(view -> nameOf.apply(view).equals(name)).findFirst(),
                configured(config, request, body));
    }

    @Override
    public Optional<Object> configured(SwitchConfig config, ServerRequest request, Object body) {
        return edits.find(config, key(request))
                .map(element -> Json.tree(edits.table().write(element)));
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
        return edits.put(key(request), body);
    }

    @Override
    public ConfigEdit patch(ServerRequest request, Object body) {
        return edits.patch(key(request), body);
    }

    @Override
    public ConfigEdit delete(ServerRequest request, Query query) {
        return deletion.apply(key(request), query);
    }

    private static String key(ServerRequest request) {
        return PathParameters.get(request, "name");
    }
}
