# SPDX-License-Identifier: Apache-2.0
"""
What a guest may do wrong, one function each: its name is the name of the violation, its docstring
says what is wrong. It gets a guest that is not connected, and leaves it connected or not; the caller
waits and goes.
"""

import contextlib
import ctypes
import os
import random
import select
import struct
import time

import protocol
import rings
from guest import EVENT_IDX, HEADER, IOMMU, MRG_RXBUF, PACKED, PLAIN, RX, TX, USUAL
from protocol import Closed, Connection
from station import ETHERNET

ALL = {}


def violation(function):
    """Puts a function into the catalogue."""
    ALL[function.__name__.replace("_", "-")] = function
    return function


def asked(guest, frames=40):
    """Makes frames come in, as many as there is room to ask for."""
    for _ in range(frames):
        if not guest.transmit(guest.echo(), seconds=0.05):
            break


# What is said on the socket.


@violation
def random_bytes(guest):
    """Not vhost-user at all: 64 KiB of noise."""
    guest.connect().connection.raw(random.Random(7).randbytes(65536))


@violation
def http_request(guest):
    """Not vhost-user at all: a web client."""
    guest.connect().connection.raw(b"GET / HTTP/1.1\r\nHost: vm1\r\n\r\n")


@violation
def half_a_header(guest):
    """Six of the twelve bytes of a header, then silence."""
    guest.connect().connection.raw(protocol.HEADER.pack(protocol.SET_OWNER, 1, 0)[:6])


@violation
def half_a_message(guest):
    """A header that announces a payload which never comes."""
    guest.connect().connection.raw(protocol.HEADER.pack(protocol.SET_FEATURES, 1, 8))


@violation
def half_a_message_in_service(guest):
    """The same, of a guest that is up."""
    guest.started().connection.raw(protocol.HEADER.pack(protocol.SET_FEATURES, 1, 8))


@violation
def half_a_message_again_and_again(guest):
    """For three seconds, a connection for each: the others wait for their handshakes."""
    end = time.monotonic() + 3
    while time.monotonic() < end:
        with contextlib.suppress(Closed, OSError):
            guest.connect().connection.raw(protocol.HEADER.pack(protocol.SET_FEATURES, 1, 8))
            guest.connection.closed_within(2)
        guest.leave()


@violation
def descriptors_with_a_question(guest):
    """Eight descriptors with a message that takes none, a hundred times: nobody would close them."""
    guest.connect()
    null = os.open("/dev/null", os.O_RDWR)
    with contextlib.suppress(Closed):
        for _ in range(100):
            guest.connection.send(protocol.GET_QUEUE_NUM, b"", [null] * 8)
            guest.connection.reply()
    os.close(null)


@violation
def payload_of_4_gigabytes(guest):
    """A header that announces more than any message has."""
    guest.connect().connection.raw(protocol.HEADER.pack(protocol.SET_FEATURES, 1, 0xFFFFFFFF))


@violation
def payload_too_long(guest):
    """A message with a payload larger than its kind has."""
    guest.connect().connection.send(protocol.SET_VRING_NUM, bytes(300))


@violation
def payload_missing(guest):
    """Messages without the payload that they need."""
    guest.connect().negotiate()
    for request in (protocol.SET_VRING_NUM, protocol.SET_VRING_ADDR, protocol.SET_MEM_TABLE):
        guest.connection.send(request)


@violation
def request_unknown(guest):
    """Request numbers that nobody has defined."""
    guest.connect()
    for request in (0, 23, 200, 0xFFFFFFFF):
        guest.connection.send(request, bytes(8), flags=protocol.VERSION | protocol.NEED_REPLY)


@violation
def enable_before_memory(guest):
    """Rings are enabled, addressed and kicked before there is memory."""
    guest.connect().negotiate()
    guest.memory = rings.Memory(guest.MEMORY)
    for queue in (RX, TX):
        guest.ring(queue)
        guest.enable(queue)
        guest.size(queue)
        guest.kick(queue)
        guest.call(queue)
        guest.addresses(queue)


@violation
def queue_out_of_range(guest):
    """Messages for queues 255, 256 and 4 G - 1."""
    guest.connect().negotiate()
    for queue in (255, 256, 0xFFFFFFFF):
        guest.connection.state(protocol.SET_VRING_NUM, queue, 256)


@violation
def features_not_offered(guest):
    """All features, offered or not."""
    guest.connect().connection.send(protocol.SET_FEATURES, b"\xff" * 8)
    guest.connection.send(protocol.SET_PROTOCOL_FEATURES, b"\xff" * 8)


@violation
def features_changed_in_service(guest):
    """A guest that is up wants other features."""
    guest.started()
    changed = struct.pack("=Q", guest.features ^ MRG_RXBUF)
    for flags in (protocol.VERSION | protocol.NEED_REPLY, protocol.VERSION):
        guest.connection.send(protocol.SET_FEATURES, changed, flags=flags)
        asked(guest)


@violation
def features_changed_with_rings(guest):
    """Rings get their sizes and places, then features by which a ring is longer; then they start."""
    guest.connect().negotiate(USUAL & ~EVENT_IDX).share()
    for queue in (RX, TX):
        guest.ring(queue)
        guest.enable(queue)
        guest.size(queue)
        guest.addresses(queue)
    guest.connection.send(
        protocol.SET_FEATURES, struct.pack("=Q", guest.features | EVENT_IDX)
    )
    with contextlib.suppress(Closed):
        for queue in (RX, TX):
            guest.kick(queue)
            guest.call(queue)
        asked(guest)


@violation
def packed_after_split(guest):
    """Rings are sized as split rings, and then they are packed ones."""
    guest.connect().negotiate(USUAL).share()
    for queue in (RX, TX):
        guest.ring(queue)
        guest.size(queue)
    offered = guest.connection.number(protocol.GET_FEATURES)
    guest.features = offered & (USUAL | PACKED)
    guest.connection.send(protocol.SET_FEATURES, struct.pack("=Q", guest.features))
    for queue in (RX, TX):
        ring = guest.ring(queue)
        if queue == RX:
            for slot in range(guest.SIZE):
                ring.post(slot, ring.BUFFER, rings.WRITE)
        guest.addresses(queue)
        guest.base(queue)
        guest.call(queue)
        guest.kick(queue)
        guest.enable(queue)
    asked(guest, 200)


