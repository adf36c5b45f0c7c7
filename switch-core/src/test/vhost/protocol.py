# SPDX-License-Identifier: Apache-2.0
"""
vhost-user as its front end speaks it: the side that owns the memory (a virtual machine monitor, or
a program with a virtio-user device). Messages and file descriptors, no meaning: what is sent may be
as wrong as the caller likes.

A message is three 32-bit numbers (request, flags, bytes of payload) and the payload, all in the
machine's byte order; file descriptors travel with its first byte. Source: QEMU's description of the
vhost-user protocol, version 1.
"""

import array
import contextlib
import os
import socket
import struct
import time

GET_FEATURES = 1
SET_FEATURES = 2
SET_OWNER = 3
RESET_OWNER = 4
SET_MEM_TABLE = 5
SET_LOG_BASE = 6
SET_VRING_NUM = 8
SET_VRING_ADDR = 9
SET_VRING_BASE = 10
GET_VRING_BASE = 11
SET_VRING_KICK = 12
SET_VRING_CALL = 13
GET_PROTOCOL_FEATURES = 15
SET_PROTOCOL_FEATURES = 16
GET_QUEUE_NUM = 17
SET_VRING_ENABLE = 18
SEND_RARP = 19
NET_SET_MTU = 20
IOTLB_MSG = 22
GET_CONFIG = 24
POSTCOPY_ADVISE = 28
POSTCOPY_LISTEN = 29
GET_INFLIGHT_FD = 31
SET_INFLIGHT_FD = 32
SET_STATUS = 39

VERSION = 1
NEED_REPLY = 8

HEADER = struct.Struct("=III")


class Closed(Exception):
    """The back end has closed the connection."""


class Connection:
    """One connection to a back end."""

    def __init__(self, sock):
        self.socket = sock
        sock.settimeout(5)

    def raw(self, data):
        """Bytes as they are."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as e:
            raise Closed from e

    def send(self, request, payload=b"", fds=(), flags=VERSION, size=None):
        """One message; size is what its header says, for those who lie about it."""
        header = HEADER.pack(request, flags, len(payload) if size is None else size)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            self.socket.sendmsg([header + payload], rights)
        except (BrokenPipeError, ConnectionResetError) as e:
            raise Closed from e

    def reply(self):
        """Payload of the next answer."""
        _, _, size = HEADER.unpack(self._exactly(HEADER.size))
        return self._exactly(size)

    def ask(self, request, payload=b""):
        """Sends, and returns the payload of the answer."""
        self.send(request, payload)
        return self.reply()

    def number(self, request):
        """A question whose answer is one 64-bit number."""
        return struct.unpack("=Q", self.ask(request))[0]

    def state(self, request, queue, value, flags=VERSION):
        """The messages whose payload is a queue and a number."""
        self.send(request, struct.pack("=II", queue, value & 0xFFFFFFFF), flags=flags)

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            try:
                more = self.socket.recv(size - len(data))
            except ConnectionResetError as e:
                raise Closed from e
            if not more:
                raise Closed
            data += more
        return data

    def closed_within(self, seconds):
        """Whether the back end closes within a time; reads and forgets what it says."""
        end = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError):
            while (left := end - time.monotonic()) > 0:
                self.socket.settimeout(left)
                try:
                    if not self.socket.recv(4096):
                        return True
                except ConnectionResetError:
                    return True
        return False

    def close(self):
        """Goes without a word."""
        self.socket.close()


class Endpoint:
    """
    Where connections come from: a socket file that the back end listens at (role "connect"), or one
    of our own that it connects to (role "listen").
    """

    def __init__(self, path, role):
        self.path = path
        self.listener = None
        if role == "listen":
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
            self.listener.listen(64)
            self.listener.settimeout(10)

    def connection(self):
        """The next connection; waits for the other side for at most ten seconds."""
        if self.listener:
            return Connection(self.listener.accept()[0])
        end = time.monotonic() + 10
        while True:
            sock = socket.socket(socket.AF_UNIX)
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
