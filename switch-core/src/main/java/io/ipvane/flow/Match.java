// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a rule asks of a frame: all of some criteria, at most one a field. Without any it matches
 * every frame. Immutable; equal where the texts are.
 */
public final class Match {
    /** Matches everything. */
    public static final Match ANYTHING = new Match(new EnumMap<>(MatchField.class));

    private final Map<MatchField, Criterion> criteria;

    private Match(EnumMap<MatchField, Criterion> criteria) {
        this.criteria = Collections.unmodifiableMap(criteria);
    }

    /** The match that asks for all of some criteria. */
    public static Match of(Iterable<Criterion> criteria) {
        final EnumMap<MatchField, Criterion> byField = new EnumMap<>(MatchField.class);
        criteria.forEach(criterion -> byField.put(criterion.field(), criterion));
        return new Match(byField);
    }

    /**
     * The criterion that a text is.
     *
     * @throws IllegalArgumentException with a clause that begins with the quoted text
     */
    public static Criterion criterion(MatchField field, String text) {
        return CriterionText.parse(field, text);
    }

    /** The criteria by field, in the order of the fields. */
    public Map<MatchField, Criterion> criteria() {
        return criteria;
    }

    /** The text that stands for a field; empty where the rule does not ask about it. */
    public Optional<String> text(MatchField field) {
        return Optional.ofNullable(criteria.get(field)).map(Criterion::text);
    }

    /**
     * Why no frame could ever match, or a field is said twice.
     *
     * @param sentence begins with the word of the field
     */
    public record Conflict(MatchField field, String sentence) {}

    /** The conflict of criteria with each other; empty where there is none. */
    public Optional<Conflict> conflict() {
        if (has(MatchField.TOS) && has(MatchField.DSCP)) {
            return of(MatchField.DSCP, "dscp is part of tos; give one of them");
        }
        if (has(MatchField.VNI) && has(MatchField.UPLINK)) {
            return of(
                    MatchField.VNI,
                    "vni and uplink are two segments, and a frame is in one; give one");
        }
        return families(MatchField.SRC, MatchField.DST)
                .or(() -> families(MatchField.ENC_SRC, MatchField.ENC_DST))
                .or(this::etherType)
                .or(this::protocol);
    }

    private static Optional<Conflict> of(MatchField field, String sentence) {
        return Optional.of(new Conflict(field, sentence));
    }

    private boolean has(MatchField field) {
        return criteria.containsKey(field);
    }

    /** Bit 0: may be IPv4; bit 1: may be IPv6. */
    private int family(MatchField field) {
        int family = 0;
        if (!(criteria.get(field) instanceof Criterion.Networks of)) {
            return 3;
        }
        for (var network : of.networks()) {
            family |= network.address().isIpv4() ? 1 : 2;
        }
        return family;
    }

    private Optional<Conflict> families(MatchField one, MatchField other) {
        return (family(one) & family(other)) == 0
                ? of(
                        other,
                        other.word()
                                + " "
                                + criteria.get(other).text()
                                + " is of another family than "
                                + one.word()
                                + " "
                                + criteria.get(one).text()
                                + ", and no packet has both; give one family")
                : Optional.empty();
    }

    private Optional<Conflict> etherType() {
        if (!(criteria.get(MatchField.ETHER_TYPE) instanceof Criterion.Bits type)) {
            return Optional.empty();
        }
        final int family = type.value() == 0x0800 ? 1 : type.value() == 0x86DD ? 2 : 0;
        for (MatchField field : new MatchField[] {MatchField.SRC, MatchField.DST}) {
            if (has(field) && (family(field) & family) == 0) {
                return of(
                        MatchField.ETHER_TYPE,
                        "etherType "
                                + type.text()
                                + " has no "
                                + field.word()
                                + " "
                                + criteria.get(field).text()
                                + "; give one of the two");
            }
        }
        return Optional.empty();
    }

    /** Ports, types and flags that the protocol does not have. */
    private Optional<Conflict> protocol() {
        if (!(criteria.get(MatchField.PROTOCOL) instanceof Criterion.Bits protocol)) {
            return Optional.empty();
        }
        final long number = protocol.value();
        final boolean icmp = number == 1 || number == 58;
        final boolean ports =
                number == 6 || number == 17 || number == 33 || number == 132 || number == 136;
        final MatchField wrong =
                has(MatchField.TCP_FLAGS) && number != 6
                        ? MatchField.TCP_FLAGS
                        : has(MatchField.ICMP_TYPE) && !icmp
                                ? MatchField.ICMP_TYPE
                                : has(MatchField.SRC_PORT) && !ports
                                        ? MatchField.SRC_PORT
                                        : has(MatchField.DST_PORT) && !ports
                                                ? MatchField.DST_PORT
                                                : null;
        return wrong == null
                ? Optional.empty()
                : of(
                        wrong,
                        wrong.word()
                                + " is not of protocol "
                                + protocol.text()
                                + "; remove one of the two");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Match match && criteria.equals(match.criteria);
    }

    @Override
    public int hashCode() {
        return criteria.hashCode();
    }

    /** Words and values, as the command line has them: {@code protocol tcp dstPort 80}. */
    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        criteria.forEach(
                (field, criterion) ->
                        text.append(text.isEmpty() ? "" : " ")
                                .append(field.word())
                                .append(' ')
                                .append(criterion.text()));
        return text.toString();
    }
}
