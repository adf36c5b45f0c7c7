// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Listens to DHCP between the ports of an uplink and the servers behind it.
 *
 * <p>A request is remembered, so that its answer finds the port: the answer goes to the shared MAC
 * or to everybody, and to an address that no table knows (spec B-4). An answer of a server that is
 * trusted enters a lease; release, refusal, time or the interface ends it.
 *
 * <p>A server tells clients apart by identifier, else by MAC. A client that names the shared MAC,
 * or nothing, or what a sibling already goes by, is given the identifier of its port towards the
 * server, and gets its own back in the answer (RFC 6842).
 *
 * <p>Owned by the conductor; time is the clock's.
 */
public final class DhcpSnooper {
    /** Kept beyond a lease's end, for the clocks of client and server. */
    private static final long GRACE = Duration.ofSeconds(5).toNanos();

    private final DhcpLimits limits;
    private final LongSupplier clock;
    private final DhcpSink sink;
    private final Transactions transactions;
    private final Leases leases;
    private final ClientIds ids;

    private long requests;
    private long replies;
    private long identified;
    private long unmatched;
    private long malformed;
    private long refused;
    private long noRoom;

    /**
     * A snooper that knows of nothing yet.
     *
     * @param clock nanoseconds that never run back
     */
    public DhcpSnooper(DhcpLimits limits, LongSupplier clock, DhcpSink sink) {
        this.limits = limits;
        this.clock = clock;
        this.sink = sink;
        this.transactions = new Transactions(limits);
        this.leases = new Leases(limits);
        this.ids = new ClientIds(limits.leases());
    }

    /**
     * Takes a message to a server.
     *
     * @param payload of the datagram; not to be changed afterwards
     * @return what the server shall get in place of it, if anything
     */
    public Optional<byte[]> request(DhcpClient client, byte[] payload) {
        final Optional<DhcpMessage> read = DhcpMessage.read(payload);
        if (read.isEmpty() || read.get().reply()) {
            malformed++;
            return Optional.empty();
        }
        final DhcpMessage message = read.get();
        if (message.relay() != 0) {
            // A relay's: it gets the answer by its own address.
            return Optional.empty();
        }
        requests++;
        final Optional<ClientId> told = identify(client, message);
        final IpAddress wanted = IpAddress.ipv4(message.wanted());
        switch (message.type()) {
            case DhcpMessage.DISCOVER, DhcpMessage.REQUEST, DhcpMessage.INFORM ->
                    remember(client, message, told);
            case DhcpMessage.RELEASE -> end(leases.of(client.port(), wanted), "release");
            case DhcpMessage.DECLINE -> end(leases.of(client.port(), wanted), "decline");
            default -> {
                // A server's message; nobody waits for an answer to it.
            }
        }
        if (told.equals(message.clientId())) {
            return Optional.empty();
        }
        identified++;
        return Optional.of(ClientIdOption.replace(message, told));
    }

    /** By what name the server shall know the client. */
    private Optional<ClientId> identify(DhcpClient client, DhcpMessage message) {
        final Optional<ClientId> said = message.clientId();
        if (client.own().isEmpty() || message.signed()) {
            return said;
        }
        if (said.filter(id -> !id.names(client.mac())).isEmpty()) {
            return message.hardware() == client.mac() ? client.own() : said;
        }
        if (said.get().isOfPort(client.mac())) {
            // Its own already, or a sibling's, which only that may have.
            return client.own();
        }
        final long now = clock.getAsLong();
        final long until = now + limits.timeout().toNanos();
        return ids.use(client.uplink(), said.get(), client.port(), now, until)
                ? said
                : client.own();
    }

    private void remember(DhcpClient client, DhcpMessage message, Optional<ClientId> told) {
        final Transaction.Key key =
                new Transaction.Key(client.uplink(), message.xid(), message.hardware(), told);
        final Optional<Transaction> open =
                transactions.open(key, client, message.clientId(), clock.getAsLong());
        if (open.isEmpty()) {
            refused++;
            return;
        }
        open.get().type = message.type();
        open.get().wanted = message.wanted();
        open.get().rapidCommit = message.rapidCommit();
    }

