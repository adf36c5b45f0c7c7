// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Given;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Values;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a port is attached to. */
public sealed interface EndpointConfig {
    /** Which of the records below it is. */
    EndpointType kind();

    /** Largest MTU that it can have, in bytes. */
    default int maxMtu() {
        return 65_535;
    }

    /** The word for it in the file. */
    default String type() {
        return Form.word(kind());
    }

    /**
     * A TAP interface that the switch makes.
     *
     * @param netns network namespace that it is put into; empty: that of the daemon
     * @param interfaceName of the interface to make
     */
    record Tap(Optional<String> netns, String interfaceName) implements EndpointConfig {
        /** Largest MTU of one: the kernel counts the Ethernet header to its 65,535 bytes. */
        public static final int MAX_MTU = 65_535 - 14;

        @Override
        public EndpointType kind() {
            return EndpointType.TAP;
        }

        @Override
        public int maxMtu() {
            return MAX_MTU;
        }
    }

    /** Somebody who is met at a unix socket, and shares memory from then on. */
    sealed interface OverSocket extends EndpointConfig {
        /** Rights of a socket unless others are named: its owner and its group. */
        int DEFAULT_MODE = 0660;

        /** Absolute path, of at most 107 bytes. */
        Path socket();

        /** Who makes the socket. */
        SocketRole role();

        /** MAC address that the other side has, 48 bits; empty: what it sends from. */
        Optional<Long> mac();

        /** Rights of a socket of ours, such as 0660. */
        int socketMode();

        /** Who owns a socket of ours; empty: the group of the daemon. */
        Optional<String> socketGroup();
    }

    /**
     * The virtual network card of a machine or program that shares its memory by the vhost-user
     * protocol.
     *
     * @param mergeable whether a frame may lie in several of the guest's buffers
     */
    record VhostUser(
            Path socket,
            SocketRole role,
            Optional<Long> mac,
            boolean mergeable,
            int socketMode,
            Optional<String> socketGroup)
            implements OverSocket {
        @Override
        public EndpointType kind() {
            return EndpointType.VHOST_USER;
        }
    }

    /**
     * The interface of a program that exchanges frames by memif, the shared memory packet
     * interface: a container's, as a rule.
     *
     * @param id of the interface, as both sides call it: 32 bits, unsigned
     */
    record Memif(
            Path socket,
            SocketRole role,
            long id,
            Optional<Long> mac,
            int socketMode,
            Optional<String> socketGroup)
            implements OverSocket {
        @Override
        public EndpointType kind() {
            return EndpointType.MEMIF;
        }
    }

    /** Keys of a port that say what it is attached to: {@code type}, and what goes with it. */
    final class Keys {
        static final Key<EndpointType> TYPE =
                Key.of("type", Form.choice(EndpointType.class), "what it is attached to")
                        .byDefault(EndpointType.TAP);

        /** Those that are {@link OverSocket}. */
        static final List<EndpointType> SOCKETS =
                List.of(EndpointType.MEMIF, EndpointType.VHOST_USER);

        /** What to do with a key of one type in a port of another. */
        static final String ELSEWHERE = "remove it from a %s port";

        private static final Key<String> NETNS =
                ofTap(Key.of("netns", Forms.NAMESPACE, "namespace that the TAP is put into"))
                        .otherwise("the daemon's")
                        .bound("[waited for](operation.md#what-waits-moves-and-goes) at the start");

        private static final Key<String> INTERFACE =
                ofTap(Key.of("interface", Forms.NEW_INTERFACE, "name of the TAP there"))
                        .byDefault("the port's name", v -> v.find(PortConfig.NAME))
                        .bound("once a namespace");

        private static final Key<Path> SOCKET =
                ofSocket(Key.of("socket", Forms.SOCKET, "the unix socket"))
                        .required()
                        .bound("absolute, 107 bytes, once");

        private static final Key<SocketRole> ROLE =
                ofSocket(
                                Key.of(
                                        "role",
                                        Form.choice(SocketRole.class),
                                        "`client`: the other side makes the socket, and both may be restarted"))
                        .byDefault(SocketRole.CLIENT);

        /** The memif protocol has 32 bits for it. */
        private static final Key<Long> ID =
                Key.of(
                                "id",
                                Form.number(0, 0xFFFF_FFFFL),
                                "number by which both sides call the interface")
                        .byDefault(0L)
                        .onlyWhere(TYPE, List.of(EndpointType.MEMIF), ELSEWHERE);

