// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.admin.AdminServer;
import io.ipvane.admin.FakeConfigTarget;
import io.ipvane.admin.FakeStatusSource;
import io.ipvane.config.AdminConfig;
import io.ipvane.config.EndpointConfig;
import io.ipvane.config.ListenAddress;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SocketRole;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.ipvlan.IpvlanFlag;
import io.ipvane.ipvlan.Mode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Verbs that change something, against a real server; only the switch behind it is made up. */
@Timeout(30)
class ChangeCommandTest {
    private static final FakeConfigTarget TARGET = new FakeConfigTarget();

    @TempDir static Path folder;

    private static AdminServer server;
    private static ListenAddress address;

    private record Result(int code, String out, String err) {}

    @BeforeAll
    static void start() {
        address = new ListenAddress.Unix(folder.resolve("admin.sock"));
        server =
                AdminServer.start(
                        new AdminConfig(List.of(address)), new FakeStatusSource(), TARGET);
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
    void shouldMakeChangeAndDeleteAPortInSilence() {
        done(
                "port add api uplink wan0 netns red interface eth0 mtu 1400 address 192.0.2.13/24"
                        + " address 2001:db8::13/64 source 198.51.100.0/24 private");
        final PortConfig made = port("api");
        assertEquals("[192.0.2.13/24, 2001:db8::13/64]", made.addresses().toString());
        assertEquals("[198.51.100.0/24]", made.allowedSources().toString());
        assertEquals(Optional.of("red"), netns(made));
        assertEquals(Optional.of(IpvlanFlag.PRIVATE), made.flag());
        assertEquals(Optional.empty(), made.mode());

        done("port set api mode l3");
        assertEquals(Optional.of(Mode.L3), port("api").mode());
        assertEquals(Optional.of(IpvlanFlag.PRIVATE), port("api").flag(), "F1");

        done("port set api flag default mode default mtu default");
        assertEquals(Optional.empty(), port("api").flag());
        assertEquals(Optional.empty(), port("api").mode());
        assertTrue(port("api").mtu().isEmpty());

        done("port del api");
        assertEquals(Optional.empty(), config().port("api"));
    }

    @Test
    void shouldAskToWaitAndForWhatSomebodyHasDeleted() {
        done("port add late uplink wan0 netns later wait");
        assertTrue(TARGET.wished().waits());
        done("port set late mtu 1400");
        assertFalse(TARGET.wished().waits());
        // Nothing to change, and yet something to do.
        done("port set late mtu 1400 wait");
        assertTrue(TARGET.wished().waits());
        assertTrue(TARGET.wished().renewed().test("late"));
        assertFalse(TARGET.wished().renewed().test("web"));
        done("uplink set wan0 mtu 1400 wait");
        assertTrue(TARGET.wished().waits());
    }

    @Test
    void shouldMakeAPortForAVirtualMachine() {
        done(
                "port add vm1 uplink wan0 type vhost-user socket /run/vm1.sock role server"
                        + " socket-mode 0600 mac 52:54:00:00:00:01 learn 8 mergeable off");
        final var made = (EndpointConfig.VhostUser) port("vm1").endpoint();
        assertEquals(Path.of("/run/vm1.sock"), made.socket());
        assertEquals(SocketRole.SERVER, made.role());
        assertEquals(0600, made.socketMode());
        assertEquals(Optional.of(0x5254_0000_0001L), made.mac());
        assertEquals(8, port("vm1").learn().getAsInt());
        assertFalse(made.mergeable());

        done("port set vm1 mergeable default learn default");
        assertTrue(((EndpointConfig.VhostUser) port("vm1").endpoint()).mergeable());
        assertTrue(port("vm1").learn().isEmpty());
    }

    @Test
    void shouldMakeAPortForAProgramThatSpeaksMemif() {
        done(
                "port add app1 uplink wan0 type memif socket /run/app1.sock role server id"
                        + " 4294967295 queues 2 socket-group vpp mac 02:fe:00:00:00:01 learn 8");
        assertEquals(
                new EndpointConfig.Memif(
                        Path.of("/run/app1.sock"),
                        SocketRole.SERVER,
                        0xFFFF_FFFFL,
                        Optional.of(0x02FE_0000_0001L),
                        0660,
                        Optional.of("vpp")),
                port("app1").endpoint());
        assertEquals(2, port("app1").queues());
        assertEquals(8, port("app1").learn().getAsInt());

        done("port set app1 id default");
        assertEquals(0, ((EndpointConfig.Memif) port("app1").endpoint()).id());
        fails(
                ExitCode.FAILED,
                "ipvane: port 'app1': id=4294967296 is out of range; choose 0 to 4294967295\n",
                "port set app1 id 4294967296");
    }

    @Test
    void shouldMakeChangeAndDeleteAnUplink() {
        done(
                "uplink add wan1 device tap:up1 mode l3 private host ipvane1 host-address"
                        + " 198.51.100.10/24 strictMac off vlan 12");
        assertEquals(IpvlanFlag.PRIVATE, uplink("wan1").flag());
        assertFalse(uplink("wan1").options().strictMac());
        assertEquals(12, uplink("wan1").vlan().getAsInt());
        assertEquals("ipvane1", uplink("wan1").host().orElseThrow().interfaceName());

        done("uplink set wan1 mode l2 host-address 198.51.100.11/24");
        assertEquals(Mode.L2, uplink("wan1").mode());
        assertEquals(IpvlanFlag.PRIVATE, uplink("wan1").flag(), "F1");
        assertEquals(
                "[198.51.100.11/24]", uplink("wan1").host().orElseThrow().addresses().toString());

        done("uplink set wan1 host default");
        assertEquals(Optional.empty(), uplink("wan1").host());

        done("uplink del wan1");
        fails(
                ExitCode.FAILED,
                "ipvane: uplink 'wan0' still has ports: web, db (EBUSY); delete them first, or ask"
                        + " for cascade\n",
                "uplink del wan0");
        done("uplink add wan1 device tap:up1");
        done("uplink del wan0 cascade");
        assertEquals(List.of(), config().ports());
    }

    @Test
    void shouldTakeTheSentencesOfIpRoute() {
        done("route replace 10.0.0.0/24 via 192.0.2.9 dev wan0");
        done("route replace 10.0.0.0/24 dev wan0");
        done("route add 10.1.0.0/24 nexthop via 192.0.2.7 dev wan0 weight 3 nexthop via 192.0.2.8");
        done("route add 10.0.0.0/24 via 192.0.2.7 dev wan0 metric 100 mtu 1400 src 192.0.2.10");
        done("route add fd00:1::/64 dev wan0 metric 1024");
        done("route add default dev wan0 metric 7");
        assertEquals(
                "[{to=default, via=192.0.2.1}, {to=10.0.0.0/24},"
                        + " {to=10.1.0.0/24, nexthops=[{via=192.0.2.7, weight=3}, {via=192.0.2.8}]},"
                        + " {to=10.0.0.0/24, via=192.0.2.7, metric=100, src=192.0.2.10, mtu=1400},"
                        + " {to=fd00:1::/64}, {to=0.0.0.0/0, metric=7}]",
                routes());
        done("route del default dev wan0 metric 7");
        done("route del default dev wan0");
        done("route del 10.0.0.0/24 via 192.0.2.7 dev wan0");
        done("route del fd00:1::/64 dev wan0");
        done("route del 10.1.0.0/24 nexthop via 192.0.2.7 dev wan0 weight 3 nexthop via 192.0.2.8");
        assertEquals("[{to=10.0.0.0/24}]", routes());
    }

    private String routes() {
        return UplinkConfig.TABLE.write(uplink("wan0")).get("routes").toString();
    }

    @Test
    void shouldAddAndDeleteAddressesRoutesAndNeighbors() {
        done("address add 192.0.2.21/24 dev web");
        done("addr add 2001:db8::21/64 dev web");
        done("address del 192.0.2.21 dev web");
        assertEquals("[192.0.2.11/24, 2001:db8::21/64]", port("web").addresses().toString());

        done("route add 198.51.100.0/24 via 192.0.2.7 dev wan0");
        done("route add blackhole 203.0.113.0/24 dev wan0");
        done("route add unreachable 203.0.112.0/24 dev wan0");
        done("route add default via fe80::1 dev wan0");
        done("route del default dev wan0");
        assertEquals(
                "[{to=198.51.100.0/24, via=192.0.2.7}, {to=203.0.113.0/24, blackhole=true},"
                        + " {to=203.0.112.0/24, unreachable=true}, {to=default, via=fe80::1}]",
                UplinkConfig.TABLE.write(uplink("wan0")).get("routes").toString());
        done("route del default via fe80::1 dev wan0");
        assertEquals(3, uplink("wan0").routes().size());

        done("neigh add 192.0.2.6 lladdr 02:00:00:00:00:06 dev wan0");
        done("neigh del 192.0.2.5 dev wan0");
        assertEquals(
                "[{address=192.0.2.6, mac=02:00:00:00:00:06}]",
                UplinkConfig.TABLE.write(uplink("wan0")).get("neighbors").toString());
    }

    @Test
    void shouldUnderstandTheSentenceOfTheKernelsIpvlan() {
        done("link add link wan0 name n1 type ipvlan mode l2 bridge");
        done("link add link wan0 name n2 mtu 1400 netns red type ipvlan");
        done("link add link wan0 name n3 type ipvlan mode l3");
        assertEquals(Optional.of(IpvlanFlag.BRIDGE), port("n1").flag());
        assertEquals(Optional.of(Mode.L3), port("n2").mode(), "the kernel's default");
        assertEquals(Optional.of(IpvlanFlag.BRIDGE), port("n3").flag(), "the kernel's default");
        assertEquals(Mode.L2, uplink("wan0").mode(), "CFG-2: no other port changes");
        assertEquals(Optional.of("red"), netns(port("n2")));

        done("link set dev db type ipvlan mode l3");
        assertEquals(Optional.of(Mode.L3), port("db").mode());
        assertEquals(Optional.of(IpvlanFlag.PRIVATE), port("db").flag(), "CFG-3");
        assertEquals(Mode.L2, uplink("wan0").mode(), "CFG-1: no other port changes");
        done("link set web vepa");
        done("link del dev n1");
        done("link del n2 type ipvlan");
        assertEquals(Optional.of(IpvlanFlag.VEPA), port("web").flag());
        assertEquals(Optional.empty(), config().port("n1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "link add link eth0 n1 type ipvlan mode l2 vepa",
                "link add link eth0 name n1 type ipvlan mode l2 vepa",
                "link add n1 link eth0 type ipvlan mode l2 vepa",
                "link add dev n1 link wan0 mtu 1400 type ipvlan mode l2 vepa",
                "link add link eth0 netns red n1 type ipvlan vepa mode l2",
                "l a link web n1 type ipvlan mode l2 vepa"
            })
    void shouldUnderstandEveryFormOfTheKernelsSentence(String words) {
        done(words);

        assertEquals("wan0", port("n1").uplink());
        assertEquals(Optional.of(Mode.L2), port("n1").mode());
        assertEquals(Optional.of(IpvlanFlag.VEPA), port("n1").flag());
    }

    @Test
    void shouldFollowTheKernelsSentencesFromInterfaceToNamespace() {
        done("link add link eth0 ipvl0 type ipvlan mode l2");
        done("link set dev ipvl0 netns red");
        assertEquals(Optional.of("red"), netns(port("ipvl0")));
        assertEquals("ipvl0", ((EndpointConfig.Tap) port("ipvl0").endpoint()).interfaceName());
        done("link set ipvl0 netns blue mtu 1400");
        assertEquals(Optional.of("blue"), netns(port("ipvl0")));
        done("link delete ipvl0");
        assertEquals(Optional.empty(), config().port("ipvl0"));
    }

    @Test
    void shouldShowLinksByTheWordsOfTheKernel() {
        for (String words :
                List.of("link show web", "link show dev web", "li sh dev web type ipvlan")) {
            final Result shown = ipvane(words.split(" "));
            assertEquals(ExitCode.DONE, shown.code(), shown.err());
            assertEquals(ipvane("port", "show", "web").out(), shown.out());
        }
        assertEquals(ipvane("port", "show").out(), ipvane("link").out());
    }

    @Test
    void shouldSayWhoTakesALinkUpAndDown() {
        done("link set web up");
        done("link set up dev web");
        fails(
                ExitCode.FAILED,
                "ipvane: port 'web': its namespace says whether it is up; use: ip -n blue link set"
                        + " dev eth0 down\n",
                "link set dev web down");
        fails(
                ExitCode.FAILED,
                "ipvane: port 'db': its namespace says whether it is up; use: ip link set dev db"
                        + " up\n",
                "link set db up");
        fails(
                ExitCode.FAILED,
                "ipvane: port 'no' is unknown; GET /v1/ports lists all\n",
                "link set no up");
    }

    @Test
    void shouldMakeAPortOnAPortASiblingOfIt() {
        done("link add link web name n3 type ipvlan");

        assertEquals("wan0", port("n3").uplink(), "CFG-6");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "port add | NAME is missing",
                "port add api | uplink is missing",
                "port add api uplink | uplink needs a value behind it",
                "port add api uplink wan0 mtu big | mtu 'big' is no whole number",
                "port add api uplink wan0 private vepa"
                        + " | private and vepa: flag is given twice (EINVAL); give one",
                "port set web flag private bridge"
                        + " | private and bridge: flag is given twice (EINVAL); give one",
                "port set web | nothing to set; name a setting and its value",
                "port set web mod l2 mode l3 | l2 and mode: mode is given twice (EINVAL); give one",
                "port set web moed l2 | unknown word 'moed'; did you mean 'mode'?",
                "port set web m l2 | 'm' is not unique: it matches mac, mergeable, mtu, mode",
                "port set web address 192.0.2.1/24 | unknown word 'address'; known here are uplink,"
                        + " vni, type, netns, interface, socket, role, id, mac, mergeable, socket-mode, socket-group, mtu, mode, flag, source, queues, learn,"
                        + " bridge, private, vepa, wait",
                "port del web now | unknown word 'now'; known here are ",
                "uplink set wan0 strictMac maybe | strictMac 'maybe' is neither on nor off",
                "address add 192.0.2.1/24 | dev is missing",
                "route add default via 192.0.2.1 | dev is missing",
                "route add 10.0.0.0/8 dev wan0 nexthop via 192.0.2.1 nexthop | via is missing",
                "route add 10.0.0.0/8 metric low dev wan0 | metric 'low' is no whole number",
                "route add 10.0.0.0/8 nexthop via 192.0.2.1 dev wan0 nexthop via 192.0.2.2 dev wan1"
                        + " | nexthop via 192.0.2.2 dev wan1: all gateways of a route are on one"
                        + " uplink, here wan0",
                "neigh add 192.0.2.6 dev wan0 | lladdr is missing",
                "link add link wan0 name n type macvlan"
                        + " | type 'macvlan' is unknown here; write type ipvlan",
                "link add link wan0 name n mode l2 | type is missing",
                "link add link eth0 type ipvlan | name is missing",
                "link add link eth0 n1 n2 type ipvlan | unknown word 'n2'; known here are link, name,"
                        + " dev, type, mode, netns, mtu, bridge, private, vepa",
                "link add link eth0 name n1 name n2 type ipvlan"
                        + " | n1 and name: name is given twice (EINVAL); give one",
                "link add link eth0 type ipvlan n1 | unknown word 'n1'; known here are link, name,"
                        + " dev, type, mode, netns, mtu, bridge, private, vepa",
                "link add link eth0 n1 type ipvlan mode l2 private vepa"
                        + " | private and vepa: flag is given twice (EINVAL); give one",
                "--dry-run run | --dry-run is for verbs that change something; 'ipvane config"
                        + " check' reads a file without running it"
            })
    void shouldExplainWordsThatMakeNoSense(String words, String sentence) {
        final SwitchConfig before = config();

        final Result result = ipvane(words.split(" "));

        assertEquals(ExitCode.USAGE, result.code());
        assertEquals("", result.out());
        assertEquals("ipvane: " + (sentence == null ? "" : sentence), first(result.err()));
        assertEquals(before, config());
    }

    private static String first(String text) {
        return text.lines().findFirst().orElseThrow().stripTrailing();
    }

    @Test
    void shouldSayWhyItIsRefused() {
        fails(
                ExitCode.FAILED,
                "ipvane: port 'web': address 192.0.2.12 is already held by port 'db' of uplink"
                        + " 'wan0' (EADDRINUSE); remove one of the two\n",
                "address add 192.0.2.12/24 dev web");
        fails(
                ExitCode.FAILED,
                "ipvane: port 'web' is there already (EEXIST), and the request wants to make it\n",
                "port add web uplink wan0");
        fails(ExitCode.FAILED, "ipvane: port 'no' is unknown\n", "port set no mtu 1400");
        fails(
                ExitCode.FAILED,
                """
                ipvane: port 'n': mtu=1 is out of range; choose 68 to 65535
                ipvane: port 'n': mode 'l9' is unknown; choose one of l2, l3, l3s
                """,
                "port add n uplink wan0 mtu 1 mode l9");
    }

    @Test
    void shouldEndWithFourWhereSomebodyElseWasFaster() {
        final Result stale = ipvane("port", "set", "db", "mtu", "1400", "--if-match", "0123");

        assertEquals(ExitCode.PRECONDITION, stale.code());
        assertTrue(stale.err().startsWith("ipvane: port 'db' has changed: its entity tag is "));
        final String tag = stale.err().split("\"", -1)[1];
        done("port set db mtu 1400 --if-match " + tag);
    }

    @Test
    void shouldPrintWhatWouldBeConfiguredInADryRun() {
        final SwitchConfig before = config();

        assertEquals(
                new Result(ExitCode.DONE, "{name: n, uplink: wan0, mtu: 1400}\n", ""),
                ipvane("--dry-run", "port", "add", "n", "uplink", "wan0", "mtu", "1400"));
        assertEquals(
                new Result(
                        ExitCode.DONE, "[{\"config\":{\"name\":\"n\",\"uplink\":\"wan0\"}}]\n", ""),
                ipvane("-j", "port", "add", "n", "uplink", "wan0", "--dry-run"));
        assertEquals(new Result(ExitCode.DONE, "", ""), ipvane("--dry-run", "port", "del", "db"));
        assertEquals(
                ExitCode.FAILED, ipvane("--dry-run", "port", "add", "n", "uplink", "w").code());
        assertEquals(before, config());
    }

    @Test
    void shouldPrintWhatCameOfItAsJson() {
        assertEquals(
                new Result(
                        ExitCode.DONE, "[{\"config\":{\"name\":\"n\",\"uplink\":\"wan0\"}}]\n", ""),
                ipvane("-j", "port", "add", "n", "uplink", "wan0"));
        assertEquals(new Result(ExitCode.DONE, "[]\n", ""), ipvane("-j", "port", "del", "n"));
    }

    @Test
    void shouldShowTheRunningConfigurationAsAFileThatCanBeReadBack() {
        final Result shown = ipvane("config", "show");

        assertEquals(ExitCode.DONE, shown.code());
        assertTrue(shown.out().matches("(?s)# entity tag [0-9a-f]{24}\nuplinks:\n.*"), shown.out());
        assertEquals(config(), SwitchConfig.parse(shown.out(), "shown"));
        assertTrue(ipvane("-j", "config", "show").out().startsWith("[{\"uplinks\":[{\"name\":"));
    }

    @Test
    void shouldSaveTheRunningConfigurationOverAFileAndKeepItsRights() throws IOException {
        final Path file = Files.writeString(folder.resolve("saved.yaml"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertEquals(
                new Result(ExitCode.DONE, file + ": saved\n", ""),
                ipvane("config", "save", file.toString()));
        assertEquals(config(), SwitchConfig.load(file));
        assertEquals(
                "rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count(), "the socket and the file");
        }
        final Result refused = ipvane("config", "save", folder.resolve("no/such").toString());
        assertEquals(ExitCode.FAILED, refused.code());
        assertTrue(refused.err().contains("no/such: cannot be written ("), refused.err());
        Files.delete(file);
    }

    @Test
    void shouldApplyAFile() throws IOException {
        final Path file = folder.resolve("next.yaml");
        Files.writeString(file, FakeConfigTarget.START.replace("192.0.2.11", "192.0.2.111"));
        final String tag =
                ipvane("config", "show").out().lines().findFirst().orElseThrow().substring(13);

        assertEquals(
                new Result(ExitCode.DONE, file + ": would be applied; uplinks: 1, ports: 2\n", ""),
                ipvane("config", "apply", file.toString(), "--dry-run"));
        assertEquals("[192.0.2.11/24]", port("web").addresses().toString());
        assertEquals(
                new Result(ExitCode.DONE, file + ": applied; uplinks: 1, ports: 2\n", ""),
                ipvane("config", "apply", file.toString(), "--if-match", tag));
        assertEquals("[192.0.2.111/24]", port("web").addresses().toString());
        assertEquals(
                ExitCode.PRECONDITION,
                ipvane("config", "apply", file.toString(), "--if-match", tag).code());
        assertEquals(ExitCode.DONE, ipvane("config", "apply", file.toString()).code());

        Files.writeString(file, FakeConfigTarget.START.replace("mode", "mod").replace("eth0", ""));
        final Result bad = ipvane("config", "apply", file.toString());
        assertEquals(ExitCode.FAILED, bad.code());
        assertTrue(bad.err().startsWith(file + ":3:13: uplink 'wan0': device"), bad.err());
        Files.delete(file);
    }

    private static void done(String words) {
        assertEquals(new Result(ExitCode.DONE, "", ""), ipvane(words.split(" ")), () -> words);
    }

    private static void fails(int code, String err, String words) {
        assertEquals(new Result(code, "", err), ipvane(words.split(" ")));
    }

    private static Result ipvane(String... words) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final List<String> all = new ArrayList<>(List.of("--server", address.toString()));
        all.addAll(List.of(words));
        final int code =
                IpvaneCommand.execute(
                        (config, from) -> {
                            throw new AssertionError("nobody asked for a daemon");
                        },
                        new PrintWriter(out),
                        new PrintWriter(err),
                        all.toArray(String[]::new));
        return new Result(code, out.toString(), err.toString());
    }

    private static PortConfig port(String name) {
        return config().port(name).orElseThrow();
    }

    private static UplinkConfig uplink(String name) {
        return config().uplink(name).orElseThrow();
    }

    private static SwitchConfig config() {
        return TARGET.running().config();
    }

    private static Optional<String> netns(PortConfig port) {
        return ((EndpointConfig.Tap) port.endpoint()).netns();
    }
}
