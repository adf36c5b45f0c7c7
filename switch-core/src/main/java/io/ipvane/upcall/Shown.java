// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

/**
 * A frame that an lcore shows to the conductor before it goes on.
 *
 * @param lcore that it came by, and goes on by
 * @param ingress index of the port, uplink or host port that it came in by
 * @param verdict what would have become of it, or that something is to be learned from it: a code
 *     of {@link io.ipvane.ipvlan.Verdict}
 * @param port where it would have gone if the verdict is to deliver it
 * @param l3 bytes before its L3 header
 * @param mbuf the frame, which belongs to whoever takes it
 */
public record Shown(int lcore, int ingress, int verdict, int port, int l3, long mbuf) {
    /** The same with another verdict, and another port where that is to deliver it. */
    public Shown with(int other, int receiver) {
        return new Shown(lcore, ingress, other, receiver, l3, mbuf);
    }

    /** The same with another frame in its place. */
    public Shown with(long other) {
        return new Shown(lcore, ingress, verdict, port, l3, other);
    }
}
