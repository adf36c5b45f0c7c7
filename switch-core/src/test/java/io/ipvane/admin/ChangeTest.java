// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.AdminConfig;
import io.ipvane.config.ConfigDocument;
import io.ipvane.config.ListenAddress;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.ChangeRefusedException;
import io.ipvane.control.view.StatusUnavailableException;
import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes by REST over a real unix socket: what becomes of the switch, and what is answered. */
@Timeout(30)
class ChangeTest {
    private static final FakeConfigTarget TARGET = new FakeConfigTarget();

    @TempDir static Path folder;

    private static AdminServer server;
    private static UnixHttp http;

    @BeforeAll
    static void start() {
        final Path socket = folder.resolve("admin.sock");
        server =
                AdminServer.start(
                        new AdminConfig(List.of(new ListenAddress.Unix(socket))),
                        new FakeStatusSource(),
                        TARGET);
        http = new UnixHttp(socket);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void reset() {
        TARGET.reset();
    }

    @Test
    void shouldMakeAPortWithWhatTheBodySays() throws Exception {
        final UnixHttp.Answer answer =
                http.send(
                        "PUT",
                        "/v1/ports/api",
                        "{\"uplink\":\"wan0\",\"addresses\":[\"192.0.2.13/24\"],\"mtu\":1400}");

        assertEquals(201, answer.status(), answer.text());
        assertEquals("/v1/ports/api", answer.header("location"));
        assertEquals(
                "{\"name\":\"api\",\"uplink\":\"wan0\",\"addresses\":[\"192.0.2.13/24\"],\"mtu\":1400}",
                answer.json().get("config").toString());
        final PortConfig port = config().port("api").orElseThrow();
        assertEquals("192.0.2.13/24", port.addresses().getFirst().toString());
        assertEquals(Optional.empty(), port.mode(), "left out: the uplink's (F1, CFG-2)");
        assertEquals(Mode.L2, config().uplinks().getFirst().mode());
    }

    @Test
    void shouldDoNothingWhenTheSameIsPutAgain() throws Exception {
        final String body = "{\"uplink\":\"wan0\"}";
        final UnixHttp.Answer first = http.send("PUT", "/v1/ports/api", body);
        final long revision = TARGET.running().revision();

        final UnixHttp.Answer second = http.send("PUT", "/v1/ports/api", body);

        assertEquals(201, first.status());
        assertEquals(200, second.status());
        assertEquals(first.header("etag"), second.header("etag"));
        assertEquals(revision, TARGET.running().revision());
    }

    @Test
    void shouldReplaceAPortButKeepItsIsolation() throws Exception {
        final UnixHttp.Answer answer =
                http.send("PUT", "/v1/ports/db", "{\"uplink\":\"wan0\",\"mtu\":1300}");

        assertEquals(200, answer.status());
        final PortConfig db = config().port("db").orElseThrow();
        assertEquals(1300, db.mtu().getAsInt());
        assertTrue(db.addresses().isEmpty());
        assertEquals(Optional.of(IpvlanFlag.PRIVATE), db.flag(), "F1: never lost by silence");
    }

    @Test
    void shouldPatchOnlyWhatIsNamed() throws Exception {
        assertEquals(200, http.send("PATCH", "/v1/ports/db", "{\"mode\":\"l3\"}").status());

        final PortConfig db = config().port("db").orElseThrow();
        assertEquals(Optional.of(Mode.L3), db.mode());
        assertEquals(Optional.of(IpvlanFlag.PRIVATE), db.flag(), "CFG-3");
        assertEquals(1, db.addresses().size());
    }

    @Test
    void shouldAttachAPortToMemifInsteadOfATap() throws Exception {
        final UnixHttp.Answer answer =
                http.send(
                        "PATCH",
                        "/v1/ports/db",
                        "{\"type\":\"memif\",\"socket\":\"/run/db.sock\",\"id\":4294967295}");

        assertEquals(200, answer.status(), answer.text());
        assertEquals(
                "{\"name\":\"db\",\"uplink\":\"wan0\",\"type\":\"memif\",\"socket\":\"/run/db.sock\","
                        + "\"id\":4294967295,\"addresses\":[\"192.0.2.12/24\"],\"flag\":\"private\"}",
                answer.json().get("config").toString());
        final UnixHttp.Answer other =
                http.send("PATCH", "/v1/ports/db", "{\"type\":\"vhost-user\"}");
        assertEquals(422, other.status());
        assertEquals(
                "port 'db': id belongs to type memif; remove it from a vhost-user port",
                other.json().path("detail").asText());
        assertEquals(
                200,
                http.send("PATCH", "/v1/ports/db", "{\"type\":\"vhost-user\",\"id\":null}")
                        .status());
    }

    @Test
    void shouldTakeASettingBackWithNull() throws Exception {
        final UnixHttp.Answer answer =
                http.send(
                        "PATCH",
                        "/v1/ports/db",
                        "{\"flag\":null}",
                        "Content-Type: application/merge-patch+json");

        assertEquals(200, answer.status(), answer.text());
        assertEquals(Optional.empty(), config().port("db").orElseThrow().flag());
    }

    @Test
    void shouldChangeAnUplinkWithoutLosingItsFlag() throws Exception {
        http.send("PATCH", "/v1/uplinks/wan0", "{\"flag\":\"private\"}");

        assertEquals(200, http.send("PATCH", "/v1/uplinks/wan0", "{\"mode\":\"l3\"}").status());
        final UnixHttp.Answer put =
                http.send(
                        "PUT",
                        "/v1/uplinks/wan0",
                        "{\"device\":\"af_packet:eth0\",\"host\":{\"interface\":\"ipvane0\"}}");

        assertEquals(200, put.status(), put.text());
        assertEquals(Mode.L3, config().uplinks().getFirst().mode());
        assertEquals(IpvlanFlag.PRIVATE, config().uplinks().getFirst().flag());
    }

    @Test
    void shouldDeleteAPortOnce() throws Exception {
        final UnixHttp.Answer first = http.send("DELETE", "/v1/ports/db", "");
        final UnixHttp.Answer second = http.send("DELETE", "/v1/ports/db", "");

        assertEquals(204, first.status());
        assertEquals("", first.text());
        assertEquals(404, second.status());
        assertEquals("port 'db' is unknown", second.json().path("detail").asText());
        assertEquals(Optional.empty(), config().port("db"));
    }

    @Test
    void shouldDeleteAnUplinkOnlyWithoutPortsOrWithThem() throws Exception {
        http.send("PUT", "/v1/uplinks/wan1", "{\"device\":\"tap:up1\"}");

        final UnixHttp.Answer busy = http.send("DELETE", "/v1/uplinks/wan0", "");
        assertEquals(409, busy.status());
        assertEquals("EBUSY", busy.json().path("errno").asText());
        assertEquals(
                "uplink 'wan0' still has ports: web, db (EBUSY); delete them first, or ask for"
                        + " cascade",
                busy.json().path("detail").asText());
        assertEquals(204, http.send("DELETE", "/v1/uplinks/wan0?cascade=true", "").status());
        assertEquals(List.of(), config().ports());
        assertEquals(
                "uplinks is empty; a switch needs at least one uplink",
                http.send("DELETE", "/v1/uplinks/wan1", "").json().path("detail").asText());
    }

    @Test
    void shouldAddAndDeleteAnAddress() throws Exception {
        final String path = "/v1/ports/web/addresses/";

        assertEquals(201, http.send("PUT", path + "192.0.2.21%2F24", "").status());
        assertEquals(200, http.send("PUT", path + "192.0.2.21/24", "").status());
        assertEquals(201, http.send("PUT", path + "2001:db8::21", "").status());
        assertEquals(
                "[192.0.2.11/24, 192.0.2.21/24, 2001:db8::21/128]",
                config().port("web").orElseThrow().addresses().toString());
        assertEquals(
                "{\"address\":\"192.0.2.21/24\",\"origin\":\"config\",\"state\":\"active\"}",
                http.send("GET", path + "192.0.2.21", "").text());
        assertEquals(404, http.send("DELETE", path + "192.0.2.21%2F32", "").status());
        assertEquals(204, http.send("DELETE", path + "192.0.2.21", "").status());
        assertEquals(404, http.send("DELETE", path + "192.0.2.21", "").status());
    }

    @Test
    void shouldSayWhoHasAnAddress() throws Exception {
        final UnixHttp.Answer taken =
                http.send("PUT", "/v1/ports/web/addresses/192.0.2.12%2F24", "");
        final UnixHttp.Answer host =
                http.send("PUT", "/v1/ports/web/addresses/192.0.2.10%2F24", "");
        final UnixHttp.Answer length =
                http.send("PUT", "/v1/ports/web/addresses/192.0.2.11%2F32", "");

        assertRefused(
                409,
                "EADDRINUSE",
                "port 'web': address 192.0.2.12 is already held by port 'db' of uplink 'wan0'"
                        + " (EADDRINUSE); remove one of the two",
                taken);
        assertRefused(
                409,
                "EADDRINUSE",
                "port 'web': address 192.0.2.10 is already held by the host (interface ipvane0) of"
                        + " uplink 'wan0' (EADDRINUSE); remove one of the two",
                host);
        assertRefused(
                409,
                "EADDRINUSE",
                "port 'web': address 192.0.2.11 is already held by port 'web' of uplink 'wan0'"
                        + " (EADDRINUSE); remove one of the two",
                length);
    }

    @Test
    void shouldNotDeleteAnAddressThatItDidNotConfigure() throws Exception {
        final UnixHttp.Answer answer =
                http.send("DELETE", "/v1/ports/web/addresses/fe80::200:0:100:1", "");

        assertRefused(
                409,
                "EPERM",
                "address fe80::200:0:100:1 of port 'web' is not from the configuration (origin"
                        + " linklocal); delete it at the interface",
                answer);
    }

    @Test
    void shouldMakeReplaceAndDeleteARoute() throws Exception {
        final String path = "/v1/routes/wan0/198.51.100.0%2F24";

        assertEquals(201, http.send("PUT", path, "{\"via\":\"192.0.2.7\"}").status());
        assertEquals(200, http.send("PUT", path, "{\"blackhole\":true}").status());
        assertEquals(
                "{\"uplink\":\"wan0\",\"to\":\"198.51.100.0/24\",\"via\":\"\",\"type\":\"blackhole\","
                        + "\"metric\":0,\"src\":\"\",\"mtu\":0,\"nexthops\":[]}",
                http.send("GET", path, "").text());
        assertEquals(204, http.send("DELETE", path, "").status());
        assertEquals(404, http.send("DELETE", path, "").status());
        assertEquals(204, http.send("DELETE", "/v1/routes/wan0/default", "").status());
        assertEquals(List.of(), config().uplinks().getFirst().routes());
        assertEquals(
                201, http.send("PUT", "/v1/routes/wan0/default", "{\"via\":\"fe80::1\"}").status());
        assertEquals(404, http.send("GET", "/v1/routes/wan0/default", "").status());
        assertEquals(200, http.send("GET", "/v1/routes/wan0/::%2F0", "").status());
    }

    @Test
    void shouldTellRoutesToOneNetworkByMetricAndGateway() throws Exception {
        final String path = "/v1/routes/wan0/198.51.100.0%2F24";
        final String hops =
                "\"nexthops\":[{\"via\":\"192.0.2.7\",\"weight\":2},{\"via\":\"192.0.2.8\"}]";

        assertEquals(201, http.send("PUT", path, "{\"via\":\"192.0.2.7\",\"metric\":20}").status());
        assertEquals(201, http.send("PUT", path, "{\"metric\":10,\"mtu\":1400}").status());
        assertEquals(201, http.send("PUT", path, "{\"metric\":30," + hops + "}").status());
        assertEquals(200, http.send("PUT", path, "{\"metric\":10,\"mtu\":1300}").status());
        assertEquals(
                "link 1300",
                http.send("GET", path, "").json().path("type").asText()
                        + ' '
                        + http.send("GET", path, "").json().path("mtu").asInt());
        assertEquals(
                "192.0.2.7", http.send("GET", path + "?metric=20", "").json().path("via").asText());
        assertEquals(
                "[{\"via\":\"192.0.2.7\",\"weight\":2},{\"via\":\"192.0.2.8\",\"weight\":1}]",
                http.send("GET", path + "?metric=30", "").json().path("nexthops").toString());
        assertEquals(404, http.send("DELETE", path + "?via=192.0.2.9", "").status());
        assertEquals(404, http.send("DELETE", path + "?metric=0", "").status());
        assertEquals(400, http.send("DELETE", path + "?metric=low", "").status());
        assertEquals(400, http.send("DELETE", path + "?via=low", "").status());
        assertEquals(400, http.send("DELETE", path + "?mtu=1300", "").status());
        assertEquals(204, http.send("DELETE", path + "?via=192.0.2.7", "").status());
        assertEquals(204, http.send("DELETE", path, "").status());
        assertEquals(30, http.send("GET", path, "").json().path("metric").asInt());
    }

    @Test
    void shouldMakeAndDeleteANeighbor() throws Exception {
        final String path = "/v1/neighbors/wan0/192.0.2.6";

        final UnixHttp.Answer made = http.send("PUT", path, "{\"mac\":\"02:00:00:00:00:06\"}");

        assertEquals(201, made.status());
        assertEquals(
                "{\"uplink\":\"wan0\",\"address\":\"192.0.2.6\",\"mac\":\"02:00:00:00:00:06\","
                        + "\"state\":\"permanent\"}",
                made.text());
        assertEquals(204, http.send("DELETE", path, "").status());
        assertEquals(404, http.send("GET", path, "").status());
        assertRefused(
                409,
                "EADDRINUSE",
                "uplink 'wan0': neighbor: address 192.0.2.11 is held by port 'web', so it is no"
                        + " neighbor; remove one of the two",
                http.send(
                        "PUT", "/v1/neighbors/wan0/192.0.2.11", "{\"mac\":\"02:00:00:00:00:06\"}"));
    }

    @Test
    void shouldMoveManyAddressesInOneChange() throws Exception {
        final List<String> rows = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            rows.add(
                    "{\"port\":\"db\",\"address\":\"10."
                            + (i >> 8) / 256
                            + "."
                            + (i >> 8) % 256
                            + "."
                            + i % 256
                            + "/32\"}");
        }
        final long revision = TARGET.running().revision();

        final UnixHttp.Answer answer =
                http.send(
                        "POST",
                        "/v1/addresses",
                        "{\"delete\":[{\"port\":\"web\",\"address\":\"192.0.2.11\"},"
                                + "{\"port\":\"web\",\"address\":\"192.0.2.99\"}],"
                                + "\"add\":[{\"port\":\"db\",\"address\":\"192.0.2.11/24\"},"
                                + "{\"port\":\"db\",\"address\":\"192.0.2.12/24\"},"
                                + String.join(",", rows)
                                + "]}");

        assertEquals(200, answer.status(), answer.text());
        assertEquals(1, answer.json().path("deleted").asInt());
        assertEquals(20_001, answer.json().path("added").asInt());
        assertEquals(revision + 1, TARGET.running().revision());
        assertEquals(20_002, config().port("db").orElseThrow().addresses().size());
        assertEquals(List.of(), config().port("web").orElseThrow().addresses());
    }

