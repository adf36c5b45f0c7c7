# SPDX-License-Identifier: Apache-2.0
"""Violations of both roles: what rings and descriptors say while frames flow."""

import ctypes
import errno
import os
import random
import threading
import time

import protocol
from catalogue import CLIENT, SERVER, asked, violation
from program import TO_SWITCH, TO_US
from rings import DESCRIPTOR, DESCRIPTORS, FLAGS, HEAD, NEXT, TAIL

ETHERNET = 14
PUNCH_HOLE = 3
"""FALLOC_FL_PUNCH_HOLE and FALLOC_FL_KEEP_SIZE."""


def send(program, *descriptors, **change):
    """Publishes descriptors of (length, flags), each at its buffer unless told otherwise, all at once."""
    ring = program.sending
    for length, flags in descriptors:
        told = {"offset": ring.buffer(ring.next)} | change
        ring.describe(ring.next, length, flags=flags, **told)
        ring.next = (ring.next + 1) & 0xFFFF
    ring.publish(ring.next)


# Positions.


@violation(CLIENT, SERVER)
def position_runs_ahead(program):
    """Has sent 40000 descriptors in a ring of 256."""
    ring = program.started().sending
    ring.publish(ring.next + 40000)


@violation(CLIENT)
def position_runs_ahead_by_one(program):
    """Has sent one descriptor more than the ring has."""
    ring = program.started().sending
    ring.publish(ring.next + ring.size + 1)


@violation(CLIENT, SERVER)
def position_runs_back(program):
    """Takes back what it has sent."""
    ring = program.started().sending
    ring.publish(ring.next - 3)


@violation(CLIENT, SERVER)
def position_of_receiving_runs_ahead(program):
    """Offers more buffers than the ring has, or returns such as were never filled."""
    ring = program.started().receiving
    ring.publish(ring.get16(ring.mine) + ring.size + 7)
    asked(program)


@violation(CLIENT)
def position_of_receiving_runs_back(program):
    """Takes buffers away again that it has offered."""
    ring = program.started().receiving
    ring.publish(ring.get16(ring.mine) - ring.size - 7)
    asked(program)


@violation(CLIENT, SERVER)
def positions_of_the_other_side(program):
    """Writes the positions that are the switch's."""
    program.started()
    for ring in program.rings.values():
        ring.put16(ring.theirs, 0x5555)
    time.sleep(0.1)
    asked(program)


@violation(CLIENT)
def cookies_and_flags_overwritten(program):
    """A program that is up clears what marks its rings, and sets all flags."""
    program.started()
    for ring in program.rings.values():
        ring.cookie(0)
        ring.put16(FLAGS, 0xFFFF)
    asked(program)


# Descriptors of frames.


@violation(CLIENT, SERVER)
def frames_in_an_unknown_region(program):
    """Frames in regions that were never described."""
    program.started()
    for region in (1, 63, 64, 0xFFFF):
        send(program, (100, 0), region=region)


@violation(CLIENT)
def frame_beyond_its_region(program):
    """A frame that begins in memory and ends behind it."""
    program.started()
    send(program, (100, 0), offset=program.memory.size - 99)


@violation(CLIENT)
def frame_around_the_end_of_offsets(program):
    """A frame whose offset and length are together more than 32 bits."""
    program.started()
    send(program, (0xFFFFFFF0, 0), offset=0x20)


@violation(CLIENT, SERVER)
def frame_of_4_gigabytes(program):
    """A frame of length 4 GiB - 1."""
    program.started()
    send(program, (0xFFFFFFFF, 0))


@violation(CLIENT)
def frames_of_no_bytes(program):
    """Descriptors of length 0."""
    program.started()
    send(program, *[(0, 0)] * 100)


@violation(CLIENT, SERVER)
def frames_too_short(program):
    """Frames of one to thirteen bytes: shorter than an Ethernet header."""
    program.started()
    send(program, *((length, 0) for length in range(1, ETHERNET)))


@violation(CLIENT)
def frame_in_single_bytes(program):
    """A frame of 200 descriptors of one byte."""
    program.started()
    send(program, *[(1, NEXT)] * 199, (1, 0))


@violation(CLIENT, SERVER)
def frame_of_half_a_megabyte(program):
    """A frame by all descriptors of the ring, far more than the 64 KiB that frames may have."""
    ring = program.started().sending
    count = ring.room()
    send(program, *[(2048, NEXT)] * (count - 1), (2048, 0))


