// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import io.ipvane.packet.IpPrefix;
import io.ipvane.packet.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Texts to criteria. Pure; any thread. */
final class CriterionText {
    private static final Map<String, Integer> PROTOCOLS =
            Map.of(
                    "icmp", 1, "igmp", 2, "tcp", 6, "udp", 17, "gre", 47, "esp", 50, "ah", 51,
                    "icmpv6", 58, "sctp", 132);
    private static final Map<String, Integer> ETHER_TYPES =
            Map.of("ipv4", 0x0800, "ip", 0x0800, "arp", 0x0806, "ipv6", 0x86DD);
    private static final Map<String, Integer> TCP_FLAGS =
            Map.of(
                    "fin", 1, "syn", 2, "rst", 4, "psh", 8, "ack", 16, "urg", 32, "ece", 64, "cwr",
                    128);
    private static final Map<String, Integer> ENC_FLAGS =
            Map.of("key", 1, "csum", 2, "df", 4, "gbp", 8);
    private static final Map<String, Integer> CT_STATES =
            Map.of("new", 1, "established", 2, "related", 4, "invalid", 8);
    private static final Map<String, Integer> DIRECTIONS = Map.of("in", 1, "out", 2, "sibling", 3);

    private CriterionText() {}

    /**
     * The criterion that a text is.
     *
     * @throws IllegalArgumentException with a clause that begins with the quoted text
     */
    static Criterion parse(MatchField field, String text) {
        return switch (field.kind) {
            case PLACE -> new Criterion.Named(field, text);
            case NUMBER -> number(field, text);
            case MAC -> bits(field, text, MacAddress.parse(text));
            case NETWORK -> new Criterion.Networks(field, text, networks(text));
            case ETHER_TYPE -> bits(field, text, named(field, text, ETHER_TYPES));
            case PROTOCOL -> bits(field, text, named(field, text, PROTOCOLS));
            case RANGE -> range(field, text);
            case TCP_FLAGS -> flags(field, text, TCP_FLAGS);
            case ENC_FLAGS -> flags(field, text, ENC_FLAGS);
            case CT_STATE -> anyOf(field, text, CT_STATES);
            case DIRECTION -> anyOf(field, text, DIRECTIONS);
        };
    }

    private static Criterion number(MatchField field, String text) {
        final long value = whole(text, field.most());
        return field == MatchField.VNI
                ? new Criterion.Vni(field, text, (int) value)
                : bits(field, text, value);
    }

    private static Criterion bits(MatchField field, String text, long value) {
        return new Criterion.Bits(field, text, value, field.most());
    }

    private static long named(MatchField field, String text, Map<String, Integer> names) {
        final Integer known = names.get(text.toLowerCase(Locale.ROOT));
        if (known != null) {
            return known;
        }
        if (text.isEmpty() || !Character.isDigit(text.charAt(0))) {
            throw new IllegalArgumentException(
                    "'" + text + "' is unknown; give a number or one of " + words(names));
        }
        return whole(text, field.most());
    }

    private static String words(Map<String, Integer> names) {
        return String.join(", ", names.keySet().stream().sorted().toList());
    }

    private static long whole(String text, long most) {
        long value = -1;
        try {
            value =
                    text.startsWith("0x")
                            ? Long.parseLong(text.substring(2), 16)
                            : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no whole number; choose 0 to " + most, e);
        }
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(
                    "'" + text + "' is out of range; choose 0 to " + most);
        }
        return value;
    }

    private static Criterion range(MatchField field, String text) {
        final int dash = text.indexOf('-', 1);
        if (dash < 0) {
            return bits(field, text, whole(text, field.most()));
        }
        final int low = (int) whole(text.substring(0, dash), field.most());
        final int high = (int) whole(text.substring(dash + 1), field.most());
        if (low > high) {
            throw new IllegalArgumentException(
                    "'" + text + "' is empty; write the lower number first");
        }
        return new Criterion.Range(field, text, low, high);
    }

    private static List<IpPrefix> networks(String text) {
        final List<IpPrefix> networks = new ArrayList<>();
        for (String network : text.split(",", -1)) {
            networks.add(IpPrefix.parse(network.strip()));
        }
        return networks;
    }

    /** Names, or a value and behind a slash its mask. */
    private static Criterion flags(MatchField field, String text, Map<String, Integer> names) {
        if (!text.isEmpty() && Character.isDigit(text.charAt(0))) {
            final int slash = text.indexOf('/');
            final long value = whole(slash < 0 ? text : text.substring(0, slash), field.most());
            final long mask =
                    slash < 0 ? field.most() : whole(text.substring(slash + 1), field.most());
            return new Criterion.Bits(field, text, value & mask, mask);
        }
        long value = 0;
        long mask = 0;
        for (String word : text.split(",", -1)) {
            final boolean clear = word.startsWith("!");
            final long bit = known(clear ? word.substring(1) : word, text, names);
            if ((mask & bit) != 0) {
                throw new IllegalArgumentException(
                        "'" + text + "' names a flag twice; name each once");
            }
            mask |= bit;
            value |= clear ? 0 : bit;
        }
        return new Criterion.Bits(field, text, value, mask);
    }

    private static Criterion anyOf(MatchField field, String text, Map<String, Integer> names) {
        final List<Long> values = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            values.add(known(word.strip(), text, names));
        }
        return new Criterion.AnyOf(field, text, values.stream().distinct().toList());
    }

    private static long known(String word, String text, Map<String, Integer> names) {
        final Integer value = names.get(word.toLowerCase(Locale.ROOT));
        if (value == null) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' has the unknown word '"
                            + word
                            + "'; choose among "
                            + words(names));
        }
        return value;
    }
}