    @Test
    void shouldPointAtEveryRowThatIsWrongAndChangeNothing() throws Exception {
        final SwitchConfig before = config();

        final UnixHttp.Answer form =
                http.send(
                        "POST",
                        "/v1/addresses",
                        "{\"add\":[{\"port\":\"web\",\"address\":\"192.0.2.300\"},"
                                + "{\"port\":\"web\"},7,{\"prt\":\"web\",\"address\":\"::1\"}]}");
        final UnixHttp.Answer sense =
                http.send(
                        "POST",
                        "/v1/addresses",
                        "{\"delete\":[{\"port\":\"no\",\"address\":\"192.0.2.1\"}],"
                                + "\"add\":[{\"port\":\"web\",\"address\":\"192.0.2.31/24\"},"
                                + "{\"port\":\"web\",\"address\":\"192.0.2.12/24\"},"
                                + "{\"port\":\"web\",\"address\":\"224.0.0.1/32\"}]}");

        assertEquals(422, form.status());
        assertEquals(
                List.of("#/add/0/address", "#/add/1", "#/add/2", "#/add/3/prt", "#/add/3"),
                pointers(form));
        assertEquals(422, sense.status());
        assertEquals(
                List.of("#/delete/0/port", "#/add/1/address", "#/add/2/address"), pointers(sense));
        assertEquals(before, config());
    }