@violation
def descriptors_missing(guest):
    """A memory table and a kick without the descriptors that belong to them."""
    guest.connect().negotiate().share(fds=[])


@violation
def descriptors_too_many(guest):
    """Nine descriptors with a table of one region, and 200 with a message that takes none."""
    guest.connect().negotiate()
    null = os.open("/dev/null", os.O_RDWR)
    with contextlib.suppress(Closed):
        guest.share(fds=[null] * 9)
        guest.connection.send(protocol.SET_FEATURES, bytes(8), [null] * 200)
    os.close(null)


@violation
def descriptors_left_behind(guest):
    """Eight descriptors with a message for a queue that cannot be, time and again."""
    null = os.open("/dev/null", os.O_RDWR)
    for _ in range(20):
        guest.connect()
        with contextlib.suppress(Closed):
            guest.connection.send(
                protocol.SET_VRING_NUM, struct.pack("=II", 4096, 1), [null] * 8
            )
            guest.connection.closed_within(2)
        guest.leave()
    os.close(null)


def unread(guest, ask):
    """A guest that is up asks, and reads no answer, until nothing more can be sent."""
    guest.started()
    guest.connection.socket.settimeout(0.5)
    with contextlib.suppress(TimeoutError, Closed):
        for _ in range(100_000):
            ask()
    asked(guest)


@violation
def replies_never_read(guest):
    """A guest that is up asks for its features, and reads no answer, until no more can be sent."""
    unread(guest, lambda: guest.connection.send(protocol.GET_FEATURES))


@violation
def acknowledgements_never_read(guest):
    """The same with acknowledgements, which the device may owe while it holds the rings."""
    flags = protocol.VERSION | protocol.NEED_REPLY
    unread(guest, lambda: guest.connection.state(protocol.SET_VRING_ENABLE, RX, 1, flags))


@violation
def messages_without_end(guest):
    """Questions as fast as they are answered."""
    guest.started()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        guest.connection.number(protocol.GET_FEATURES)


@violation
def five_hundred_connections(guest):
    """Connections, open all at once."""
    held = []
    with contextlib.suppress(OSError):
        for _ in range(500):
            held.append(guest.endpoint.connection())
    time.sleep(0.5)
    for connection in held:
        connection.close()


@violation
def connections_in_a_storm(guest):
    """Comes, says its features, goes, and comes again."""
    end = time.monotonic() + 3
    while time.monotonic() < end:
        guest.connect()
        with contextlib.suppress(Closed):
            guest.negotiate()
        guest.leave()


@violation
def restarts_in_a_storm(guest):
    """Comes up with everything, goes in mid-burst, and comes again."""
    for _ in range(4):
        guest.started()
        asked(guest, 60)
        guest.leave()
        guest.rings, guest.echoes = {}, set()


@violation
def disconnect_in_a_burst(guest):
    """Goes while frames are under way in both directions."""
    guest.started()
    asked(guest, 200)
    guest.leave()


# What is shared.


@violation
def memory_of_no_regions(guest):
    """A memory table without regions, and rings in it."""
    guest.connect().negotiate()
    guest.memory = rings.Memory(guest.MEMORY)
    guest.connection.send(protocol.SET_MEM_TABLE, struct.pack("=II", 0, 0))
    for queue in (RX, TX):
        guest.start_ring(queue)


@violation
def memory_taken_away(guest):
    """A guest that is up replaces its memory by none, and asks for frames."""
    guest.started()
    asked(guest)
    guest.connection.send(protocol.SET_MEM_TABLE, struct.pack("=II", 0, 0))
    asked(guest, 200)


@violation
def memory_of_nine_regions(guest):
    """More regions than a table has room for."""
    guest.connect().negotiate()
    memory = rings.Memory(guest.MEMORY)
    region = memory.region()
    guest.connection.send(
        protocol.SET_MEM_TABLE, struct.pack("=II", 9, 0) + region * 9, [memory.fd] * 8
    )
    memory.close()


@violation
def memory_overlaps(guest):
    """Two regions at the same addresses."""
    guest.connect().negotiate()
    guest.memory = rings.Memory(guest.MEMORY)
    shifted = guest.memory.region(guest=guest.memory.GUEST + 4096, offset=0, size=guest.MEMORY)
    guest.share(guest.memory.region(), shifted)
    for queue in (RX, TX):
        guest.start_ring(queue)
    asked(guest)


@violation
def memory_overflows(guest):
    """Regions whose size and offset are together more than 64 bits, or end beyond them."""
    for change in (
        {"size": 2**64 - 4096, "offset": 8192},
        {"size": 2**64 - 1},
        {"size": 0},
        {"guest": 2**64 - 4096},
        {"user": 2**64 - 4096},
    ):
        guest.connect().negotiate()
        guest.memory = rings.Memory(guest.MEMORY)
        with contextlib.suppress(Closed):
            guest.share(guest.memory.region(**change))
            for queue in (RX, TX):
                guest.start_ring(queue)
            guest.connection.closed_within(0.2)
        guest.leave()
        guest.rings = {}


@violation
def memory_refused_time_and_again(guest):
    """Tables that cannot be mapped, on one connection: each asks for an answer, so none closes it."""
    guest.connect().negotiate()
    guest.memory = rings.Memory(guest.MEMORY)
    bad = guest.memory.region(size=2**64 - 4096, offset=8192)
    for _ in range(200):
        guest.share(bad, flags=protocol.VERSION | protocol.NEED_REPLY)
        guest.connection.reply()


@violation
def memory_larger_than_its_file(guest):
    """A region that goes on where its file ends, with the buffers there."""
    guest.connect().negotiate()
    guest.memory = rings.Memory(guest.MEMORY)
    guest.share(guest.memory.region(size=guest.MEMORY * 2))
    for queue in (RX, TX):
        guest.start_ring(queue)
    ring = guest.rings[TX]
    ring.describe(0, guest.memory.GUEST + guest.MEMORY + 4096, 100)
    ring.offer(0)


