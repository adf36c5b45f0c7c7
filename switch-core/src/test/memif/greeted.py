# SPDX-License-Identifier: Apache-2.0
"""Violations of servers: what is said to a client that has come."""

import contextlib
import os
import time

import protocol
from catalogue import SERVER, violation
from protocol import ACK, ADD_REGION, CONNECT, CONNECTED, DISCONNECT, HELLO, INIT
from rings import FLAGS, QUIET


@violation(SERVER)
def versions_too_new(server):
    """Speaks versions that come after the client's."""
    server.connect().hello(least=0x201, most=0xFFFF)


@violation(SERVER)
def versions_too_old(server):
    """Speaks versions that came before the client's."""
    server.connect().hello(least=0, most=0x1FF)


@violation(SERVER)
def versions_that_cannot_be(server):
    """Its least version is above its last."""
    server.connect().hello(least=0xFFFF, most=0)


@violation(SERVER)
def no_hello(server):
    """Takes the connection and says nothing."""
    server.connect()


@violation(SERVER)
def hello_twice(server):
    """Greets again instead of an answer."""
    server.greet().hello().connection.expect(INIT)


@violation(SERVER)
def hello_too_short(server):
    """A greeting that ends behind its name."""
    server.connect().connection.raw(protocol.message(HELLO, b"x" * 32, 0, 0, 0, 0, 0, 0)[:34])


@violation(SERVER)
def hello_of_ones(server):
    """A greeting all of whose bits are set, of the right version."""
    server.connect().connection.send(
        HELLO, b"\xff" * 32, 0, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFF
    )
    server.connection.expect(INIT)


@violation(SERVER)
def rings_of_one_descriptor(server):
    """Can do rings of one descriptor only, and uses them."""
    server.connect().hello(log2=0).connection.expect(INIT)
    server.connection.send(ACK)
    for step in (server.region, server.ring, server.ring):
        step().connection.send(ACK)
    server.connection.expect(CONNECT)
    for ring in server.rings.values():
        ring.put16(FLAGS, QUIET)
    server.connection.send(CONNECTED, b"")
    for _ in range(20):
        server.transmit(server.echo(), seconds=0.05)
        server.receive()


@violation(SERVER)
def no_acknowledgement(server):
    """Never says that it has taken who came."""
    server.greet().connection.expect(INIT)


@violation(SERVER)
def acknowledgement_of_another_kind(server):
    """Answers by messages that are none, or that say the end is near."""
    for answer in (
        protocol.message(CONNECTED, b""),
        protocol.message(INIT, 0, 0, 0, b"", b""),
        protocol.message(ADD_REGION, 0, 1 << 20),
        protocol.message(DISCONNECT, 1, b"\nforged\n" * 12),
        b"\0" * protocol.BYTES,
        b"\xff" * protocol.BYTES,
        b"\1",
    ):
        server.greet().connection.expect(INIT)
        server.connection.raw(answer)
        server.connection.closed_within(1)
        server.leave()


@violation(SERVER)
def acknowledgements_in_advance(server):
    """Says yes to everything before it has heard anything."""
    server.greet()
    for _ in range(40):
        with contextlib.suppress(protocol.Closed):
            server.connection.send(ACK)


@violation(SERVER)
def connected_in_advance(server):
    """Says that it is connected before it was asked, and uses the rings."""
    server.known().region().connection.send(ACK)
    server.ring().connection.send(ACK)
    server.ring().connection.send(CONNECTED, b"")
    for ring in server.rings.values():
        ring.publish(100)


@violation(SERVER)
def connected_never(server):
    """Has heard everything, and says nothing."""
    server.described()


@violation(SERVER)
def connected_twice(server):
    """Says twice that it is connected."""
    server.started().connection.send(CONNECTED, b"")


@violation(SERVER)
def answers_with_descriptors(server):
    """Every answer comes with 50 descriptors that nobody has asked for, time and again."""
    null = os.open("/dev/null", os.O_RDWR)
    for _ in range(4):
        hello = protocol.message(HELLO, b"", 0, 0xFFFF, 0, 0, 0, 14)
        server.connect().connection.raw(hello, [null] * 50)
        for step in (lambda: server.connection.expect(INIT), server.region, server.ring, server.ring):
            step()
            server.connection.send(ACK, fds=[null] * 50)
        server.connection.expect(CONNECT)
        server.connection.send(CONNECTED, b"", fds=[null] * 50)
        server.leave()
    os.close(null)


@violation(SERVER)
def empty_answers_with_descriptors(server):
    """Empty messages with a descriptor in the place of a greeting, time and again."""
    null = os.open("/dev/null", os.O_RDWR)
    for _ in range(10):
        server.connect().connection.raw(b"", [null])
        server.connection.closed_within(1)
        server.leave()
    os.close(null)


@violation(SERVER)
def positions_before_connected(server):
    """Moves positions and overwrites rings before the client may use them."""
    server.described()
    for ring in server.rings.values():
        ring.memory.put(ring.at, b"\xff" * 256)
    server.connection.send(CONNECTED, b"")


@violation(SERVER)
def goes_at_every_step(server):
    """Goes when it has come one step further, each time."""
    steps = (
        server.connect,
        server.greet,
        server.known,
        lambda: server.known().region(),
        server.described,
        server.start,
    )
    for step in steps:
        step()
        server.leave()
        time.sleep(0.05)


@violation(SERVER)
def connections_in_a_storm_at_a_server(server):
    """Takes who comes, and closes at once, for two seconds."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        server.connect().leave()
