// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The classifier and the cache in front of it, against a walk over all rules. */
class ClassifierPropertyTest {
    private static final int LISTS = 150;
    private static final int KEYS = 250;

    private static final Resolver PLACES =
            new Resolver() {
                @Override
                public int port(String name) {
                    return name.equals("gone") ? NONE : name.charAt(0) - 'a';
                }

                @Override
                public int uplink(String name) {
                    return name.charAt(0) - 'a';
                }

                @Override
                public int tunnel(String name) {
                    return name.charAt(0) - 'a';
                }

                @Override
                public int vni(int vni) {
                    return vni == 9 ? NONE : vni;
                }
            };

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldFindWhatAWalkOverAllRulesFinds(long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        long found = 0;
        try (Arena arena = Arena.ofConfined()) {
            final long key = arena.allocate(FlowKey.BYTES, 64).address();
            final FlowCache cache = new FlowCache(arena, 64);
            for (int n = 0; n < LISTS; n++) {
                final List<Match> rules = new ArrayList<>();
                final List<Boolean> ends = new ArrayList<>();
                final Classifier.Builder builder = new Classifier.Builder(PLACES);
                final int size = random.nextInt(n % 10 == 0 ? 300 : 30);
                for (int i = 0; i < size; i++) {
                    rules.add(RandomMatches.match(random));
                    ends.add(random.nextInt(4) != 0);
                    builder.add(rules.getLast(), ends.getLast());
                }
                final Classifier classifier = builder.build();
                for (int k = 0; k < KEYS; k++) {
                    RandomMatches.key(random, key);
                    final List<Integer> expected = walk(rules, ends, key);
                    classifier.complete(key);
                    final String what = "seed " + seed + ", list " + n + ", key " + k;
                    assertEquals(expected, search(classifier, ends, key), what);
                    assertEquals(expected, cached(cache, classifier, ends, key), what);
                    found += expected.isEmpty() ? 0 : 1;
                }
            }
        }
        assertTrue(found > LISTS * KEYS / 10, "only " + found + " keys met a rule");
    }

    private static List<Integer> walk(List<Match> rules, List<Boolean> ends, long key) {
        final List<Integer> found = new ArrayList<>();
        int rule = RuleWalk.next(rules, PLACES, key, Classifier.START);
        while (rule != Classifier.NONE) {
            found.add(rule);
            rule = ends.get(rule) ? Classifier.NONE : RuleWalk.next(rules, PLACES, key, rule);
        }
        return found;
    }

    private static List<Integer> search(Classifier classifier, List<Boolean> ends, long key) {
        final List<Integer> found = new ArrayList<>();
        int rule = classifier.next(key, Classifier.START);
        while (rule != Classifier.NONE) {
            found.add(rule);
            rule = ends.get(rule) ? Classifier.NONE : classifier.next(key, rule);
        }
        return found;
    }

    /** By the cache where that has an answer, which is kept there otherwise. */
    private static List<Integer> cached(
            FlowCache cache, Classifier classifier, List<Boolean> ends, long key) {
        final long known = cache.find(classifier, key);
        final List<Integer> found = new ArrayList<>();
        if (known != 0) {
            for (int i = 0; i < FlowCache.count(known); i++) {
                found.add(FlowCache.rule(known, i));
            }
            return found;
        }
        final long answer = cache.begin(classifier, key);
        for (int rule : search(classifier, ends, key)) {
            FlowCache.add(answer, rule);
            found.add(rule);
        }
        return found;
    }

    /** Matches and keys of few values, so that they meet. */
    static final class RandomMatches {
        private static final String[] NETWORKS4 = {
            "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3", "0.0.0.0/0", "192.0.2.0/25"
        };
        private static final String[] NETWORKS6 = {
            "fd00::/8",
            "fd00::1:0:0:0:0/64",
            "fd00::1:0:0:0:7",
            "::/0",
            "2001:db8::/33",
            "fd00::1:0:0:0:0/127"
        };
        private static final String[] PROTOCOLS = {"tcp", "udp", "icmp", "icmpv6"};

        private RandomMatches() {}

        static Match match(SplittableRandom random) {
            while (true) {
                final List<Criterion> criteria = new ArrayList<>();
                for (int n = random.nextInt(4); n > 0; n--) {
                    final MatchField field =
                            MatchField.values()[random.nextInt(MatchField.values().length)];
                    criteria.add(Match.criterion(field, text(field, random)));
                }
                final Match match = Match.of(criteria);
                if (match.conflict().isEmpty()) {
                    return match;
                }
            }
        }

        private static String text(MatchField field, SplittableRandom random) {
            return switch (field.kind) {
                case PLACE -> one(random, "a", "b", "c", "gone");
                case NUMBER -> Integer.toString(random.nextInt(4));
                case NETWORK -> networks(random);
                case MAC -> one(random, "02:00:00:00:00:01", "02:00:00:00:00:02");
                case ETHER_TYPE -> one(random, "ipv4", "ipv6", "arp");
                case PROTOCOL -> one(random, PROTOCOLS);
                case RANGE -> range(random);
                case TCP_FLAGS -> one(random, "syn", "syn,!ack", "0x2/0x17", "ack");
                case ENC_FLAGS -> one(random, "csum", "key,!df");
                case CT_STATE -> one(random, "new", "established,related", "invalid,new");
                case DIRECTION -> one(random, "in", "out", "sibling,in");
            };
        }

