// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A whole configuration, read and checked. Immutable.
 *
 * @param eal DPDK's environment
 * @param threads who forwards
 * @param uplinks at least one
 * @param ports each of an uplink above
 * @param admin where the admin interface listens
 * @param keepInterfaces whether the interfaces of ports stay in their namespaces when the switch
 *     ends, for its next start
 */
public record SwitchConfig(
        EalConfig eal,
        ThreadsConfig threads,
        List<UplinkConfig> uplinks,
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

    private static final Key<List<PortConfig>> PORTS =
            Key.of("ports", Form.list(PortConfig.TABLE), "what is behind the uplinks")
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
                    .key(PORTS, SwitchConfig::ports)
                    .key(ADMIN, SwitchConfig::admin)
                    .key(KEEP_INTERFACES, SwitchConfig::keepInterfaces)
                    .made(
                            v ->
                                    new SwitchConfig(
                                            v.get(EAL),
                                            v.get(THREADS),
                                            v.get(UPLINKS),
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

    /** The same, with neither uplinks nor ports. */
    public SwitchConfig withoutElements() {
        return withUplinks(List.of()).withPorts(List.of());
    }

    /** The same, with interfaces that go when the switch ends. */
    public SwitchConfig withoutKeptInterfaces() {
        return TABLE.with(this, KEEP_INTERFACES, false);
    }

    /** The uplink with this name; empty where there is none. */
    public Optional<UplinkConfig> uplink(String name) {
        return uplinks.stream().filter(uplink -> uplink.name().equals(name)).findFirst();
    }

    /** The uplink of a port of this configuration. */
    public UplinkConfig uplinkOf(PortConfig port) {
        return uplink(port.uplink()).orElseThrow();
    }

    /** The ports of one uplink, in the order of the file. */
    public List<PortConfig> portsOf(UplinkConfig uplink) {
        return ports.stream().filter(port -> port.uplink().equals(uplink.name())).toList();
    }

    private static ConfigException unreadable(Path file, String sentence) {
        return new ConfigException(
                List.of(new Problem(file.toString(), 0, 0, "", Errno.EINVAL, sentence)));
    }
}
