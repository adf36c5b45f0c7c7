// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.AddressBatch;
import io.ipvane.config.RemoteBatch;
import io.ipvane.config.RemoteConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.TunnelConfig;
import io.ipvane.config.VniConfig;
import io.ipvane.control.view.ConfigTarget;
import io.ipvane.control.view.PortStatsView;
import io.ipvane.control.view.StatusSource;
import io.ipvane.option.Table;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The resources below {@code /v1}: which path shows what of the {@link StatusSource}, and what of
 * the {@link ConfigTarget} it changes. {@link OpenApi} describes the same list for others.
 */
final class Api implements HttpService {
    private final StatusSource source;
    private final List<Resource> resources;

    /**
     * @param mayChange whether requests from here may change anything
     */
    Api(StatusSource source, ConfigTarget target, boolean mayChange) {
        this.source = source;
        final Changes changes = new Changes(target, mayChange);
        resources =
                List.of(
                        show("/switch", source::status),
                        list("/uplinks", source::uplinks),
                        ElementResource.at(
                                "/uplinks/{name}",
                                NamedElement.uplink(source),
                                changes,
                                Query.DRY_RUN,
                                NamedElement.CASCADE),
                        list("/ports", source::ports),
                        ElementResource.at(
                                "/ports/{name}", NamedElement.port(source), changes, Query.DRY_RUN),
                        new Resource("/ports/{name}/stats").get(this::portStats),
                        new Resource("/ports/{name}/addresses").get(this::portAddresses),
                        ElementResource.at(
                                "/ports/{name}/addresses/{+address}",
                                new AddressElement(source),
                                changes,
                                Query.DRY_RUN),
                        BatchResource.at(
                                "/addresses",
                                () -> AddressRow.of(source.ports()),
                                changes,
                                AddressBatch::read),
                        configured("/tunnels", changes, SwitchConfig::tunnels, TunnelConfig.TABLE),
                        configured("/vnis", changes, SwitchConfig::vnis, VniConfig.TABLE),
                        BatchResource.at(
                                "/remotes",
                                () -> rows(changes.running().remotes(), RemoteConfig.TABLE),
                                changes,
                                RemoteBatch::read),
                        list("/routes", source::routes),
                        ElementResource.at(
                                "/routes/{uplink}/{+to}",
                                PartElement.route(),
                                changes,
                                Query.DRY_RUN),
                        list("/neighbors", source::neighbors),
                        ElementResource.at(
                                "/neighbors/{uplink}/{address}",
                                PartElement.neighbor(),
                                changes,
                                Query.DRY_RUN),
                        list("/stats", source::stats),
                        list("/drops", source::drops),
                        list("/threads", source::threads),
                        ConfigResource.at("/config", changes),
                        new Resource("/openapi.json").get(request -> Answer.json(OpenApi.bytes())));
    }

    List<Resource> resources() {
        return resources;
    }

    @Override
    public void routing(HttpRules rules) {
        final Readers readers = new Readers();
        resources.forEach(resource -> resource.register(rules, readers::read));
    }

    private static Resource show(String path, Supplier<?> view) {
        return new Resource(path).get(request -> Answer.ok(view.get()));
    }

    private static Resource list(String path, Supplier<? extends Iterable<?>> view) {
        return new Resource(path).get(request -> Answer.list(request, Rows.of(view.get())));
    }

    /** A list as the configuration has it. */
    private static <R> Resource configured(
            String path, Changes changes, Function<SwitchConfig, List<R>> all, Table<R> table) {
        return new Resource(path)
                .get(request -> Answer.list(request, rows(all.apply(changes.running()), table)));
    }

    private static <R> Rows rows(List<R> all, Table<R> table) {
        return sink -> all.forEach(each -> sink.accept(table.write(each)));
    }

    private Answer portAddresses(ServerRequest request) {
        final String name = PathParameters.get(request, "name");
        return Answer.list(
                request,
                Rows.of(one(source.ports(), port -> port.name().equals(name), name).addresses()));
    }

    private Answer portStats(ServerRequest request) {
        final String name = PathParameters.get(request, "name");
        final Predicate<PortStatsView> wanted =
                stats -> stats.role().equals("port") && stats.name().equals(name);
        return Answer.ok(one(source.stats(), wanted, name));
    }

    private static <T> T one(List<T> all, Predicate<T> wanted, String name) {
        return all.stream()
                .filter(wanted)
                .findFirst()
                .orElseThrow(
                        () ->
                                ProblemException.notFound(
                                        "port '" + name + "' is unknown; GET /v1/ports lists all"));
    }
}
