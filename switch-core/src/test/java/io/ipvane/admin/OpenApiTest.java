// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.config.AdminConfig;
import io.ipvane.config.ListenAddress;
import io.ipvane.config.NeighborConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.RouteConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.view.AddressView;
import io.ipvane.control.view.DropView;
import io.ipvane.control.view.NeighborView;
import io.ipvane.control.view.PortStatsView;
import io.ipvane.control.view.PortView;
import io.ipvane.control.view.RouteView;
import io.ipvane.control.view.SwitchView;
import io.ipvane.control.view.ThreadView;
import io.ipvane.control.view.UplinkView;
import io.ipvane.option.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The OpenAPI document and the routes say the same, in both directions. */
@Timeout(30)
@SuppressWarnings("try") // a server that only has to be open is not referred to
class OpenApiTest {
    private static final JsonNode DOCUMENT = read();

    @TempDir Path folder;

    private static JsonNode read() {
        try {
            return new ObjectMapper().readTree(OpenApi.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldDescribeEveryRouteAndNoOther() {
        final Map<String, Set<String>> routes = new TreeMap<>();
        for (Resource resource :
                new Api(new FakeStatusSource(), new FakeConfigTarget(), true).resources()) {
            final Set<String> methods = new TreeSet<>(resource.methods());
            methods.removeAll(Set.of("HEAD", "OPTIONS"));
            routes.computeIfAbsent("/v1" + resource.path().replace("{+", "{"), p -> new TreeSet<>())
                    .addAll(methods);
        }

        assertEquals(routes, described());
    }

    @Test
    void shouldAnswerOptionsWithTheMethodsThatAreDescribed() throws Exception {
        final Path socket = folder.resolve("admin.sock");
        try (AdminServer server =
                AdminServer.start(
                        new AdminConfig(List.of(new ListenAddress.Unix(socket))),
                        new FakeStatusSource(),
                        new FakeConfigTarget())) {
            final UnixHttp http = new UnixHttp(socket);
            for (Map.Entry<String, Set<String>> path : described().entrySet()) {
                final UnixHttp.Answer answer =
                        http.send("OPTIONS", path.getKey().replaceAll("\\{[a-z]+}", "x"), "");
                final Set<String> allowed =
                        new TreeSet<>(List.of(answer.header("allow").split(", ", -1)));

                assertEquals(204, answer.status(), path.getKey());
                assertTrue(allowed.removeAll(Set.of("HEAD", "OPTIONS")));
                assertEquals(path.getValue(), allowed, path.getKey());
            }
            assertEquals(DOCUMENT, http.send("GET", "/v1/openapi.json", "").json());
        }
    }

    @Test
    void shouldDescribeTheParametersOfEachPath() {
        DOCUMENT.path("paths")
                .properties()
                .forEach(
                        path -> {
                            final Set<String> inPath = new TreeSet<>();
                            for (String segment : path.getKey().split("/", -1)) {
                                if (segment.startsWith("{")) {
                                    inPath.add(segment.substring(1, segment.length() - 1));
                                }
                            }
                            final Set<String> described = new TreeSet<>();
                            for (JsonNode parameter : path.getValue().path("parameters")) {
                                described.add(resolve(parameter).path("name").asText());
                            }
                            assertEquals(inPath, described, path.getKey());
                        });
    }

    @Test
    void shouldReferToNothingThatIsMissing() {
        for (JsonNode reference : DOCUMENT.findValues("$ref")) {
            assertTrue(DOCUMENT.at(reference.asText().substring(1)).isObject(), reference.asText());
        }
    }

    @ParameterizedTest
    @MethodSource("tables")
    void shouldDescribeEveryKeyOfTheConfiguration(String schema, Table<?> table)
            throws IOException {
        final JsonNode described = DOCUMENT.at("/components/schemas/" + schema);
        final Set<String> keys = new TreeSet<>();
        described.path("properties").fieldNames().forEachRemaining(keys::add);

        assertEquals(new TreeSet<>(table.names()), keys);
        assertFalse(described.path("additionalProperties").asBoolean(true));
        try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
            final JsonNode written = new ObjectMapper().readTree(in);
            assertFalse(
                    written.at("/components/schemas").has(schema),
                    schema + " is made of its table; remove it from openapi.json");
        }
    }

    static Stream<Arguments> tables() {
        return Stream.of(
                Arguments.of("Config", SwitchConfig.TABLE),
                Arguments.of("Uplink", UplinkConfig.TABLE),
                Arguments.of("Port", PortConfig.TABLE),
                Arguments.of("Route", RouteConfig.TABLE),
                Arguments.of("Neighbor", NeighborConfig.TABLE));
    }

    @Test
    void shouldGiveRangesWordsAndDefaults() {
        final JsonNode port = DOCUMENT.at("/components/schemas/Port");

        assertTrue(port.path("required").isMissingNode(), "either uplink or vni");
        assertEquals(
                "{\"type\":\"integer\",\"minimum\":0,\"maximum\":4294967295,"
                        + "\"description\":\"type memif: number by which both sides call the"
                        + " interface\",\"default\":0}",
                port.at("/properties/id").toString());
        assertEquals(
                "[\"tap\",\"memif\",\"vhost-user\"]", port.at("/properties/type/enum").toString());
        assertEquals("[\"max\"]", port.at("/properties/learn/required").toString());
        assertEquals("^[a-zA-Z0-9._-]{1,63}$", port.at("/properties/name/pattern").asText());
    }

    static Stream<Class<?>> views() {
        return Stream.of(
                AddressView.class,
                AddressRow.class,
                DropView.class,
                NeighborView.class,
                PortStatsView.class,
                PortView.class,
                RouteView.class,
                SwitchView.class,
                ThreadView.class,
                UplinkView.class,
                Problem.class,
                Fault.class);
    }

    @ParameterizedTest
    @MethodSource("views")
    void shouldDescribeEveryKeyOfAnAnswer(Class<?> view) {
        final Set<String> keys = new TreeSet<>();
        for (RecordComponent component : view.getRecordComponents()) {
            keys.add(
                    component.getName().equals("interfaceName")
                            ? "interface"
                            : component.getName());
        }
        final Set<String> described = new TreeSet<>();
        DOCUMENT.at("/components/schemas/" + view.getSimpleName() + "/properties")
                .fieldNames()
                .forEachRemaining(described::add);
        described.remove("config");

        assertEquals(keys, described);
    }

    private static Map<String, Set<String>> described() {
        final Map<String, Set<String>> described = new TreeMap<>();
        DOCUMENT.path("paths")
                .properties()
                .forEach(
                        path -> {
                            final Set<String> methods = new TreeSet<>();
                            path.getValue()
                                    .fieldNames()
                                    .forEachRemaining(
                                            key -> methods.add(key.toUpperCase(Locale.ROOT)));
                            methods.remove("PARAMETERS");
                            described.put(path.getKey(), methods);
                        });
        return described;
    }

    private static JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? DOCUMENT.at(node.get("$ref").asText().substring(1)) : node;
    }
}
