// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.Optional;
import java.util.regex.Pattern;

/** What carries an uplink; written {@code kind:rest} in the file and by {@code toString}. */
public sealed interface DeviceSpec {
    /** The kernel interface that is used or made; empty for a device without one. */
    default Optional<String> kernelInterface() {
        return Optional.empty();
    }

    /** Kernel interface through an AF_PACKET socket. */
    record AfPacket(String interfaceName) implements DeviceSpec {
        @Override
        public Optional<String> kernelInterface() {
            return Optional.of(interfaceName);
        }

        @Override
        public String toString() {
            return "af_packet:" + interfaceName;
        }
    }

    /** Kernel interface through an AF_XDP socket. */
    record AfXdp(String interfaceName) implements DeviceSpec {
        @Override
        public Optional<String> kernelInterface() {
            return Optional.of(interfaceName);
        }

        @Override
        public String toString() {
            return "af_xdp:" + interfaceName;
        }
    }

    /** Network card by PCI address, {@code domain:bus:device.function} in hexadecimal. */
    record Pci(String address) implements DeviceSpec {
        @Override
        public String toString() {
            return "pci:" + address;
        }
    }

    /** TAP interface that the switch makes itself. */
    record Tap(String interfaceName) implements DeviceSpec {
        @Override
        public Optional<String> kernelInterface() {
            return Optional.of(interfaceName);
        }

        @Override
        public String toString() {
            return "tap:" + interfaceName;
        }
    }

    /**
     * One network of a tunnel. In the file, networks have a list of their own.
     *
     * @param underlay name of the uplink that carries the tunnel
     * @param overhead bytes of outer headers, Ethernet included
     * @param mac that its ports share
     */
    record Tunnel(String tunnel, int vni, String underlay, int overhead, long mac)
            implements DeviceSpec {
        @Override
        public String toString() {
            return "vxlan:" + tunnel + "/" + vni;
        }
    }

    /** Virtual device of DPDK: what would follow {@code --vdev=}. */
    record Vdev(String arguments) implements DeviceSpec {
        @Override
        public String toString() {
            return "vdev:" + arguments;
        }
    }

    /**
     * Reads the written form.
     *
     * @throws IllegalArgumentException with the text, what is wrong with it and what is right
     */
    static DeviceSpec parse(String text) {
        final int colon = text.indexOf(':');
        final String rest = text.substring(colon + 1);
        return switch (text.substring(0, Math.max(colon, 0))) {
            case "af_packet" -> new AfPacket(Names.checkInterface(rest));
            case "af_xdp" -> new AfXdp(Names.checkInterface(rest));
            case "tap" -> new Tap(Names.checkNewInterface(rest));
            case "pci" -> new Pci(checkPci(rest));
            case "vdev" -> new Vdev(checkVdev(rest));
            default ->
                    throw new IllegalArgumentException(
                            "'"
                                    + text
                                    + "' is no device; write af_packet:INTERFACE, af_xdp:INTERFACE,"
                                    + " pci:DOMAIN:BUS:DEVICE.FUNCTION, tap:NAME or vdev:ARGUMENTS");
        };
    }

    private static String checkPci(String address) {
        if (!Pattern.matches("[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]", address)) {
            throw new IllegalArgumentException(
                    "'"
                            + address
                            + "' is no PCI address; write it in full, for example pci:0000:03:00.0");
        }
        return address;
    }

    private static String checkVdev(String arguments) {
        if (!Pattern.matches("[a-zA-Z0-9_]+(,.+)?", arguments)) {
            throw new IllegalArgumentException(
                    "'"
                            + arguments
                            + "' is no DPDK virtual device; write a driver and its arguments, for example"
                            + " vdev:net_ring0");
        }
        return arguments;
    }
}