    /**
     * Takes a message to a client.
     *
     * @param trusted whether a lease in it counts: anybody can say that he is a server
     * @param payload of the datagram; not to be changed afterwards
     * @return whom it is for; empty where nobody here asked
     */
    public Optional<DhcpReply> reply(int uplink, boolean trusted, byte[] payload) {
        final Optional<DhcpMessage> read = DhcpMessage.read(payload);
        if (read.isEmpty() || !read.get().reply()) {
            malformed++;
            return Optional.empty();
        }
        final DhcpMessage message = read.get();
        final Optional<Transaction> asked =
                message.relay() == 0
                        ? transactions.find(uplink, message, clock.getAsLong())
                        : Optional.empty();
        if (asked.isEmpty()) {
            unmatched++;
            return Optional.empty();
        }
        replies++;
        final Transaction transaction = asked.get();
        if (trusted && transaction.client.leases()) {
            take(transaction, message);
        }
        final boolean other =
                message.clientId().isPresent()
                        && !message.signed()
                        && !transaction.said.equals(message.clientId());
        return Optional.of(
                new DhcpReply(
                        transaction.client.port(),
                        other
                                ? Optional.of(ClientIdOption.replace(message, transaction.said))
                                : Optional.empty()));
    }

    private void take(Transaction transaction, DhcpMessage message) {
        if (message.type() == DhcpMessage.NAK) {
            end(leases.of(transaction.client.port(), IpAddress.ipv4(transaction.wanted)), "nak");
        } else if (message.type() == DhcpMessage.ACK
                && message.leaseSeconds() > 0
                && IpAddress.ipv4(message.yourAddress()).isHost()
                && (transaction.type == DhcpMessage.REQUEST
                        || (transaction.rapidCommit && message.rapidCommit()))) {
            enter(transaction, message);
        }
    }

    private void enter(Transaction transaction, DhcpMessage message) {
        final DhcpClient client = transaction.client;
        final IpAddress address = IpAddress.ipv4(message.yourAddress());
        Lease lease = leases.find(client.uplink(), address);
        if (lease != null && lease.port != client.port()) {
            // Whoever pretends to be a sibling must not take its address.
            refused++;
            return;
        }
        if (lease == null) {
            lease = leases.add(client.uplink(), client.port(), address);
        }
        if (lease == null) {
            noRoom++;
            return;
        }
        final boolean forever = message.leaseSeconds() == DhcpMessage.FOREVER;
        final long seconds = forever ? Long.MAX_VALUE : message.leaseSeconds();
        final long now = clock.getAsLong();
        lease.deadline =
                forever ? Long.MAX_VALUE : now + Duration.ofSeconds(seconds).toNanos() + GRACE;
        transaction.key.told().ifPresent(id -> keepId(client, id, now, seconds));
        lease.onInterface |=
                sink.leased(client.port(), new IpPrefix(address, length(message.mask())), seconds);
    }

    private void keepId(DhcpClient client, ClientId id, long now, long seconds) {
        final long most = Duration.ofDays(1).toSeconds();
        ids.use(
                client.uplink(),
                id,
                client.port(),
                now,
                now + Duration.ofSeconds(Math.min(seconds, most)).toNanos());
    }

    /** Length of a mask's prefix; a mask with holes, or none, is that one address. */
    private static int length(int mask) {
        final int length = Integer.numberOfLeadingZeros(~mask);
        return Integer.bitCount(mask) == length && length > 0 ? length : 32;
    }

    /** A null lease is none. */
    private void end(Lease lease, String why) {
        if (lease != null) {
            leases.remove(lease);
            sink.ended(lease.port, lease.address, lease.onInterface, why);
        }
    }

    /**
     * The port's interface has an address now, or no longer. A client's script may take it away for
     * a moment: the lease stays.
     *
     * @return whether the port leases it
     */
    public boolean onInterface(int port, IpAddress address, boolean there) {
        final Lease lease = leases.of(port, address);
        if (lease == null) {
            return false;
        }
        lease.onInterface = there;
        return true;
    }

    /** A port is gone; its leases are not told of. */
    public void forgetPort(int port) {
        transactions.forgetPort(port);
        ids.forgetPort(port);
        leases.of(port).forEach(leases::remove);
    }

    /** Whether a port has a lease, and so will speak to its server by unicast. */
    public boolean leases(int port) {
        return leases.any(port);
    }

    /** Ends the leases whose time is over. Call about once a second. */
    public void tick() {
        leases.due(clock.getAsLong()).forEach(lease -> end(lease, "expired"));
    }

    /** What {@link #request} or {@link #reply} gave did not fit a frame; the old one went on. */
    public void didNotFit() {
        noRoom++;
    }

    /** What has happened so far. */
    public DhcpCounters counters() {
        return new DhcpCounters(
                requests, replies, identified, unmatched, malformed, refused, noRoom);
    }

    /** Requests that wait for an answer. */
    public int waiting() {
        return transactions.size();
    }

    /** Leases that are entered. */
    public int leases() {
        return leases.size();
    }
}
