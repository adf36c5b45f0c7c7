# SPDX-License-Identifier: Apache-2.0
"""
Guest memory, and the two kinds of rings in it, as a driver uses them. Every field can be written by
itself, so that a ring can be made to say what a driver would never say.

Source: OASIS virtio 1.1, 2.6 (split virtqueues) and 2.7 (packed virtqueues); little endian.
"""

import mmap
import os
import struct

NEXT = 1
WRITE = 2
INDIRECT = 4
AVAIL = 1 << 7
USED = 1 << 15

DESCRIPTOR = struct.Struct("<QIHH")


class Memory:
    """
    Memory of a guest, shared by a file descriptor. It has three addresses: the offset in the file,
    by which everything here is named, the guest's (in descriptors), and the front end's own (in
    messages).
    """

    GUEST = 0x1_0000_0000
    USER = 0x7F00_0000_0000

    def __init__(self, size):
        self.size = size
        self.fd = os.memfd_create("guest")
        os.ftruncate(self.fd, size)
        self.bytes = mmap.mmap(self.fd, size)

    def region(self, **change):
        """Itself as an entry of a memory table; what is named in change is told wrongly."""
        told = {"guest": self.GUEST, "size": self.size, "user": self.USER, "offset": 0} | change
        return struct.pack("=QQQQ", told["guest"], told["size"], told["user"], told["offset"])

    def close(self):
        """The other side keeps its mapping."""
        self.bytes.close()
        os.close(self.fd)


class Ring:
    """What both kinds of rings have: where they lie, and one buffer a descriptor."""

    BUFFER = 2048

    def __init__(self, memory, at, size, buffers):
        self.memory = memory
        self.size = size
        self.descriptors = at
        self.driver = at + 16 * size
        self.device = (self.driver + 6 + 2 * size + 63) & ~63
        self.buffers = buffers
        memory.bytes[at : self.device + 6 + 8 * size] = bytes(self.device + 6 + 8 * size - at)

    def buffer(self, slot):
        """Offset of the buffer of a descriptor."""
        return self.buffers + slot * self.BUFFER

    def write_descriptor(self, slot, address, length, flags, last):
        """Any descriptor, at its slot; last is what its last field says: next, or flags."""
        DESCRIPTOR.pack_into(
            self.memory.bytes, self.descriptors + 16 * slot, address, length, flags, last
        )

    def put(self, offset, data):
        """Bytes into memory."""
        self.memory.bytes[offset : offset + len(data)] = data


class SplitRing(Ring):
    """Descriptor table, available ring, used ring."""

    def __init__(self, memory, at, size, buffers):
        super().__init__(memory, at, size, buffers)
        self.offered = 0
        self.returned = 0

    def describe(self, slot, address, length, flags=0, following=0):
        """Writes a descriptor without offering it."""
        self.write_descriptor(slot, address, length, flags, following)

    def offer(self, head):
        """The next entry of the available ring is a chain that starts here."""
        self.entry(self.offered % self.size, head)
        self.offered = (self.offered + 1) & 0xFFFF
        self.index(self.offered)

    def entry(self, place, head):
        """Any entry of the available ring."""
        struct.pack_into("<H", self.memory.bytes, self.driver + 4 + 2 * place, head)

    def index(self, value):
        """The available index: how many entries were ever offered."""
        # In one store: pack_into() writes zeros first, which the device may see.
        self.put(self.driver + 2, struct.pack("<H", value & 0xFFFF))

    def used_index(self):
        """How many chains the device has ever returned."""
        return struct.unpack_from("<H", self.memory.bytes, self.device + 2)[0]

    def wants_kicks(self):
        """Whether the device asks to be woken; meaningless where event indices are negotiated."""
        return not struct.unpack_from("<H", self.memory.bytes, self.device)[0] & 1

    def room(self, descriptors=1):
        """Whether a chain of so many descriptors can be offered, where all have as many."""
        return (self.offered - self.used_index()) & 0xFFFF < self.size // descriptors

    def post(self, slot, length, flags=0):
        """Offers the buffer of a descriptor."""
        self.describe(slot, self.memory.GUEST + self.buffer(slot), length, flags)
        self.offer(slot)

    def next_slot(self, descriptors=1):
        """The chain whose turn it is, where all have so many descriptors and come back in order."""
        return self.offered % (self.size // descriptors)

    def take(self):
        """The next chain that came back as (descriptor, length), or None."""
        if self.returned == self.used_index():
            return None
        at = self.device + 4 + 8 * (self.returned % self.size)
        self.returned = (self.returned + 1) & 0xFFFF
        return struct.unpack_from("<II", self.memory.bytes, at)


class PackedRing(Ring):
    """One table for both directions; who owns a descriptor is in its flags."""

    def __init__(self, memory, at, size, buffers):
        super().__init__(memory, at, size, buffers)
        self.place, self.wrap = 0, 1
        self.back, self.back_wrap = 0, 1
        self.free = size

    def describe(self, slot, address, length, flags=0, following=0):
        """Writes a descriptor with flags as they are; what follows is its number."""
        self.write_descriptor(slot, address, length, following, flags)

    def mine(self, flags=0):
        """Flags of a descriptor that is offered now."""
        return flags | (AVAIL if self.wrap else USED)

    def post(self, slot, length, flags=0):
        """Offers the buffer of a descriptor at the next place."""
        address = self.memory.GUEST + self.buffer(slot)
        self.describe(self.place, address, length, self.mine(flags), slot)
        self.place, self.free = self.place + 1, self.free - 1
        if self.place == self.size:
            self.place, self.wrap = 0, self.wrap ^ 1

    def room(self, _=1):
        """Whether a chain of one descriptor can be offered."""
        while self.take():
            pass
        return self.free > 0

    def next_slot(self, _=1):
        """The descriptor whose turn it is, where chains come back in order."""
        return self.place

    def take(self):
        """The next chain that came back as (number, length), or None."""
        if self.free == self.size:
            return None
        at = self.descriptors + 16 * self.back
        _, length, number, flags = DESCRIPTOR.unpack_from(self.memory.bytes, at)
        if bool(flags & AVAIL) != bool(self.back_wrap) or bool(flags & USED) != bool(self.back_wrap):
            return None
        self.back, self.free = self.back + 1, self.free + 1
        if self.back == self.size:
            self.back, self.back_wrap = 0, self.back_wrap ^ 1
        return number, length
