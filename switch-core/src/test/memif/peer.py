#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
A memif peer to test switches with, in either role.

  peer.py list ROLE                   the violations of a role, one a line
  peer.py ping SOCKET ...             a program that behaves: 0 if it got three echoes
  peer.py NAME SOCKET ...             one violation; says whether the switch closed or tolerated it

Role "connect" is memif's client, "listen" its server. Standard library only.
"""

import argparse
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).parent.parent / "station"))

# The first four fill the catalogue.
import described
import greeted
import said
import shared
from catalogue import ALL, of_role
from program import Client, Server
from protocol import Closed, Endpoint


def ping(program, args):
    """The control: echoes, until the end of a stay that may be zero."""
    begin = time.monotonic()
    while True:
        try:
            program.start()
            break
        except Closed:
            program.leave()
            if time.monotonic() - begin > 5:
                raise
            time.sleep(0.2)
    if not program.ping(1, 10):
        print(f"no echo within {time.monotonic() - begin:.1f} s", flush=True)
        return 1
    print(f"up after {time.monotonic() - begin:.2f} s", flush=True)
    end = time.monotonic() + args.stay
    asked, longest = 0, 0.0
    while True:
        before = time.monotonic()
        if not program.ping(3, 10):
            print(f"no echo after {asked} in {time.monotonic() - before:.1f} s", flush=True)
            return 1
        asked += 3
        longest = max(longest, time.monotonic() - before)
        if time.monotonic() >= end:
            break
        time.sleep(0.02)
    print(f"{asked} echoes, 3 within {longest * 1000:.0f} ms", flush=True)
    return 0


def violate(program, args):
    """One violation; stays for a while unless it is thrown out."""
    why = ""
    try:
        ALL[args.what](program)
        print("committed", flush=True)
        if program.connection is None:
            closed = True
        else:
            closed = program.connection.closed_within(args.stay)
            why = program.connection.reason
    except Closed as e:
        print("committed", flush=True)
        closed, why = True, str(e)
    print("closed" if closed else "tolerated", why, flush=True)
    return 0


def main():
    """Reads the words, runs one program."""
    if sys.argv[1:2] == ["list"]:
        for name, function in of_role(sys.argv[2]):
            print(f"{name}\t{function.__doc__}")
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["ping", *ALL])
    parser.add_argument("socket")
    parser.add_argument("--role", choices=["connect", "listen"], default="connect")
    parser.add_argument("--mac", default="52:54:00:00:00:01")
    parser.add_argument("--address", default="10.0.0.21")
    parser.add_argument("--target", help="whom to ask for echoes; without: frames come back as sent")
    parser.add_argument("--stay", type=float, default=0.0, help="seconds")
    args = parser.parse_args()
    endpoint = Endpoint(args.socket, args.role)
    kind = Client if args.role == "connect" else Server
    program = kind(endpoint, args.mac, args.address, args.target)
    try:
        return (ping if args.what == "ping" else violate)(program, args)
    finally:
        program.leave()
        endpoint.close()


if __name__ == "__main__":
    sys.exit(main())
