# SPDX-License-Identifier: Apache-2.0
"""
A station on an Ethernet that asks another for echoes: ARP (RFC 826) and ICMP (RFC 792) over IPv4. How
its frames travel is for others to say.
"""

import ipaddress
import os
import struct
import time

ETHERNET = 14


def checksum(data):
    """Internet checksum (RFC 1071)."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data[: len(data) & ~1]))
    total += data[-1] << 8 if len(data) % 2 else 0
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Station:
    """
    One station.

    who: its MAC and IPv4 address, and the IPv4 address that it talks to; without the latter its
    frames are expected back as they are. A subclass has transmit(frame) and receive().
    """

    def __init__(self, mac, address, target):
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.address = ipaddress.IPv4Address(address).packed
        self.target = ipaddress.IPv4Address(target).packed if target else None
        self.target_mac = None
        self.echoes = set()
        self.asked = 0

    def transmit(self, frame):
        """Sends a frame; False where there is no room in time."""
        raise NotImplementedError

    def receive(self):
        """The frames that have come in."""
        raise NotImplementedError

    def ethernet(self, target, kind, payload):
        """A frame of ours, padded to the least length."""
        return (target + self.mac + struct.pack("!H", kind) + payload).ljust(60, b"\0")

    def arp(self, operation, target_mac, target):
        """An ARP packet of ours (RFC 826)."""
        return (
            struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation)
            + self.mac
            + self.address
            + target_mac
            + target
        )

    def echo(self, payload=b"ipvane" * 8):
        """The next echo request to the target (RFC 792)."""
        self.asked = (self.asked + 1) & 0xFFFF
        icmp = struct.pack("!BBHHH", 8, 0, 0, os.getpid() & 0xFFFF, self.asked) + payload
        icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
        target = self.target or self.address
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(icmp), self.asked, 0, 64, 1, 0)
        ip = ip[:10] + struct.pack("!H", checksum(ip + self.address + target))
        packet = ip + self.address + target + icmp
        return self.ethernet(self.target_mac or b"\2\0\0\0\0\1", 0x0800, packet)

    def listen(self):
        """Takes what has come in: answers questions for our address, remembers echoes."""
        frames = self.receive()
        for frame in frames:
            kind = frame[12:14]
            if kind == b"\x08\x06" and frame[38:42] == self.address:
                if frame[20:22] == b"\0\1" and self.target:
                    answer = self.arp(2, frame[22:28], frame[28:32])
                    self.transmit(self.ethernet(frame[22:28], 0x0806, answer))
                if frame[28:32] == self.target:
                    self.target_mac = frame[22:28]
            elif kind == b"\x08\0" and frame[23] == 1 and frame[34] == (0 if self.target else 8):
                length = struct.unpack("!H", frame[16:18])[0]
                ours = frame[38:40] == struct.pack("!H", os.getpid() & 0xFFFF)
                if ours and not checksum(frame[34 : 14 + length]):
                    self.echoes.add(struct.unpack("!H", frame[40:42])[0])
        return len(frames)

    def resolve(self, seconds):
        """Finds out the MAC of the target."""
        end = time.monotonic() + seconds
        while self.target and not self.target_mac and time.monotonic() < end:
            question = self.arp(1, bytes(6), self.target)
            self.transmit(self.ethernet(b"\xff" * 6, 0x0806, question))
            self._wait(0.2, lambda: self.target_mac)
        return self.target is None or self.target_mac is not None

    def _wait(self, seconds, done):
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            if not self.listen():
                time.sleep(0.001)

    def ping(self, count, seconds):
        """Whether that many requests were answered in time; asks again what got no answer."""
        end = time.monotonic() + seconds
        if not self.resolve(seconds):
            return False
        answered = 0
        while answered < count and time.monotonic() < end:
            self.transmit(self.echo())
            asked = self.asked
            self._wait(0.25, lambda asked=asked: asked in self.echoes)
            answered += asked in self.echoes
        return answered == count
