// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipvane.admin.AdminServer;
import io.ipvane.admin.FakeConfigTarget;
import io.ipvane.admin.FakeStatusSource;
import io.ipvane.config.AdminConfig;
import io.ipvane.config.ListenAddress;
import io.ipvane.config.SwitchConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The program against a real server on a real unix socket; only the switch behind it is made up.
 */
class IpvaneCommandTest {
    private static final FakeStatusSource SOURCE = new FakeStatusSource();
    private static final DaemonRunner NO_DAEMON =
            (config, from) -> {
                throw new AssertionError("nobody asked for a daemon");
            };

    @TempDir static Path folder;

    private static AdminServer server;
    private static ListenAddress address;

    @BeforeAll
    static void start() {
        address = new ListenAddress.Unix(folder.resolve("admin.sock"));
        server =
                AdminServer.start(
                        new AdminConfig(List.of(address)), SOURCE, new FakeConfigTarget());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void shouldShowPortsAsATable() {
        assertPrints(
                """
                NAME  UPLINK  MODE  FLAG     STATE   MTU  NETNS  INTERFACE  ADDRESSES                           REASON
                web   wan0    l2    bridge   up     1500  blue   eth0       192.0.2.11/24,fe80::200:0:100:1/64  -
                db    wan0    l3    private  down   1400  -      db         -                                   interface 'db' is down
                """,
                client("port", "show"));
    }

    @Test
    void shouldShowUplinks() {
        assertPrints(
                """
                NAME  DEVICE          MODE  FLAG    COMPAT    LINK   MTU  MAC                HOST     PORTS  REASON
                wan0  af_packet:eth0  l2    bridge  improved  up    1500  02:00:00:00:00:01  ipvane0      2       -
                """,
                client("uplink", "show"));
    }

    @Test
    void shouldShowAddresses() {
        assertPrints(
                """
                ADDRESS               PORT  UPLINK  ORIGIN     STATE
                192.0.2.11/24         web   wan0    config     active
                fe80::200:0:100:1/64  web   wan0    linklocal  active
                """,
                client("address", "show"));
    }

    @Test
    void shouldShowNeighbors() {
        assertPrints(
                """
                ADDRESS    MAC                UPLINK  STATE
                192.0.2.1  02:00:00:00:00:99  wan0    reachable
                192.0.2.2  -                  wan0    incomplete
                """,
                client("neigh", "show"));
    }

    @Test
    void shouldShowStatsWithDropsSummed() {
        SOURCE.webPackets.set(10);
        assertPrints(
                """
                NAME  ROLE    RX-PACKETS  RX-BYTES  TX-PACKETS  TX-BYTES  MULTICAST  DROPS  RX-LOST
                wan0  uplink           5       500           6       600          1      0       24
                wan0  host             0         0           1        60          1      0        0
                web   port            10      1000          20      2000          2      7        3
                """,
                client("stats"));
    }

    @Test
    void shouldShowDropsWithTheirMeaning() {
        assertPrints(
                """
                PORT  REASON     COUNT  MEANING
                web   ring_full      3  the queue of the receiver is full
                web   antispoof      4  source address that the port does not own
                """,
                client("drops"));
    }

    @Test
    void shouldShowThreads() {
        assertPrints(
                """
                NAME            LCORE  ROLES                 QUEUES        IDLE     GENERATION   BUSY
                ipvane-lcore-0      0  receive,run,transmit  wan0/0,web/0  backoff           3  12.5%
                """,
                client("threads"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"po sh", "p sh", "port", "p"})
    void shouldAcceptUniquePrefixesAndAssumeShow(String words) {
        assertEquals(client("port", "show").out, client(words.split(" ")).out);
    }

    @Test
    void shouldPrintAnArrayOnOneLineWithTheKeysOfRest() {
        assertPrints(
                """
                [{"uplink":"wan0","address":"192.0.2.1","mac":"02:00:00:00:00:99","state":"reachable"},\
                {"uplink":"wan0","address":"192.0.2.2","mac":"","state":"incomplete"}]
                """,
                client("-j", "neigh", "show"));
    }

    @ParameterizedTest
    @CsvSource({"-j port show web", "port -j show web", "port show web -j", "-p port show web"})
    void shouldPrintOnePortAsAnArrayOfOneWhereverTheOptionStands(String words) throws IOException {
        final JsonNode rows = new ObjectMapper().readTree(client(words.split(" ")).out);

        assertEquals(1, rows.size());
        assertEquals("web", rows.get(0).path("name").asText());
        assertEquals("eth0", rows.get(0).path("interface").asText());
    }

    @Test
    void shouldIndentWithPretty() {
        assertTrue(client("-p", "drops").out.startsWith("[ {\n  \"port\" : \"web\",\n"));
    }

    @Test
    void shouldWatchWithPacketsPerSecond() {
        SOURCE.webPackets.set(10);
        final List<String> lines =
                client("stats", "web", "-w", "--count", "2").out.lines().toList();

        assertEquals(4, lines.size());
        assertTrue(lines.get(0).endsWith("DROPS  RX-LOST  RX-PPS  TX-PPS"), lines.get(0));
        assertTrue(lines.get(1).matches("web +port .* - +-"), lines.get(1));
        assertTrue(lines.get(3).matches("web +port .* 0 +0"), lines.get(3));
    }

    @Test
    void shouldWatchOneArrayALine() {
        final List<String> lines = client("-j", "stats", "-w", "--count", "2").out.lines().toList();

        assertEquals(2, lines.size());
        assertTrue(lines.stream().allMatch(line -> line.startsWith("[{\"name\":\"wan0\"")));
    }

    @Test
    void shouldSayWhatTheDaemonRefuses() {
        assertFails(
                ExitCode.FAILED,
                "ipvane: port 'a b' is unknown; GET /v1/ports lists all\n",
                client("port", "show", "a b"));
        assertFails(
                ExitCode.FAILED,
                "ipvane: the conductor has 100 requests waiting; ask again\n",
                client("route", "show"));
        assertFails(
                ExitCode.FAILED,
                "ipvane: no port or uplink has the name 'x'; 'ipvane stats' lists all\n",
                client("stats", "x"));
    }

    @Test
    void shouldSayThatNoDaemonAnswers() {
        final Path nobody = folder.resolve("nobody.sock");

        assertFails(
                ExitCode.UNREACHABLE,
                "ipvane: no daemon answers at unix:"
                        + nobody
                        + " (No such file or directory); start one with 'ipvane run' or name"
                        + " another with --server\n",
                ipvane("--server", "unix:" + nobody, "port", "show"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "r show | ipvane: 'r' is not unique: it matches 'run', 'route'",
                "port shwo | ipvane: Unmatched argument at index 1: 'shwo'",
                "stats --count x | ipvane: Invalid value for option '--count': 'x' is not an int",
                "--server tcp port | ipvane: Invalid value for option '--server': 'tcp' is no"
                        + " place to listen; write unix:/absolute/path or 127.0.0.1:PORT",
                "config | ipvane: a verb is missing: check, show, save or apply",
                "config check a --config b | ipvane: the file is named twice; give FILE or --config"
            })
    void shouldExplainACommandLineThatMakesNoSense(String words, String firstLine) {
        final Result result = ipvane(words.split(" "));

        assertEquals(ExitCode.USAGE, result.code);
        assertEquals("", result.out);
        assertEquals(firstLine, result.err.lines().findFirst().orElseThrow());
    }

    @Test
    void shouldPrintUsageOnStderrWithoutAnObject() {
        final Result result = ipvane();

        assertEquals(ExitCode.USAGE, result.code);
        assertEquals("", result.out);
        assertTrue(result.err.contains("Usage: ipvane"), result.err);
    }

    @Test
    void shouldRunTheDaemonWithTheConfiguration() throws IOException {
        final Path file = file("uplinks: [ { name: wan0, device: \"tap:up0\" } ]");
        final List<SwitchConfig> seen = new ArrayList<>();

        final Result result =
                run(
                        (config, from) -> {
                            seen.add(config);
                            return 7;
                        },
                        "run",
                        "--config",
                        file.toString());

        assertEquals(7, result.code);
        assertEquals("wan0", seen.getFirst().uplinks().getFirst().name());
    }

    @Test
    void shouldNotStartTheDaemonOnABadConfiguration() throws IOException {
        final Path file = file("uplinks: [ { name: wan0, device: \"tap:up0\", mod: l2 } ]");

        assertFails(
                ExitCode.FAILED,
                file + ":1:45: uplink 'wan0': unknown key 'mod'; did you mean 'mode'?\n",
                ipvane("run", "--config", file.toString()));
    }

    @Test
    void shouldCheckAConfiguration() throws IOException {
        final Path good = file("uplinks: [ { name: wan0, device: \"tap:up0\" } ]");

        assertPrints(
                good + ": good; uplinks: 1, ports: 0\n",
                ipvane("config", "check", good.toString()));
        assertPrints("[]\n", ipvane("-j", "config", "check", "--config", good.toString()));

        final Path bad = file("uplinks: 1");
        assertFails(
                ExitCode.FAILED,
                bad + ":1:10: uplinks=1 is no list; write [ ... ]\n",
                ipvane("config", "check", bad.toString()));
        final Result listed = ipvane("-j", "config", "check", bad.toString());
        assertEquals(ExitCode.FAILED, listed.code);
        assertEquals(
                "[{\"file\":\""
                        + bad
                        + "\",\"line\":1,\"column\":10,"
                        + "\"sentence\":\"uplinks=1 is no list; write [ ... ]\"}]\n",
                listed.out);
    }

    @Test
    void shouldTellOneSentenceOfADaemonThatFails() throws IOException {
        final Path file = file("uplinks: [ { name: wan0, device: \"tap:up0\" } ]");

        assertFails(
                ExitCode.FAILED,
                "ipvane: eal: no memory\n",
                run(
                        (config, from) -> {
                            throw new IllegalStateException("eal: no memory");
                        },
                        "run",
                        "--config",
                        file.toString()));
    }

    @Test
    void shouldPrintItsVersion() {
        final Result result = ipvane("version");

        assertEquals(ExitCode.DONE, result.code);
        assertTrue(result.out.matches("ipvane \\S+ \\(Java \\S+\\)\n"), result.out);
    }

    static Stream<String> everyCommand() {
        return Stream.of(
                "run",
                "config check",
                "config show",
                "config save",
                "config apply",
                "port show",
                "port add",
                "port set",
                "port del",
                "uplink show",
                "uplink add",
                "uplink set",
                "uplink del",
                "address show",
                "address add",
                "address del",
                "route show",
                "route add",
                "route replace",
                "route del",
                "neigh show",
                "neigh add",
                "neigh del",
                "link show",
                "link add",
                "link set",
                "link del",
                "stats",
                "drops",
                "threads",
                "version");
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void shouldDocumentEveryCommand(String words) {
        final Result help = ipvane((words + " --help").split(" "));

        assertEquals(ExitCode.DONE, help.code);
        assertEquals("", help.err);
        for (String section :
                List.of(
                        "Usage: ",
                        "Options:",
                        "Examples:",
                        "Exit codes:",
                        "Files:",
                        "Environment:")) {
            assertTrue(help.out.contains(section), section + " is missing in\n" + help.out);
        }
        assertFalse(help.out.lines().anyMatch(line -> line.length() > 80), help.out);
    }

    private static Path file(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "ipvane", ".yaml"), text);
    }

    private static void assertPrints(String expected, Result result) {
        assertEquals("", result.err);
        assertEquals(expected, result.out);
        assertEquals(ExitCode.DONE, result.code);
    }

    private static void assertFails(int code, String expected, Result result) {
        assertEquals("", result.out);
        assertEquals(expected, result.err);
        assertEquals(code, result.code);
    }

    private static Result client(String... words) {
        return ipvane(
                Stream.concat(Stream.of("--server", address.toString()), Stream.of(words))
                        .toArray(String[]::new));
    }

    private static Result ipvane(String... words) {
        return run(NO_DAEMON, words);
    }

    private static Result run(DaemonRunner runner, String... words) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final int code =
                IpvaneCommand.execute(runner, new PrintWriter(out), new PrintWriter(err), words);
        return new Result(code, out.toString(), err.toString());
    }

    private record Result(int code, String out, String err) {}
}
