// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.MacAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The kernel's answers beside ours, and which deviations explain the difference. */
final class Comparison {
    private final List<String> mismatches = new ArrayList<>();
    private final Map<Deviation, Integer> used = new EnumMap<>(Deviation.class);
    private final Map<OracleCase.Network, Questions> asked = new HashMap<>();
    private int strays;

    /**
     * Questions on the wire of one network.
     *
     * @param ours addresses that we asked for
     * @param answered senders, to whom the host's own stack may have an answer or an error to send
     * @param silenced addresses that we need not ask for, as nothing is sent to them
     */
    private record Questions(
            Set<IpAddress> ours, Set<IpAddress> answered, Map<IpAddress, Deviation> silenced) {
        Questions() {
            this(new HashSet<>(), new HashSet<>(), new HashMap<>());
        }
    }

    /**
     * The kernel counts at c1 what its stack sends of its own accord as well: where a frame of the
     * wire has reached somebody else, it was not that frame which c1 dropped.
     */
    private static boolean droppedByKernel(OracleCase oracleCase, Answer kernel) {
        return kernel.dropped() > 0
                && (oracleCase.from().equals("c1")
                        || Answer.RECEIVERS.stream()
                                .filter(receiver -> !receiver.equals("c1"))
                                .allMatch(receiver -> kernel.seenBy(receiver).isEmpty()));
    }

    /** Compares one case. */
    void add(OracleCase oracleCase, Answer kernel, SwitchSide.Result ours) {
        for (String receiver : Answer.RECEIVERS) {
            compare(oracleCase, receiver, kernel.seenBy(receiver), ours.answer().seenBy(receiver));
        }
        if (droppedByKernel(oracleCase, kernel)
                && ours.answer().dropped() == 0
                && Arrays.stream(Deviation.values()).noneMatch(d -> d.passes(oracleCase))) {
            mismatches.add(oracleCase + " dropped at c1 by the kernel, not counted by us");
        }
        if (ours.asked() != null) {
            asked(oracleCase).ours().add(ours.asked());
        }
        final FrameView sent = new FrameView(oracleCase.frame());
        if (sent.source() != null) {
            asked(oracleCase).answered().add(sent.source());
        }
        for (Deviation deviation : Deviation.values()) {
            if (deviation.silences(oracleCase)) {
                asked(oracleCase).silenced().put(sent.destination(), deviation);
            }
        }
    }

    private Questions asked(OracleCase oracleCase) {
        return asked.computeIfAbsent(oracleCase.network(), n -> new Questions());
    }

    /**
     * Compares for whom the switch asked on the wire. The kernel asks once and remembers, so that
     * only the whole of a network can be compared.
     */
    void addAsked(OracleCase.Network network, Set<IpAddress> kernel) {
        final Questions questions = asked.getOrDefault(network, new Questions());
        for (IpAddress address : questions.ours()) {
            if (!kernel.contains(address)) {
                mismatches.add(network + ": we asked for " + address + ", the kernel did not");
            }
        }
        for (IpAddress address : kernel) {
            final Deviation deviation = questions.silenced().get(address);
            if (questions.ours().contains(address) || questions.answered().contains(address)) {
                continue;
            }
            if (deviation == null) {
                mismatches.add(network + ": the kernel asked for " + address + ", we did not");
            } else {
                used.merge(deviation, 1, Integer::sum);
            }
        }
    }

    private void compare(
            OracleCase oracleCase, String receiver, List<Sighting> kernel, List<Sighting> ours) {
        List<Sighting> expected = kernel;
        final List<Deviation> here = new ArrayList<>();
        for (Deviation deviation : Deviation.values()) {
            final List<Sighting> other =
                    deviation.expected(new Deviation.Seen(oracleCase, receiver, expected));
            if (!other.equals(expected)) {
                here.add(deviation);
                expected = other;
            }
        }
        if (ours.isEmpty() && !expected.isEmpty() && strayed(oracleCase, receiver)) {
            strays++;
        } else if (same(receiver, expected, ours)) {
            here.forEach(deviation -> used.merge(deviation, 1, Integer::sum));
        } else {
            mismatches.add(
                    "%s%n    sent  %s%n    %s: kernel %s%n    expected %s because of %s%n    ours %s"
                            .formatted(
                                    oracleCase,
                                    new Sighting("", oracleCase.frame()),
                                    receiver,
                                    kernel,
                                    expected,
                                    here,
                                    ours));
        }
    }

    /**
     * A group frame that the port has not joined. The kernel's filter is a hash under a secret of
     * each boot and lets some through (spec RX-6); ours is exact. None may be missing, so only
     * where we show nothing.
     */
    private static boolean strayed(OracleCase oracleCase, String receiver) {
        final long group = new FrameView(oracleCase.frame()).destinationMac();
        return receiver.startsWith("c")
                && oracleCase.network().mode().equals("l2")
                && MacAddress.isGroup(group)
                && !SwitchSide.joined(receiver, group);
    }

    private static boolean same(String receiver, List<Sighting> expected, List<Sighting> ours) {
        if (expected.size() != ours.size()) {
            return false;
        }
        for (int i = 0; i < ours.size(); i++) {
            if (!receiver.equals("master")) {
                if (!expected.get(i).equals(ours.get(i))) {
                    return false;
                }
            } else if (!likeHost(ours.get(i), expected.get(i)).equals(expected.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** The host's sockets see no tags, and what its own IP layer brings has no Ethernet header. */
    private static Sighting likeHost(Sighting sighting, Sighting model) {
        return model.mark().equals(Sighting.PACKET) ? sighting.packet() : sighting.untagged();
    }

    /** Receivers to whom the kernel showed a group that they have not joined. */
    int strays() {
        return strays;
    }

    /** What no deviation explains, a text each. */
    List<String> mismatches() {
        return mismatches;
    }

    /** How many receivers each deviation was needed for. */
    Map<Deviation, Integer> used() {
        return used;
    }
}
