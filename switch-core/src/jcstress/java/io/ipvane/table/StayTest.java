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
 * Rules 3 and 5 of {@link AddressTable}: an address that stays is found at every moment, whatever
 * becomes of the slot before it. In IPv6 it is the very mixture of halves that stands in that slot
 * while a key is overwritten.
 */
final class StayTest {
    private StayTest() {}

    @JCStressTest
    @Outcome(id = "8, 8", expect = ACCEPTABLE, desc = "found")
    @Outcome(expect = FORBIDDEN, desc = "not found, or a foreign owner")
    @State
    public static class Ipv4 {
        private final HandOver grace = new HandOver();
        private final AddressTable table = Tables.create(grace);

        public Ipv4() {
            table.put4(Tables.DOMAIN, Tables.IPV4[0], 5);
            table.put4(Tables.DOMAIN, Tables.IPV4[2], 8);
        }

        @Actor
        public void writer() {
            table.remove4(Tables.DOMAIN, Tables.IPV4[0]);
            table.put4(Tables.DOMAIN, Tables.IPV4[1], 9);
        }

        @Actor
        public void reader(II_Result result) {
            result.r1 = table.find4(Tables.DOMAIN, Tables.IPV4[2]);
            grace.quiesce();
            result.r2 = table.find4(Tables.DOMAIN, Tables.IPV4[2]);
        }
    }

    @JCStressTest
    @Outcome(id = "8, 8", expect = ACCEPTABLE, desc = "found")
    @Outcome(expect = FORBIDDEN, desc = "not found, or a foreign owner")
    @State
    public static class Ipv6 {
        private final HandOver grace = new HandOver();
        private final AddressTable table = Tables.create(grace);

        public Ipv6() {
            table.put6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0], 5);
            table.put6(Tables.DOMAIN, Tables.HI[1], Tables.LO[0], 8);
        }

        @Actor
        public void writer() {
            table.remove6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0]);
            table.put6(Tables.DOMAIN, Tables.HI[1], Tables.LO[1], 9);
        }

        @Actor
        public void reader(II_Result result) {
            result.r1 = table.find6(Tables.DOMAIN, Tables.HI[1], Tables.LO[0]);
            grace.quiesce();
            result.r2 = table.find6(Tables.DOMAIN, Tables.HI[1], Tables.LO[0]);
        }
    }
}