@violation(CLIENT)
def frame_of_a_whole_region(client):
    """A frame by one descriptor: all of the memory."""
    client.started()
    send(client, (client.memory.size, 0), offset=0)


@violation(CLIENT, SERVER)
def chain_without_end(program):
    """Every descriptor of the ring is followed by another."""
    ring = program.started().sending
    send(program, *[(10, NEXT)] * ring.room())


@violation(CLIENT)
def chain_not_yet_whole(program):
    """A frame whose last descriptor was not published."""
    program.started()
    send(program, (60, NEXT))


@violation(CLIENT)
def chains_of_no_bytes(client):
    """Chains of no bytes through the largest ring there is, as fast as they are taken."""
    client.described(14).join()
    ring = client.sending
    for slot in range(ring.size):
        ring.describe(slot, 0, 0, flags=0 if slot % 4096 == 4095 else NEXT)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        ring.publish(ring.position() + ring.size & ~4095)


@violation(CLIENT)
def flags_unknown(program):
    """Descriptors with all flags but the one that is known."""
    program.started()
    for _ in range(20):
        send(program, (60, 0xFFFF & ~NEXT))


@violation(CLIENT, SERVER)
def frames_in_a_flood(program):
    """Frames as fast as the switch takes them."""
    ring = program.started().sending
    frame = program.echo()
    for slot in range(ring.size):
        ring.memory.put(ring.buffer(slot), frame)
        ring.describe(slot, len(frame), ring.buffer(slot))
    end = time.monotonic() + 2
    while time.monotonic() < end:
        ring.next = (ring.next + ring.room()) & 0xFFFF
        ring.publish(ring.next)


@violation(CLIENT)
def frames_of_64_kilobytes_in_a_flood(client):
    """The longest frames, all at one place, as fast as the switch takes them."""
    ring = client.started().sending
    client.memory.put(client.spare, client.echo())
    for slot in range(ring.size):
        ring.describe(slot, 65000, client.spare)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        ring.publish(ring.position() + ring.size)


# Noise.


@violation(CLIENT, SERVER)
def rings_of_noise(program):
    """All of both rings is noise, as often as it can be written."""
    program.started()
    noise = random.Random(5)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        for ring in program.rings.values():
            ring.noise(noise)


@violation(CLIENT, SERVER)
def descriptors_of_noise(program):
    """Descriptors are overwritten by a thread while frames are sent by them."""
    program.started()
    offset = program.sending.buffer(0)
    noise = random.Random(9)
    end = time.monotonic() + 1

    def scribble():
        while time.monotonic() < end:
            for ring in program.rings.values():
                ring.memory.put(ring.at + DESCRIPTORS, noise.randbytes(16 * ring.size))

    thread = threading.Thread(target=scribble)
    thread.start()
    for _ in range(100):
        program.memory.put(offset, program.echo())
        send(program, (60, 0), offset=offset)
        time.sleep(0.005)
    thread.join()


@violation(CLIENT)
def descriptors_change_while_they_are_read(program):
    """Lengths that are right and wrong in turn, as fast as they can be written."""
    ring = program.started().sending
    end = time.monotonic() + 2
    while time.monotonic() < end:
        if ring.room():
            program.transmit(program.echo())
        for slot in range(8):
            offset = ring.buffer(slot)
            ring.describe(slot, 0xFFFFFFFF, offset, 0, NEXT)
            ring.describe(slot, 60, offset)


