# SPDX-License-Identifier: Apache-2.0
"""
Programs that behave: a client, which makes the memory, and a server, which uses the client's. One ring in
each direction. Each step can be done by itself and with other values, which is what a program that does
not behave is made of.
"""

import os
import time

import protocol
from protocol import ADD_REGION, ADD_RING, CONNECT, CONNECTED, HELLO, INIT, VERSION
from rings import FLAGS, QUIET, ClientRing, Memory, Ring, ServerRing
from station import Station

TO_US, TO_SWITCH = "to us", "to the switch"
NAME = b"peer.py"


class Program(Station):
    """What both sides have: one connection, and a ring to receive from and to send by."""

    LOG2 = 8

    def __init__(self, endpoint, mac, address, target):
        super().__init__(mac, address, target)
        self.endpoint = endpoint
        self.connection = None
        self.memory = None
        self.rings = {}
        self.events = {}

    def start(self):
        """Comes up with everything."""
        raise NotImplementedError

    def connect(self):
        """A connection, and nothing said yet."""
        self.connection = self.endpoint.connection()
        return self

    def started(self):
        """A program that has exchanged frames, so that everything between it and its target is up."""
        self.start()
        if not self.ping(3, 10):
            raise AssertionError("no echo although nothing was wrong yet")
        return self

    @property
    def sending(self):
        """The ring that the switch receives from."""
        return self.rings[TO_SWITCH]

    @property
    def receiving(self):
        """The ring that the switch sends by."""
        return self.rings[TO_US]

    def transmit(self, frame, seconds=2):
        """Sends a frame that fits into one buffer; False where there is no room in time."""
        ring = self.sending
        end = time.monotonic() + seconds
        while not ring.room():
            if time.monotonic() > end:
                return False
            time.sleep(0.0005)
        offset = ring.buffer(ring.next)
        ring.memory.put(offset, frame)
        ring.describe(ring.next, len(frame), offset)
        ring.next = (ring.next + 1) & 0xFFFF
        ring.publish(ring.next)
        return True

    def receive(self):
        """The frames that have come in; their buffers are offered again."""
        return self.receiving.take()

    def leave(self):
        """Goes without a word, with everything that it had."""
        if self.connection:
            self.connection.close()
            self.connection = None
        for fd in self.events.values():
            os.close(fd)
        self.events, self.rings = {}, {}
        if self.memory:
            self.memory.close()
            self.memory = None


class Client(Program):
    """The side that makes the memory and describes it."""

    SPARE = 1 << 20
    """Bytes behind all buffers that nothing uses."""

    spare = 0

    def greeted(self):
        """A connection whose server has said what it can do."""
        self.connect().connection.expect(HELLO)
        return self

    def init(self, version=VERSION, number=0, mode=protocol.ETHERNET):
        """Says which interface is meant."""
        self.connection.ask(INIT, version, number, mode, b"", NAME)
        return self

    def known(self):
        """A client that is known, and has described nothing yet."""
        return self.greeted().init()

    def make(self, log2=Program.LOG2):
        """Memory with a ring in each direction, of which nobody knows yet."""
        ring = (Ring.bytes_of(log2) + 63) & ~63
        buffers = Ring.BUFFER << log2
        first = (2 * ring + 4095) & ~4095
        self.spare = first + 2 * buffers
        self.memory = Memory(self.spare + self.SPARE)
        for number, direction in enumerate((TO_SWITCH, TO_US)):
            self.rings[direction] = ClientRing(
                self.memory, number * ring, log2, first + number * buffers
            )
        for ring in self.rings.values():
            ring.put16(FLAGS, QUIET)
        self.receiving.offer()
        return self

    def region(self, index=0, size=None, fds=None):
        """Describes the memory: honestly unless told otherwise."""
        size = self.memory.size if size is None else size
        self.connection.ask(ADD_REGION, index, size, fds=[self.memory.fd] if fds is None else fds)
        return self

    def event(self, direction):
        """What the other side of a ring is notified by."""
        if direction not in self.events:
            self.events[direction] = os.eventfd(0, os.EFD_NONBLOCK)
        return self.events[direction]

    def ring(self, direction, index=0, region=0, offset=None, log2=None, fds=None):
        """Describes a ring: honestly unless told otherwise."""
        ring = self.rings[direction]
        self.connection.ask(
            ADD_RING,
            protocol.TO_SERVER if direction == TO_SWITCH else 0,
            index,
            region,
            ring.at if offset is None else offset,
            ring.log2 if log2 is None else log2,
            0,
            fds=[self.event(direction)] if fds is None else fds,
        )
        return self

    def join(self):
        """Says that this was all."""
        self.connection.ask(CONNECT, NAME, answer=CONNECTED)
        return self

    def described(self, log2=Program.LOG2):
        """A client that has only to join."""
        return self.known().make(log2).region().ring(TO_SWITCH).ring(TO_US)

    def start(self):
        """A client that is ready for frames."""
        return self.described().join()


class Server(Program):
    """The side that greets and uses the client's memory."""

    def hello(self, least=VERSION, most=VERSION, rings=0, log2=14):
        """Says what it can do."""
        self.connection.send(HELLO, NAME, least, most, 255, rings, rings, log2)
        return self

    def greet(self):
        """A connection whose client has been greeted."""
        return self.connect().hello()

    def known(self):
        """Knows which interface the client means."""
        self.greet().connection.expect(INIT)
        self.connection.send(protocol.ACK)
        return self

    def region(self):
        """Maps the memory that the client describes, without an answer."""
        (_, size), fds = self.connection.expect(ADD_REGION)
        self.memory = Memory(size, fds[0])
        return self

    def ring(self):
        """Takes a ring that the client describes, without an answer."""
        (flags, _, _, offset, log2, _), fds = self.connection.expect(ADD_RING)
        direction = TO_US if flags & protocol.TO_SERVER else TO_SWITCH
        self.rings[direction] = ServerRing(self.memory, offset, log2)
        self.events[direction] = fds[0]
        return self

    def described(self):
        """Has heard everything, and has only to say that it is connected."""
        self.known()
        for step in (self.region, self.ring, self.ring):
            step().connection.send(protocol.ACK)
        self.connection.expect(CONNECT)
        return self

    def start(self):
        """A server that is ready for frames."""
        self.described()
        for ring in self.rings.values():
            ring.put16(FLAGS, QUIET)
        self.connection.send(CONNECTED, NAME)
        return self