    @Test
    void shouldPointIntoTheBodyOfAPort() throws Exception {
        final UnixHttp.Answer answer =
                http.send(
                        "PUT",
                        "/v1/ports/api",
                        "{\"uplink\":\"wan9\",\"mtu\":9,\"addresses\":[\"192.0.2.13/24\",\"x\"],"
                                + "\"a/b\":1}");

        assertEquals(422, answer.status());
        assertEquals("EINVAL", answer.json().path("errno").asText());
        assertEquals(List.of("#/a~1b", "#/addresses/1", "#/mtu"), pointers(answer));
        assertEquals(
                "port 'api': unknown key 'a/b'; known here are name, uplink, vni, type, netns, interface,"
                        + " socket, role, id, mac, mergeable, socketMode, socketGroup, addresses,"
                        + " mtu, mode, flag, allowedSources, queues, learn (and 2 more, see errors)",
                answer.json().path("detail").asText());
    }

    @Test
    void shouldNotPointAtWhatTheBodyDoesNotHave() throws Exception {
        final UnixHttp.Answer answer = http.send("PUT", "/v1/ports/a%20b", "{\"uplink\":\"wan0\"}");

        assertEquals(422, answer.status());
        assertFalse(answer.json().at("/errors/0").has("pointer"), answer.text());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/ports/api | {\"name\":\"app\",\"uplink\":\"wan0\"} | 422 | EINVAL | #/name",
                "/v1/ports/api | {\"uplink\":\"wan9\"} | 422 | ENODEV | #/uplink",
                "/v1/ports/api | {} | 422 | EINVAL | ",
                "/v1/ports/wan0 | {\"uplink\":\"wan0\"} | 409 | EEXIST | ",
                "/v1/ports/api | {\"uplink\":\"wan0\",\"interface\":\"eth0\",\"netns\":\"blue\"}"
                        + " | 409 | EEXIST | #/interface",
                "/v1/ports/api | {\"uplink\":\"wan0\",\"addresses\":[\"192.0.2.12/24\"]}"
                        + " | 409 | EADDRINUSE | #/addresses/0",
                "/v1/ports/api | {\"uplink\":\"wan0\",\"addresses\":[\"192.0.2.9/24\","
                        + "\"192.0.2.9/24\"]} | 409 | EEXIST | #/addresses/1",
                "/v1/ports/api | {\"uplink\":\"wan0\",\"flag\":[\"private\",\"vepa\"]}"
                        + " | 422 | EINVAL | #/flag",
                "/v1/ports/api | {\"uplink\":\"wan0\",\"mode\":\"l9\"} | 422 | EINVAL | #/mode",
                "/v1/ports/api | {\"uplink\":\"wan0\",\"mtu\":1500.5} | 422 | EINVAL | #/mtu",
                "/v1/ports/api | {\"uplink\":\"wan0\",\"mtu\":99999999999} | 422 | EINVAL | #/mtu",
                "/v1/ports/api | {\"uplink\":true} | 422 | EINVAL | #/uplink",
                "/v1/ports/api | {\"uplink\":null} | 422 | EINVAL | #/uplink",
                "/v1/ports/api | [] | 422 | EINVAL | ",
                "/v1/ports/api | \"text\" | 422 | EINVAL | ",
                "/v1/uplinks/wan1 | {\"device\":\"af_xdp:eth0\"} | 409 | EBUSY | #/device",
                "/v1/routes/wan0/default | {\"via\":\"203.0.113.1\"} | 422 | ENETUNREACH | #/via",
                "/v1/routes/wan0/10.0.0.1%2F8 | {\"via\":\"192.0.2.1\"} | 422 | EINVAL | ",
                "/v1/routes/wan0/default | {} | 422 | EINVAL | ",
                "/v1/routes/wan0/10.9.0.0%2F16 | {\"nexthops\":[{\"via\":\"203.0.113.1\"}]}"
                        + " | 422 | ENETUNREACH | #/nexthops/0/via",
                "/v1/neighbors/wan0/192.0.2.6 | {\"mac\":\"01:00:00:00:00:06\"}"
                        + " | 422 | EINVAL | #/mac"
            })
    void shouldRefuseWithStatusErrnoAndPointer(
            String path, String body, int status, String errno, String pointer) throws Exception {
        final SwitchConfig before = config();

        final UnixHttp.Answer answer = http.send("PUT", path, body);

        assertEquals(status, answer.status(), answer.text());
        assertEquals("application/problem+json", answer.header("content-type"));
        assertEquals(errno, answer.json().path("errno").asText());
        assertEquals(
                pointer == null ? "" : pointer, answer.json().at("/errors/0/pointer").asText());
        assertEquals(before, config());
    }

