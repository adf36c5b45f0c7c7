// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.testing.Frames;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Who goes by a name, how long that keeps others from it, and whose name makes room. */
class ClientIdsTest {
    private static final ClientId A = ClientId.of(new byte[] {0, 'a'});
    private static final ClientId B = ClientId.of(new byte[] {0, 'b'});
    private static final ClientId C = ClientId.of(new byte[] {0, 'c'});

    private final ClientIds ids = new ClientIds(2);

    private boolean use(ClientId id, int port, long now, long until) {
        return ids.use(0, id, port, now, until);
    }

    @Test
    void shouldKeepANameForItsPortAsLongAsItSaid() {
        assertTrue(use(A, 1, -7, 10));
        assertFalse(use(A, 2, 9, 19));
        assertTrue(ids.use(1, A, 2, 9, 19), "another uplink has its own names");
        assertTrue(use(A, 2, 10, 20));
        assertFalse(use(A, 1, 15, 25), "it is the second one's now");
        assertTrue(use(A, 1, 20, 30));
    }

    @Test
    void shouldProlongAndNeverShorten() {
        assertTrue(use(A, 1, 0, 100));
        assertTrue(use(A, 1, 10, 50));
        assertFalse(use(A, 2, 99, 199));
        assertTrue(use(A, 1, 99, 130));
        assertFalse(use(A, 2, 129, 229));
        assertTrue(use(A, 2, 130, 230));
    }

    @Test
    void shouldForgetTheOldestNameWhereThereAreTooMany() {
        assertTrue(use(A, 1, 0, 100));
        assertTrue(use(B, 2, 0, 100));
        assertTrue(use(C, 3, 0, 100));
        assertFalse(use(B, 9, 0, 100));
        assertFalse(use(C, 9, 0, 100));
        assertTrue(use(A, 9, 0, 100));
    }

    /** Who takes over a name is young, however old the name is. */
    @Test
    void shouldCountTheAgeOfAUseAndNotOfTheName() {
        assertTrue(use(A, 1, 0, 10));
        assertTrue(use(B, 2, 0, 100));
        assertTrue(use(A, 3, 10, 100));
        assertTrue(use(C, 4, 10, 100));
        assertFalse(use(A, 9, 10, 100));
        assertTrue(use(B, 9, 10, 100));
    }

    @Test
    void shouldForgetAPortAndNoOther() {
        assertTrue(use(A, 1, 0, 100));
        assertTrue(use(B, 2, 0, 100));
        ids.forgetPort(1);
        assertTrue(use(A, 9, 0, 100));
        assertFalse(use(B, 9, 0, 100));
    }

    @Test
    void shouldCompareNamesByTheirBytes() {
        assertEquals(A, ClientId.of(new byte[] {0, 'a'}));
        assertEquals(A.hashCode(), ClientId.of(new byte[] {0, 'a'}).hashCode());
        assertNotEquals(A, B);
        assertNotEquals(A.hashCode(), B.hashCode(), "a table of them is to be quick");
    }

    @Test
    void shouldKnowTheNamesThatTheSwitchGives() {
        assertTrue(ClientId.ofPort("web", Frames.OWN).isOfPort(Frames.OWN));
        assertFalse(ClientId.ofPort("web", Frames.OWN).isOfPort(Frames.X));
        assertFalse(A.isOfPort(Frames.OWN));
        final byte[] typed = ClientId.ofPort("web", Frames.OWN).bytes();
        typed[0] = 1;
        assertFalse(ClientId.of(typed).isOfPort(Frames.OWN));
        final byte[] longer = Arrays.copyOf(typed, typed.length + 1);
        longer[0] = 0;
        assertFalse(ClientId.of(longer).isOfPort(Frames.OWN));
    }

    @Test
    void shouldKnowANameThatIsTheMacAddressAndNoMore() {
        assertTrue(ClientId.of(new byte[] {1, 2, 0, 0, 0, 0, 1}).names(Frames.OWN));
        for (byte[] other :
                new byte[][] {
                    {1, 2, 0, 0, 0, 0, 2},
                    {1, 3, 0, 0, 0, 0, 1},
                    {0, 2, 0, 0, 0, 0, 1},
                    {1, 2, 0, 0, 0, 0, 1, 0},
                    {1, 2, 0, 0, 0, 0}
                }) {
            assertFalse(ClientId.of(other).names(Frames.OWN), ClientId.of(other).toString());
        }
        final ClientId high = ClientId.of(new byte[] {1, -2, -1, -1, -1, -1, -1});
        assertTrue(high.names(0xFEFF_FFFF_FFFFL));
    }
}
