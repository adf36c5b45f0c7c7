// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Rule 4 of {@link AddressTable}: an address that goes and comes back with another owner, without a
 * grace period in between, has the old owner, none, or the new one, in this order.
 */
final class ReturnTest {
    private ReturnTest() {}

    @JCStressTest
    @Outcome(id = "5, 5", expect = ACCEPTABLE, desc = "both before the deletion")
    @Outcome(id = "5, -1", expect = ACCEPTABLE, desc = "the deletion in between")
    @Outcome(id = "5, 6", expect = ACCEPTABLE, desc = "deletion and return in between")
    @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "both between deletion and return")
    @Outcome(id = "-1, 6", expect = ACCEPTABLE, desc = "the return in between")
    @Outcome(id = "6, 6", expect = ACCEPTABLE, desc = "both after the return")
    @Outcome(expect = FORBIDDEN, desc = "a foreign owner, or back in time")
    @State
    public static class Ipv4 {
        private final AddressTable table = Tables.create(new Unwaited());

        public Ipv4() {
            table.put4(Tables.DOMAIN, Tables.IPV4[0], 5);
        }

        @Actor
        public void writer() {
            table.remove4(Tables.DOMAIN, Tables.IPV4[0]);
            table.put4(Tables.DOMAIN, Tables.IPV4[0], 6);
        }

        @Actor
        public void reader(II_Result result) {
            result.r1 = table.find4(Tables.DOMAIN, Tables.IPV4[0]);
            result.r2 = table.find4(Tables.DOMAIN, Tables.IPV4[0]);
        }
    }

    @JCStressTest
    @Outcome(id = "5, 5", expect = ACCEPTABLE, desc = "both before the deletion")
    @Outcome(id = "5, -1", expect = ACCEPTABLE, desc = "the deletion in between")
    @Outcome(id = "5, 6", expect = ACCEPTABLE, desc = "deletion and return in between")
    @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "both between deletion and return")
    @Outcome(id = "-1, 6", expect = ACCEPTABLE, desc = "the return in between")
    @Outcome(id = "6, 6", expect = ACCEPTABLE, desc = "both after the return")
    @Outcome(expect = FORBIDDEN, desc = "a foreign owner, or back in time")
    @State
    public static class Ipv6 {
        private final AddressTable table = Tables.create(new Unwaited());

        public Ipv6() {
            table.put6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0], 5);
        }

        @Actor
        public void writer() {
            table.remove6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0]);
            table.put6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0], 6);
        }

        @Actor
        public void reader(II_Result result) {
            result.r1 = table.find6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0]);
            result.r2 = table.find6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0]);
        }
    }
}
