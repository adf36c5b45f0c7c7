// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.List;

/** The first rule that matches, by asking one after the other, each field by itself. */
final class RuleWalk {
    private RuleWalk() {}

    static int next(List<Match> rules, Resolver places, long key, int after) {
        for (int i = after + 1; i < rules.size(); i++) {
            if (matches(rules.get(i), places, key)) {
                return i;
            }
        }
        return Classifier.NONE;
    }

    private static boolean matches(Match match, Resolver places, long key) {
        return match.criteria().values().stream().allMatch(c -> matches(c, places, key));
    }

    private static boolean matches(Criterion criterion, Resolver places, long key) {
        final MatchField field = criterion.field();
        final int present = (int) FlowKey.word(key, 0) & 0xFFFF;
        if ((present & field.present) != field.present) {
            return false;
        }
        return switch (criterion) {
            case Criterion.Bits bits -> (value(field, key) & bits.mask()) == bits.value();
            case Criterion.Range range ->
                    value(field, key) >= range.low() && value(field, key) <= range.high();
            case Criterion.AnyOf any -> any.values().contains(value(field, key));
            case Criterion.Named named -> isPlace(place(named, places), value(field, key));
            case Criterion.Vni vni -> isPlace(places.vni(vni.vni()), value(MatchField.UPLINK, key));
            case Criterion.Networks of ->
                    of.networks().stream().anyMatch(network -> contains(field, network, key));
        };
    }

    private static boolean isPlace(int place, long value) {
        return place != Resolver.NONE && place == value;
    }

    private static int place(Criterion.Named named, Resolver places) {
        return switch (named.field()) {
            case PORT -> places.port(named.text());
            case UPLINK -> places.uplink(named.text());
            default -> places.tunnel(named.text());
        };
    }

    private static long value(MatchField field, long key) {
        return (FlowKey.word(key, field.place) >>> field.shift) & field.most();
    }

    private static boolean contains(MatchField field, IpPrefix network, long key) {
        final int present = (int) FlowKey.word(key, 0);
        final boolean outer = field == MatchField.ENC_SRC || field == MatchField.ENC_DST;
        final boolean ipv4 = (present & (outer ? FlowKey.ENC_IPV4 : FlowKey.IPV4)) != 0;
        final boolean ipv6 = (present & (outer ? FlowKey.ENC_IPV6 : FlowKey.IPV6)) != 0;
        final long high = FlowKey.word(key, field.place);
        final long low = FlowKey.word(key, field.place + 1);
        return (ipv4 && network.contains(IpAddress.ipv4((int) high)))
                || (ipv6 && network.contains(IpAddress.ipv6(high, low)));
    }
}
