#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
A vhost-user front end to test back ends with.

  peer.py list                        the violations, one a line
  peer.py ping SOCKET ...             a guest that behaves: 0 if it got three echoes
  peer.py NAME SOCKET ...             one violation; says whether the back end closed or tolerated it

Standard library only.
"""

import argparse
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).parent.parent / "station"))

from guest import EVENT_IDX, SHAPES, USUAL, Guest
from protocol import Closed, Endpoint
from violations import ALL


def ping(guest, args):
    """The control: echoes, until the end of a stay that may be zero."""
    begin = time.monotonic()
    while True:
        try:
            guest.start(int(args.features, 0))
            break
        except Closed:
            # After one that came too often the next is sent away as well, for a second.
            guest.leave()
            if time.monotonic() - begin > 5:
                raise
            time.sleep(0.2)
    if not guest.ping(1, 10):
        print(f"no echo within {time.monotonic() - begin:.1f} s", flush=True)
        return 1
    if not guest.features & EVENT_IDX and any(r.wants_kicks() for r in guest.rings.values()):
        print("asked for kicks by a back end that polls", flush=True)
        return 1
    print(f"up after {time.monotonic() - begin:.2f} s, features {guest.features:#x}", flush=True)
    end = time.monotonic() + args.stay
    asked, longest = 0, 0.0
    while True:
        before = time.monotonic()
        if not guest.ping(3, 10):
            print(f"no echo after {asked} in {time.monotonic() - before:.1f} s", flush=True)
            return 1
        asked += 3
        longest = max(longest, time.monotonic() - before)
        if time.monotonic() >= end:
            break
        time.sleep(0.02)
    guest.stop()
    print(f"{asked} echoes, 3 within {longest * 1000:.0f} ms", flush=True)
    return 0


def violate(guest, args):
    """One violation; stays for a while unless it is thrown out."""
    try:
        ALL[args.what](guest)
        print("committed", flush=True)
        closed = guest.connection is None or guest.connection.closed_within(args.stay)
    except Closed:
        print("committed", flush=True)
        closed = True
    print("closed" if closed else "tolerated", flush=True)
    return 0


def main():
    """Reads the words, runs one guest."""
    if sys.argv[1:] == ["list"]:
        for name, function in ALL.items():
            print(f"{name}\t{function.__doc__}")
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["ping", *ALL])
    parser.add_argument("socket")
    parser.add_argument("--role", choices=["connect", "listen"], default="connect")
    parser.add_argument("--mac", default="52:54:00:00:00:01")
    parser.add_argument("--address", default="10.0.0.21")
    parser.add_argument("--target", help="whom to ask for echoes; without: frames come back as sent")
    parser.add_argument("--features", default=hex(USUAL))
    parser.add_argument("--buffers", choices=SHAPES, default=SHAPES[0], help="to get frames in")
    parser.add_argument("--stay", type=float, default=0.0, help="seconds")
    args = parser.parse_args()
    endpoint = Endpoint(args.socket, args.role)
    guest = Guest(endpoint, args.mac, args.address, args.target, args.buffers)
    try:
        return (ping if args.what == "ping" else violate)(guest, args)
    finally:
        guest.leave()
        endpoint.close()


if __name__ == "__main__":
    sys.exit(main())
