"""Instruction sequences that differ between versions of CPython, for code that is assembled to run on the host."""

from __future__ import annotations

from bytescope.code.assembly.assembler import Assembler
from bytescope.code.errors import InvalidBytecode
from bytescope.code.host import facts
from bytescope.code.instruction import Position
from bytescope.startup.stdlib_lite import Any, Callable

NULL_FIRST = facts.BEHAVIOUR.null_first
_HAS_PRECALL = "PRECALL" in facts.OPMAP
_COMPARISON = compile("a < b", "", "eval").co_code
_LESS = next(
    arg for op, arg in zip(_COMPARISON[::2], _COMPARISON[1::2], strict=True) if op == facts.OPMAP["COMPARE_OP"]
)
_JUMP_IF_FALSE = "POP_JUMP_FORWARD_IF_FALSE" if "POP_JUMP_FORWARD_IF_FALSE" in facts.OPMAP else "POP_JUMP_IF_FALSE"
_LOAD_CONST, _PUSH_NULL, _COPY = (facts.OPMAP[name] for name in ("LOAD_CONST", "PUSH_NULL", "COPY"))
_CALLING = [facts.OPMAP[name] for name in ("PRECALL", "CALL") if name in facts.OPMAP]
_CALLS: dict[tuple[int, int], bytes] = {}
"""The opcodes of `call_constants`, by the number of constants and of copies."""
_LOAD_CELL = "LOAD_CLOSURE" if "LOAD_CLOSURE" in facts.OPMAP else "LOAD_FAST"
_END_SEND = "END_SEND" in facts.OPMAP
_KWARGS_FLAG = 0 if facts.BEHAVIOUR.calls_with_empty_kwargs else 1