@violation(CLIENT)
def positions_change_while_they_are_read(program):
    """Both positions of both rings are noise, by two threads."""
    program.started()
    end = time.monotonic() + 1

    def scribble(seed):
        noise = random.Random(seed)
        while time.monotonic() < end:
            for ring in program.rings.values():
                ring.put16(HEAD, noise.randrange(1 << 16))
                ring.put16(TAIL, noise.randrange(1 << 16))

    threads = [threading.Thread(target=scribble, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# Buffers to receive by.


def receiving(program, length, **change):
    """Says of all buffers what they are not, and makes frames come in. Offsets below 0: from the end."""
    ring = program.started().receiving
    for slot in range(ring.size):
        told = {"offset": ring.buffer(slot)} | change
        told["offset"] %= program.memory.size
        ring.describe(slot, length, **told)
    asked(program, 200)


@violation(CLIENT)
def buffers_of_no_bytes(program):
    """Buffers of length 0."""
    receiving(program, 0)


@violation(CLIENT, SERVER)
def buffers_of_one_byte(program):
    """Buffers of one byte: a frame takes a hundred."""
    receiving(program, 1)


@violation(CLIENT, SERVER)
def buffers_in_an_unknown_region(program):
    """Buffers in a region that was never described."""
    receiving(program, 2048, region=7)


@violation(CLIENT)
def buffers_beyond_their_region(program):
    """Buffers that begin in memory and end behind it."""
    receiving(program, 2048, offset=-2047)


@violation(CLIENT)
def buffers_of_4_gigabytes(program):
    """Buffers of length 4 GiB - 1."""
    receiving(program, 0xFFFFFFFF)


@violation(CLIENT)
def buffers_over_the_rings(program):
    """Buffers that lie on the rings, so that frames become positions and descriptors."""
    receiving(program, 2048, offset=0)


@violation(CLIENT)
def buffers_never_offered_again(program):
    """Takes nothing of what it gets."""
    program.started()
    asked(program, 600)


# Memory that goes.


@violation(CLIENT)
def memory_file_truncated(client):
    """The file shrinks to nothing under a client that is up."""
    client.started()
    asked(client)
    os.ftruncate(client.memory.fd, 0)


@violation(CLIENT)
def memory_of_which_every_other_page_is_gone(client):
    """The longest chains, by one byte of every other page of a file that has shrunk to nothing."""
    client.known().make(14).region()
    large = os.memfd_create("large")
    os.ftruncate(large, 1 << 30)
    client.connection.ask(protocol.ADD_REGION, 1, 1 << 30, fds=[large])
    size = client.sending.size
    turns = [
        b"".join(
            DESCRIPTOR.pack(0 if slot == size - 1 else NEXT, 1, 1, 8192 * (turn * size + slot), 0)
            for slot in range(size)
        )
        for turn in range(4)
    ]
    client.ring(TO_SWITCH).ring(TO_US).join()
    os.ftruncate(large, 0)
    ring = client.sending
    for turn in turns:
        ring.memory.put(ring.at + DESCRIPTORS, turn)
        ring.publish(ring.next + size)
        ring.next += size
        end = time.monotonic() + 0.2
        while ring.room() < size and time.monotonic() < end:
            pass
    os.close(large)


@violation(CLIENT)
def memory_with_holes(client):
    """Buffers lose their pages again and again while frames are read from them, and written."""
    ring = client.started().sending
    for slot in range(ring.size):
        ring.describe(slot, 2048, ring.buffer(slot))
    library = ctypes.CDLL(None, use_errno=True)
    first, length = ctypes.c_int64(ring.buffers), ctypes.c_int64(2 * ring.size * ring.BUFFER)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        ring.publish(ring.position() + ring.size)
        if library.fallocate(client.memory.fd, PUNCH_HOLE, first, length) != 0:
            raise OSError(ctypes.get_errno(), "fallocate")


@violation(SERVER)
def memory_of_the_switch_truncated(server):
    """A server cuts and lengthens the memory that the switch has made, which it may not."""
    server.started()
    for size in (0, server.memory.size - 1, server.memory.size * 2):
        try:
            os.ftruncate(server.memory.fd, size)
            raise AssertionError(f"it has {size} bytes now")
        except PermissionError:
            pass


# Notifications.


def loud(program):
    """Asks for notifications of all frames."""
    program.receiving.put16(FLAGS, 0)
    asked(program, 100)


@violation(CLIENT)
def notifications_never_read(program):
    """Wants to be notified, by a counter that is full."""
    os.eventfd_write(program.started().events[TO_US], 2**64 - 2)
    loud(program)


@violation(CLIENT, SERVER)
def notifications_that_wait(program):
    """The same by a counter that waits until it is read, as was said once it had been looked at."""
    event = program.started().events[TO_US]
    os.eventfd_write(event, 2**64 - 2)
    os.set_blocking(event, True)
    loud(program)


@violation(CLIENT)
def notifications_in_a_flood(program):
    """A million notifications for nothing."""
    event = program.started().events[TO_SWITCH]
    end = time.monotonic() + 1
    while time.monotonic() < end:
        try:
            os.eventfd_write(event, 1 << 40)
        except OSError as e:
            if e.errno != errno.EAGAIN:
                raise


@violation(CLIENT, SERVER)
def disconnect_in_a_burst(program):
    """Goes while frames are under way in both directions."""
    program.started()
    asked(program, 200)
    program.leave()
