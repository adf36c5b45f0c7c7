// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.config.AdminConfig;
import io.ipvane.config.ListenAddress;
import io.ipvane.control.view.AddressView;
import io.ipvane.control.view.DropView;
import io.ipvane.control.view.NeighborView;
import io.ipvane.control.view.PortStatsView;
import io.ipvane.control.view.PortView;
import io.ipvane.control.view.RouteView;
import io.ipvane.control.view.SwitchView;
import io.ipvane.control.view.ThreadView;
import io.ipvane.control.view.UplinkView;
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
import org.junit.jupiter.params.provider.MethodSource;

/** The OpenAPI document and the routes say the same, in both directions. */
@Timeout(30)
@SuppressWarnings("try") // a server that only has to be open is not referred to
class OpenApiTest {
    private static final JsonNode DOCUMENT = read();

    @TempDir Path folder;

    private static JsonNode read() {
        try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
            return new ObjectMapper().readTree(in);
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