        private static String networks(SplittableRandom random) {
            final StringBuilder text = new StringBuilder();
            for (int n = 1 + random.nextInt(3) * random.nextInt(2); n >= 0; n--) {
                text.append(text.isEmpty() ? "" : ",")
                        .append(one(random, random.nextBoolean() ? NETWORKS4 : NETWORKS6));
                if (random.nextBoolean()) {
                    break;
                }
            }
            return text.toString();
        }

        private static String range(SplittableRandom random) {
            final int low = port(random);
            final int high = port(random);
            return random.nextInt(3) == 0
                    ? Integer.toString(low)
                    : Math.min(low, high) + "-" + Math.max(low, high);
        }

        private static int port(SplittableRandom random) {
            return switch (random.nextInt(4)) {
                case 0 -> random.nextInt(4);
                case 1 -> 0xFFFF - random.nextInt(3);
                case 2 -> random.nextInt(0x10000);
                default -> random.nextInt(2000);
            };
        }

        private static String one(SplittableRandom random, String... of) {
            return of[random.nextInt(of.length)];
        }

        /** A key such as some frame has: fields that it lacks are 0. */
        static void key(SplittableRandom random, long key) {
            FlowKey.clear(key);
            final boolean ipv4 = random.nextBoolean();
            long present = FlowKey.ETHERNET | FlowKey.IP | (ipv4 ? FlowKey.IPV4 : FlowKey.IPV6);
            long protocol = new long[] {6, 17, 1, 58}[random.nextInt(4)];
            long l4 = 0;
            long type = 0;
            if (protocol == 6 || protocol == 17) {
                present |= FlowKey.PORTS | (protocol == 6 ? FlowKey.TCP : 0);
                l4 = port(random) | (long) port(random) << 16;
                l4 |= protocol == 6 ? (long) random.nextInt(0x20) << 32 : 0;
            } else {
                present |= FlowKey.ICMP;
                type = random.nextInt(4);
            }
            if (random.nextInt(10) == 0) {
                present = FlowKey.ETHERNET;
                protocol = 0;
                l4 = 0;
                type = 0;
            }
            long vlan = 0;
            if (random.nextInt(3) == 0) {
                present |= FlowKey.VLAN;
                vlan = random.nextInt(4);
            }
            if (random.nextBoolean()) {
                present |= FlowKey.TUNNEL;
                final boolean outer4 = random.nextBoolean();
                present |= outer4 ? FlowKey.ENC_IPV4 : FlowKey.ENC_IPV6;
                FlowKey.word(key, 10, few(random) | few(random) << 32 | few(random) << 48);
                FlowKey.word(key, 11, few(random) | (long) random.nextInt(16) << 32);
                address(random, key, FlowKey.ENC_SRC, outer4);
                address(random, key, FlowKey.ENC_DST, outer4);
            }
            long tracked = 0;
            if (random.nextBoolean()) {
                present |= FlowKey.TRACKED;
                tracked = 1L << random.nextInt(4) << 24;
            }
            final long places = few(random) << 32 | few(random) << 48 | few(random) << 16;
            FlowKey.word(key, 0, present | tracked | places);
            final long type16 = (present & FlowKey.IP) == 0 ? 0x0806 : ipv4 ? 0x0800 : 0x86DD;
            FlowKey.word(key, 1, few(random) | type16 << 32 | vlan << 48);
            final long tos = (present & FlowKey.IP) == 0 ? 0 : few(random);
            FlowKey.word(key, 2, 0x0200_0000_0000L + few(random) | protocol << 48 | tos << 56);
            FlowKey.word(key, 3, 0x0200_0000_0000L + few(random) | type << 48);
            FlowKey.word(key, 4, l4);
            if ((present & FlowKey.IP) != 0) {
                address(random, key, FlowKey.SRC, ipv4);
                address(random, key, FlowKey.DST, ipv4);
            }
        }

        private static long few(SplittableRandom random) {
            return random.nextInt(4);
        }

        private static void address(SplittableRandom random, long key, int word, boolean ipv4) {
            if (ipv4) {
                final long[] firsts = {
                    0x0A010203L, 0x0A010200L, 0x0A010000L, 0x0A000000L, 0xC0000201L
                };
                FlowKey.word(key, word, firsts[random.nextInt(firsts.length)] + random.nextInt(2));
            } else {
                final long[] firsts = {
                    0xFD00_0000_0000_0001L, 0xFD00_0000_0000_0000L, 0x2001_0DB8_0000_0000L, 1
                };
                FlowKey.word(key, word, firsts[random.nextInt(firsts.length)]);
                FlowKey.word(key, word + 1, random.nextInt(9));
            }
        }
    }
}
