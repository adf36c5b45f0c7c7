// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.ipvlan.Compat;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.packet.MacAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * Records to documents: maps, lists, texts, numbers and truth values under the keys of the file, in
 * its order. What has its default is left out, but for mode and flag of an uplink, since ports
 * inherit them. Two equal configurations make equal documents, and reading a document makes the
 * configuration again. Any thread.
 */
public final class ConfigDocument {
    private static final int LINE_WIDTH = 120;

    private ConfigDocument() {}

    /** A whole configuration. */
    public static Map<String, Object> of(SwitchConfig config) {
        final Map<String, Object> document = new LinkedHashMap<>();
        if (!config.eal().equals(EalConfig.DEFAULT)) {
            document.put("eal", eal(config.eal()));
        }
        if (!config.threads().equals(ThreadsConfig.DEFAULT)) {
            document.put("threads", threads(config.threads()));
        }
        document.put("uplinks", config.uplinks().stream().map(ConfigDocument::of).toList());
        if (!config.ports().isEmpty()) {
            document.put("ports", config.ports().stream().map(ConfigDocument::of).toList());
        }
        if (!config.admin().equals(AdminConfig.DEFAULT)) {
            document.put("admin", Map.of("listen", texts(config.admin().listen())));
        }
        if (!config.keepInterfaces()) {
            document.put("keepInterfaces", false);
        }
        return document;
    }

    /** An element of the list that the file has for these. */
    public static Map<String, Object> of(UplinkConfig uplink) {
        final Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", uplink.name());
        document.put("device", uplink.device().toString());
        put(document, "vlan", uplink.vlan());
        document.put("mode", uplink.mode().key());
        document.put("flag", uplink.flag().key());
        options(document, uplink.options());
        put(document, "mtu", uplink.mtu());
        put(document, "queues", uplink.queues());
        uplink.host().ifPresent(host -> document.put("host", of(host)));
        put(document, "routes", uplink.routes().stream().map(ConfigDocument::of).toList());
        put(document, "neighbors", uplink.neighbors().stream().map(ConfigDocument::of).toList());
        return document;
    }

    /** An element of the list that the file has for these. */
    public static Map<String, Object> of(PortConfig port) {
        final Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", port.name());
        document.put("uplink", port.uplink());
        endpoint(document, port);
        put(document, "addresses", texts(port.addresses()));
        put(document, "mtu", port.mtu());
        put(document, "mode", port.mode().map(mode -> mode.key()));
        put(document, "flag", port.flag().map(flag -> flag.key()));
        put(document, "allowedSources", texts(port.allowedSources()));
        if (port.queues() != 1) {
            document.put("queues", port.queues());
        }
        port.learn().ifPresent(max -> document.put("learn", Map.of("max", max)));
        return document;
    }

    private static void endpoint(Map<String, Object> document, PortConfig port) {
        switch (port.endpoint()) {
            case EndpointConfig.Tap tap -> {
                put(document, "netns", tap.netns());
                if (!tap.interfaceName().equals(port.name())) {
                    document.put("interface", tap.interfaceName());
                }
            }
            case EndpointConfig.VhostUser vhost -> {
                socket(document, vhost);
                put(document, "mergeable", vhost.mergeable(), true);
            }
            case EndpointConfig.Memif memif -> {
                socket(document, memif);
                if (memif.id() != 0) {
                    document.put("id", memif.id());
                }
            }
        }
    }

    private static void socket(Map<String, Object> document, EndpointConfig.OverSocket endpoint) {
        document.put("type", endpoint.type());
        document.put("socket", endpoint.socket().toString());
        if (endpoint.role() != SocketRole.CLIENT) {
            document.put("role", word(endpoint.role()));
        }
        put(document, "mac", endpoint.mac().map(MacAddress::format));
        if (endpoint.socketMode() != EndpointConfig.OverSocket.DEFAULT_MODE) {
            document.put("socketMode", "%04o".formatted(endpoint.socketMode()));
        }
        put(document, "socketGroup", endpoint.socketGroup());
    }

