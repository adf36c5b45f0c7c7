// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import io.ipvane.packet.IpPrefix;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A whole configuration, read and checked. Immutable.
 *
 * @param eal DPDK's environment
 * @param threads who forwards
 * @param uplinks at least one
 * @param tunnels each over an uplink above
 * @param vnis each of a tunnel above
 * @param remotes each of a network above
 * @param ports each of an uplink or a network above
 * @param admin where the admin interface listens
 * @param keepInterfaces whether the interfaces of ports stay in their namespaces when the switch
 *     ends, for its next start
 */
public record SwitchConfig(
        EalConfig eal,
        ThreadsConfig threads,
        List<UplinkConfig> uplinks,
        List<TunnelConfig> tunnels,
        List<VniConfig> vnis,
        List<RemoteConfig> remotes,
        List<PortConfig> ports,
        AdminConfig admin,
        boolean keepInterfaces) {
    private static final Key<EalConfig> EAL =
            Key.of("eal", Form.mapping(EalConfig.TABLE), "DPDK's environment")
                    .byDefault(EalConfig.DEFAULT);

    private static final Key<ThreadsConfig> THREADS =
            Key.of("threads", Form.mapping(ThreadsConfig.TABLE), "who forwards")
                    .byDefault(ThreadsConfig.DEFAULT);

    private static final Key<List<UplinkConfig>> UPLINKS =
            Key.of("uplinks", Form.list(UplinkConfig.TABLE), "devices whose MAC ports share")
                    .byDefault(List.of())
                    .bound("at least one")
                    .with(Trait.WRITTEN);

    private static final Key<List<TunnelConfig>> TUNNELS =
            Key.of("tunnels", Form.list(TunnelConfig.TABLE), "[ways](vxlan.md) to other hosts")
                    .byDefault(List.of());

    private static final Key<List<VniConfig>> VNIS =
            Key.of("vnis", Form.list(VniConfig.TABLE), "networks that the tunnels carry")
                    .byDefault(List.of());

    private static final Key<List<RemoteConfig>> REMOTES =
            Key.of("remotes", Form.list(RemoteConfig.TABLE), "what is behind the tunnels")
                    .byDefault(List.of());

    private static final Key<List<PortConfig>> PORTS =
            Key.of("ports", Form.list(PortConfig.TABLE), "what is behind uplinks and networks")
                    .byDefault(List.of());

    private static final Key<AdminConfig> ADMIN =
            Key.of("admin", Form.mapping(AdminConfig.TABLE), "the admin interface")
                    .byDefault(AdminConfig.DEFAULT);

    private static final Key<Boolean> KEEP_INTERFACES =
            Key.of(
                            "keepInterfaces",
                            Form.truth(),
                            "whether interfaces of ports stay when the switch ends")
                    .byDefault(true);

    /** Its keys. */
    public static final Table<SwitchConfig> TABLE =
            Table.<SwitchConfig>of("config", "The configuration under the keys of the file.")
                    .key(EAL, SwitchConfig::eal)
                    .key(THREADS, SwitchConfig::threads)
                    .key(UPLINKS, SwitchConfig::uplinks)
                    .key(TUNNELS, SwitchConfig::tunnels)
                    .key(VNIS, SwitchConfig::vnis)
                    .key(REMOTES, SwitchConfig::remotes)
                    .key(PORTS, SwitchConfig::ports)
                    .key(ADMIN, SwitchConfig::admin)
                    .key(KEEP_INTERFACES, SwitchConfig::keepInterfaces)
                    .made(
                            v ->
                                    new SwitchConfig(
                                            v.get(EAL),
                                            v.get(THREADS),
                                            v.get(UPLINKS),
                                            v.get(TUNNELS),
                                            v.get(VNIS),
                                            v.get(REMOTES),
                                            v.get(PORTS),
                                            v.get(ADMIN),
                                            v.get(KEEP_INTERFACES)));

    /** As much as the parser takes, in bytes. */
    private static final int MOST_BYTES = 128 << 20;

    /** Where the daemon looks unless told otherwise. */
    public static final Path DEFAULT_PATH = Path.of("/etc/ipvane/ipvane.yaml");

    /** Copies the lists. */
    public SwitchConfig {
        uplinks = List.copyOf(uplinks);
        tunnels = List.copyOf(tunnels);
        vnis = List.copyOf(vnis);
        remotes = List.copyOf(remotes);
        ports = List.copyOf(ports);
    }

    /**
     * Reads and checks a file.
     *
     * @throws ConfigException where it cannot be read or anything in it is wrong
     */
    public static SwitchConfig load(Path file) {
        final String text;
        try {
            text = read(file);
        } catch (NoSuchFileException e) {
            throw unreadable(file, "there is no such file; name another with --config");
        } catch (AccessDeniedException e) {
            throw unreadable(file, "you may not read it; run as root or change its rights");
        } catch (CharacterCodingException e) {
            throw unreadable(file, "is no text in UTF-8; write it anew as YAML");
        } catch (IOException e) {
            throw unreadable(
                    file,
                    Files.isDirectory(file)
                            ? "is a directory; name a file in it"
                            : "cannot be read: " + e.getMessage());
        }
        return parse(text, file.toString());
    }

    /** A file may be a device that never ends. */
    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            final byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw unreadable(
                        file, "has more than " + MOST_BYTES + " bytes; name a configuration");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        }
    }

    /**
     * Reads and checks a text.
     *
     * @param name what problems call the file
     * @throws ConfigException where anything is wrong
     */
    public static SwitchConfig parse(String text, String name) {
        return new SwitchConfigReader(name, OnlineLcores.ofMachine()).read(text);
    }

    /**
     * Reads and checks a document: maps, lists, texts, numbers and truth values under the keys of
     * the file, as JSON is read. The inverse of {@link ConfigDocument#of(SwitchConfig)}.
     *
     * @throws ConfigException where anything is wrong, with pointers into the document
     */
    public static SwitchConfig of(Object document) {
        return new SwitchConfigReader("request", OnlineLcores.ofMachine())
                .read(DocumentNodes.of(document));
    }

    /** The port with this name; empty where there is none. */
    public Optional<PortConfig> port(String name) {
        return ports.stream().filter(port -> port.name().equals(name)).findFirst();
    }

    SwitchConfig withUplinks(List<UplinkConfig> changed) {
        return TABLE.with(this, UPLINKS, changed);
    }

    SwitchConfig withPorts(List<PortConfig> changed) {
        return TABLE.with(this, PORTS, changed);
    }

    SwitchConfig withTunnels(List<TunnelConfig> changed) {
        return TABLE.with(this, TUNNELS, changed);
    }

    SwitchConfig withVnis(List<VniConfig> changed) {
        return TABLE.with(this, VNIS, changed);
    }

    SwitchConfig withRemotes(List<RemoteConfig> changed) {
        return TABLE.with(this, REMOTES, changed);
    }

    /** The same, with nothing that has a name. */
    public SwitchConfig withoutElements() {
        return withUplinks(List.of())
                .withTunnels(List.of())
                .withVnis(List.of())
                .withRemotes(List.of())
                .withPorts(List.of());
    }

    /** The same, with interfaces that go when the switch ends. */
    public SwitchConfig withoutKeptInterfaces() {
        return TABLE.with(this, KEEP_INTERFACES, false);
    }

    /** The uplink with this name; empty where there is none. */
    public Optional<UplinkConfig> uplink(String name) {
        return uplinks.stream().filter(uplink -> uplink.name().equals(name)).findFirst();
    }

    /** The tunnel with this name; empty where there is none. */
    public Optional<TunnelConfig> tunnel(String name) {
        return tunnels.stream().filter(tunnel -> tunnel.name().equals(name)).findFirst();
    }

    /** The network with this number; empty where there is none. */
    public Optional<VniConfig> vni(int number) {
        return vnis.stream().filter(vni -> vni.vni() == number).findFirst();
    }

    /** The tunnel that carries a network; empty where it is not to be found. */
    public Optional<TunnelConfig> tunnelOf(VniConfig vni) {
        if (vni.tunnel().isPresent()) {
            return tunnel(vni.tunnel().get());
        }
        return tunnels.size() == 1 ? Optional.of(tunnels.get(0)) : Optional.empty();
    }

    /**
     * All that ports share: the uplinks, and the networks as uplinks that tunnels carry. Whoever
     * opens and connects what the configuration says makes no difference between the two.
     */
    public List<UplinkConfig> segments() {
        final List<UplinkConfig> all = new ArrayList<>(uplinks);
        final Map<Integer, List<NeighborConfig>> known = new HashMap<>();
        for (VniConfig vni : vnis) {
            known.put(vni.vni(), new ArrayList<>());
        }
        final Map<Integer, Long> macs = new HashMap<>();
        vnis.forEach(vni -> macs.put(vni.vni(), vni.sharedMac()));
        for (RemoteConfig remote : remotes) {
            final Long mac = macs.get(remote.vni());
            if (mac != null && remote.address().isPresent()) {
                known.get(remote.vni())
                        .add(new NeighborConfig(remote.address().get(), remote.mac().orElse(mac)));
            }
        }
        for (VniConfig vni : vnis) {
            tunnelOf(vni)
                    .map(tunnel -> vni.over(tunnel, isIpv6(tunnel), known.get(vni.vni())))
                    .ifPresent(all::add);
        }
        return all;
    }

    /** Whether outer packets of a tunnel may be IPv6: said so, or there is nothing else. */
    private boolean isIpv6(TunnelConfig tunnel) {
        if (!tunnel.local().isEmpty()) {
            return tunnel.local().stream().anyMatch(local -> !local.isIpv4());
        }
        final List<IpPrefix> host =
                uplink(tunnel.uplink())
                        .flatMap(UplinkConfig::host)
                        .map(HostConfig::addresses)
                        .orElse(List.of());
        return !host.isEmpty() && host.stream().noneMatch(own -> own.address().isIpv4());
    }

    /** The uplink or network of a port of this configuration. */
    public UplinkConfig uplinkOf(PortConfig port) {
        return uplink(port.uplink())
                .orElseGet(
                        () ->
                                segments().stream()
                                        .filter(network -> network.name().equals(port.uplink()))
                                        .findFirst()
                                        .orElseThrow());
    }

    /** The ports of one uplink or network, in the order of the file. */
    public List<PortConfig> portsOf(UplinkConfig uplink) {
        return ports.stream().filter(port -> port.uplink().equals(uplink.name())).toList();
    }

    private static ConfigException unreadable(Path file, String sentence) {
        return new ConfigException(
                List.of(new Problem(file.toString(), 0, 0, "", Errno.EINVAL, sentence)));
    }
}
