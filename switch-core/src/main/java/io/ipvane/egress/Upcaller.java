// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import io.ipvane.burst.Burst;
import io.ipvane.burst.HotPath;
import io.ipvane.ipvlan.Verdict;
import io.ipvane.neighbor.Learner;
import io.ipvane.snapshot.PortEntry;
import io.ipvane.upcall.ControlMailbox;

/**
 * Hands to the conductor what it wants to see: frames that wait for a neighbour, that it decides
 * about, that it learns from, whose source it may know better, or whose senders it may tell of a
 * drop. Each call says whether the frame has changed hands; where it has not, the mailbox is full
 * and the frame is the caller's.
 *
 * <p>Owned by the lcore that transmits.
 */
@HotPath
final class Upcaller {
    private final ControlMailbox mailbox;
    private final Learner learner = new Learner();

    Upcaller(ControlMailbox mailbox) {
        this.mailbox = mailbox;
    }

    /**
     * A frame, or a fragment of it, whose next hop nobody knows yet.
     *
     * @param mbuf frame {@code i}, or a fragment of it
     */
    boolean unresolved(Burst burst, int i, PortEntry ingress, long mbuf) {
        return mailbox.unresolved(
                ingress.segment.domain(),
                ingress.index,
                burst.family(i),
                burst.nextHop0(i),
                burst.nextHop1(i),
                askerOf(burst, i, ingress),
                mbuf);
    }

    /** An outer packet of a tunnel, whose next hop nobody knows yet; nobody asks for it by name. */
    boolean unresolved(
            PortEntry uplink, PortEntry ingress, int family, long hop0, long hop1, long mbuf) {
        return mailbox.unresolved(
                uplink.segment.domain(), ingress.index, family, hop0, hop1, 0, mbuf);
    }

    /** On whose behalf a question may be asked; a source that may be forged would poison caches. */
    private static int askerOf(Burst burst, int i, PortEntry ingress) {
        return ingress.antispoof && burst.family(i) == Burst.KEY_IPV4 ? (int) burst.source0(i) : 0;
    }

    /** A frame that the conductor decides about, with the verdict that it has without that. */
    boolean control(Burst burst, int i, PortEntry ingress) {
        return mailbox.snooped(
                ingress.index, burst.decided(i), burst.port(i), burst.l3(i), burst.mbuf(i));
    }

    /** A frame as it came in, by which a port says something of itself. */
    boolean learn(Burst burst, int i, PortEntry ingress) {
        return mailbox.snooped(
                ingress.index, Verdict.LEARN, PortEntry.NONE, burst.l3(i), burst.mbuf(i));
    }

    /** A frame as it came in, whose source its port may have had for a moment. */
    boolean askSource(Burst burst, int i, PortEntry ingress) {
        return mailbox.asked(ingress.index, burst.mbuf(i));
    }

    /**
     * A frame that is dropped and counted, where its sender may have to hear of that.
     *
     * @param mtu bytes of IP that would have fitted, where it was too long; else 0
     */
    boolean dropped(PortEntry ingress, int reason, int mtu, long mbuf) {
        final int kind = ingress.told[reason];
        return kind != 0 && mailbox.dropped(ingress.index, kind, mtu, mbuf);
    }

    /**
     * Tells what ARP and ND in a burst from the wire show of addresses. What is dropped teaches
     * nothing; a row that holds our own answer is for the asker.
     */
    void neighbors(Burst burst, PortEntry ingress) {
        final int size = burst.size;
        for (int i = 0; i < size; i++) {
            if (burst.port(i) != ingress.index
                    && burst.verdict(i) != Verdict.DROP
                    && learner.read(burst, i)) {
                mailbox.learned(
                        ingress.segment.domain(),
                        learner.family(),
                        learner.address0(),
                        learner.address1(),
                        learner.mac(),
                        learner.solicited(),
                        learner.override());
            }
        }
    }
}