    /** An element of the list that the file has for these. */
    public static Map<String, Object> of(RouteConfig route) {
        final Map<String, Object> document = new LinkedHashMap<>();
        document.put("to", destination(route));
        document.put(route.type().key(), route.via().<Object>map(IpAddress::toString).orElse(true));
        return document;
    }

    /** An element of the list that the file has for these. */
    public static Map<String, Object> of(NeighborConfig neighbor) {
        final Map<String, Object> document = new LinkedHashMap<>();
        document.put("address", neighbor.address().toString());
        document.put("mac", MacAddress.format(neighbor.mac()));
        return document;
    }

    /**
     * A document as a file: YAML 1.2, an element of a list a line where it has no lists in it.
     *
     * @param document of maps, lists, texts, numbers and truth values
     */
    public static String yaml(Object document) {
        final DumpSettings settings =
                DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.AUTO)
                        .setIndicatorIndent(2)
                        .setIndent(4)
                        .setWidth(LINE_WIDTH)
                        .build();
        return new Dump(settings).dumpToString(document);
    }

    /** A destination as the file has it; without a gateway that of all needs its family. */
    private static String destination(RouteConfig route) {
        final IpPrefix to = route.to();
        return to.length() == 0 && route.via().isPresent()
                ? RouteReader.DEFAULT_ROUTE
                : to.toString();
    }

    private static Map<String, Object> eal(EalConfig eal) {
        final Map<String, Object> document = new LinkedHashMap<>();
        if (eal.hugepages() != EalConfig.DEFAULT.hugepages()) {
            document.put("hugepages", word(eal.hugepages()));
        }
        put(document, "extraArgs", eal.extraArgs());
        return document;
    }

    private static Map<String, Object> threads(ThreadsConfig threads) {
        final Map<String, Object> document = new LinkedHashMap<>();
        document.put("plan", threads.plan().key());
        document.put("lcores", threads.lcores());
        if (threads.idle() != ThreadsConfig.DEFAULT.idle()) {
            document.put("idle", word(threads.idle()));
        }
        return document;
    }

    private static void options(Map<String, Object> document, IpvlanOptions options) {
        final IpvlanOptions whole = IpvlanOptions.of(options.compat());
        if (options.compat() != Compat.IMPROVED) {
            document.put("compat", options.compat().key());
        }
        put(document, "strictMac", options.strictMac(), whole.strictMac());
        put(document, "arpResponder", options.arpResponder(), whole.arpResponder());
        put(document, "antispoof", options.antispoof(), whole.antispoof());
        put(
                document,
                "privateConfinesGroups",
                options.privateConfinesGroups(),
                whole.privateConfinesGroups());
        put(document, "hostReachesPorts", options.hostReachesPorts(), whole.hostReachesPorts());
        put(document, "icmpErrors", options.icmpErrors(), whole.icmpErrors());
        put(document, "propagateLink", options.propagateLink(), whole.propagateLink());
        put(document, "announce", options.announce(), whole.announce());
        put(document, "dhcpSnooping", options.dhcpSnooping(), whole.dhcpSnooping());
        put(document, "dhcpClientId", options.dhcpClientId(), whole.dhcpClientId());
    }

    private static Map<String, Object> of(HostConfig host) {
        final Map<String, Object> document = new LinkedHashMap<>();
        document.put("interface", host.interfaceName());
        put(document, "netns", host.netns());
        put(document, "addresses", texts(host.addresses()));
        return document;
    }

    private static void put(Map<String, Object> document, String key, boolean on, boolean normal) {
        if (on != normal) {
            document.put(key, on);
        }
    }

    private static void put(Map<String, Object> document, String key, OptionalInt value) {
        value.ifPresent(number -> document.put(key, number));
    }

    private static void put(Map<String, Object> document, String key, Optional<String> value) {
        value.ifPresent(text -> document.put(key, text));
    }

    private static void put(Map<String, Object> document, String key, List<?> values) {
        if (!values.isEmpty()) {
            document.put(key, values);
        }
    }

    private static List<String> texts(List<?> values) {
        return values.stream().map(Object::toString).toList();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