        private static final Key<Long> MAC =
                ofSocket(
                                Key.of(
                                        "mac",
                                        Forms.STATION,
                                        "address [of the other side](macnat.md); nothing else is let in"))
                        .otherwise("what the other side sends from")
                        .bound("unicast");

        private static final Key<Boolean> MERGEABLE =
                Key.of(
                                "mergeable",
                                Form.truth(),
                                "whether a frame may lie in several of the guest's buffers; `false` is [faster](vhost-user.md#mergeable-buffers)")
                        .byDefault(true)
                        .onlyWhere(TYPE, List.of(EndpointType.VHOST_USER), ELSEWHERE);

        private static final Key<Integer> SOCKET_MODE =
                ofServer(Key.of("socketMode", Forms.FILE_MODE, "rights of the socket"))
                        .byDefault(OverSocket.DEFAULT_MODE)
                        .word("socket-mode");

        private static final Key<String> SOCKET_GROUP =
                ofServer(
                                Key.of(
                                        "socketGroup",
                                        Form.text("group", "GROUP", group -> group),
                                        "who owns the socket"))
                        .otherwise("the daemon's")
                        .word("socket-group");

        /** All of them. */
        static final Table<EndpointConfig> TABLE =
                Table.<EndpointConfig>of("endpoint", "What a port is attached to.")
                        .key(TYPE, EndpointConfig::kind)
                        .maybe(NETNS, e -> tap(e).flatMap(Tap::netns))
                        .maybe(INTERFACE, e -> tap(e).map(Tap::interfaceName))
                        .maybe(SOCKET, e -> over(e).map(OverSocket::socket))
                        .maybe(ROLE, e -> over(e).map(OverSocket::role))
                        .maybe(
                                ID,
                                e -> e instanceof Memif m ? Optional.of(m.id()) : Optional.empty())
                        .maybe(MAC, e -> over(e).flatMap(OverSocket::mac))
                        .maybe(
                                MERGEABLE,
                                e ->
                                        e instanceof VhostUser v
                                                ? Optional.of(v.mergeable())
                                                : Optional.empty())
                        .maybe(SOCKET_MODE, e -> over(e).map(OverSocket::socketMode))
                        .maybe(SOCKET_GROUP, e -> over(e).flatMap(OverSocket::socketGroup))
                        .check(Keys::nameOfTap)
                        .made(Keys::endpoint);

        private Keys() {}

        private static <T> Key<T> ofTap(Key<T> key) {
            return key.onlyWhere(TYPE, List.of(EndpointType.TAP), ELSEWHERE);
        }

        private static <T> Key<T> ofSocket(Key<T> key) {
            return key.onlyWhere(TYPE, SOCKETS, ELSEWHERE);
        }

        private static <T> Key<T> ofServer(Key<T> key) {
            return ofSocket(key)
                    .onlyWhere(
                            ROLE,
                            List.of(SocketRole.SERVER),
                            "remove it, since the other side makes the socket");
        }

        private static Optional<Tap> tap(EndpointConfig endpoint) {
            return endpoint instanceof Tap tap ? Optional.of(tap) : Optional.empty();
        }

        private static Optional<OverSocket> over(EndpointConfig endpoint) {
            return endpoint instanceof OverSocket over ? Optional.of(over) : Optional.empty();
        }

        /** Names of interfaces are shorter than those of ports. */
        private static void nameOfTap(Given port) {
            if (port.find(TYPE).filter(EndpointType.TAP::equals).isEmpty() || port.has(INTERFACE)) {
                return;
            }
            try {
                port.find(PortConfig.NAME).ifPresent(Names::checkNewInterface);
            } catch (IllegalArgumentException e) {
                port.refuse(
                        PortConfig.NAME,
                        "interface is missing, and the port's name is too long for one"
                                + " (15 characters at most); give it an interface");
            }
        }

        private static EndpointConfig endpoint(Values v) {
            return switch (v.get(TYPE)) {
                case TAP -> new Tap(v.find(NETNS), v.get(INTERFACE));
                case MEMIF ->
                        new Memif(
                                v.get(SOCKET),
                                v.get(ROLE),
                                v.get(ID),
                                v.find(MAC),
                                v.get(SOCKET_MODE),
                                v.find(SOCKET_GROUP));
                case VHOST_USER ->
                        new VhostUser(
                                v.get(SOCKET),
                                v.get(ROLE),
                                v.find(MAC),
                                v.get(MERGEABLE),
                                v.get(SOCKET_MODE),
                                v.find(SOCKET_GROUP));
            };
        }
    }
}
