"""The opcodes of one version of CPython as a value, made of its table."""

from __future__ import annotations

from bytescope.startup.stdlib_lite import Any, Final, Iterable

__all__ = ["Opcodes"]

_PAIRS: Final = (
    ("LOAD_FAST", "LOAD_FAST"),
    ("LOAD_FAST_BORROW", "LOAD_FAST_BORROW"),
    ("STORE_FAST", "LOAD_FAST"),
    ("STORE_FAST", "STORE_FAST"),
)

_ENDS: Final = (
    *("INTERPRETER_EXIT", "JUMP_ABSOLUTE", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "JUMP_FORWARD"),
    *("RAISE_VARARGS", "RERAISE", "RETURN_CONST", "RETURN_VALUE"),
)

_NO_JUMPS: Final = ("END_ASYNC_FOR", "SETUP_ASYNC_WITH", "SETUP_FINALLY", "SETUP_WITH")
"""Opcodes that refer to another instruction without jumping: the handler they set up, or the SEND they belong to."""


class Opcodes:
    """The opcodes that code objects of one version may hold: no pseudo, specialised or instrumented ones.

    Attributes:
        version: the version, such as "3.8".
        opmap: number of each opcode.
        opname: name of each opcode by number, "<255>" where there is none.
        caches: number of inline cache entries (code units) behind each opcode.
        has_arg: opcodes that use their argument.
        has_const: opcodes whose argument is an index into `co_consts`.
        has_name: opcodes whose argument holds an index into `co_names`: see `shifts`.
        has_compare: opcodes whose argument holds an index into `compare_ops`: see `shifts`.
        has_local: opcodes whose argument is an index into the local variables, or two of them: see `two_variables`.
        has_free: opcodes whose argument is an index into cells and free variables: see `joint_variables`.
        forward: opcodes whose argument is a distance forwards, from behind their caches.
        backward: opcodes whose argument is a distance backwards, from behind their caches.
        absolute: opcodes whose argument is a place.
        targeted: opcodes that name another instruction.
        jumps: opcodes that may go to the instruction they name.
        ends: opcodes that never go on to the next instruction.
        shifts: opcode to the number of bits of the argument that stand below an index, where there are any.
        two_variables: opcodes that do the work of two, whose indices are the upper and the lower four bits of the
            argument.
        jump_unit: bytes that the argument of a jump counts as one.
        joint_variables: whether arguments count locals, cells and free variables in one row, as since 3.11.
        extended_arg: the number of EXTENDED_ARG.
        compare_ops: the operators of COMPARE_OP, "<" and so on, by number.
        binary_ops: the operators of BINARY_OP, "+", "+=" and so on, by argument.
        intrinsics_1: the functions that CALL_INTRINSIC_1 calls, by argument.
        intrinsics_2: the functions that CALL_INTRINSIC_2 calls, by argument.
        common_constants: the objects that LOAD_COMMON_CONSTANT loads, by argument.
        special_methods: the methods that LOAD_SPECIAL looks up, by argument.
    """

    def __init__(self, version: str, table: Any) -> None:
        """Make the value.

        Args:
            version: the version.
            table: its module of `opcode_tables`.
        """
        rows: dict[str, tuple[int, str, int, int]] = table.OPCODES
        self.version = version
        self.opmap = {name: row[0] for name, row in rows.items()}
        opname = [f"<{number}>" for number in range(256)]
        caches = [0] * 256
        kinds: dict[str, list[int]] = {}
        shifts: dict[int, int] = {}
        for name, (number, kind, entries, shift) in rows.items():
            opname[number] = name
            caches[number] = entries
            kinds.setdefault(kind, []).append(number)
            if shift:
                shifts[number] = shift
        self.opname = tuple(opname)
        self.caches = tuple(caches)
        self.has_arg = frozenset(self.opmap.values()).difference(kinds[""])
        self.has_const = frozenset(kinds["const"])
        self.has_name = frozenset(kinds["name"])
        self.has_compare = frozenset(kinds["compare"])
        self.has_local = frozenset(kinds["local"])
        self.has_free = frozenset(kinds["free"])
        self.forward = frozenset(kinds["forward"])
        self.backward = frozenset(kinds.get("backward", ()))
        self.absolute = frozenset(kinds.get("absolute", ()))
        self.targeted = self.forward | self.backward | self.absolute
        self.jumps = self.targeted.difference(self.numbers(_NO_JUMPS))
        self.ends = self.numbers(_ENDS)
        self.shifts = shifts
        self.two_variables = {
            self.opmap[f"{one}_{other}"]: (self.opmap[one], self.opmap[other])
            for one, other in _PAIRS
            if f"{one}_{other}" in self.opmap
        }
        self.jump_unit: int = table.JUMP_UNIT
        self.joint_variables = "COPY_FREE_VARS" in self.opmap
        self.extended_arg = self.opmap["EXTENDED_ARG"]
        self.compare_ops: tuple[str, ...] = table.COMPARE_OPS
        self.binary_ops: tuple[str, ...] = table.BINARY_OPS
        self.intrinsics_1: tuple[str, ...] = table.INTRINSICS_1
        self.intrinsics_2: tuple[str, ...] = table.INTRINSICS_2
        self.common_constants: tuple[object, ...] = table.COMMON_CONSTANTS
        self.special_methods: tuple[str, ...] = table.SPECIAL_METHODS

    def numbers(self, names: Iterable[str]) -> frozenset[int]:
        """Return the numbers of those of several opcodes that the version has."""
        return frozenset([self.opmap[name] for name in names if name in self.opmap])

    def __repr__(self) -> str:
        return f"<opcodes of CPython {self.version}>"
