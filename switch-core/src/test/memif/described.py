# SPDX-License-Identifier: Apache-2.0
"""Violations of clients: memory and rings that cannot be as they are described."""

import contextlib
import fcntl
import os
import socket
import tempfile

import protocol
from catalogue import CLIENT, asked, violation
from program import TO_SWITCH, TO_US
from protocol import Closed
from rings import Ring

FUTURE_WRITE = 0x10
"""F_SEAL_FUTURE_WRITE: nobody may map it to write from now on."""


def regions(client, *descriptions):
    """One region on each of some connections; nobody closes its descriptor before it was looked at."""
    for size, fds in descriptions:
        with contextlib.suppress(Closed):
            client.known().make().region(size=size, fds=fds)
            raise AssertionError(f"a region of {size} bytes was taken")
        client.leave()


@violation(CLIENT)
def region_without_descriptor(client):
    """A region comes without its memory."""
    regions(client, (4096, []))


@violation(CLIENT)
def region_with_too_many_descriptors(client):
    """A region comes with the memory and 200 things more."""
    client.known().make()
    null = os.open("/dev/null", os.O_RDWR)
    client.region(fds=[client.memory.fd] + [null] * 200)
    os.close(null)


@violation(CLIENT)
def region_of_a_file_on_disk(client):
    """A file of a file system where an access may wait for ever, or fail."""
    with tempfile.NamedTemporaryFile(dir="/var/tmp") as file:
        file.truncate(1 << 20)
        with contextlib.suppress(Closed):
            client.known().make().region(size=1 << 20, fds=[file.fileno()])


@violation(CLIENT)
def region_of_something_else(client):
    """A device, a pipe, a socket, a folder, and an eventfd as memory."""
    things = [
        os.open("/dev/zero", os.O_RDWR),
        os.open("/dev/shm", os.O_RDONLY | os.O_DIRECTORY),
        *os.pipe(),
        socket.socket().detach(),
        os.eventfd(0),
    ]
    regions(client, *((4096, [thing]) for thing in things))


@violation(CLIENT)
def region_larger_than_its_file(client):
    """A region that goes on where its file ends, by one byte and by much."""
    memory = os.memfd_create("short")
    os.ftruncate(memory, 8192)
    regions(client, (8193, [memory]), (1 << 30, [memory]))


@violation(CLIENT)
def region_of_any_size(client):
    """Regions of no bytes, and of more than offsets can name, up to 2^64 - 1."""
    memory = os.memfd_create("long")
    os.ftruncate(memory, 1 << 40)
    sizes = (0, (1 << 32) + 1, 1 << 40, 1 << 63, (1 << 63) - 1, (1 << 64) - 1)
    regions(client, *((size, [memory]) for size in sizes))


@violation(CLIENT)
def region_not_to_be_written(client):
    """Memory that can only be read: opened so, and sealed so."""
    memory = os.memfd_create("read", os.MFD_ALLOW_SEALING)
    os.ftruncate(memory, 1 << 20)
    reader = os.open(f"/proc/self/fd/{memory}", os.O_RDONLY)
    sealed = os.memfd_create("sealed", os.MFD_ALLOW_SEALING)
    os.ftruncate(sealed, 1 << 20)
    fcntl.fcntl(sealed, fcntl.F_ADD_SEALS, FUTURE_WRITE)
    regions(client, (1 << 20, [reader]), (1 << 20, [sealed]))


@violation(CLIENT)
def region_of_huge_pages_and_a_bit(client):
    """A region of huge pages that ends within one, time and again."""
    memory = os.memfd_create("huge", os.MFD_HUGETLB)
    with contextlib.suppress(OSError):
        os.ftruncate(memory, 4 << 20)
    for _ in range(5):
        with contextlib.suppress(Closed):
            client.known().make().region(size=(2 << 20) + 4096, fds=[memory])
        client.leave()


