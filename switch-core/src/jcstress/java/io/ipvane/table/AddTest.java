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
 * Rule 1 of {@link AddressTable}: an address that is being added is there entirely or not yet, and
 * what is written of it so far is found under no other key.
 */
final class AddTest {
    private AddTest() {}

    @JCStressTest
    @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "before it was added")
    @Outcome(id = "5, -1", expect = ACCEPTABLE, desc = "after it was added")
    @Outcome(expect = FORBIDDEN, desc = "a value or a key that nobody put")
    @State
    public static class Ipv4 {
        private final AddressTable table = Tables.create(new HandOver());

        @Actor
        public void writer() {
            table.put4(Tables.DOMAIN, Tables.IPV4[0], 5);
        }

        @Actor
        public void reader(II_Result result) {
            result.r1 = table.find4(Tables.DOMAIN, Tables.IPV4[0]);
            result.r2 = table.find4(Tables.DOMAIN, Tables.IPV4[1]);
        }
    }

    @JCStressTest
    @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "before it was added")
    @Outcome(id = "5, -1", expect = ACCEPTABLE, desc = "after it was added")
    @Outcome(expect = FORBIDDEN, desc = "a value or a key that nobody put")
    @State
    public static class Ipv6 {
        private final AddressTable table = Tables.create(new HandOver());

        @Actor
        public void writer() {
            table.put6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0], 5);
        }

        @Actor
        public void reader(II_Result result) {
            result.r1 = table.find6(Tables.DOMAIN, Tables.HI[0], Tables.LO[0]);
            result.r2 = table.find6(0, Tables.HI[0], Tables.LO[0]);
        }
    }
}
