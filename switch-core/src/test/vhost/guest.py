# SPDX-License-Identifier: Apache-2.0
"""
A guest that behaves: it negotiates, shares memory, starts its rings, and asks for echoes. One queue
pair. Each step can be done by itself and with other values, which is what a guest that does not
behave is made of.
"""

import os
import struct
import time

import protocol
import rings
from station import Station

RX, TX = 0, 1

CSUM, GUEST_CSUM, GUEST_TSO4, HOST_TSO4 = 1 << 0, 1 << 1, 1 << 7, 1 << 11
MRG_RXBUF = 1 << 15
INDIRECT = 1 << 28
EVENT_IDX = 1 << 29
PROTOCOL_FEATURES = 1 << 30
VERSION_1 = 1 << 32
IOMMU = 1 << 33
PACKED = 1 << 34

USUAL = CSUM | GUEST_CSUM | HOST_TSO4 | MRG_RXBUF | INDIRECT | PROTOCOL_FEATURES | VERSION_1

MQ, REPLY_ACK = 1 << 0, 1 << 3

HEADER = struct.Struct("<BBHHHHH")
"""virtio_net_hdr: flags, gso_type, hdr_len, gso_size, csum_start, csum_offset, num_buffers."""

PLAIN = bytes(HEADER.size)

PIECES = (5, 7, 30)
"""Bytes of all parts of a buffer but the last, where it has several: the header is in two."""

SMALL = 40
"""Bytes of a buffer that no frame fits into."""

SHAPES = ("whole", "chain", "indirect", "small", "split")
"""
What a guest receives in and sends from: one part a buffer, several, several in a table; too little
each (sends whole ones); or one part, of which the second buffer lies in two regions of its memory, and
every eighth frame by a table that lies in two regions.
"""

CUTS = (0x100000 + rings.Ring.BUFFER + 20, 0x200000 + rings.Ring.BUFFER + 30, 0x2F0000)
"""Where regions meet: in the second buffer of either ring, and in the table."""