    @Test
    void shouldChangeOnlyWhatIsStillAsItWasSeen() throws Exception {
        final String seen = http.send("GET", "/v1/ports/db", "").header("etag");
        assertTrue(seen.matches("\"[0-9a-f]{24}\""), seen);

        final UnixHttp.Answer first =
                http.send("PATCH", "/v1/ports/db", "{\"mtu\":1300}", "If-Match: " + seen);
        final UnixHttp.Answer second =
                http.send("PATCH", "/v1/ports/db", "{\"mtu\":1200}", "If-Match: " + seen);
        final UnixHttp.Answer delete =
                http.send("DELETE", "/v1/ports/db", "", "If-Match: \"x\", " + seen);

        assertEquals(200, first.status());
        assertNotEquals(seen, first.header("etag"));
        assertEquals(412, second.status());
        assertEquals(
                "port 'db' has changed: its entity tag is "
                        + first.header("etag")
                        + " now; read it again and repeat the change",
                second.json().path("detail").asText());
        assertEquals(412, delete.status());
        assertEquals(1300, config().port("db").orElseThrow().mtu().getAsInt());
        assertEquals(
                204,
                http.send("DELETE", "/v1/ports/db", "", "If-Match: \"x\" , " + first.header("etag"))
                        .status());
    }

