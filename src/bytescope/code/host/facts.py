"""The facts of the running Python's bytecode, as data.

This module is the only one that selects by the version of the running Python; what depends on it is in
`bytescope.code.versions`. No module outside of `bytescope.code` reads `opcode` or `dis`, or knows an
opcode by its number.
"""

from __future__ import annotations

import sys
from _opcode import stack_effect as _stack_effect  # type: ignore[import-not-found]

from bytescope.code.errors import UnsupportedHost
from bytescope.code.stored import AnyCode, StoredCode, stored_behind
from bytescope.code.versions.version import HOSTS, Version, load_version
from bytescope.startup.import_system import MAGIC_NUMBER
from bytescope.startup.stdlib_lite import Final, cache

SUPPORTED: Final = HOSTS
"""The versions of CPython that bytescope runs on."""

HOST: Final = f"{sys.version_info[0]}.{sys.version_info[1]}"
"""The version of the running Python, say "3.12"."""

BUILD: Final = (sys.version, MAGIC_NUMBER, sys.byteorder)
"""All that the form of code objects, in memory and on disk, depends on."""


FREE_THREADED: Final = "free-threading build" in sys.version
"""True of a build without the GIL, even if PYTHON_GIL=1 has it back. `sysconfig` says it too, but is slow to import."""


def check_host(implementation: str, version: str, free_threaded: bool = False) -> None:
    """Raise `UnsupportedHost`, in one line, unless this version and build of CPython is known.

    Args:
        implementation: the name of the Python, as in `sys.implementation.name`.
        version: its version, as in `HOST`.
        free_threaded: whether its build is, as in `FREE_THREADED`.
    """
    if implementation != "cpython" or version not in SUPPORTED:
        raise UnsupportedHost(
            f"bytescope needs CPython {SUPPORTED[0]} to {SUPPORTED[-1]}, and this is {implementation} {version}"
        )
    if free_threaded:
        raise UnsupportedHost(
            f"bytescope needs the GIL, and this is a free-threaded build of CPython {version}: what hooks read and "
            f"change together, and counts of references, would be wrong; use the default build, python{version}"
        )


check_host(sys.implementation.name, HOST, FREE_THREADED)

VERSION: Final = load_version(HOST)
"""The running version."""

BEHAVIOUR: Final = VERSION.behaviour
"""The behaviour of the running version."""


def version_of(code: AnyCode) -> Version:
    """Return the version of CPython that a code object, or what it stands for, is for."""
    stored = code if isinstance(code, StoredCode) else stored_behind(code)
    return VERSION if stored is None else load_version(stored.version)


OPCODES: Final = VERSION.opcodes
"""The opcodes of the running version. The next constants are its attributes."""

OPMAP: Final = OPCODES.opmap
OPNAME: Final = OPCODES.opname
EXTENDED_ARG: Final = OPCODES.extended_arg
CACHES: Final = OPCODES.caches
HAS_ARG: Final = OPCODES.has_arg
HAS_CONST: Final = OPCODES.has_const
HAS_NAME: Final = OPCODES.has_name
HAS_VARIABLE: Final = OPCODES.has_local | OPCODES.has_free
TWO_VARIABLES: Final = OPCODES.two_variables
BACKWARD: Final = OPCODES.backward
FORWARD: Final = OPCODES.forward
TARGETED: Final = OPCODES.targeted
JUMPS: Final = OPCODES.jumps
ENDS: Final = OPCODES.ends
COMPARE_OPS: Final = OPCODES.compare_ops
BINARY_OPS: Final = OPCODES.binary_ops
INTRINSICS_1: Final = OPCODES.intrinsics_1
INTRINSICS_2: Final = OPCODES.intrinsics_2
COMMON_CONSTANTS: Final = OPCODES.common_constants
SPECIAL_METHODS: Final = OPCODES.special_methods

OPPOSITE: Final[dict[int, int]] = {
    one: OPMAP[OPNAME[one].replace(way, other)]
    for way, other in [("FORWARD", "BACKWARD"), ("BACKWARD", "FORWARD")]
    for one in JUMPS
    if OPNAME[one].replace(way, other) in OPMAP and way in OPNAME[one]
}
"""Opcodes that do the same in the other direction, for those that have one."""
FOLLOWERS: Final[dict[int, int]] = {OPMAP[one]: OPMAP[other] for one, other in BEHAVIOUR.followers.items()}
"""Opcodes behind which the host takes a certain other one for granted: it skips it, or looks at its argument."""
LANDINGS: Final[dict[int, int]] = {OPMAP["FOR_ITER"]: OPMAP["END_FOR"]} if "END_FOR" in OPMAP else {}
"""Jumps at whose target the host takes a certain opcode for granted, and skips it."""
SHORT: Final = frozenset(OPMAP[name] for name in BEHAVIOUR.short_jumps)
"""The jumps of `Behaviour.short_jumps`."""

NAME_SHIFT: Final[dict[int, int]] = {op: OPCODES.shifts.get(op, 0) for op in HAS_NAME}
"""By how many bits the index into `co_names` is shifted left in the argument; the bits below are flags."""
COMPARE_SHIFT: Final = OPCODES.shifts.get(OPMAP["COMPARE_OP"], 0)
"""By how many bits the operator's number is shifted left in the argument of COMPARE_OP."""


@cache
def stack_effect(opcode: int, arg: int, jump: bool) -> int:
    """Return by how much an instruction changes the depth of the operand stack.

    Args:
        opcode: the instruction's opcode.
        arg: its argument, ignored where it has none.
        jump: whether it goes to its target (rather than on to the next instruction).

    Raises:
        ValueError: if there is no such instruction.
    """
    effect: int = _stack_effect(opcode, arg if opcode in HAS_ARG else None, jump=jump)
    return effect


GENERATOR_DEPTH: Final = 1 - stack_effect(OPMAP["RETURN_GENERATOR"], 0, False)
"""The depth of the stack at a generator's entry that `stack_effect` leaves out (the value first sent)."""
