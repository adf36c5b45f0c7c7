// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

/** Bits of {@link io.ipvane.burst.TunnelMeta#flags} of a frame from a VXLAN tunnel (spec MD-1). */
public final class MetaFlags {
    /** The outer headers named a segment; VXLAN's always do. */
    public static final int KEY = 1;

    /** The outer UDP header had a checksum. */
    public static final int CHECKSUM = 1 << 1;

    /** Routers could not fragment the outer packet. */
    public static final int DONT_FRAGMENT = 1 << 2;

    /** The VXLAN header named a group. */
    public static final int GROUP = 1 << 3;

    /** The outer packet was IPv6. */
    public static final int IPV6 = 1 << 4;

    private MetaFlags() {}
}