    @Test
    void shouldHonourPreconditionsAboutBeingThere() throws Exception {
        final String body = "{\"uplink\":\"wan0\"}";

        final UnixHttp.Answer exists = http.send("PUT", "/v1/ports/db", body, "If-None-Match: *");
        assertEquals(412, exists.status());
        assertEquals("EEXIST", exists.json().path("errno").asText());
        assertEquals(201, http.send("PUT", "/v1/ports/n1", body, "If-None-Match: *").status());
        assertEquals(412, http.send("PUT", "/v1/ports/n2", body, "If-Match: *").status());
        assertEquals(200, http.send("PUT", "/v1/ports/n1", body, "If-Match: *").status());
        assertEquals(404, http.send("PATCH", "/v1/ports/n3", "{}", "If-Match: *").status());
        assertEquals(412, http.send("PUT", "/v1/ports/n1", body, "If-Match: W/\"a\"").status());
        assertEquals(400, http.send("PUT", "/v1/ports/n1", body, "If-Match: abc").status());
    }

    @Test
    void shouldNotSendAgainWhatTheClientHas() throws Exception {
        final String tag = http.send("GET", "/v1/config", "").header("etag");

        final UnixHttp.Answer same = http.send("GET", "/v1/config", "", "If-None-Match: W/" + tag);
        TARGET.become(SwitchConfig.parse(FakeConfigTarget.START.replace("eth0", "eth7"), "other"));
        final UnixHttp.Answer other = http.send("GET", "/v1/config", "", "If-None-Match: " + tag);

        assertEquals(304, same.status());
        assertEquals(tag, same.header("etag"));
        assertEquals("", same.text());
        assertEquals(200, other.status());
    }

