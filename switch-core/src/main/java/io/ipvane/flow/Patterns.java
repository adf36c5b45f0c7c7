// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/**
 * Matches to patterns of bits: what is no mask by itself, such as ranges and sets, becomes several
 * patterns. All matches of a list are {@linkplain #prepare prepared} before the first is
 * {@linkplain #of expanded}. One thread, for one list.
 */
final class Patterns {
    /** Patterns that one rule may become. */
    static final int MOST = 4096;

    /** Pieces up to which a range is given by them, and not by the prefixes that it consists of. */
    private static final int MOST_PIECES = 16;

    private static final int PORT_BITS = 16;
    private static final long HALF = 0xFFFF;

    private final PortClasses.Builder sourcePorts = new PortClasses.Builder();
    private final PortClasses.Builder destinationPorts = new PortClasses.Builder();
    private final NetworkClasses.Builder networks = new NetworkClasses.Builder();
    private final Resolver places;

    Patterns(Resolver places) {
        this.places = places;
    }

    /** Notes the ranges and sets of a match. */
    void prepare(Match match) {
        for (Criterion criterion : match.criteria().values()) {
            if (criterion instanceof Criterion.Range range) {
                ports(range.field()).add(range.low(), range.high());
            } else if (criterion instanceof Criterion.Networks of && isSet(of)) {
                networks.add(of.networks());
            }
        }
    }

    /** A single network is a mask, and outer addresses have no column for a class. */
    private static boolean isSet(Criterion.Networks of) {
        return of.networks().size() > 1
                && (of.field() == MatchField.SRC || of.field() == MatchField.DST);
    }

    private PortClasses.Builder ports(MatchField field) {
        return field == MatchField.SRC_PORT ? sourcePorts : destinationPorts;
    }

    /** Pieces of source ports, or null where no rule needs them. */
    PortClasses sourcePorts() {
        return sourcePorts.isEmpty() ? null : sourcePorts.build();
    }

    /** Pieces of destination ports, or null. */
    PortClasses destinationPorts() {
        return destinationPorts.isEmpty() ? null : destinationPorts.build();
    }

    /** Classes of addresses, or null. To be called before any match is expanded. */
    NetworkClasses networks() {
        return networks.isEmpty() ? null : networks.build();
    }

    /**
     * The patterns of a match: a key matches where it has the bits of any of them. None where a
     * name stands for nothing.
     *
     * @throws IllegalArgumentException where there would be more than {@link #MOST}
     */
    List<Pattern> of(Match match) {
        List<Pattern> patterns = List.of(new Pattern());
        for (Criterion criterion : match.criteria().values()) {
            patterns = expand(patterns, criterion);
            if (patterns.size() > MOST) {
                throw new IllegalArgumentException(
                        "'"
                                + match
                                + "' becomes more than "
                                + MOST
                                + " entries of the classifier; use fewer overlapping ranges and"
                                + " sets");
            }
        }
        return patterns;
    }

    private List<Pattern> expand(List<Pattern> patterns, Criterion criterion) {
        final List<Pattern> expanded = new ArrayList<>();
        for (Pattern pattern : patterns) {
            final Pattern with = pattern.present(criterion.field().present);
            switch (criterion) {
                case Criterion.Bits bits ->
                        add(expanded, with, bits.field(), bits.value(), bits.mask());
                case Criterion.Named named -> place(expanded, with, named.field(), placeOf(named));
                case Criterion.Vni vni -> place(expanded, with, vni.field(), places.vni(vni.vni()));
                case Criterion.AnyOf any ->
                        any.values()
                                .forEach(
                                        v ->
                                                add(
                                                        expanded,
                                                        with,
                                                        any.field(),
                                                        v,
                                                        any.field().most()));
                case Criterion.Range range -> range(expanded, with, range);
                case Criterion.Networks of -> networks(expanded, with, of);
            }
        }
        return expanded;
    }

    private int placeOf(Criterion.Named named) {
        return switch (named.field()) {
            case PORT -> places.port(named.text());
            case UPLINK -> places.uplink(named.text());
            default -> places.tunnel(named.text());
        };
    }

    private static void place(List<Pattern> to, Pattern from, MatchField field, int place) {
        if (place != Resolver.NONE) {
            // A VNI's domain fills the word of all domains, not the bits of a VNI.
            final long most = field == MatchField.VNI ? MatchField.UPLINK.most() : field.most();
            add(to, from.and(field.place, (place & most) << field.shift, most << field.shift));
        }
    }

    private static void add(
            List<Pattern> to, Pattern from, MatchField field, long value, long mask) {
        add(to, from.and(field.place, value << field.shift, mask << field.shift));
    }

    private static void add(List<Pattern> to, Pattern pattern) {
        if (pattern != null) {
            to.add(pattern);
        }
    }

    private void range(List<Pattern> to, Pattern from, Criterion.Range range) {
        final MatchField field = range.field();
        final List<Integer> pieces = ports(field).pieces(range.low(), range.high());
        if (pieces.size() <= MOST_PIECES) {
            final int shift = field == MatchField.SRC_PORT ? 2 * PORT_BITS : 3 * PORT_BITS;
            for (int piece : pieces) {
                add(to, from.and(FlowKey.CLASSES, (long) piece << shift, HALF << shift));
            }
            return;
        }
        int low = range.low();
        while (low <= range.high()) {
            int bits = low == 0 ? PORT_BITS : Integer.numberOfTrailingZeros(low);
            while (low + (1 << bits) - 1 > range.high()) {
                bits--;
            }
            add(to, from, field, low, field.most() & (-1L << bits));
            low += 1 << bits;
        }
    }

    private void networks(List<Pattern> to, Pattern from, Criterion.Networks of) {
        if (isSet(of)) {
            final int shift = of.field() == MatchField.SRC ? 0 : PORT_BITS;
            for (int number : networks.classes(of.networks())) {
                add(to, from.and(FlowKey.CLASSES, (long) number << shift, HALF << shift));
            }
            return;
        }
        final boolean outer = of.field().isOfTunnels();
        for (IpPrefix network : of.networks()) {
            final boolean ipv4 = network.address().isIpv4();
            final Pattern family =
                    from.present(
                            outer
                                    ? ipv4 ? FlowKey.ENC_IPV4 : FlowKey.ENC_IPV6
                                    : ipv4 ? FlowKey.IPV4 : FlowKey.IPV6);
            network(to, family, of.field().place, network);
        }
    }

    private static void network(List<Pattern> to, Pattern from, int word, IpPrefix network) {
        final IpAddress first = network.network().address();
        final int length = network.length();
        if (first.isIpv4()) {
            add(
                    to,
                    from.and(
                            word,
                            first.key0(),
                            length == 0 ? 0 : 0xFFFF_FFFFL & (-1L << (32 - length))));
            return;
        }
        final long high = length == 0 ? 0 : -1L << Math.max(0, 64 - length);
        final long low = length <= 64 ? 0 : -1L << (128 - length);
        final Pattern upper = from.and(word, first.key0(), high);
        add(to, upper == null ? null : upper.and(word + 1, first.key1(), low));
    }
}
