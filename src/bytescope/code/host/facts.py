"""The facts of the running Python's bytecode, as data.

This module is the only one that selects by the version of the running Python; what depends on it is in
`bytescope.code.versions`. No module outside of `bytescope.code` reads `opcode` or `dis`, or knows an
opcode by its number.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import MAGIC_NUMBER

from bytescope.code.errors import UnsupportedHost
from bytescope.code.versions.behaviour import Behaviour
from bytescope.startup.stdlib_lite import Any, Final, Iterable, cache

SUPPORTED: Final = ("3.11", "3.12", "3.13", "3.14")
"""The versions of CPython whose bytecode is known."""

HOST: Final = f"{sys.version_info[0]}.{sys.version_info[1]}"
"""The version of the running Python, say "3.12"."""

BUILD: Final = (sys.version, MAGIC_NUMBER, sys.byteorder)
"""All that the form of code objects, in memory and on disk, depends on."""


def check_host(implementation: str, version: str) -> None:
    """Raise `UnsupportedHost`, in one line, unless this version of CPython is known.

    Args:
        implementation: the name of the Python, as in `sys.implementation.name`.
        version: its version, as in `HOST`.
    """
    if implementation != "cpython" or version not in SUPPORTED:
        raise UnsupportedHost(
            f"bytescope needs CPython {SUPPORTED[0]} to {SUPPORTED[-1]}, and this is {implementation} {version}"
        )


check_host(sys.implementation.name, HOST)

VERSION: Final[Any] = importlib.import_module(f"bytescope.code.versions.v{HOST.replace('.', '_')}")
"""The module of the running version: `BEHAVIOUR`, and `RULES` for lowering."""

BEHAVIOUR: Final[Behaviour] = VERSION.BEHAVIOUR
"""The behaviour of the running version."""

# Half of what is read here is private to the standard library, and typed nowhere.
_opcode: Any = importlib.import_module("opcode")


def _real(opcodes: Iterable[int]) -> frozenset[int]:
    """Return the opcodes that can stand in a code object: no pseudo instructions, no instrumented ones."""
    return frozenset(op for op in opcodes if op < 256 and not _opcode.opname[op].startswith("INSTRUMENTED_"))


OPMAP: Final[dict[str, int]] = {
    name: op for name, op in _opcode.opmap.items() if op < 256 and not name.startswith("INSTRUMENTED_")
}
"""Number of each opcode that a code object may hold (specialised and instrumented forms are not among them)."""

OPNAME: Final[tuple[str, ...]] = tuple(
    name if OPMAP.get(name) == op else f"<{op}>" for op, name in enumerate(_opcode.opname[:256])
)
"""Name of each opcode by number, "<255>" where there is none."""


def _specialized() -> dict[str, int]:
    if hasattr(_opcode, "_specialized_opmap"):
        return _opcode._specialized_opmap  # type: ignore[no-any-return]
    free = [op for op, name in enumerate(_opcode.opname) if name[0] == "<"]
    return dict(zip(_opcode._specialized_instructions, free, strict=False))


_SPECIALIZED = _specialized()

DEOPT: Final[dict[int, int]] = {
    _SPECIALIZED[special]: OPMAP[base]
    for base, specials in _opcode._specializations.items()
    for special in specials
    if special in _SPECIALIZED
} | {
    op: OPMAP[name.removeprefix("INSTRUMENTED_")]
    for name, op in _opcode.opmap.items()
    if name.startswith("INSTRUMENTED_") and name.removeprefix("INSTRUMENTED_") in OPMAP
}
"""Specialised or instrumented opcode to the opcode it stands for, which is the one that `co_code` shows."""

EXTENDED_ARG: Final = OPMAP["EXTENDED_ARG"]


def _cache_sizes() -> tuple[int, ...]:
    entries = _opcode._inline_cache_entries
    if isinstance(entries, dict):
        return tuple(entries.get(name, 0) for name in OPNAME)
    return tuple(entries[op] if OPNAME[op][0] != "<" else 0 for op in range(256))


CACHES: Final[tuple[int, ...]] = _cache_sizes()
"""Number of inline cache entries (code units) behind each opcode."""

HAS_ARG: Final = _real(getattr(_opcode, "hasarg", range(_opcode.HAVE_ARGUMENT, 256))) & frozenset(OPMAP.values())
"""Opcodes that use their argument."""
HAS_CONST: Final = _real(_opcode.hasconst)
"""Opcodes whose argument is an index into `co_consts`."""
HAS_NAME: Final = _real(_opcode.hasname)
"""Opcodes whose argument holds an index into `co_names`: see `NAME_SHIFT`."""
HAS_COMPARE: Final = _real(_opcode.hascompare)
"""Opcodes whose argument holds an index into `COMPARE_OPS`: see `Behaviour.compare_shift`."""

HAS_VARIABLE: Final = _real([*_opcode.haslocal, *_opcode.hasfree])
"""Opcodes whose argument is an index into the locals, cells and free variables, or two of them (`TWO_VARIABLES`)."""

TWO_VARIABLES: Final[dict[int, tuple[int, int]]] = {
    OPMAP[f"{first}_{second}"]: (OPMAP[first], OPMAP[second])
    for first, second in [
        ("LOAD_FAST", "LOAD_FAST"),
        ("LOAD_FAST_BORROW", "LOAD_FAST_BORROW"),
        ("STORE_FAST", "LOAD_FAST"),
        ("STORE_FAST", "STORE_FAST"),
    ]
    if f"{first}_{second}" in OPMAP
}
"""Opcodes that do the work of two, whose indices are the upper and the lower four bits of the argument."""

BACKWARD: Final = frozenset(
    op for op in _real(_opcode.hasjrel) if "BACKWARD" in OPNAME[op] or OPNAME[op] == "END_ASYNC_FOR"
)
"""Opcodes whose argument is a distance backwards, from behind their caches."""
FORWARD: Final = _real(_opcode.hasjrel) - BACKWARD
"""Opcodes whose argument is a distance forwards, from behind their caches."""
TARGETED: Final = FORWARD | BACKWARD
"""Opcodes that name another instruction."""
JUMPS: Final = frozenset(op for op in TARGETED if OPNAME[op] != "END_ASYNC_FOR")
"""Opcodes that may go to the instruction they name (3.14's END_ASYNC_FOR names one and does not)."""
OPPOSITE: Final[dict[int, int]] = {
    one: OPMAP[OPNAME[one].replace(way, other)]
    for way, other in [("FORWARD", "BACKWARD"), ("BACKWARD", "FORWARD")]
    for one in JUMPS
    if OPNAME[one].replace(way, other) in OPMAP and way in OPNAME[one]
}
"""Opcodes that do the same in the other direction, for those that have one."""
ENDS: Final = frozenset(
    OPMAP[name]
    for name in [
        "INTERPRETER_EXIT",
        "JUMP_BACKWARD",
        "JUMP_BACKWARD_NO_INTERRUPT",
        "JUMP_FORWARD",
        "RAISE_VARARGS",
        "RERAISE",
        "RETURN_CONST",
        "RETURN_VALUE",
    ]
    if name in OPMAP
)
"""Opcodes that never go on to the next instruction."""

FOLLOWERS: Final[dict[int, int]] = {OPMAP[one]: OPMAP[other] for one, other in BEHAVIOUR.followers.items()}
"""Opcodes behind which the host takes a certain other one for granted: it skips it, or looks at its argument."""
LANDINGS: Final[dict[int, int]] = {OPMAP["FOR_ITER"]: OPMAP["END_FOR"]} if "END_FOR" in OPMAP else {}
"""Jumps at whose target the host takes a certain opcode for granted, and skips it."""
SHORT: Final = frozenset(OPMAP[name] for name in BEHAVIOUR.short_jumps)
"""The jumps of `Behaviour.short_jumps`."""

NAME_SHIFT: Final[dict[int, int]] = {op: BEHAVIOUR.name_shifts.get(OPNAME[op], 0) for op in HAS_NAME}
"""By how many bits the index into `co_names` is shifted left in the argument; the bits below are flags."""

COMPARE_OPS: Final[tuple[str, ...]] = tuple(_opcode.cmp_op)
"""The operators of COMPARE_OP, "<" and so on, by number."""
BINARY_OPS: Final[tuple[str, ...]] = tuple(symbol for _, symbol in _opcode._nb_ops)
"""The operators of BINARY_OP, "+", "+=" and so on, by argument."""
INTRINSICS_1: Final[tuple[str, ...]] = tuple(getattr(_opcode, "_intrinsic_1_descs", ()))
"""The functions that CALL_INTRINSIC_1 calls, by argument."""
INTRINSICS_2: Final[tuple[str, ...]] = tuple(getattr(_opcode, "_intrinsic_2_descs", ()))
"""The functions that CALL_INTRINSIC_2 calls, by argument."""
COMMON_CONSTANTS: Final[tuple[object, ...]] = tuple(getattr(_opcode, "_common_constants", ()))
"""The objects that LOAD_COMMON_CONSTANT loads, by argument."""
SPECIAL_METHODS: Final[tuple[str, ...]] = tuple(getattr(_opcode, "_special_method_names", ()))
"""The methods that LOAD_SPECIAL looks up, by argument."""


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
    effect: int = _opcode.stack_effect(opcode, arg if opcode in HAS_ARG else None, jump=jump)
    return effect


GENERATOR_DEPTH: Final = 1 - stack_effect(OPMAP["RETURN_GENERATOR"], 0, False)
"""The depth of the stack at a generator's entry that `stack_effect` leaves out (the value first sent)."""