@violation
def memory_read_only_under_traffic(guest):
    """A guest that is up replaces its memory: one of two regions is open for reading only."""
    guest.started()
    asked(guest, 20)
    memory = guest.memory
    only = os.open(f"/proc/self/fd/{memory.fd}", os.O_RDONLY)
    other = memory.region(guest=0x9_0000_0000, user=0x7E00_0000_0000)
    guest.share(memory.region(), other, fds=[memory.fd, only])
    os.close(only)


@violation
def memory_of_more_addresses_than_there_are(guest):
    """Eight regions of 100 TiB of a file that is as long and holds nothing."""
    guest.started()
    size = 100 << 40
    sparse = os.memfd_create("sparse")
    os.ftruncate(sparse, size)
    regions = [
        guest.memory.region(guest=(n + 1) << 48, user=(n + 1) << 48, size=size) for n in range(8)
    ]
    with contextlib.suppress(Closed):
        guest.share(*regions, fds=[sparse] * 8)
    os.close(sparse)


@violation
def memory_file_truncated(guest):
    """The file shrinks to nothing under a guest that is up."""
    guest.started()
    os.ftruncate(guest.memory.fd, 0)


@violation
def memory_is_no_file(guest):
    """Descriptors of things that are no memory: a pipe, a device, the socket itself."""
    for fd in (os.pipe()[0], os.open("/dev/zero", os.O_RDWR), guest.connect().connection.socket.fileno()):
        guest.connect().negotiate()
        with contextlib.suppress(Closed):
            guest.share(fds=[fd])
            for queue in (RX, TX):
                guest.start_ring(queue)
            guest.connection.closed_within(0.2)
        guest.leave()
        guest.rings = {}


@violation
def memory_changes_under_traffic(guest):
    """Tables with one region and with two, in turn, while frames go both ways."""
    guest.started()
    spare = rings.Memory(1 << 20)
    other = spare.region(guest=0x9_0000_0000, user=0x7E00_0000_0000)
    for turn in range(40):
        if turn % 2:
            guest.share()
        else:
            guest.share(guest.memory.region(), other, fds=[guest.memory.fd, spare.fd])
        asked(guest, 10)
        guest.listen()


@violation
def holes_in_memory(guest):
    """Holes as large as the memory, again and again for two seconds, while frames go both ways."""
    guest.MEMORY = 256 << 20
    guest.started()
    punch = ctypes.CDLL(None, use_errno=True).fallocate
    punch.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    rings_end = 1 << 20
    end = time.monotonic() + 2
    with contextlib.suppress(Closed, AssertionError):
        while time.monotonic() < end:
            guest.memory.bytes[rings_end::4096] = bytes(len(guest.memory.bytes[rings_end::4096]))
            punch(guest.memory.fd, 3, rings_end, guest.MEMORY - rings_end)
            asked(guest, 4)


@violation
def eventfd_that_many_watch(guest):
    """To notify such a guest the kernel walks over 50,000 watches."""
    guest.started()
    descriptors = [os.dup(guest.events["call", RX]) for _ in range(250)]
    watches = [select.epoll() for _ in range(200)]
    for watch in watches:
        for fd in descriptors:
            watch.register(fd, select.EPOLLIN | select.EPOLLET)
    end = time.monotonic() + 2
    with contextlib.suppress(Closed):
        while time.monotonic() < end and not guest.connection.closed_within(0.01):
            asked(guest, 8)
            guest.listen()
    for watch in watches:
        watch.close()
    for fd in descriptors:
        os.close(fd)


@violation
def size_zero(guest):
    """A ring of no entries."""
    guest.connect().negotiate().share()
    guest.ring(TX)
    guest.size(TX, 0)


@violation
def size_not_a_power_of_two(guest):
    """A split ring of 100 entries."""
    guest.connect().negotiate().share()
    guest.ring(TX)
    guest.size(TX, 100)


@violation
def size_65535(guest):
    """A ring larger than rings can be."""
    guest.connect().negotiate().share()
    guest.ring(TX)
    guest.size(TX, 65535)


@violation
def size_never_told(guest):
    """Rings are started without a word on how large they are."""
    guest.connect().negotiate().share()
    for queue in (RX, TX):
        guest.ring(queue)
        guest.base(queue)
        guest.addresses(queue)
        guest.call(queue)
        guest.kick(queue)
        guest.enable(queue)
        for slot in range(200):
            guest.rings[queue].post(slot, 100, rings.WRITE if queue == RX else 0)


@violation
def size_refused_in_service(guest):
    """A guest that is up wants rings of no entries, and asks for an answer instead of an end."""
    guest.started()
    for queue in (TX, RX):
        guest.size(queue, 0, protocol.VERSION | protocol.NEED_REPLY)
    asked(guest, 100)


@violation
def size_refused_and_used(guest):
    """A size that is refused, with an answer, becomes the size of rings that have room for less."""
    guest.connect().negotiate().share()
    for queue in (RX, TX):
        guest.ring(queue, 4096, at=0x20000 * queue)
        guest.size(queue, 64)
        guest.size(queue, 4095, protocol.VERSION | protocol.NEED_REPLY)
        guest.base(queue)
        guest.addresses(queue)
        guest.call(queue)
        guest.kick(queue)
        guest.enable(queue)
    ring = guest.rings[RX]
    for slot in range(4090):
        ring.describe(slot, guest.memory.GUEST + 0x200000 + slot, 1, rings.WRITE)
        ring.offer(slot)
    for _ in range(64):
        guest.transmit(guest.echo(), seconds=0.01)


@violation
def size_grows_in_service(guest):
    """Rings at the very end of memory become four times as large while they are in use."""
    guest.connect().negotiate().share()
    for queue in (RX, TX):
        at = guest.MEMORY - 8192 * (queue + 1) + 4096
        ring = guest.ring(queue, 64, at=at)
        ring.buffers = 0x100000 * (queue + 1)
        guest.size(queue)
        guest.base(queue)
        guest.addresses(queue)
        guest.call(queue)
        guest.kick(queue)
        guest.enable(queue)
    for queue in (RX, TX):
        guest.size(queue, 32768)
    guest.rings[TX].index(32768)
    guest.signal()


@violation
def restart_without_a_size(guest):
    """Rings are stopped, which forgets their sizes, and started again without."""
    guest.started()
    guest.stop()
    for queue in (RX, TX):
        guest.ring(queue)
        guest.addresses(queue)
        guest.call(queue)
        guest.kick(queue)
        guest.enable(queue)
    for slot in range(64):
        guest.rings[RX].post(slot, 2048, rings.WRITE)
    asked(guest, 100)


