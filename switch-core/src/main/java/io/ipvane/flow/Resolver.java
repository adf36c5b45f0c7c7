// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

/**
 * What names in rules stand for, when they are compiled. A name that stands for nothing at the
 * moment gives {@link #NONE}: the rule matches no frame until it does.
 */
public interface Resolver {
    /** Nothing has this name. */
    int NONE = -1;

    /** Place of a port. */
    int port(String name);

    /** Domain of the segment of an uplink. */
    int uplink(String name);

    /** Place of a tunnel. */
    int tunnel(String name);

    /** Domain of the segment of a VNI. */
    int vni(int vni);
}
