# SPDX-License-Identifier: Apache-2.0
"""
What a memif peer may do wrong, one function each: its name is the name of the violation, its docstring
says what is wrong. It gets a program that is not connected, and leaves it connected or not; the caller
waits and goes. The functions are in said.py, described.py, shared.py and greeted.py.
"""

CLIENT, SERVER = "connect", "listen"

ALL = {}
_ROLES = {}


def violation(*roles):
    """Puts a function into the catalogue, of programs of these roles."""

    def register(function):
        name = function.__name__.replace("_", "-")
        ALL[name] = function
        _ROLES[name] = roles
        return function

    return register


def of_role(role):
    """Names and functions of one role."""
    return [(name, function) for name, function in ALL.items() if role in _ROLES[name]]


def asked(program, frames=40):
    """Makes frames come in, as many as there is room to ask for."""
    for _ in range(frames):
        if not program.transmit(program.echo(), seconds=0.05):
            break
