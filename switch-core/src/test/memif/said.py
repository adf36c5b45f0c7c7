# SPDX-License-Identifier: Apache-2.0
"""Violations of clients: what is said on the socket, in which order, and by how many."""

import contextlib
import os
import random
import socket
import time

import protocol
from catalogue import CLIENT, asked, violation
from program import TO_SWITCH
from protocol import Closed


@violation(CLIENT)
def random_bytes(client):
    """Not memif at all: a message of noise, of the right length."""
    client.greeted().connection.raw(random.Random(7).randbytes(protocol.BYTES))


@violation(CLIENT)
def message_of_one_byte(client):
    """A message of one byte."""
    client.greeted().connection.raw(b"\3")


@violation(CLIENT)
def message_too_short(client):
    """A good message without its last byte."""
    init = protocol.message(protocol.INIT, protocol.VERSION, 0, 0, b"", b"")
    client.greeted().connection.raw(init[:-1])


@violation(CLIENT)
def message_of_64_kilobytes(client):
    """A message far longer than any, with a descriptor."""
    client.greeted().connection.raw(bytes(65536), [client.connection.socket.fileno()])


@violation(CLIENT)
def message_of_no_bytes(client):
    """An empty message, which looks like the end."""
    client.greeted().connection.raw(b"")


@violation(CLIENT)
def empty_messages_with_descriptors(client):
    """An empty message with a descriptor, time and again."""
    null = os.open("/dev/null", os.O_RDWR)
    for _ in range(20):
        client.greeted().connection.raw(b"", [null])
        client.connection.closed_within(2)
        client.leave()
    os.close(null)


@violation(CLIENT)
def kinds_unknown(client):
    """Kinds of messages that nobody has defined."""
    for kind in (0, 9, 0xFF, 0xFFFF):
        client.greeted().connection.raw(kind.to_bytes(2, "little").ljust(protocol.BYTES, b"\0"))
        client.connection.closed_within(2)
        client.leave()


@violation(CLIENT)
def messages_of_a_server(client):
    """What only a server says."""
    for message in (
        protocol.message(protocol.HELLO, b"", 0, 0xFFFF, 0, 0, 0, 0),
        protocol.message(protocol.CONNECTED, b""),
        protocol.message(protocol.ACK),
    ):
        client.known().connection.raw(message)
        client.connection.closed_within(2)
        client.leave()


@violation(CLIENT)
def connect_before_init(client):
    """Connects without saying to what."""
    client.greeted().connection.send(protocol.CONNECT, b"")


@violation(CLIENT)
def region_before_init(client):
    """Describes memory before it says for which interface."""
    client.greeted().make().region()


@violation(CLIENT)
def ring_before_region(client):
    """Describes a ring where there is no memory yet."""
    client.known().make().ring(TO_SWITCH)


@violation(CLIENT)
def init_twice(client):
    """Says twice which interface it means."""
    client.known().init()


@violation(CLIENT)
def init_in_service(client):
    """A client that is up begins anew."""
    client.started().init()


@violation(CLIENT)
def region_in_service(client):
    """A client that is up adds memory."""
    client.started().region(index=1)


@violation(CLIENT)
def ring_in_service(client):
    """A client that is up adds a ring."""
    client.started().ring(TO_SWITCH, index=1)


@violation(CLIENT)
def connect_twice(client):
    """Connects twice."""
    client.started().join()


@violation(CLIENT)
def connect_without_rings(client):
    """Connects without memory or rings."""
    client.known().join()


@violation(CLIENT)
def rings_in_one_direction(client):
    """Connects with rings to send by, and none to receive from."""
    client.known().make().region().ring(TO_SWITCH).join()


@violation(CLIENT)
def version_wrong(client):
    """Speaks version 3.0, and 0.0."""
    for version in (0x300, 0):
        with contextlib.suppress(Closed):
            client.greeted().init(version=version)
        client.leave()
    client.greeted().init(version=0xFFFF)


@violation(CLIENT)
def id_wrong(client):
    """Means an interface that is not there."""
    client.greeted().init(number=0xFFFFFFFF)