    @Test
    void shouldReplaceTheWholeConfigurationOnlyFromAKnownState() throws Exception {
        final UnixHttp.Answer seen = http.send("GET", "/v1/config", "");
        final String next = seen.text().replace("192.0.2.11", "192.0.2.111");

        assertEquals(428, http.send("PUT", "/v1/config", next).status());
        final UnixHttp.Answer done =
                http.send("PUT", "/v1/config", next, "If-Match: " + seen.header("etag"));
        assertEquals(200, done.status(), done.text());
        assertEquals(next, done.text());
        assertEquals(
                412,
                http.send("PUT", "/v1/config", next, "If-Match: " + seen.header("etag")).status());
        assertEquals(
                "192.0.2.111/24",
                config().port("web").orElseThrow().addresses().getFirst().toString());
        final UnixHttp.Answer wrong =
                http.send(
                        "PUT",
                        "/v1/config?dryRun=true",
                        next.replace("192.0.2.12/24", "192.0.2.10/24"));
        assertEquals(409, wrong.status());
        assertEquals(List.of("#/ports/1/addresses/0"), pointers(wrong));
    }

    @Test
    void shouldOnlyCheckInADryRun() throws Exception {
        final SwitchConfig before = config();

        final UnixHttp.Answer put =
                http.send("PUT", "/v1/ports/api?dryRun=true", "{\"uplink\":\"wan0\"}");
        assertEquals(200, put.status());
        assertEquals("{\"config\":{\"name\":\"api\",\"uplink\":\"wan0\"}}", put.text());
        assertEquals(
                200, http.send("PATCH", "/v1/ports/db?dryRun=true", "{\"mtu\":1300}").status());
        assertEquals(204, http.send("DELETE", "/v1/ports/db?dryRun=true", "").status());
        assertEquals(404, http.send("DELETE", "/v1/ports/no?dryRun=true", "").status());
        assertEquals(
                "{\"added\":1,\"deleted\":0}",
                http.send(
                                "POST",
                                "/v1/addresses?dryRun=true",
                                "{\"add\":[{\"port\":\"db\",\"address\":\"192.0.2.9\"}]}")
                        .text());
        assertEquals(before, config());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dryrun=true | query parameter 'dryrun' is unknown; did you mean 'dryRun'?",
                "dryRun=yes | dryRun='yes' is neither true nor false; choose one",
                "cascade=true | query parameter 'cascade' is unknown; known here are dryRun"
            })
    void shouldRefuseAMistypedSwitchInsteadOfChanging(String query, String detail)
            throws Exception {
        final UnixHttp.Answer answer = http.send("DELETE", "/v1/ports/db?" + query, "");

        assertEquals(400, answer.status());
        assertEquals(detail, answer.json().path("detail").asText());
        assertTrue(config().port("db").isPresent());
    }

    @Test
    void shouldSayWhatOnlyTheRunningSwitchCouldKnow() throws Exception {
        TARGET.onApply(
                next -> {
                    throw new ChangeRefusedException("ENOENT", "there is no netns 'gone'");
                });
        assertRefused(
                422,
                "ENOENT",
                "there is no netns 'gone'",
                http.send("PATCH", "/v1/ports/db", "{\"netns\":\"gone\"}"));
        TARGET.onApply(
                next -> {
                    throw new ChangeRefusedException("EBUSY", "threads cannot change");
                });
        assertEquals(409, http.send("PATCH", "/v1/ports/db", "{\"mtu\":1300}").status());
        TARGET.onApply(
                next -> {
                    throw new StatusUnavailableException("the conductor is busy; ask again");
                });
        final UnixHttp.Answer busy = http.send("PATCH", "/v1/ports/db", "{\"mtu\":1300}");
        assertEquals(503, busy.status());
        assertEquals("1", busy.header("retry-after"));
    }

    @Test
    void shouldRepeatAChangeWhereSomebodyElseWasFaster() throws Exception {
        final int[] rivals = {3};
        TARGET.onApply(
                next -> {
                    if (rivals[0]-- > 0) {
                        TARGET.become(TARGET.running().config());
                    }
                    return next;
                });

        assertEquals(200, http.send("PATCH", "/v1/ports/db", "{\"mtu\":1300}").status());
        assertEquals(1300, config().port("db").orElseThrow().mtu().getAsInt());
    }

    @Test
    void shouldGiveUpWhereSomebodyElseIsAlwaysFaster() throws Exception {
        TARGET.onApply(
                next -> {
                    TARGET.become(TARGET.running().config());
                    return next;
                });

        final UnixHttp.Answer answer = http.send("PATCH", "/v1/ports/db", "{\"mtu\":1300}");

        assertEquals(503, answer.status());
        assertEquals("1", answer.header("retry-after"));
    }

    @Test
    void shouldNoticeThatWhatWasSeenChangedWhileTheChangeWasMade() throws Exception {
        final String seen = http.send("GET", "/v1/ports/db", "").header("etag");
        final SwitchConfig rival =
                SwitchConfig.parse(
                        FakeConfigTarget.START.replace("name: db,", "name: db, mtu: 1000,"),
                        "rival");
        TARGET.onApply(
                next -> {
                    if (!TARGET.running().config().equals(rival)) {
                        TARGET.become(rival);
                    }
                    return next;
                });

        final UnixHttp.Answer answer =
                http.send("PATCH", "/v1/ports/db", "{\"mtu\":1300}", "If-Match: " + seen);

        assertEquals(412, answer.status());
        assertEquals(rival, config());
    }

    @Test
    void shouldNeverGiveOneAddressToTwoPortsHoweverManyAskAtOnce() throws Exception {
        final int writers = 32;
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            final List<Callable<List<Integer>>> tasks = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                final String port = writer % 2 == 0 ? "web" : "db";
                tasks.add(() -> claimAll(port));
            }
            final List<Integer> statuses = new ArrayList<>();
            for (Future<List<Integer>> result : pool.invokeAll(tasks)) {
                statuses.addAll(result.get());
            }
            assertEquals(8, statuses.stream().filter(status -> status == 201).count());
            assertTrue(
                    statuses.stream().allMatch(s -> List.of(200, 201, 409, 503).contains(s)),
                    statuses.toString());
        }
        final List<String> held =
                config().ports().stream()
                        .flatMap(port -> port.addresses().stream())
                        .map(address -> address.address().toString())
                        .toList();
        assertEquals(held.size(), held.stream().distinct().count());
    }

    private static List<Integer> claimAll(String port) throws IOException {
        final List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            statuses.add(
                    http.send("PUT", "/v1/ports/" + port + "/addresses/192.0.2.1" + i + "0", "")
                            .status());
        }
        return statuses;
    }

    @Test
    void shouldReadBackWhatItShows() throws Exception {
        final UnixHttp.Answer answer = http.send("GET", "/v1/config", "");

        assertEquals(
                ConfigDocument.yaml(ConfigDocument.of(config())),
                ConfigDocument.yaml(
                        ConfigDocument.of(SwitchConfig.parse(answer.text(), "answer"))));
        assertEquals(config(), SwitchConfig.parse(answer.text(), "answer"));
    }

    private static void assertRefused(
            int status, String errno, String detail, UnixHttp.Answer answer) {
        assertEquals(status, answer.status(), answer.text());
        assertEquals(errno, answer.json().path("errno").asText());
        assertEquals(detail, answer.json().path("detail").asText());
    }

    private static List<String> pointers(UnixHttp.Answer answer) {
        final List<String> pointers = new ArrayList<>();
        answer.json().path("errors").forEach(error -> pointers.add(error.path("pointer").asText()));
        return pointers;
    }

    private static SwitchConfig config() {
        return TARGET.running().config();
    }
}
