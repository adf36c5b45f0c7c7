// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What a start would refuse as a name, the reading of the file refuses, wherever it stands. */
class NamesTest {
    static final List<String> NO_INTERFACES =
            List.of(
                    "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
                    "eth\u00e9",
                    "tap%d",
                    "%",
                    "all",
                    "default",
                    ".",
                    "..",
                    "a/b",
                    "a:b",
                    "a b",
                    "a\u0001b",
                    "a\u007fb",
                    "a\u00a0b",
                    "sixteen-letters-");

    static final List<String> NO_NAMESPACES =
            List.of(
                    ".",
                    "..",
                    "a/b",
                    "a b",
                    "a\u0000b",
                    "a\u0085b",
                    "x".repeat(256),
                    "\u00e9".repeat(128));

    private static void parse(String device, String host, String netns, String port) {
        SwitchConfig.parse(
                """
                {"uplinks": [{"name": "u", "device": "%s", "host": {"interface": "%s"}}],
                 "ports": [{"name": "p", "uplink": "u", "netns": "%s", "interface": "%s"}]}
                """
                        .formatted(device, host, netns, port),
                "c");
    }

    private static void assertRefused(String device, String host, String netns, String port) {
        assertThrows(ConfigException.class, () -> parse(device, host, netns, port));
    }

    @ParameterizedTest
    @FieldSource("NO_INTERFACES")
    void shouldRefuseWhatIsNoInterface(String name) {
        final String written = json(name);
        assertRefused("tap:" + written, "h", "n", "e");
        assertRefused("af_packet:" + written, "h", "n", "e");
        assertRefused("af_xdp:" + written, "h", "n", "e");
        assertRefused("tap:w", written, "n", "e");
        assertRefused("tap:w", "h", "n", written);
    }

    @ParameterizedTest
    @FieldSource("NO_NAMESPACES")
    void shouldRefuseWhatIsNoNamespace(String name) {
        assertRefused("tap:w", "h", json(name), "e");
    }

    /**
     * The characters of a JSON string that are no ASCII, or no characters, are written by number.
     */
    private static String json(String name) {
        final StringBuilder text = new StringBuilder();
        name.chars().forEach(c -> text.append("\\u%04x".formatted(c)));
        return text.toString();
    }

    @Test
    void shouldMakeNoInterfaceOfTheNameThatEveryNamespaceHas() {
        assertRefused("tap:lo", "h", "n", "e");
        assertRefused("tap:w", "lo", "n", "e");
        assertRefused("tap:w", "h", "n", "lo");
        assertDoesNotThrow(() -> parse("af_packet:lo", "h", "n", "e"));
    }

    @Test
    void shouldTakeEveryNameThatTheKernelTakesAsItStands() {
        assertDoesNotThrow(
                () ->
                        parse(
                                "tap:w!@#^&*()_+=~",
                                "h;|<>?$,'",
                                "n",
                                "...fifteen.....".substring(0, 15)));
        assertDoesNotThrow(() -> parse("tap:w", "alles", "netz-\u00e9", "defaults"));
    }

    @Test
    void shouldRefuseAnIpv4AddressInTheClothesOfIpv6() {
        final String port =
                "uplinks: [ { name: u, device: 'tap:w' } ]\nports: [ { name: p, uplink: u, addresses: ['%s'] } ]";
        assertThrows(
                ConfigException.class,
                () -> SwitchConfig.parse(port.formatted("::ffff:10.0.0.1/120"), "c"));
        assertThrows(
                ConfigException.class,
                () -> SwitchConfig.parse(port.formatted("::ffff:a00:1/128"), "c"));
        assertDoesNotThrow(() -> SwitchConfig.parse(port.formatted("::fffe:a00:1/128"), "c"));
    }

    @Test
    void shouldRefuseIpv6AtAPortWhoseUplinkIsTooSmallForIt() {
        final String text =
                "uplinks: [ { name: u, device: 'tap:w', mtu: 1279 %s } ]\nports: [ { name: p, uplink: u %s } ]";
        assertThrows(
                ConfigException.class,
                () -> SwitchConfig.parse(text.formatted("", ", addresses: ['fd00::1/64']"), "c"));
        assertThrows(
                ConfigException.class,
                () ->
                        SwitchConfig.parse(
                                text.formatted(
                                        ", host: { interface: h, addresses: ['fd00::1/64'] }", ""),
                                "c"));
        assertDoesNotThrow(
                () -> SwitchConfig.parse(text.formatted("", ", addresses: ['10.0.0.1/24']"), "c"));
    }

    @Test
    void shouldRefuseNamesThatAPathOfRestCannotHold() {
        for (String name : List.of(".", "..")) {
            assertThrows(
                    ConfigException.class,
                    () ->
                            SwitchConfig.parse(
                                    "uplinks: [ { name: '%s', device: 'tap:w' } ]".formatted(name),
                                    "c"));
        }
    }
}
