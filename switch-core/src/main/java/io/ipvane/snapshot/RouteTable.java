// SPDX-License-Identifier: Apache-2.0
package io.ipvane.snapshot;

import io.ipvane.burst.DropReason;
import io.ipvane.table.Fib4;
import io.ipvane.table.Fib6;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The routes of one uplink: destination to what is to be done with it. Frozen; any thread.
 *
 * <p>Spec TX-24: connected prefixes, gateways and blackholes are honoured, and what has no route is
 * dropped and counted, which the kernel's ipvlan does not do (F5).
 */
public final class RouteTable {
    /** The destination is on the link: its own address is the next hop. */
    public static final int CONNECTED = -2;

    /** The destination is an address of the host port. */
    public static final int LOCAL = -3;

    /** The destination may not be reached. */
    public static final int BLACKHOLE = -4;

    /** The destination may not be reached, and the sender is told so. */
    public static final int UNREACHABLE = -5;

    /** The destination may not be reached, and the sender is told that it is forbidden. */
    public static final int PROHIBIT = -6;

    /** No route: what {@link #find4} says where no prefix matches. */
    public static final int NO_ROUTE = -1;

    private static final int KINDS = 6;

    /** Groups that fit; their numbers lie below the kinds. */
    private static final int MAX_GROUPS = 1 << 20;

    /** From what a Fib has to a hop. */
    private static final int FIB_OFFSET = KINDS + MAX_GROUPS;

    private final Fib4 fib4;
    private final Fib6 fib6;
    private final long[] gateways;
    private final NextHopGroup[] groups;

    private RouteTable(Builder builder) {
        this.fib4 = builder.fib4.build();
        this.fib6 = builder.fib6.build();
        this.gateways = builder.gateways;
        this.groups = builder.groups.toArray(NextHopGroup[]::new);
    }

    /** Index of the gateway for an IPv4 destination, one of the kinds above, or a group. */
    public int find4(int destination) {
        return hop(fib4.find(destination));
    }

    /** Index of the gateway for an IPv6 destination, one of the kinds above, or a group. */
    public int find6(long high, long low) {
        return hop(fib6.find(high, low));
    }

    private static int hop(int found) {
        return found == Fib4.NONE ? NO_ROUTE : found - FIB_OFFSET;
    }

    /** Whether a hop is a group of several, or has an MTU of its own. */
    public static boolean isGroup(int hop) {
        return hop < -KINDS;
    }

    /** The group that a hop is. */
    public NextHopGroup group(int hop) {
        return groups[-KINDS - 1 - hop];
    }

    /** High half of a gateway's address, or the whole of an IPv4 one. */
    public long gateway0(int gateway) {
        return gateways[2 * gateway];
    }

    /** Low half of a gateway's IPv6 address. */
    public long gateway1(int gateway) {
        return gateways[2 * gateway + 1];
    }

    /** The drop that a kind which leads nowhere means. */
    public static DropReason reason(int kind) {
        return switch (kind) {
            case BLACKHOLE -> RouteDrop.ROUTE_BLACKHOLE;
            case UNREACHABLE -> RouteDrop.ROUTE_UNREACHABLE;
            case PROHIBIT -> RouteDrop.ROUTE_PROHIBIT;
            default -> RouteDrop.NO_ROUTE;
        };
    }

    /** Collects routes; conductor only. */
    public static final class Builder {
        private final Fib4.Builder fib4 = new Fib4.Builder();
        private final Fib6.Builder fib6 = new Fib6.Builder();
        private final List<NextHopGroup> groups = new ArrayList<>();
        private long[] gateways = new long[0];

        /**
         * Adds an IPv4 prefix; {@code hop} is a kind, or the result of {@link #gateway} or {@link
         * #group}.
         */
        public Builder add4(int address, int prefixLength, int hop) {
            fib4.add(address, prefixLength, hop + FIB_OFFSET);
            return this;
        }

        /**
         * Adds an IPv6 prefix; {@code hop} is a kind, or the result of {@link #gateway} or {@link
         * #group}.
         */
        public Builder add6(long high, long low, int prefixLength, int hop) {
            fib6.add(high, low, prefixLength, hop + FIB_OFFSET);
            return this;
        }

        /** Adds a gateway and says its index. */
        public int gateway(long address0, long address1) {
            final int index = gateways.length / 2;
            gateways = Arrays.copyOf(gateways, gateways.length + 2);
            gateways[2 * index] = address0;
            gateways[2 * index + 1] = address1;
            return index;
        }

        /**
         * Adds a group of next hops and says which hop it is.
         *
         * @param buckets results of {@link #gateway}, or {@link #CONNECTED}; a power of two of them
         * @param mtu bytes of an L3 packet that may take it; 0: what the uplink carries
         */
        public int group(int[] buckets, int mtu) {
            groups.add(new NextHopGroup(buckets, mtu));
            return -KINDS - groups.size();
        }

        /** The frozen table. */
        public RouteTable build() {
            return new RouteTable(this);
        }
    }
}
