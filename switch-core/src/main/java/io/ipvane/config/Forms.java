// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.ipvlan.Mode;
import io.ipvane.option.Form;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.packet.MacAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Forms that values of several keys have, or that need a parser of their own. */
final class Forms {
    /** Name of an uplink or a port. */
    static final Form<String> NAME =
            Form.text("name", "NAME", Names::check).matching("^[a-zA-Z0-9._-]{1,63}$");

    /** Name of an interface that the switch makes. */
    static final Form<String> NEW_INTERFACE =
            Form.text("interface name", "IF", Names::checkNewInterface);

    static final Form<String> NAMESPACE = Form.text("namespace", "NS", Names::checkNamespace);
    static final Form<DeviceSpec> DEVICE = Form.text("text", "DEVICE", DeviceSpec::parse);
    static final Form<IpAddress> ADDRESS = Form.text("address", "ADDR", IpAddress::parse);
    static final Form<IpPrefix> NETWORK = Form.text("network", "PREFIX", IpPrefix::parse);

    /** Addresses of an interface, host bits included. */
    static final Form<List<IpPrefix>> ADDRESSES =
            Form.list(
                    "address",
                    Form.text("interface address", "ADDR/LEN", IpPrefix::parseWithHostBits));

    /** MAC address of one station. */
    static final Form<Long> STATION =
            Form.text("MAC address", "MAC", Names::checkStation, MacAddress::format);

    /** Bytes of an L3 packet. */
    static final Form<Integer> MTU = Form.integer(68, 65_535);

    static final Form<Integer> QUEUES = Form.integer(1, 64);

    /** A mode that this build can forward by. */
    static final Form<Mode> MODE = new Form.Choice<>(Mode.class, Forms::forwardable);

    /** Path of a unix socket. */
    static final Form<Path> SOCKET = Form.text("path", "PATH", Forms::socket);

    /** Rights of a file. */
    static final Form<Integer> FILE_MODE =
            Form.text("text", "MODE", Forms::fileMode, "%04o"::formatted).matching("^0?[0-7]{3}$");

    /** With the closing NUL, what fits a socket address: unix(7). */
    private static final int MAX_PATH = 107;

    private Forms() {}

    private static Mode forwardable(Mode mode) {
        if (mode == Mode.L3S) {
            throw new IllegalArgumentException(
                    "'l3s' is not supported by this build; use l2 or l3");
        }
        return mode;
    }

    private static Path socket(String text) {
        if (!text.startsWith("/")
                || text.endsWith("/")
                || text.getBytes(StandardCharsets.UTF_8).length > MAX_PATH
                || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no socket path; use an absolute one of at most "
                            + MAX_PATH
                            + " bytes, for example /run/ipvane/vm1.sock");
        }
        return Path.of(text).normalize();
    }

    private static int fileMode(String text) {
        if (!text.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no mode of a file; write octal digits, such as \"0660\"");
        }
        return Integer.parseInt(text, 8);
    }
}
