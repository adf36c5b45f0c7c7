// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import io.ipvane.burst.HotPath;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.table.Fib4;
import io.ipvane.table.Fib6;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sets of networks as classes of addresses: two addresses are of one class where the same sets
 * contain them. One search says the class, however many sets of however many networks there are; a
 * set is a few classes, as sets seldom overlap. Class 0 is of addresses that no set contains.
 *
 * <p>Frozen; any thread.
 */
final class NetworkClasses {
    /** Classes that 16 bits can tell apart, 0 not among them. */
    private static final int MOST = 0xFFFE;

    private final Fib4 ipv4;
    private final Fib6 ipv6;

    private NetworkClasses(Fib4 ipv4, Fib6 ipv6) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    @HotPath
    int find4(int address) {
        return ipv4.find(address) + 1;
    }

    @HotPath
    int find6(long high, long low) {
        return ipv6.find(high, low) + 1;
    }

    /** Collects sets. Owned by one thread. */
    static final class Builder {
        private final Map<List<IpPrefix>, Integer> sets = new HashMap<>();
        private final Map<IpPrefix, BitSet> members = new HashMap<>();
        private final Map<BitSet, Integer> classes = new HashMap<>();

        void add(List<IpPrefix> networks) {
            if (!sets.containsKey(networks)) {
                final int number = sets.size();
                sets.put(networks, number);
                for (IpPrefix network : networks) {
                    members.computeIfAbsent(network.network(), n -> new BitSet()).set(number);
                }
            }
        }

        boolean isEmpty() {
            return sets.isEmpty();
        }

        /** To be called when all sets are there, and before {@link #classes}. */
        NetworkClasses build() {
            final Set<Integer> lengths = new HashSet<>();
            members.keySet().forEach(network -> lengths.add(network.length()));
            final Fib4.Builder fib4 = new Fib4.Builder();
            final Fib6.Builder fib6 = new Fib6.Builder();
            for (IpPrefix network : members.keySet()) {
                final int number = number(around(network, lengths));
                final IpAddress first = network.address();
                if (first.isIpv4()) {
                    fib4.add(first.ipv4(), network.length(), number);
                } else {
                    fib6.add(first.key0(), first.key1(), network.length(), number);
                }
            }
            return new NetworkClasses(fib4.build(), fib6.build());
        }

        /** The sets of which some network contains this one. */
        private BitSet around(IpPrefix network, Set<Integer> lengths) {
            final BitSet around = new BitSet();
            for (int length : lengths) {
                if (length <= network.length()) {
                    final BitSet of =
                            members.get(new IpPrefix(network.address(), length).network());
                    if (of != null) {
                        around.or(of);
                    }
                }
            }
            return around;
        }

        private int number(BitSet sets) {
            if (classes.size() == MOST) {
                throw new IllegalArgumentException(
                        "the sets of networks overlap in more than "
                                + MOST
                                + " ways; use fewer sets that overlap");
            }
            final Integer known = classes.putIfAbsent(sets, classes.size());
            return known == null ? classes.size() - 1 : known;
        }

        /** The classes of a set. */
        List<Integer> classes(List<IpPrefix> networks) {
            final int number = sets.get(networks);
            final List<Integer> of = new ArrayList<>();
            classes.forEach(
                    (members, index) -> {
                        if (members.get(number)) {
                            of.add(index + 1);
                        }
                    });
            return of;
        }
    }
}