@violation
def rings_outside_memory(guest):
    """Rings where no memory is, or half of them."""
    guest.connect().negotiate().share()
    end = guest.memory.USER + guest.MEMORY
    for where in (0, end, end - 64, 2**64 - 16):
        for queue in (RX, TX):
            guest.ring(queue)
            guest.size(queue)
            guest.addresses(queue, device=where, driver=where)
            guest.call(queue)
            guest.kick(queue)
            guest.enable(queue)


@violation
def rings_misaligned(guest):
    """Rings at odd addresses."""
    guest.started()
    user = guest.memory.USER
    for queue in (RX, TX):
        ring = guest.rings[queue]
        guest.addresses(
            queue,
            descriptors=user + ring.descriptors + 1,
            device=user + ring.device + 1,
            driver=user + ring.driver + 1,
        )
    asked(guest)


@violation
def rings_on_top_of_each_other(guest):
    """All parts of all rings at one address, which frames are written to as well."""
    guest.started()
    user = guest.memory.USER
    for queue in (RX, TX):
        guest.addresses(queue, descriptors=user, device=user, driver=user)
    for at in range(0, 8192, 2):
        struct.pack_into("<H", guest.memory.bytes, at, at & 0xFF)
    asked(guest)


@violation
def base_out_of_range(guest):
    """A guest that is up moves the place where the device goes on."""
    guest.started()
    for queue in (RX, TX):
        for value in (40000, 0xFFFFFFFF, 257):
            guest.base(queue, value)
            asked(guest)


