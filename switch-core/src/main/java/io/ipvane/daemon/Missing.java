// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.EndpointConfig;
import io.ipvane.config.HostConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.SocketRole;
import io.ipvane.config.UplinkConfig;
import io.ipvane.linux.Errno;
import io.ipvane.linux.LinuxException;
import io.ipvane.linux.Netns;
import io.ipvane.linux.RtNetlink;
import io.ipvane.socket.SocketFile;
import io.ipvane.socket.SocketFileException;
import java.util.Optional;

/**
 * What somebody else makes and has not made yet: a namespace, the folder of a socket, the kernel
 * interface of an uplink. Cheap to ask; a sentence where it is missing. Any thread.
 */
final class Missing {
    private Missing() {}

    /** What a port needs. */
    static Optional<String> of(PortConfig port) {
        final String whose = "port '" + port.name() + "'";
        return switch (port.endpoint()) {
            case EndpointConfig.Tap tap -> netns(whose, tap.netns());
            case EndpointConfig.OverSocket over -> folder(whose, over);
        };
    }

    /** What a host port needs. */
    static Optional<String> of(HostConfig host) {
        return netns("host port '" + host.interfaceName() + "'", host.netns());
    }

    /** What an uplink needs. */
    static Optional<String> of(UplinkConfig uplink) {
        return Devices.watchable(uplink)
                .flatMap(
                        at -> {
                            try (Netns own = Netns.open("");
                                    RtNetlink netlink = new RtNetlink(own)) {
                                netlink.link(at.name());
                                return Optional.empty();
                            } catch (LinuxException e) {
                                return e.errno() == Errno.ENODEV
                                        ? Optional.of(
                                                "uplink '" + uplink.name() + "': " + e.getMessage())
                                        : Optional.empty();
                            }
                        });
    }

    private static Optional<String> netns(String whose, Optional<String> name) {
        try {
            Netns.open(name.orElse("")).close();
            return Optional.empty();
        } catch (LinuxException e) {
            // EINVAL: 'ip netns add' makes a file before it puts the namespace there.
            return switch (e.errno()) {
                case Errno.ENOENT, Errno.ENOTDIR, Errno.EINVAL ->
                        Optional.of(whose + ": " + e.getMessage());
                default -> Optional.empty();
            };
        }
    }

    private static Optional<String> folder(String whose, EndpointConfig.OverSocket over) {
        try {
            new SocketFile(over.socket(), whose, "choose another socket")
                    .requireFolder(over.role() == SocketRole.SERVER);
            return Optional.empty();
        } catch (SocketFileException e) {
            return Optional.of(e.getMessage());
        }
    }
}
