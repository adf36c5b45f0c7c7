// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Rule 4 of {@link AddressTable}: a move is one store, seen or not yet, and never unseen again. */
final class MoveTest {
    private MoveTest() {}

    @JCStressTest
    @Outcome(id = "5, 5", expect = ACCEPTABLE, desc = "both before the move")
    @Outcome(id = "5, 6", expect = ACCEPTABLE, desc = "the move in between")
    @Outcome(id = "6, 6", expect = ACCEPTABLE, desc = "both after the move")
    @Outcome(expect = FORBIDDEN, desc = "no owner, a foreign one, or back in time")
    @State
    public static class Ipv4 {
        private final AddressTable table = Tables.create(new HandOver());

        public Ipv4() {
            table.put4(Tables.DOMAIN, Tables.IPV4[0], 5);
        }

        @Actor
        public void writer() {
            table.put4(Tables.DOMAIN, Tables.IPV4[0], 6);
        }

        @Actor
        public void reader(II_Result result) {
            result.r1 = table.find4(Tables.DOMAIN, Tables.IPV4[0]);
            result.r2 = table.find4(Tables.DOMAIN, Tables.IPV4[0]);
        }
    }

    @JCStressTest
    @Outcome(id = "5, 5", expect = ACCEPTABLE, desc = "both before the move")
    @Outcome(id = "5, 6", expect = ACCEPTABLE, desc = "the move in between")
    @Outcome(id = "6, 6", expect = ACCEPTABLE, desc = "both after the move")
    @Outcome(expect = FORBIDDEN, desc = "no owner, a foreign one, or back in time")
    @State
    public static class Ipv6 {
        private final AddressTable table = Tables.create(new HandOver());

        public Ipv6() {
            table.put6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0], 5);
        }

        @Actor
        public void writer() {
            table.put6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0], 6);
        }

        @Actor
        public void reader(II_Result result) {
            result.r1 = table.find6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0]);
            result.r2 = table.find6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0]);
        }
    }
}
