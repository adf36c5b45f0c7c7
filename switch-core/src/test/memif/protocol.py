# SPDX-License-Identifier: Apache-2.0
"""
memif as it is said on its socket, by either side: messages and file descriptors, no meaning. What is
sent may be as wrong as the caller likes.

A message has 128 bytes: a 16-bit kind and its fields without gaps, in the machine's byte order. The
server listens and greets; the client makes the memory. Source: VPP's memif.h, version 2.0.
"""

import array
import contextlib
import os
import socket
import struct
import time

ACK = 1
HELLO = 2
INIT = 3
ADD_REGION = 4
ADD_RING = 5
CONNECT = 6
CONNECTED = 7
DISCONNECT = 8

BYTES = 128
VERSION = 0x200
ETHERNET, IP = 0, 1
TO_SERVER = 1

FIELDS = {
    ACK: "",
    HELLO: "32sHHHHHB",
    INIT: "HIB24s32s",
    ADD_REGION: "HQ",
    ADD_RING: "HHHIBH",
    CONNECT: "32s",
    CONNECTED: "32s",
    DISCONNECT: "I96s",
}
"""
HELLO: name, least and most version, largest indices of a region, a ring to the client and one to the
server, log2 of the largest ring. INIT: version, id, mode, secret, name. ADD_REGION: index, bytes. ADD_RING:
flags, index, region, offset, log2 of its size, bytes of private headers. DISCONNECT: code, reason.
"""


def message(kind, *values):
    """A message of some kind."""
    return struct.pack("=H" + FIELDS[kind], kind, *values).ljust(BYTES, b"\0")


class Closed(Exception):
    """The other side has ended the connection; says why, if it did."""


class Connection:
    """One connection, as either side has it."""

    def __init__(self, sock):
        self.socket = sock
        self.reason = ""
        sock.settimeout(5)

    def raw(self, data, fds=()):
        """One message of any bytes, with descriptors."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            self.socket.sendmsg([data], rights)
        except (BrokenPipeError, ConnectionResetError) as e:
            raise Closed("broken") from e

    def send(self, kind, *values, fds=()):
        """One message."""
        self.raw(message(kind, *values), fds)

    def receive(self):
        """The next message as (kind, fields, descriptors)."""
        try:
            data, fds, _, _ = socket.recv_fds(self.socket, BYTES, 8)
        except ConnectionResetError as e:
            raise Closed("reset") from e
        if not data:
            raise Closed("gone")
        kind = struct.unpack_from("=H", data)[0]
        fields = struct.unpack_from("=" + FIELDS[kind], data, 2)
        if kind == DISCONNECT:
            raise Closed(fields[1].rstrip(b"\0").decode())
        return kind, fields, fds

    def expect(self, kind):
        """The next message, which is of this kind, as (fields, descriptors)."""
        got, fields, fds = self.receive()
        if got != kind:
            raise AssertionError(f"message {got} came, {kind} was to come")
        return fields, fds

    def ask(self, kind, *values, fds=(), answer=ACK):
        """Sends, and waits for the answer."""
        self.send(kind, *values, fds=fds)
        return self.expect(answer)[0]

    def closed_within(self, seconds):
        """Whether the other side closes within a time; of what it says, keeps why it does."""
        end = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError):
            while (left := end - time.monotonic()) > 0:
                self.socket.settimeout(left)
                try:
                    data, fds, _, _ = socket.recv_fds(self.socket, BYTES, 8)
                except (ConnectionResetError, BrokenPipeError):
                    return True
                for fd in fds:
                    os.close(fd)
                if not data:
                    return True
                if data[0] == DISCONNECT:
                    self.reason = data[6:].rstrip(b"\0").decode()
        return False

    def close(self):
        """Goes without a word."""
        self.socket.close()


class Endpoint:
    """
    Where connections come from: a socket file that a server listens at (role "connect": we are the
    client), or one of our own that a client connects to (role "listen": we are the server).
    """

    def __init__(self, path, role):
        self.path = path
        self.listener = None
        if role == "listen":
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.listener.bind(path)
            self.listener.listen(64)
            self.listener.settimeout(10)

    def connection(self, seconds=10):
        """The next connection; waits for the other side for at most so long."""
        if self.listener:
            return Connection(self.listener.accept()[0])
        end = time.monotonic() + seconds
        while True:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            # Its queue is short: when it is full, this waits.
            sock.settimeout(seconds)
            try:
                sock.connect(self.path)
                return Connection(sock)
            except (FileNotFoundError, ConnectionRefusedError):
                sock.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def close(self):
        """Connections stay open."""
        if self.listener:
            self.listener.close()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path)