@violation
def rings_toggle_under_traffic(guest):
    """Rings are switched off and on as fast as messages go."""
    guest.started()
    for turn in range(400):
        guest.enable(turn % 2, turn // 2 % 2)
        guest.transmit(guest.echo(), seconds=0)


@violation
def owner_reset_in_service(guest):
    """A guest that is up resets the device and goes on as if it had not, time and again."""
    guest.started()
    for _ in range(50):
        guest.connection.send(protocol.RESET_OWNER)
        for queue in (RX, TX):
            guest.size(queue, 1024)
    asked(guest)


@violation
def status_nonsense(guest):
    """Device states that are none."""
    guest.started()
    for value in (0xFF, 0, 0x80):
        guest.connection.send(protocol.SET_STATUS, struct.pack("=Q", value))
    guest.connection.send(protocol.SET_STATUS, b"\xff" * 8)


@violation
def inflight_larger_than_its_file(guest):
    """A table of frames under way for 256 queues, in a file of one page."""
    guest.started()
    memory = rings.Memory(4096)
    guest.connection.send(
        protocol.SET_INFLIGHT_FD, struct.pack("=QQHH4x", 4096, 0, 256, 65535), [memory.fd]
    )
    memory.close()


@violation
def inflight_of_64_gigabytes(guest):
    """The device is asked to make a table of frames under way for more queues than it has."""
    guest.started()
    guest.connection.send(protocol.GET_INFLIGHT_FD, struct.pack("=QQHH4x", 0, 0, 65535, 65535))


@violation
def migration_log_too_short(guest):
    """A log of memory written to, in a file of no bytes."""
    guest.started()
    memory = rings.Memory(4096)
    os.ftruncate(memory.fd, 0)
    guest.connection.send(protocol.SET_LOG_BASE, struct.pack("=QQ", 1 << 30, 0), [memory.fd])
    logged = struct.pack("=Q", guest.features | 1 << 26)
    guest.connection.send(protocol.SET_FEATURES, logged)
    asked(guest)
    memory.close()


@violation
def postcopy_unasked(guest):
    """Migration by page faults, which nobody offered: its memory table waits for a second word."""
    guest.connect().negotiate()
    guest.connection.send(protocol.POSTCOPY_ADVISE)
    guest.connection.reply()
    guest.connection.send(protocol.POSTCOPY_LISTEN)
    guest.share()


@violation
def translations_unasked(guest):
    """Translated addresses, which nobody offered."""
    guest.started()
    for iova in range(0, 1 << 20, 4096):
        guest.connection.send(
            protocol.IOTLB_MSG,
            struct.pack("=QQQBB6x", iova, 4096, guest.memory.USER, 3, 2),
        )
    asked(guest)


@violation
def call_that_blocks(guest):
    """What the device signals by is full: writing to it waits for ever."""
    guest.connect().negotiate().share()
    full = os.eventfd(0)
    os.eventfd_write(full, 2**64 - 2)
    for queue in (RX, TX):
        guest.start_ring(queue)
        guest.call(queue, full)
    asked(guest)


@violation
def call_by_a_full_pipe(guest):
    """The same by a pipe that nobody reads."""
    guest.connect().negotiate().share()
    _, full = os.pipe()
    os.set_blocking(full, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(full, bytes(4096))
    os.set_blocking(full, True)
    for queue in (RX, TX):
        guest.start_ring(queue)
        guest.call(queue, full)
    asked(guest)


@violation
def kicks_in_a_flood(guest):
    """A million kicks for nothing."""
    guest.started()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        guest.signal()


@violation
def announcements_in_a_flood(guest):
    """Asks the device again and again to announce it by RARP, which nobody offered."""
    guest.started()
    for _ in range(2000):
        guest.connection.send(protocol.SEND_RARP, guest.mac + bytes(2))


# What is in the ring that the guest sends by.


def sending(guest, write, count=1):
    """Puts chains into the ring of a guest that is up: write fills in descriptors from a slot on."""
    guest.started()
    ring = guest.rings[TX]
    for _ in range(count):
        slot = ring.next_slot()
        write(ring, slot)
        ring.offer(slot)
    guest.signal()


def one(address=None, length=100, flags=0, following=0):
    """A chain of one descriptor that says this."""

    def write(ring, slot):
        where = ring.memory.GUEST + ring.buffer(slot) if address is None else address
        ring.describe(slot, where, length, flags, following)

    return write


@violation
def frame_outside_memory(guest):
    """A frame at an address where the guest has no memory."""
    sending(guest, one(address=0xDEAD_0000_0000))


@violation
def frames_outside_memory(guest):
    """A ring full of such frames."""
    sending(guest, one(address=0xDEAD_0000_0000), 200)


@violation
def frame_beyond_the_end_of_memory(guest):
    """A frame that begins in memory and ends behind it."""
    sending(guest, one(address=rings.Memory.GUEST + guest.MEMORY - 50))


@violation
def frame_around_the_end_of_addresses(guest):
    """A frame that begins at the last addresses there are."""
    sending(guest, one(address=2**64 - 16))


@violation
def frame_of_no_bytes(guest):
    """Descriptors of length 0."""
    sending(guest, one(length=0), 40)


@violation
def frame_of_4_gigabytes(guest):
    """A descriptor of length 4 GiB - 1."""
    sending(guest, one(length=0xFFFFFFFF))


@violation
def frame_shorter_than_its_header(guest):
    """Chains of five, of twelve and of thirteen bytes."""
    guest.started()
    ring = guest.rings[TX]
    for length in (5, 12, 13, 25):
        slot = ring.next_slot()
        one(length=length)(ring, slot)
        ring.offer(slot)


@violation
def frame_to_be_written(guest):
    """A frame whose descriptor is for the device to write to."""
    sending(guest, one(flags=rings.WRITE), 40)


@violation
def header_in_three_pieces(guest):
    """A virtio header of four descriptors of four bytes, and the frame in bytes of one."""

    def write(ring, slot):
        where = ring.memory.GUEST + ring.buffer(slot)
        for piece in range(60):
            length = 4 if piece < 4 else 1
            ring.describe((slot + piece) % ring.size, where, length, rings.NEXT, slot + piece + 1)
        ring.describe((slot + 60) % ring.size, where, 30)

    sending(guest, write)


@violation
def chain_to_itself(guest):
    """A chain whose only descriptor is followed by itself."""

    def write(ring, slot):
        one(flags=rings.NEXT, following=slot)(ring, slot)

    sending(guest, write)


@violation
def chain_in_a_circle(guest):
    """A chain through the whole ring and round again, of no bytes."""

    def write(ring, _):
        for slot in range(ring.size):
            ring.describe(slot, ring.memory.GUEST, 0, rings.NEXT, (slot + 1) % ring.size)

    sending(guest, write)


@violation
def chain_in_the_largest_circle(guest):
    """The same in a ring of 32768, which the device walks for every frame."""
    guest.connect().negotiate().share()
    guest.start_ring(RX)
    ring = guest.ring(TX, 32768, at=0x10_0000 * 2)
    for slot in range(ring.size):
        ring.describe(slot, guest.memory.GUEST, 0, rings.NEXT, (slot + 1) % ring.size)
    guest.size(TX)
    guest.base(TX)
    guest.addresses(TX)
    guest.call(TX)
    guest.kick(TX)
    guest.enable(TX)
    for slot in range(1000):
        ring.offer(slot)


@violation
def following_out_of_range(guest):
    """A descriptor that is followed by one beyond the ring."""
    sending(guest, one(flags=rings.NEXT, following=65535))


@violation
def head_out_of_range(guest):
    """Heads of chains beyond the ring."""
    guest.started()
    for head in (256, 65535):
        guest.rings[TX].offer(head)


@violation
def available_index_runs_ahead(guest):
    """The guest says that it has offered 40000 chains in a ring of 256."""
    guest.started()
    ring = guest.rings[TX]
    for slot in range(ring.size):
        ring.put(ring.buffer(slot), PLAIN + guest.echo())
        one()(ring, slot)
        ring.entry(slot, slot)
    ring.index(ring.offered + 40000)


@violation
def available_index_runs_ahead_of_a_small_ring(guest):
    """The guest says that it has offered 40000 chains in a ring of one."""
    guest.start(size=1)
    ring = guest.rings[TX]
    ring.put(ring.buffer(0), PLAIN + guest.echo())
    one()(ring, 0)
    ring.entry(0, 0)
    ring.index(40000)


@violation
def available_index_runs_back(guest):
    """The guest takes back what it has offered."""
    guest.started()
    ring = guest.rings[TX]
    ring.index(ring.offered - 3)


@violation
def used_ring_overwritten(guest):
    """The guest writes into the ring that is the device's."""
    guest.started()
    for ring in guest.rings.values():
        ring.put(ring.device, random.Random(3).randbytes(6 + 8 * ring.size))
    for _ in range(40):
        one()(guest.rings[TX], guest.rings[TX].next_slot())
        guest.rings[TX].offer(guest.rings[TX].next_slot())


@violation
def rings_of_noise(guest):
    """All of both rings is noise, ten times a second."""
    guest.started()
    noise = random.Random(5)
    for _ in range(20):
        for ring in guest.rings.values():
            ring.put(ring.descriptors, noise.randbytes(16 * ring.size))
            ring.put(ring.driver, noise.randbytes(4 + 2 * ring.size))
        time.sleep(0.1)


@violation
def rings_change_while_they_are_read(guest):
    """Lengths and addresses that are right and wrong in turn, as fast as they can be written."""
    guest.started()
    ring = guest.rings[TX]
    good = guest.memory.GUEST + ring.buffer(0)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        if ring.room():
            slot = ring.next_slot()
            one()(ring, slot)
            ring.offer(slot)
        for slot in range(8):
            ring.describe(slot, good, 0xFFFFFFFF, rings.NEXT, slot)
            ring.describe(slot, good, 100)


TABLE = 0x30_0000
"""Where indirect tables are."""


def indirect(guest, table, length=None, address=None):
    """Sends one indirect descriptor with a table of descriptors (address, length, flags, next)."""
    raw = b"".join(rings.DESCRIPTOR.pack(*entry) for entry in table)
    where = rings.Memory.GUEST + TABLE if address is None else address

    def write(ring, slot):
        ring.put(TABLE, raw)
        ring.describe(slot, where, len(raw) if length is None else length, rings.INDIRECT)

    sending(guest, write)


HERE = rings.Memory.GUEST + 0x20_0000


@violation
def indirect_loop(guest):
    """A table whose entries follow each other in a circle."""
    indirect(guest, [(HERE, 100, rings.NEXT, 1), (HERE, 100, rings.NEXT, 0)])


@violation
def indirect_in_indirect(guest):
    """A table with a table in it, which is itself."""
    indirect(guest, [(rings.Memory.GUEST + TABLE, 16, rings.INDIRECT, 0)])


@violation
def indirect_following_out_of_range(guest):
    """An entry of a table that is followed by one beyond it."""
    indirect(guest, [(HERE, 100, rings.NEXT, 9000)])


@violation
def indirect_of_seven_bytes(guest):
    """A table of no whole entry."""
    indirect(guest, [(HERE, 100, 0, 0)], length=7)


@violation
def indirect_of_4_gigabytes(guest):
    """A table of length 4 GiB - 1."""
    indirect(guest, [(HERE, 100, 0, 0)], length=0xFFFFFFFF)


@violation
def indirect_longer_than_the_ring(guest):
    """A table of more entries than the ring has."""
    indirect(guest, [(HERE, 1, rings.NEXT, i + 1) for i in range(400)])


@violation
def indirect_outside_memory(guest):
    """A table where no memory is."""
    indirect(guest, [(HERE, 100, 0, 0)], address=0xDEAD_0000_0000)


@violation
def indirect_beyond_the_end_of_memory(guest):
    """A table that begins in memory and ends behind it."""
    end = rings.Memory.GUEST + guest.MEMORY
    indirect(guest, [(HERE, 100, rings.NEXT, 1)] * 8, address=end - 40)


@violation
def indirect_length_changes(guest):
    """A table of whose length only its first entry lies in memory, in turns with one that is right."""
    for attempt in range(3):
        guest.MEMORY = (4 << 20) + 4096 * (1 + attempt)
        guest.started()
        ring, end = guest.rings[TX], guest.MEMORY
        ring.put(end - 16, rings.DESCRIPTOR.pack(HERE, 100, rings.NEXT, 1023))
        ring.describe(0, guest.memory.GUEST + end - 16, 16, rings.INDIRECT)
        for place in range(ring.size):
            ring.entry(place, 0)
        writer = os.fork()
        if writer == 0:
            write_lengths_in_turns(guest.memory.bytes, ring.descriptors + 8)
            os._exit(0)
        while os.waitpid(writer, os.WNOHANG) == (0, 0):
            ring.index(ring.used_index() + ring.size)
        if attempt < 2:
            guest.leave()
            guest.rings, guest.echoes = {}, set()


def write_lengths_in_turns(memory, at):
    """For a second, as fast as they can be written."""
    right, wrong = struct.pack("<I", 16), struct.pack("<I", 16384)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        for _ in range(1000):
            memory[at : at + 4] = wrong
            memory[at : at + 4] = right


# Memory of two regions with a hole between them.

HOLE = (0x30_0000, 0x31_0000)


def holed(guest, table, *entries):
    """Sends a frame by a table at an offset, in a guest whose memory has a hole."""
    guest.connect().negotiate()
    guest.memory = rings.Memory(guest.MEMORY)
    guest.share(guest.part(0, HOLE[0]), guest.part(HOLE[1], guest.MEMORY))
    for queue in (RX, TX):
        guest.start_ring(queue)
    if not guest.ping(3, 10):
        raise AssertionError("no echo although nothing was wrong yet")
    ring = guest.rings[TX]
    ring.put(table, b"".join(rings.DESCRIPTOR.pack(*entry) for entry in entries))
    slot = ring.next_slot()
    ring.describe(slot, ring.memory.GUEST + table, 16 * len(entries), rings.INDIRECT)
    ring.offer(slot)


@violation
def frame_in_a_hole(guest):
    """A frame where the guest has no memory although it has some on both sides."""
    holed(guest, 0x2E_0000, (rings.Memory.GUEST + HOLE[0] + 64, 100, 0, 0))


@violation
def frame_across_a_hole(guest):
    """A frame that begins before the hole and ends behind it."""
    holed(guest, 0x2E_0000, (rings.Memory.GUEST + HOLE[0] - 60, 0x10060, 0, 0))


@violation
def table_in_a_hole(guest):
    """A table where the guest has no memory although it has some on both sides."""
    holed(guest, HOLE[0], (HERE, 100, 0, 0))


@violation
def table_across_the_edge_of_a_hole(guest):
    """A table whose second entry lies in the hole, and before that one that is half in it."""
    holed(guest, HOLE[0] - 16, (HERE, 50, rings.NEXT, 1), (HERE, 50, 0, 0))


@violation
def table_entry_across_the_edge_of_a_hole(guest):
    """A table whose only entry lies in the hole by half."""
    holed(guest, HOLE[0] - 8, (HERE, 100, 0, 0))


# What frames say.


def headers(guest, *changes):
    """Sends frames whose virtio headers say what drivers never say."""
    guest.started()
    for change in changes:
        fields = {
            "flags": 0,
            "gso_type": 0,
            "hdr_len": 0,
            "gso_size": 0,
            "csum_start": 0,
            "csum_offset": 0,
            "num_buffers": 0,
        } | change
        for _ in range(4):
            guest.transmit(guest.echo(bytes(1000)), HEADER.pack(*fields.values()))


@violation
def gso_size_zero(guest):
    """Frames to be cut into pieces of no bytes."""
    headers(
        guest,
        {"flags": 1, "gso_type": 1, "gso_size": 0, "hdr_len": 54, "csum_start": 34, "csum_offset": 16},
        {"flags": 1, "gso_type": 4, "gso_size": 0, "hdr_len": 54, "csum_start": 34, "csum_offset": 16},
    )


@violation
def gso_of_tcp_cut_to_bytes(guest):
    """A real TCP segment to be cut into pieces of no byte, of one byte, and with lying lengths."""
    guest.started()
    for size, length in ((0, 54), (1, 54), (1, 0), (65535, 54), (100, 65535), (1, 13)):
        tcp = struct.pack("!HHIIBBHHH", 4000, 4001, 1, 1, 0x50, 0x10, 1000, 0, 0) + bytes(1400)
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0)
        packet = ip + guest.address + (guest.target or guest.address) + tcp
        frame = guest.ethernet(guest.target_mac or b"\2\0\0\0\0\1", 0x0800, packet)
        for _ in range(20):
            guest.transmit(frame, HEADER.pack(1, 1, length, size, 34, 16, 0))


@violation
def gso_of_tcp_with_a_lying_header(guest):
    """A TCP segment whose header is longer than the frame, or shorter than headers are."""
    guest.started()
    for offset, ihl in ((0xF0, 5), (0x00, 5), (0x50, 15), (0x50, 0)):
        tcp = struct.pack("!HHIIBBHHH", 4000, 4001, 1, 1, offset, 0x10, 1000, 0, 0) + bytes(10)
        ip = struct.pack("!BBHHHBBH", 0x40 | ihl, 0, 20 + len(tcp), 1, 0, 64, 6, 0)
        packet = ip + guest.address + (guest.target or guest.address) + tcp
        frame = guest.ethernet(guest.target_mac or b"\2\0\0\0\0\1", 0x0800, packet)
        for _ in range(20):
            guest.transmit(frame, HEADER.pack(1, 1, 54, 8, 34, 16, 0))


@violation
def gso_without_checksum(guest):
    """Frames to be cut whose checksum is said to be right."""
    headers(guest, {"gso_type": 1, "gso_size": 100, "hdr_len": 54})


@violation
def gso_unknown(guest):
    """Kinds of cutting that nobody has defined."""
    headers(guest, *({"gso_type": kind, "gso_size": 100, "hdr_len": 54} for kind in (2, 7, 0x7F, 0xFF)))


@violation
def checksum_beyond_the_frame(guest):
    """A checksum that starts, or goes, where the frame has ended."""
    headers(
        guest,
        {"flags": 1, "csum_start": 65535, "csum_offset": 65535},
        {"flags": 1, "csum_start": 1100, "csum_offset": 0},
        {"flags": 1, "csum_start": 34, "csum_offset": 1007},
        {"flags": 1, "csum_start": 0, "csum_offset": 1041},
    )


@violation
def header_of_ones(guest):
    """A virtio header all of whose bits are set."""
    guest.started()
    for _ in range(40):
        guest.transmit(guest.echo(), b"\xff" * HEADER.size)


@violation
def frame_of_one_byte(guest):
    """Frames of one to thirteen bytes: shorter than an Ethernet header."""
    guest.started()
    for length in range(1, ETHERNET):
        guest.transmit(bytes(length))


@violation
def frame_of_half_a_megabyte(guest):
    """A frame by all descriptors of the ring, far more than the 64 KiB that frames may have."""

    def write(ring, slot):
        where = ring.memory.GUEST + 0x20_0000
        for piece in range(250):
            following = (slot + piece + 1) % ring.size
            ring.describe((slot + piece) % ring.size, where, 2048, rings.NEXT, following)
        ring.describe((slot + 250) % ring.size, where, 2048)

    sending(guest, write)


@violation
def frames_in_a_flood(guest):
    """Frames as fast as the device takes them."""
    guest.started()
    ring = guest.rings[TX]
    for slot in range(ring.size):
        ring.put(ring.buffer(slot), PLAIN + guest.echo())
        one(length=60 + HEADER.size)(ring, slot)
        ring.entry(slot, slot)
    end = time.monotonic() + 3
    while time.monotonic() < end:
        ring.index(ring.used_index() + ring.size)


def repeated(guest, parts, length):
    """Floods the device for three seconds with frames of so many parts, which are the same bytes."""
    guest.started()
    ring = guest.rings[TX]
    ring.put(0x20_0000, PLAIN + guest.echo())
    table = b"".join(
        rings.DESCRIPTOR.pack(HERE, length, rings.NEXT if i < parts - 1 else 0, i + 1)
        for i in range(parts)
    )
    ring.put(TABLE, table)
    for slot in range(ring.size):
        ring.describe(slot, guest.memory.GUEST + TABLE, len(table), rings.INDIRECT)
        ring.entry(slot, slot)
    end = time.monotonic() + 3
    while time.monotonic() < end:
        ring.index(ring.used_index() + ring.size)


@violation
def frames_of_64_kilobytes_in_a_flood(guest):
    """Long frames as fast as the device takes them: each holds some thirty buffers."""
    repeated(guest, 32, 2048)


@violation
def frames_of_64_kilobytes_in_small_parts(guest):
    """The same in as many descriptors as a frame may have."""
    repeated(guest, 256, 256)


@violation
def frames_of_ten_megabytes(guest):
    """Frames of 250 descriptors, all of the same 40 KB."""
    repeated(guest, 250, 40_000)


@violation
def frames_longer_than_any(guest):
    """Frames one byte longer than 64 KiB behind an Ethernet header and two tags."""
    repeated(guest, 2, (65_535 + 14 + 8 + 1 + HEADER.size) // 2)


@violation
def frame_lengths_that_wrap(guest):
    """A chain whose lengths are together a small number, and 4 GiB."""
    indirect(guest, [(HERE, 100, rings.NEXT, 1), (HERE, 0xFFFFFFFF, rings.NEXT, 2), (HERE, 1, 0, 0)])


@violation
def frame_of_empty_parts(guest):
    """A frame behind more descriptors of no bytes than a frame may have."""
    empty = [(HERE, 0, rings.NEXT, i + 1) for i in range(255)]
    indirect(guest, [*empty, (HERE, 12, rings.NEXT, 256), (HERE, 100, 0, 0)])


# What is in the ring that the guest receives by.


def receiving(guest, write, ahead=None, wanted=USUAL):
    """Offers buffers that write makes, all of the ring, and makes frames come in."""
    guest.started(wanted)
    ring = guest.rings[RX]
    while ring.take():
        pass
    for slot in range(ring.size):
        write(ring, slot)
        ring.entry(slot, slot)
    if ahead:
        ring.index(ring.offered + ahead)
    asked(guest, 200)


def buffer(address=None, length=2048, flags=rings.WRITE, following=0):
    """A buffer that says this."""
    return one(address, length, flags, following)


@violation
def buffers_outside_memory(guest):
    """Buffers where the guest has no memory."""
    receiving(guest, buffer(address=0xDEAD_0000_0000))


@violation
def buffers_beyond_the_end_of_memory(guest):
    """Buffers that begin in memory and end behind it."""
    receiving(guest, buffer(address=rings.Memory.GUEST + guest.MEMORY - 20))


@violation
def buffers_of_no_bytes(guest):
    """Buffers of length 0, all of the ring."""
    receiving(guest, buffer(length=0))


@violation
def buffers_of_one_byte(guest):
    """Buffers of one byte: one frame would take dozens."""
    receiving(guest, buffer(length=1))


@violation
def buffers_of_eleven_bytes(guest):
    """Buffers with less room than a virtio header, not to be merged."""
    receiving(guest, buffer(length=11), wanted=USUAL & ~MRG_RXBUF)


@violation
def buffers_not_to_be_written(guest):
    """Buffers that the device may only read."""
    receiving(guest, buffer(flags=0))


@violation
def buffers_in_a_circle(guest):
    """Buffers of no bytes in a circle of the whole ring: to walk, 256 times 256 steps a frame."""

    def write(ring, slot):
        ring.describe(slot, ring.memory.GUEST, 0, rings.NEXT, (slot + 1) % ring.size)

    receiving(guest, write)


@violation
def buffers_in_the_longest_chains(guest):
    """As many chains as the ring has, each through the whole ring, of no bytes."""

    def write(ring, slot):
        last = slot == ring.size - 1
        flags = rings.WRITE | (0 if last else rings.NEXT)
        ring.describe(slot, ring.memory.GUEST + TABLE, 0, flags, slot + 1)

    guest.started()
    ring = guest.rings[RX]
    for slot in range(ring.size):
        write(ring, slot)
        ring.entry(slot, 0)
    ring.index(ring.offered + 40000)
    asked(guest, 200)


@violation
def buffers_over_the_rings(guest):
    """Buffers that lie on the descriptors, so that frames become descriptors."""
    receiving(guest, buffer(address=rings.Memory.GUEST))


@violation
def buffer_indirect_loop(guest):
    """A buffer by a table that loops."""

    def write(ring, slot):
        table = rings.DESCRIPTOR.pack(HERE, 0, rings.NEXT | rings.WRITE, 1)
        table += rings.DESCRIPTOR.pack(HERE, 0, rings.NEXT | rings.WRITE, 0)
        ring.put(TABLE, table)
        ring.describe(slot, ring.memory.GUEST + TABLE, len(table), rings.INDIRECT)

    receiving(guest, write)


@violation
def buffers_ahead_of_the_ring(guest):
    """More buffers are said to be there than the ring has entries."""
    receiving(guest, buffer(), ahead=40000)


@violation
def buffer_indirect_by_its_own_ring(guest):
    """A buffer by a table that is the ring's own, and so leads to itself."""

    def write(ring, slot):
        ring.describe(slot, ring.memory.GUEST + ring.descriptors, 16 * ring.size, rings.INDIRECT)

    receiving(guest, write)


@violation
def buffer_indirect_in_indirect(guest):
    """A buffer by a table whose only entry is another table, which is that table."""

    def write(ring, slot):
        table = rings.DESCRIPTOR.pack(ring.memory.GUEST + TABLE, 16, rings.INDIRECT, 0)
        ring.put(TABLE, table)
        ring.describe(slot, ring.memory.GUEST + TABLE, len(table), rings.INDIRECT)

    receiving(guest, write)


# Packed rings, and signals by event index.


def packed(guest):
    """A guest that is up with packed rings, or None where they are not offered."""
    guest.started(USUAL | PACKED)
    return guest if guest.features & PACKED else None


@violation
def packed_buffers_shorter_than_a_header(guest):
    """Packed: buffers of four bytes at the very end of memory, four of them in a row."""
    if not packed(guest):
        return
    ring = guest.rings[RX]
    end = guest.memory.GUEST + guest.MEMORY
    for slot in range(ring.size):
        at = ring.descriptors + 16 * slot
        _, _, number, flags = rings.DESCRIPTOR.unpack_from(guest.memory.bytes, at)
        ring.write_descriptor(slot, end - 4, 4, number, flags)
    asked(guest, 200)


@violation
def packed_chain_without_end(guest):
    """Packed: every descriptor of the ring is followed by another."""
    if not packed(guest):
        return
    ring = guest.rings[TX]
    for _ in range(ring.size):
        ring.post(ring.place, 10, rings.NEXT)


@violation
def packed_frame_outside_memory(guest):
    """Packed: frames where the guest has no memory."""
    if not packed(guest):
        return
    ring = guest.rings[TX]
    for _ in range(40):
        ring.describe(ring.place, 0xDEAD_0000_0000, 100, ring.mine(), ring.place)
        ring.place += 1


@violation
def packed_indirect_lies(guest):
    """Packed: tables of 4 GiB - 1, of seven bytes, and outside memory."""
    if not packed(guest):
        return
    ring = guest.rings[TX]
    for address, length in ((HERE, 0xFFFFFFFF), (HERE, 7), (0xDEAD_0000_0000, 32)):
        ring.describe(ring.place, address, length, ring.mine(rings.INDIRECT), ring.place)
        ring.place += 1


@violation
def packed_numbers_out_of_range(guest):
    """Packed: numbers of buffers beyond the ring."""
    if not packed(guest):
        return
    ring = guest.rings[TX]
    for _ in range(40):
        address = guest.memory.GUEST + ring.buffer(ring.place)
        ring.describe(ring.place, address, 100, ring.mine(), 65535)
        ring.place += 1


@violation
def packed_noise(guest):
    """Packed: all of both rings is noise, ten times a second."""
    if not packed(guest):
        return
    noise = random.Random(9)
    for _ in range(20):
        for ring in guest.rings.values():
            ring.put(ring.descriptors, noise.randbytes(16 * ring.size))
        time.sleep(0.1)


@violation
def event_index_nonsense(guest):
    """Asks to be told at an index that changes with every frame."""
    guest.started(USUAL | EVENT_IDX)
    ring = guest.rings[TX]
    for turn in range(400):
        struct.pack_into("<H", guest.memory.bytes, ring.driver + 4 + 2 * ring.size, turn * 7919 & 0xFFFF)
        guest.transmit(guest.echo(), seconds=0)


@violation
def translation_negotiated(guest):
    """Wants addresses translated; answers no question for them."""
    guest.connect().negotiate(USUAL | IOMMU).share()
    for queue in (RX, TX):
        guest.start_ring(queue)
    asked(guest)