@violation(CLIENT)
def regions_without_end(client):
    """The same region under a thousand indices."""
    client.known().make()
    for index in range(1000):
        client.region(index)


@violation(CLIENT)
def region_indices_wrong(client):
    """Regions that begin with 1, or with 65535."""
    for index in (1, 0xFFFF):
        with contextlib.suppress(Closed):
            client.known().make().region(index)
        client.leave()


@violation(CLIENT)
def region_twice(client):
    """Two regions of the same index."""
    client.known().make().region().region()


@violation(CLIENT)
def ring_without_descriptor(client):
    """A ring comes without what it is notified by."""
    client.known().make().region().ring(TO_US, fds=[])


@violation(CLIENT)
def ring_notified_by_something_else(client):
    """A file, a pipe, a socket and memory in the place of an eventfd."""
    memory = os.memfd_create("memory")
    for thing in (os.open("/dev/null", os.O_RDWR), *os.pipe(), socket.socket().detach(), memory):
        with contextlib.suppress(Closed):
            client.known().make().region().ring(TO_US, fds=[thing])
            raise AssertionError("a ring without eventfd was taken")
        client.leave()


def rings(client, *changes):
    """One ring on each of some connections, none of which is to be taken."""
    for change in changes:
        with contextlib.suppress(Closed):
            client.known().make().region().ring(TO_SWITCH, **change)
            raise AssertionError(f"a ring with {change} was taken")
        client.leave()


@violation(CLIENT)
def ring_beyond_its_region(client):
    """Rings that end behind their memory, or begin there."""
    size = client.make().memory.size
    client.leave()
    last = size - Ring.bytes_of(client.LOG2)
    rings(client, *({"offset": at} for at in (last + 64, size - 64, size, 0xFFFFFFC0)))


@violation(CLIENT)
def ring_misaligned(client):
    """Rings at odd offsets."""
    rings(client, {"offset": 1}, {"offset": 2}, {"offset": 131})


@violation(CLIENT)
def ring_of_any_size(client):
    """Rings of 2^15, 2^30, 2^64 and 2^255 descriptors."""
    rings(client, *({"log2": log2} for log2 in (15, 30, 64, 255)))


@violation(CLIENT)
def ring_without_cookie(client):
    """A ring where the memory holds none."""
    client.known().make().region()
    client.sending.cookie(0)
    client.ring(TO_SWITCH)


@violation(CLIENT)
def ring_indices_wrong(client):
    """Rings that begin with 1, or with 65535."""
    rings(client, {"index": 1}, {"index": 0xFFFF})


@violation(CLIENT)
def ring_in_an_unknown_region(client):
    """Rings in regions that were not described."""
    rings(client, {"region": 1}, {"region": 64}, {"region": 0xFFFF})


@violation(CLIENT)
def more_rings_than_queues(client):
    """More rings than the server has said that it takes."""
    client.known().make().region().ring(TO_SWITCH).ring(TO_SWITCH, index=1)


@violation(CLIENT)
def ring_twice(client):
    """Two rings of the same index."""
    client.known().make().region().ring(TO_SWITCH).ring(TO_SWITCH)


@violation(CLIENT)
def rings_on_top_of_each_other(client):
    """Both rings are the same one, to which frames are written as well."""
    client.known().make().region().ring(TO_SWITCH).ring(TO_US, offset=0).join()
    for slot in range(client.sending.size):
        client.sending.describe(slot, 2048, 0)
    client.sending.publish(client.sending.size)
    asked(client)


@violation(CLIENT)
def memory_cut_before_its_ring_is_read(client):
    """The file shrinks between the description of the region and that of its ring."""
    client.known().make().region()
    os.ftruncate(client.memory.fd, 0)
    client.ring(TO_SWITCH)


@violation(CLIENT)
def memory_cut_before_it_is_used(client):
    """The file shrinks just before the client connects."""
    client.described()
    os.ftruncate(client.memory.fd, 0)
    client.connection.send(protocol.CONNECT, b"")
