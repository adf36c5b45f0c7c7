// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The two hosts of a {@link TapNetwork} as guests behind vhost-user ports of one ipvane. */
final class Guests implements AutoCloseable {
    static final String SENDER = "left";

    private static final Pattern LISTENING = Pattern.compile("^listening");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** More than any window: a virtio card makes its stack wait, a TAP that is full drops. */
    private static final String QUEUED_FRAMES = "10000";

    /** What a stack leaves to its card. */
    enum Offloads {
        /** Everything that was agreed on: checksums, TSO. */
        ALL("sg on tx on gso on tso on gro on"),

        /** Not TSO: the stack cuts as late as it can, and leaves checksums. */
        NO_TSO("sg on tx on gso on tso off gro on"),

        /** Nothing. */
        NONE("tso off gso off tx off sg off gro off");

        private final String features;

        Offloads(String features) {
            this.features = features;
        }
    }

    private final List<Child> guests = new ArrayList<>();
    private final IpvaneDaemon daemon;

    /**
     * Starts guests and switch.
     *
     * @param program {@code bin/ipvane} of the image
     * @param mergeable whether a frame may lie in several of a receiver's buffers
     */
    Guests(Settings settings, Path program, boolean mergeable)
            throws IOException, InterruptedException {
        try {
            daemon =
                    IpvaneDaemon.start(
                            settings,
                            program,
                            List.of(
                                    guest(settings, SENDER, TapNetwork.LEFT, 1, mergeable),
                                    guest(settings, "right", TapNetwork.RIGHT, 2, mergeable)));
        } catch (IOException | InterruptedException | RuntimeException e) {
            guests.forEach(Child::close);
            throw e;
        }
    }

    /** Starts one; the port that belongs to it. */
    private String guest(
            Settings settings, String name, String namespace, int number, boolean mergeable)
            throws IOException, InterruptedException {
        final Path socket = settings.directory().resolve(name + ".sock");
        final String address = number == 1 ? TapNetwork.LEFT_ADDRESS : TapNetwork.RIGHT_ADDRESS;
        Files.deleteIfExists(socket);
        final Child guest =
                Child.start(
                        "guest " + name,
                        JavaChild.command(
                                TapNetwork.enter(namespace),
                                GuestMain.class,
                                socket,
                                TapNetwork.INTERFACE));
        guests.add(guest);
        guest.await(LISTENING, PATIENCE);
        TapNetwork.ip(
                namespace,
                "link",
                "set",
                "dev",
                TapNetwork.INTERFACE,
                "address",
                "52:54:00:00:00:0" + number,
                "txqueuelen",
                QUEUED_FRAMES);
        TapNetwork.host(namespace, address);
        return "{ name: %s, uplink: wan0, type: vhost-user, socket: %s, mergeable: %b, addresses: [\"%s/24\"] }"
                .formatted(name, socket, mergeable, address);
    }

    /** What both stacks leave to their cards from now on. */
    void offloads(Offloads offloads) throws IOException, InterruptedException {
        for (String namespace : List.of(TapNetwork.LEFT, TapNetwork.RIGHT)) {
            final List<String> words =
                    new ArrayList<>(List.of("ethtool", "-K", TapNetwork.INTERFACE));
            words.addAll(List.of(offloads.features.split(" ", -1)));
            TapNetwork.inside(namespace, words.toArray(String[]::new));
        }
    }

    IpvaneDaemon daemon() {
        return daemon;
    }

    @Override
    public void close() {
        daemon.close();
        guests.forEach(Child::close);
    }
}