class Sequences:
    """Emits such sequences into an assembler."""

    def __init__(self, asm: Assembler) -> None:
        self.asm = asm

    def push_callable(self, load: Callable[[], None]) -> None:
        """Emit the load of a callable with the NULL that belongs to it."""
        if NULL_FIRST:
            self.asm.emit("PUSH_NULL")
            load()
        else:
            load()
            self.asm.emit("PUSH_NULL")

    def call(self, count: int, position: Position | None = None) -> None:
        """Emit a call of a callable (with its NULL) and `count` arguments."""
        if _HAS_PRECALL:
            self.asm.emit("PRECALL", count, position)
        self.asm.emit("CALL", count, position)

    call_with_self = call
    """Emit a call of a callable whose first argument is in the place of the NULL, with `count` more."""

    def call_constants(self, constants: list[int], depths: list[int]) -> None:
        """Emit the call of a constant with other constants and with copies of values on the stack.

        Args:
            constants: index of the callable and of each of the first arguments.
            depths: how deep each of the other arguments lies before anything is pushed, 1 being the top.
        """
        first, copied = len(constants), len(depths)
        opcodes = _CALLS.get((first, copied))
        if opcodes is None:
            loads = [_LOAD_CONST] * first
            loads.insert(0 if NULL_FIRST else 1, _PUSH_NULL)
            opcodes = _CALLS[first, copied] = bytes([*loads, *[_COPY] * copied, *_CALLING])
        args = [0, *constants] if NULL_FIRST else [constants[0], 0, *constants[1:]]
        above = first + 1
        for depth in depths:
            args.append(depth + above)
            above += 1
        args += [first - 1 + copied] * len(_CALLING)
        self.asm.extend(opcodes, args)

    def load_cell(self, index: int) -> None:
        """Emit the load of a variable's cell."""
        self.asm.emit(_LOAD_CELL, index)

    def load_namespace(self, load_const: Callable[[Any], None]) -> None:
        """Emit the load of the namespace that the code of a class or module is executed in."""
        if "LOAD_LOCALS" in facts.OPMAP:
            self.asm.emit("LOAD_LOCALS")  # locals() may copy it
            return
        self.push_callable(lambda: load_const(locals))
        self.call(0)

    def call_operands(self, count: int, position: Position | None) -> None:
        """Emit the call of the tuple (argument n, ..., argument 1, callable) on top of the stack."""
        asm = self.asm
        if count:
            asm.emit("UNPACK_SEQUENCE", count + 1, position)
            self.call(count - 1, position)
            return
        asm.emit("UNPACK_SEQUENCE", 1, position)
        asm.emit("PUSH_NULL", 0, position)
        if NULL_FIRST:
            asm.emit("SWAP", 2, position)
        self.call(0, position)

    def call_any(self, position: Position | None) -> None:
        """Emit the call of the tuple (keyword dict, positional tuple, callable) on top of the stack."""
        asm = self.asm
        if NULL_FIRST:
            asm.emit("PUSH_NULL", 0, position)
            asm.emit("SWAP", 2, position)
            asm.emit("UNPACK_SEQUENCE", 3, position)
        else:
            asm.emit("UNPACK_SEQUENCE", 3, position)
            asm.emit("PUSH_NULL", 0, position)
            asm.emit("SWAP", 3, position)
            asm.emit("SWAP", 2, position)
        asm.emit("CALL_FUNCTION_EX", _KWARGS_FLAG, position)

    def raise_operands(self, count: int, position: Position | None) -> None:
        """Emit a raise: of the exception on top, of (cause, exception), or of the one being handled."""
        if count == 0:
            self.asm.emit("POP_TOP", 0, position)
        elif count == 2:
            self.asm.emit("UNPACK_SEQUENCE", 2, position)
        self.asm.emit("RAISE_VARARGS", count, position)

    def jump_unless_less(self, label: int) -> None:
        """Emit a jump that is taken unless the second value from the top is less than the top; both are popped."""
        self.asm.emit("COMPARE_OP", _LESS)
        self.asm.jump(_JUMP_IF_FALSE, label)

    def drop_sent_receiver(self) -> None:
        """Emit what leaves only the result where SEND jumps to."""
        if _END_SEND:
            self.asm.emit("END_SEND")

    def suspend(self, position: Position | None) -> None:
        """Emit a yield of the value on top; what is sent replaces it."""
        self.asm.emit("YIELD_VALUE", facts.BEHAVIOUR.yield_arg, position)
        self.asm.emit("RESUME", 1, position)

    def make_first_iterator(self, opcode: str, load_const: Callable[[Any], None]) -> None:
        """Push what a generator expression makes of its first iterable, a local variable, before it has a generator.

        Args:
            opcode: what makes the iterator, GET_ITER or GET_AITER.
            load_const: emits the load of a constant.
        """
        asm = self.asm
        asm.emit("RESUME", 4)
        if opcode == "GET_AITER":
            asm.emit("LOAD_FAST", 0)
            asm.emit("GET_AITER")
        else:  # no index of a sequence
            self.push_callable(lambda: load_const(iter))
            asm.emit("LOAD_FAST", 0)
            self.call(1)

    def begin_delegating(self) -> None:
        """Emit what lies between a receiver, which is on top, and the value sent."""
        if facts.BEHAVIOUR.null_above_iterator:
            self.asm.emit("PUSH_NULL")

    def delegate(self, position: Position | None) -> None:
        """Emit a `yield from` for the tuple (first value to send, receiver) on top; the result replaces it."""
        asm = self.asm
        asm.emit("UNPACK_SEQUENCE", 2, position)
        if facts.BEHAVIOUR.null_above_iterator:
            asm.emit("PUSH_NULL")
            asm.emit("SWAP", 2)
        again = asm.here()
        finished = asm.label()
        asm.jump("SEND", finished, position)
        asm.emit("YIELD_VALUE", facts.BEHAVIOUR.yield_from_arg, position)
        asm.emit("RESUME", 2, position)
        asm.jump("JUMP_BACKWARD_NO_INTERRUPT", again, position)
        asm.place(finished)
        self.drop_sent_receiver()

    def mention_global(self, index: int) -> None:
        """Emit a load of a global by the index of its name, and drop the value."""
        self.asm.emit("LOAD_GLOBAL", index << 1)
        self.asm.emit("POP_TOP")

    def clear_local(self, index: int) -> None:
        """Emit what empties a variable's slot; None replaces the top."""
        if "LOAD_FAST_AND_CLEAR" in facts.OPMAP:
            self.asm.emit("POP_TOP")
            self.asm.emit("LOAD_FAST_AND_CLEAR", index)

    def native(self, name: str, count: int, position: Position | None) -> None:
        """Emit one host instruction that no Python callable can stand for, on the tuple of its operands on top.

        Args:
            name: "group_match", "dict_merge", "dict_update", "prepare_reraise_star", "async_gen_wrap" or the name of an
                intrinsic.
            count: the number of operands.
            position: where it is.

        Raises:
            InvalidBytecode: if this host has no such instruction.
        """
        asm = self.asm
        asm.emit("UNPACK_SEQUENCE", count, position)
        if name == "group_match":
            asm.emit("CHECK_EG_MATCH", 0, position)
            asm.emit("BUILD_TUPLE", 2)
            return
        if name == "dict_merge":
            self._merge(position)
            return
        if name == "dict_update":
            asm.emit("DICT_UPDATE", 1, position)
            return
        if name in _INTRINSIC_OF:
            name = _INTRINSIC_OF[name]
            opcode = name.removeprefix("INTRINSIC_")
            if opcode in facts.OPMAP:
                asm.emit(opcode, 0, position)
                return
        if name in facts.INTRINSICS_1:
            asm.emit("CALL_INTRINSIC_1", facts.INTRINSICS_1.index(name), position)
        elif name in facts.INTRINSICS_2:
            asm.emit("CALL_INTRINSIC_2", facts.INTRINSICS_2.index(name), position)
        else:
            raise InvalidBytecode(asm.name, None, f"{facts.HOST} has no {name}")

    def _merge(self, position: Position | None) -> None:
        """Put the function, which is on top, a mapping and a dict where the host looks for them, and merge."""
        asm, between = self.asm, facts.BEHAVIOUR.callable_below_dict - 1
        asm.emit("SWAP", 3)  # [function, mapping, dict]
        for _ in range(between):
            asm.emit("COPY", 3)
            asm.emit("SWAP", 3)
            asm.emit("SWAP", 2)  # [function, .., function, mapping, dict]
        asm.emit("SWAP", 2)
        asm.emit("DICT_MERGE", 1, position)
        for _ in range(between + 1):
            asm.emit("SWAP", 2)
            asm.emit("POP_TOP")


_INTRINSIC_OF = {
    "prepare_reraise_star": "INTRINSIC_PREP_RERAISE_STAR",
    "async_gen_wrap": "INTRINSIC_ASYNC_GEN_WRAP",
}
