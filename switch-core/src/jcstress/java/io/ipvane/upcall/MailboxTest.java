// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ipvane.stress.Reused;
import org.agrona.concurrent.MessageHandler;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Messages between an lcore and the conductor come whole, each once and in the order in which they
 * were sent, up and down; and those that nobody had read when both ended are still there.
 */
final class MailboxTest {
    /** Bytes of a ring that few messages fill, so that they stand on both sides of its end. */
    private static final int CAPACITY = 1 << 10;

    /** Whose rings up are that short. */
    private static final int LCORES = 1 << 10;

    private static final int TURNS = 20;

    private MailboxTest() {}

    private interface Way {
        int receive(MessageHandler handler, int limit);
    }

    /** A read may find nothing but the end of the memory of a ring, and the next one more. */
    private static void receiveAll(Way way, MessageHandler handler) {
        for (int empty = 0; empty < 2; ) {
            empty = way.receive(handler, 10) > 0 ? 0 : empty + 1;
        }
    }

    /** Down: each kind of message, in order. */
    @JCStressTest
    @Outcome(id = "a1 d2 f3 a4 d5 f6 ", expect = ACCEPTABLE, desc = "all, once, whole, in order")
    @Outcome(expect = FORBIDDEN, desc = "lost, doubled, torn or out of order")
    @State
    public static class Down implements ToLcore.Listener {
        private static final Reused<ToLcore> WAYS = new Reused<>(() -> new ToLcore(CAPACITY));

        private final ToLcore down = WAYS.take();
        private final StringBuilder seen = new StringBuilder();
        private final MessageHandler handler = ToLcore.handler(this);

        private void came(String kind, int number, boolean whole) {
            seen.append(kind).append(whole ? number : "x").append(' ');
        }

        @Override
        public void arrived(int ingress, long mbuf) {
            came("a", ingress, mbuf == ~(long) ingress);
        }

        @Override
        public void decided(int ingress, int verdict, int port, long mbuf) {
            came("d", ingress, verdict == -ingress && port == ~ingress && mbuf == ~(long) ingress);
        }

        @Override
        public void finished(int port, long mbuf) {
            came("f", port, mbuf == ~(long) port);
        }

        @Actor
        public void conductor() {
            for (int number = 1; number <= 6; number += 3) {
                down.arrived(number, ~(long) number);
                down.decided(number + 1, -number - 1, ~(number + 1), ~(number + 1L));
                down.finished(number + 2, ~(number + 2L));
            }
        }

        @Actor
        public void lcore() {
            for (int turn = 0; turn < TURNS; turn++) {
                down.receive(handler, 4);
            }
        }

        @Arbiter
        public void end(L_Result result) {
            receiveAll(down::receive, handler);
            result.r1 = seen.toString();
            WAYS.give(down);
        }
    }

    /** Up, by all four rings: the order within each of them. */
    @JCStressTest
    @Outcome(
            id = "u1 l2 u3 l4 | d1 d2 | s1 s2 | a1 a2 ",
            expect = ACCEPTABLE,
            desc = "all, once, whole, in order")
    @Outcome(expect = FORBIDDEN, desc = "lost, doubled, torn or out of order")
    @State
    public static class Up implements ControlMailbox.Listener {
        private static final PortQuota PLENTY = new PortQuota(Integer.MAX_VALUE);
        private static final Reused<ControlMailbox> MAILBOXES =
                new Reused<>(() -> new ControlMailbox(1, LCORES, PLENTY, PLENTY));