class Guest(Station):
    """One guest on one connection."""

    SIZE = 256
    MEMORY = 4 << 20
    TABLES = 0x20000

    def __init__(self, endpoint, mac, address, target, shape="whole"):
        super().__init__(mac, address, target)
        self.endpoint = endpoint
        self.shape = shape
        self.connection = None
        self.memory = None
        self.rings = {}
        self.events = {}
        self.features = 0

    def connect(self):
        """A connection, and nothing said yet."""
        self.connection = self.endpoint.connection()
        return self

    def negotiate(self, wanted=USUAL):
        """Owner and features: of those that are wanted, the ones that are offered."""
        self.connection.send(protocol.SET_OWNER)
        self.features = self.connection.number(protocol.GET_FEATURES) & wanted
        if self.features & PROTOCOL_FEATURES:
            offered = self.connection.number(protocol.GET_PROTOCOL_FEATURES)
            wanted = offered & (MQ | REPLY_ACK)
            self.connection.send(protocol.SET_PROTOCOL_FEATURES, struct.pack("=Q", wanted))
        self.connection.send(protocol.SET_FEATURES, struct.pack("=Q", self.features))
        return self

    def share(self, *regions, fds=None, flags=protocol.VERSION):
        """Makes memory and sends the table: of one honest region unless told otherwise."""
        if self.memory is None:
            self.memory = rings.Memory(self.MEMORY)
        regions = regions or self._regions()
        self.connection.send(
            protocol.SET_MEM_TABLE,
            struct.pack("=II", len(regions), 0) + b"".join(regions),
            [self.memory.fd] * len(regions) if fds is None else fds,
            flags,
        )
        return self

    def _regions(self):
        if self.shape != "split":
            return (self.memory.region(),)
        ends = (*CUTS, self.memory.size)
        return tuple(self.part(start, end) for start, end in zip((0, *CUTS), ends))

    def part(self, start, end):
        """A region of memory that is a part of it."""
        memory = self.memory
        return memory.region(
            guest=memory.GUEST + start, size=end - start, user=memory.USER + start, offset=start
        )

    def ring(self, queue, size=SIZE, at=None):
        """Lays out a ring of a queue in memory."""
        kind = rings.PackedRing if self.features & PACKED else rings.SplitRing
        at = 0x10000 * queue if at is None else at
        self.rings[queue] = kind(self.memory, at, size, 0x100000 * (queue + 1))
        return self.rings[queue]

    def size(self, queue, size=None, flags=protocol.VERSION):
        """Says how large a ring is."""
        value = self.rings[queue].size if size is None else size
        self.connection.state(protocol.SET_VRING_NUM, queue, value, flags)

    def addresses(self, queue, flags=protocol.VERSION, **change):
        """Says where a ring is; what is named in change (descriptors, device, driver) is wrong."""
        ring = self.rings[queue]
        user = self.memory.USER
        told = {
            "descriptors": user + ring.descriptors,
            "device": user + ring.device,
            "driver": user + ring.driver,
        } | change
        self.connection.send(
            protocol.SET_VRING_ADDR,
            struct.pack(
                "=IIQQQQ", queue, 0, told["descriptors"], told["device"], told["driver"], 0
            ),
            flags=flags,
        )

    def base(self, queue, value=None):
        """Says where the device is to start in a ring: by default at its beginning."""
        if value is None:
            value = 1 << 15 if self.features & PACKED else 0
        self.connection.state(protocol.SET_VRING_BASE, queue, value)

    def call(self, queue, fd=None):
        """Hands over what the device signals by."""
        fd = self._event("call", queue) if fd is None else fd
        self.connection.send(protocol.SET_VRING_CALL, struct.pack("=Q", queue), [fd])

    def kick(self, queue, fd=None):
        """Hands over what the driver signals by; this starts the ring."""
        fd = self._event("kick", queue) if fd is None else fd
        self.connection.send(protocol.SET_VRING_KICK, struct.pack("=Q", queue), [fd])

    def enable(self, queue, value=1):
        """Lets the device use a ring, or not."""
        self.connection.state(protocol.SET_VRING_ENABLE, queue, value)

    def _event(self, kind, queue):
        if (kind, queue) not in self.events:
            self.events[kind, queue] = os.eventfd(0, os.EFD_NONBLOCK)
        return self.events[kind, queue]

    def start_ring(self, queue, size=SIZE):
        """All that one queue needs."""
        ring = self.ring(queue, size)
        if queue == RX:
            for slot in range(size // (len(PIECES) + 1) if self.shape == "chain" else size):
                self.set_out(slot)
        self.size(queue)
        self.base(queue)
        self.addresses(queue)
        self.call(queue)
        self.kick(queue)
        self.enable(queue)

    def start(self, wanted=USUAL, size=SIZE):
        """A guest that is ready for frames."""
        self.connect().negotiate(wanted).share()
        for queue in (RX, TX):
            self.start_ring(queue, size)
        return self

    def started(self, wanted=USUAL, size=SIZE):
        """A guest that has exchanged frames, so that everything between it and its target is up."""
        self.start(wanted, size)
        if not self.ping(3, 10):
            raise AssertionError("no echo although nothing was wrong yet")
        return self

    def transmit(self, frame, header=PLAIN, seconds=2):
        """Sends a frame that fits into one buffer; False where there is no room in time."""
        ring = self.rings[TX]
        end = time.monotonic() + seconds
        stride = len(PIECES) + 1 if self.shape == "chain" else 1
        while not ring.room(stride):
            if time.monotonic() > end:
                return False
            time.sleep(0.0005)
        slot = ring.next_slot(stride)
        header = header[: self.header_size()]
        ring.put(ring.buffer(slot), header + frame)
        self._offer(TX, slot, len(header) + len(frame))
        self.signal()
        return True

    def signal(self):
        """Kicks the device, which may be asleep."""
        os.eventfd_write(self._event("kick", TX), 1)

    def set_out(self, slot):
        """Offers a buffer to receive in."""
        self._offer(RX, slot, SMALL if self.shape == "small" else rings.Ring.BUFFER, rings.WRITE)

    def _offer(self, queue, slot, length, flags=0):
        """Offers the first bytes of a buffer, described as the guest's shape has it."""
        ring = self.rings[queue]
        count = len(PIECES) + 1
        table = self.TABLES * (queue + 1) + slot * 16 * count
        if self.shape == "split" and queue == TX and slot % 8 == 2:
            table = CUTS[-1] - 16
        elif self.shape == "chain":
            for part, said in enumerate(self._pieces(queue, slot, length, flags, slot * count)):
                ring.describe(slot * count + part, *said)
            ring.offer(slot * count)
            return
        elif self.shape != "indirect":
            ring.post(slot, length, flags)
            return
        entries = [rings.DESCRIPTOR.pack(*s) for s in self._pieces(queue, slot, length, flags)]
        ring.put(table, b"".join(entries))
        ring.describe(slot, self.memory.GUEST + table, 16 * count, rings.INDIRECT)
        ring.offer(slot)

    def _pieces(self, queue, slot, length, flags, first=0):
        """What descriptors say of a buffer as parts that lie one behind the other."""
        at = self.memory.GUEST + self.rings[queue].buffer(slot)
        for part, piece in enumerate(PIECES, first + 1):
            yield at, piece, flags | rings.NEXT, part
            at += piece
        yield at, length - sum(PIECES), flags, 0

    def _take(self):
        """What is in the next buffer that came back, which is set out again; or None."""
        ring = self.rings[RX]
        if (chain := ring.take()) is None:
            return None
        head, length = chain
        slot = head // (len(PIECES) + 1) if self.shape == "chain" else head
        at = ring.buffer(slot)
        found = bytes(self.memory.bytes[at : at + length])
        self.set_out(slot)
        return found

    def receive(self):
        """The frames that have come in; their buffers are offered again."""
        frames = []
        while (found := self._take()) is not None:
            if self.features & MRG_RXBUF:
                for _ in range(1, HEADER.unpack_from(found)[-1]):
                    found += self._take()
            frames.append(found[self.header_size() :])
        return frames

    def header_size(self):
        """Bytes in front of a frame."""
        return HEADER.size if self.features & (MRG_RXBUF | VERSION_1) else HEADER.size - 2

    def stop(self):
        """Stops its rings as a driver does that is unloaded."""
        for queue in self.rings:
            self.connection.ask(protocol.GET_VRING_BASE, struct.pack("=II", queue, 0))

    def leave(self):
        """Goes without a word, with everything that it had."""
        if self.connection:
            self.connection.close()
            self.connection = None
        for fd in self.events.values():
            os.close(fd)
        self.events = {}
        if self.memory:
            self.memory.close()
            self.memory = None