@violation(CLIENT)
def mode_wrong(client):
    """Wants to send packets without Ethernet headers."""
    client.greeted().init(mode=protocol.IP)


@violation(CLIENT)
def silent(client):
    """Connects and says nothing."""
    client.connect()


@violation(CLIENT)
def silent_after_init(client):
    """Says which interface it means, and nothing more."""
    client.known()


@violation(CLIENT)
def silent_before_connect(client):
    """Describes everything, and does not connect."""
    client.described()


@violation(CLIENT)
def slow(client):
    """Says the first things as late as it may, for longer than all of it may take."""
    client.connect()
    for step in (client.init, lambda: client.make().region(), lambda: client.ring(TO_SWITCH)):
        time.sleep(0.9)
        if client.connection.socket.recv(protocol.BYTES, socket.MSG_PEEK)[:1] == b"\2":
            client.connection.expect(protocol.HELLO)
        step()


@violation(CLIENT)
def ends_by_its_own_word(client):
    """Ends the connection with a reason that would write lines into the log."""
    reason = b'x"\n2026-01-01 ERROR event=forged \x1b[31m'
    client.started().connection.send(protocol.DISCONNECT, 0xFFFFFFFF, reason)


@violation(CLIENT)
def half_closed_for_writing(client):
    """A client that is up says that it will say no more, and goes on receiving."""
    client.started().connection.socket.shutdown(socket.SHUT_WR)
    asked(client)


@violation(CLIENT)
def half_closed_for_reading(client):
    """Will not hear what it is told, and describes itself."""
    client.greeted().connection.socket.shutdown(socket.SHUT_RD)
    client.make().connection.send(protocol.INIT, protocol.VERSION, 0, 0, b"", b"")


@violation(CLIENT)
def answers_never_read(client):
    """Describes regions without end, and reads no answer."""
    client.known().make()
    client.connection.socket.settimeout(0.5)
    with contextlib.suppress(TimeoutError):
        for index in range(2000):
            region = protocol.message(protocol.ADD_REGION, index, client.memory.size)
            client.connection.raw(region, [client.memory.fd])


@violation(CLIENT)
def descriptors_left_behind(client):
    """Eight descriptors with messages that take none, and with such that take one, time and again."""
    null = os.open("/dev/null", os.O_RDWR)
    for _ in range(10):
        client.greeted()
        init = protocol.message(protocol.INIT, protocol.VERSION, 0, 0, b"", b"")
        client.connection.raw(init, [null] * 8)
        client.connection.expect(protocol.ACK)
        client.connection.send(protocol.ADD_REGION, 0, 4096, fds=[null] * 8)
        client.connection.closed_within(2)
        client.leave()
    os.close(null)


@violation(CLIENT)
def descriptors_unread(client):
    """Goes while descriptors wait to be taken."""
    null = os.open("/dev/null", os.O_RDWR)
    for _ in range(10):
        client.greeted()
        for _ in range(20):
            client.connection.send(protocol.ACK, fds=[null] * 50)
        client.leave()
    os.close(null)


@violation(CLIENT)
def connections_by_the_hundred(client):
    """Connections, as many as there is room for, open all at once."""
    held = []
    for _ in range(100):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            sock.connect(client.endpoint.path)
        held.append(sock)
    time.sleep(0.5)
    for sock in held:
        sock.close()


@violation(CLIENT)
def connections_in_a_storm(client):
    """Comes, says which interface it means, goes, and comes again."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        with contextlib.suppress(Closed):
            client.known()
        client.leave()


@violation(CLIENT)
def restarts_in_a_storm(client):
    """Comes up with everything, goes in mid-burst, and comes again."""
    for _ in range(4):
        client.started()
        asked(client, 60)
        client.leave()
        client.echoes = set()


@violation(CLIENT)
def connects_and_goes_at_once(client):
    """Connects with everything and does not wait for the answer, time and again."""
    for _ in range(8):
        client.described().connection.send(protocol.CONNECT, b"")
        client.leave()
