// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import java.util.Optional;

/** A request that waits for its answer. Conductor only. */
final class Transaction {
    /** What tells requests apart; the identifier is the one that the server was told. */
    record Key(int uplink, int xid, long hardware, Optional<ClientId> told) {}

    final Key key;
    final DhcpClient client;

    /** What the client called itself, to be given back to it. */
    final Optional<ClientId> said;

    /** The last message of the client. */
    int type;

    /** The address that it spoke of; 0 for none. */
    int wanted;

    boolean rapidCommit;

    /** When nobody waits any more, in nanoseconds of the clock. */
    long deadline;

    Transaction(Key key, DhcpClient client, Optional<ClientId> said) {
        this.key = key;
        this.client = client;
        this.said = said;
    }
}
