# SPDX-License-Identifier: Apache-2.0
"""
Shared memory, and the rings in it, as either side uses them. Every field can be written by itself, so
that a ring can be made to say what no peer would say.

A ring is 128 bytes (cookie, flags, head; in its second line tail) and 16 for each descriptor. The client
writes head, the server tail, whoever sends; both count up modulo 2^16. Source: VPP's memif.h, version 2.0.
"""

import mmap
import os
import struct

COOKIE = 0x3E31F20
QUIET = 1
"""Of a ring's flags: its reader looks by itself."""
NEXT = 1

FLAGS, HEAD, TAIL, DESCRIPTORS = 4, 6, 64, 128
DESCRIPTOR = struct.Struct("=HHIII")
"""Flags, region, length, offset, metadata."""


class Memory:
    """A region: a memory file of our own, or the other side's."""

    def __init__(self, size, fd=None):
        self.size = size
        if fd is None:
            fd = os.memfd_create("peer", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            os.ftruncate(fd, size)
        self.fd = fd
        self.bytes = mmap.mmap(fd, size)
        # Written at once, which struct does not: it begins with zeros.
        self.words = memoryview(self.bytes).cast("H")

    def put(self, offset, data):
        """Bytes into memory."""
        self.bytes[offset : offset + len(data)] = data

    def close(self):
        """The other side keeps its mapping."""
        self.words.release()
        self.bytes.close()
        os.close(self.fd)


class Ring:
    """One ring: positions and descriptors. What the sides make of them is for subclasses."""

    BUFFER = 2048

    def __init__(self, memory, at, log2, mine, theirs):
        self.memory = memory
        self.at = at
        self.log2 = log2
        self.size = 1 << log2
        self.mine = mine
        self.theirs = theirs
        self.next = 0

    @classmethod
    def bytes_of(cls, log2):
        """Bytes of a ring without its buffers."""
        return DESCRIPTORS + (DESCRIPTOR.size << log2)

    def get16(self, where):
        """A position or the flags."""
        return self.memory.words[(self.at + where) // 2]

    def put16(self, where, value):
        """Writes a position or the flags."""
        self.memory.words[(self.at + where) // 2] = value & 0xFFFF

    def cookie(self, value=COOKIE):
        """Writes the mark of a ring."""
        struct.pack_into("=I", self.memory.bytes, self.at, value)

    def publish(self, value):
        """Moves the position that is ours."""
        self.put16(self.mine, value)

    def position(self):
        """The position that is theirs."""
        return self.get16(self.theirs)

    def describe(self, slot, length, offset, region=0, flags=0):
        """Writes any descriptor."""
        where = self.at + DESCRIPTORS + DESCRIPTOR.size * (slot % self.size)
        DESCRIPTOR.pack_into(self.memory.bytes, where, flags, region, length, offset, 0)

    def description(self, slot):
        """A descriptor as (flags, region, length, offset)."""
        where = self.at + DESCRIPTORS + DESCRIPTOR.size * (slot % self.size)
        return DESCRIPTOR.unpack_from(self.memory.bytes, where)[:4]

    def noise(self, random):
        """Random bytes over all of it."""
        self.memory.put(self.at, random.randbytes(self.bytes_of(self.log2)))


class ClientRing(Ring):
    """A ring of memory that we have made, with a buffer for each descriptor."""

    def __init__(self, memory, at, log2, buffers):
        super().__init__(memory, at, log2, HEAD, TAIL)
        self.buffers = buffers
        memory.put(at, bytes(self.bytes_of(log2)))
        self.cookie()

    def buffer(self, slot):
        """Offset of a descriptor's buffer."""
        return self.buffers + slot % self.size * self.BUFFER

    def room(self):
        """How many descriptors may be filled."""
        return self.size - ((self.next - self.position()) & 0xFFFF)

    def offer(self):
        """All buffers that are free are offered to be filled."""
        for slot in range(self.size):
            self.describe(slot, self.BUFFER, self.buffer(slot))
        self.publish(self.next + self.size)

    def take(self):
        """The frames that have come; their buffers are offered again."""
        frames, parts = [], b""
        while self.next != self.position():
            flags, _, length, offset = self.description(self.next)
            parts += self.memory.bytes[offset : offset + length]
            self.describe(self.next, self.BUFFER, self.buffer(self.next))
            self.next = (self.next + 1) & 0xFFFF
            if not flags & NEXT:
                frames, parts = [*frames, parts], b""
        self.publish(self.next + self.size)
        return frames


class ServerRing(Ring):
    """A ring of memory that the client has made: its buffers are where it says."""

    def __init__(self, memory, at, log2):
        super().__init__(memory, at, log2, TAIL, HEAD)

    def buffer(self, slot):
        """Offset of a descriptor's buffer."""
        return self.description(slot)[3]

    def room(self):
        """How many descriptors may be filled."""
        return (self.position() - self.next) & 0xFFFF

    def take(self):
        """The frames that have come."""
        frames, parts = [], b""
        while self.next != self.position():
            flags, _, length, offset = self.description(self.next)
            parts += self.memory.bytes[offset : offset + length]
            self.next = (self.next + 1) & 0xFFFF
            if not flags & NEXT:
                frames, parts = [*frames, parts], b""
        self.publish(self.next)
        return frames
