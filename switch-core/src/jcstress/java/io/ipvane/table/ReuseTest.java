// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * Rule 2 of {@link AddressTable}: the slot of a deleted address goes to another one after a grace
 * period. Nobody finds the new owner under the old address, or the old owner under the new one.
 */
final class ReuseTest {
    private ReuseTest() {}

    @JCStressTest
    @Outcome(
            id = {"5, -1, 5, -1", "5, -1, 5, 9"},
            expect = ACCEPTABLE,
            desc = "deleted after the search for it, if by then")
    @Outcome(
            id = {"5, -1, -1, -1", "5, -1, -1, 9", "5, 9, -1, 9"},
            expect = ACCEPTABLE,
            desc = "deleted between the searches for it")
    @Outcome(
            id = {"-1, -1, -1, -1", "-1, -1, -1, 9", "-1, 9, -1, 9"},
            expect = ACCEPTABLE,
            desc = "deleted before the searches for it")
    @Outcome(expect = FORBIDDEN, desc = "a foreign owner, or back in time")
    @State
    public static class Ipv4 {
        private final HandOver grace = new HandOver();
        private final AddressTable table = Tables.create(grace);

        public Ipv4() {
            table.put4(Tables.DOMAIN, Tables.IPV4[0], 5);
        }

        @Actor
        public void writer() {
            table.remove4(Tables.DOMAIN, Tables.IPV4[0]);
            table.put4(Tables.DOMAIN, Tables.IPV4[1], 9);
        }

        @Actor
        public void reader(IIII_Result result) {
            result.r1 = table.find4(Tables.DOMAIN, Tables.IPV4[0]);
            result.r2 = table.find4(Tables.DOMAIN, Tables.IPV4[1]);
            grace.quiesce();
            result.r3 = table.find4(Tables.DOMAIN, Tables.IPV4[0]);
            result.r4 = table.find4(Tables.DOMAIN, Tables.IPV4[1]);
        }
    }

    @JCStressTest
    @Outcome(
            id = {"5, -1, 5, -1", "5, -1, 5, 9"},
            expect = ACCEPTABLE,
            desc = "deleted after the search for it, if by then")
    @Outcome(
            id = {"5, -1, -1, -1", "5, -1, -1, 9", "5, 9, -1, 9"},
            expect = ACCEPTABLE,
            desc = "deleted between the searches for it")
    @Outcome(
            id = {"-1, -1, -1, -1", "-1, -1, -1, 9", "-1, 9, -1, 9"},
            expect = ACCEPTABLE,
            desc = "deleted before the searches for it")
    @Outcome(expect = FORBIDDEN, desc = "a foreign owner, or back in time")
    @State
    public static class Ipv6 {
        private final HandOver grace = new HandOver();
        private final AddressTable table = Tables.create(grace);

        public Ipv6() {
            table.put6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0], 5);
        }

        @Actor
        public void writer() {
            table.remove6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0]);
            table.put6(Tables.DOMAIN, Tables.HI[1], Tables.LO[1], 9);
        }

        @Actor
        public void reader(IIII_Result result) {
            result.r1 = table.find6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0]);
            result.r2 = table.find6(Tables.DOMAIN, Tables.HI[1], Tables.LO[1]);
            grace.quiesce();
            result.r3 = table.find6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0]);
            result.r4 = table.find6(Tables.DOMAIN, Tables.HI[1], Tables.LO[1]);
        }
    }
}