        private final ControlMailbox mailbox = MAILBOXES.take();
        private final StringBuilder messages = new StringBuilder();
        private final StringBuilder drops = new StringBuilder();
        private final StringBuilder shown = new StringBuilder();
        private final StringBuilder asked = new StringBuilder();
        private final MessageHandler onMessage = mailbox.handler((ControlMailbox.Listener) this);
        private final MessageHandler onDrop =
                mailbox.handler(
                        (ControlMailbox.DropListener)
                                (lcore, ingress, kind, mtu, mbuf) ->
                                        came(
                                                drops,
                                                "d",
                                                ingress,
                                                lcore == 1
                                                        && kind == -ingress
                                                        && mtu == ~ingress
                                                        && mbuf == ~(long) ingress));
        private final MessageHandler onShown =
                mailbox.handler(
                        (ControlMailbox.Snooper)
                                frame ->
                                        came(
                                                shown,
                                                "s",
                                                frame.ingress(),
                                                frame.lcore() == 1
                                                        && frame.verdict() == -frame.ingress()
                                                        && frame.port() == ~frame.ingress()
                                                        && frame.l3() == 2 * frame.ingress()
                                                        && frame.mbuf()
                                                                == ~(long) frame.ingress()));
        private final MessageHandler onAsked =
                mailbox.handler(
                        (ControlMailbox.Asker)
                                (lcore, ingress, mbuf) ->
                                        came(
                                                asked,
                                                "a",
                                                ingress,
                                                lcore == 1 && mbuf == ~(long) ingress));

        private static void came(StringBuilder to, String kind, int number, boolean whole) {
            to.append(kind).append(whole ? number : "x").append(' ');
        }

        @Override
        public void unresolved(
                int lcore,
                int uplink,
                int ingress,
                int family,
                long hop0,
                long hop1,
                int source,
                long mbuf) {
            came(
                    messages,
                    "u",
                    uplink,
                    lcore == 1
                            && ingress == -uplink
                            && family == ~uplink
                            && hop0 == 2L * uplink
                            && hop1 == 3L * uplink
                            && source == 4 * uplink
                            && mbuf == ~(long) uplink);
        }

        @Override
        public void learned(
                int uplink,
                int family,
                long address0,
                long address1,
                long mac,
                boolean solicited,
                boolean override) {
            came(
                    messages,
                    "l",
                    uplink,
                    family == ~uplink
                            && address0 == 2L * uplink
                            && address1 == 3L * uplink
                            && mac == ~(long) uplink
                            && solicited
                            && !override);
        }

        @Actor
        public void lcore() {
            for (int number = 1; number <= 2; number++) {
                final int u = 2 * number - 1;
                final int l = 2 * number;
                mailbox.unresolved(u, -u, ~u, 2L * u, 3L * u, 4 * u, ~(long) u);
                mailbox.learned(l, ~l, 2L * l, 3L * l, ~(long) l, true, false);
                mailbox.dropped(number, -number, ~number, ~(long) number);
                mailbox.snooped(number, -number, ~number, 2 * number, ~(long) number);
                mailbox.asked(number, ~(long) number);
            }
        }

        @Actor
        public void conductor() {
            for (int turn = 0; turn < TURNS; turn++) {
                mailbox.receive(onMessage, 3);
                mailbox.receiveDropped(onDrop, 3);
                mailbox.receiveSnooped(onShown, 3);
                mailbox.receiveAsked(onAsked, 3);
            }
        }

        @Arbiter
        public void end(L_Result result) {
            receiveAll(mailbox::receive, onMessage);
            receiveAll(mailbox::receiveDropped, onDrop);
            receiveAll(mailbox::receiveSnooped, onShown);
            receiveAll(mailbox::receiveAsked, onAsked);
            result.r1 = messages + "| " + drops + "| " + shown + "| " + asked;
            PLENTY.give(1, 1);
            PLENTY.give(2, 1);
            MAILBOXES.give(mailbox);
        }
    }

    /** Two lcores take from the quota of one port: nothing that was given back stays counted. */
    @JCStressTest
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "exact")
    @Outcome(expect = FORBIDDEN, desc = "too many or too few are counted")
    @State
    public static class Quota {
        private static final int PORT = 5;

        private final PortQuota quota = new PortQuota(2);

        @Actor
        public void first() {
            takeAndGive();
        }

        @Actor
        public void second() {
            takeAndGive();
        }

        private void takeAndGive() {
            quota.take(PORT);
            quota.give(PORT, 1);
        }

        @Arbiter
        public void end(ZZ_Result result) {
            quota.take(PORT);
            result.r1 = quota.allows(PORT);
            quota.take(PORT);
            result.r2 = quota.allows(PORT);
        }
    }
}
