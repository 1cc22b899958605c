"""Emitter of host bytecode: constants, names, positions, ranges covered by exception handlers, and cold code."""

from __future__ import annotations

import types
from collections.abc import Callable, Hashable

from bytescope.code.assembly.assembler import Assembled, Assembler
from bytescope.code.assembly.insertion import Interposing
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.outline import COLD, Outline

Operand = int | Callable[[int], None]
"""The depth of a value on the stack, 1 being the top; or a function that emits its push, given the number of values
pushed since the depths were counted."""


class Emitter:
    """Collects the instructions of one woven code object.

    Attributes:
        asm: the assembler. sequences: what depends on the host's version.
        deepest: the maximum number of values above the program's own.
        before_layout: is called when all has been written, and before it is laid out.
        outline: notes of what is written for what, None if no listing needs them.
        hook_key: the key of the handler of the hooks that are called next.
    """

    def __init__(self, code: types.CodeType, boxed: bool = False) -> None:
        """Start with nothing.

        Args:
            code: the code object that is woven.
            boxed: whether objects of the weaver's own are kept in a list that is filled when the code object is made,
                because it has to be made from a form that such objects do not have.
        """
        self.asm = Assembler(code.co_qualname)
        self.sequences = Interposing(self.asm)
        self.consts: list[Any] = list(code.co_consts)
        self._own = len(self.consts)
        self.names: list[str] = list(code.co_names)
        self.deepest = 0
        self.before_layout: Callable[[], None] = _nothing
        self.outline: Outline | None = None
        self.hook_key: Any = None
        self._const_index: dict[int, int] = {}
        self._name_index: dict[str, int] = {}
        self._box: list[Any] | None = None
        self._in_box: dict[int, int] = {}
        self._number_index: dict[int, int] = {}
        if boxed:
            self._box, self._box_index = [], len(self.consts)
            self.consts.append([])
        self._cold: list[tuple[Any, Hashable, Hashable, Callable[[], None], int | None]] = []
        self._spans: list[tuple[int, int, Hashable]] = []
        self._cover: tuple[int, Hashable] | None = None

    # --- single instructions

    def emit(self, opcode: int | str, arg: int = 0) -> None:
        """Add an instruction at the present position."""
        self.asm.emit(opcode, arg)

    def const(self, value: Any) -> int:
        """Return the index of an object of the weaver's own among the constants, or in the box."""
        known = self._const_index.get(id(value))
        if known is None:
            place = self.consts if self._box is None else self._box
            known = self._const_index[id(value)] = len(place)
            place.append(value)
        return known

    def load_const(self, value: Any) -> None:
        """Emit code that pushes an object of the weaver's own."""
        known = self.const(value)
        if self._box is None:
            self.asm.emit("LOAD_CONST", known)
        else:
            self._load_from_box(known)

    def _load_from_box(self, number: int) -> None:
        self.asm.emit("LOAD_CONST", self._box_index)
        index = self._number_index.get(number)
        if index is None:
            index = self._number_index[number] = len(self.consts)
            self.consts.append(number)
        self.asm.emit("LOAD_CONST", index)
        self.sequences.load_item()

    def replace_const(self, index: int, value: types.CodeType) -> None:
        """Put a code object in the place of one of the program's constants."""
        if self._box is None:
            self.consts[index] = value
        else:
            self._in_box[index] = len(self._box)
            self._box.append(value)

    def load_replaced(self, index: int) -> bool:
        """Push what is in the place of one of the program's constants, if that needs more than one instruction."""
        if index not in self._in_box:
            return False
        self._load_from_box(self._in_box[index])
        return True

    @property
    def box(self) -> int | None:
        """The index of the list of objects of the weaver's own, None where they are constants themselves."""
        return None if self._box is None else self._box_index

    def constants(self) -> tuple[list[Any], list[Any]]:
        """Return the constants in their places, and the weaver's own objects, which follow them or are kept apart."""
        return (self.consts[: self._own], self.consts[self._own :]) if self._box is None else (self.consts, self._box)

    def name(self, name: str) -> int:
        """Return the index of a name."""
        index = self._name_index.get(name)
        if index is None:
            if name not in self.names:
                self.names.append(name)
            index = self._name_index[name] = self.names.index(name)
        return index

    def push_function(self, value: Any) -> None:
        """Emit code that pushes an object of the weaver's own that is going to be called."""
        self.sequences.push_callable(lambda: self.load_const(value))

    def apply(self, function: Any, depth: int) -> None:
        """Emit code that pushes what a function returns for the value at a depth, 1 being the top."""
        self.push_function(function)
        self.asm.emit("COPY", depth + 2)
        self.sequences.call(1)

    def reserve(self, count: int) -> None:
        """Reserve stack space for a number of values above the program's own."""
        if count > self.deepest:
            self.deepest = count

    # --- tests of the topmost value, which is popped

    def jump_if_is(self, value: Any, label: int) -> None:
        """Emit a jump to a label if the topmost value is this object."""
        self._test("IS_OP", value, "TRUE", label)

    def jump_unless_is(self, value: Any, label: int) -> None:
        """Emit a jump to a label unless the topmost value is this object."""
        self._test("IS_OP", value, "FALSE", label)

    def jump_if_in(self, values: Any, label: int) -> None:
        """Emit a jump to a label if the topmost value is in a container."""
        self._test("CONTAINS_OP", values, "TRUE", label)

    def jump_unless_in(self, values: Any, label: int) -> None:
        """Emit a jump to a label unless the topmost value is in a container."""
        self._test("CONTAINS_OP", values, "FALSE", label)

    def _test(self, opcode: str, value: Any, outcome: str, label: int) -> None:
        self.load_const(value)
        self.asm.emit(opcode, 0)
        self.sequences.jump_if(outcome, label)

    # --- operands of hooks

    def at(self, depth: int) -> Operand:
        """Return the operand at a depth, 1 being the top."""
        return depth

    def push(self, operand: Operand, pushed: int) -> None:
        """Emit code that pushes an operand."""
        if isinstance(operand, int):
            self.asm.emit("COPY", operand + pushed)
        else:
            operand(pushed)

    def call(self, objects: list[Any], operands: list[Operand]) -> None:
        """Emit a call, and leave its result on the stack.

        Args:
            objects: the function and the first arguments, of the weaver's own.
            operands: the other arguments.
        """
        if self._box is None and not any(callable(each) for each in operands):
            self.sequences.call_constants([self.const(each) for each in objects], operands)  # type: ignore[arg-type]
            return
        self.push_function(objects[0])
        for each in objects[1:]:
            self.load_const(each)
        for pushed, operand in enumerate(operands, len(objects) + 1):
            self.push(operand, pushed)
        self.sequences.call(len(objects) - 1 + len(operands))

    def constant(self, value: Any) -> Operand:
        """Return an object as an operand."""
        return lambda pushed: self.load_const(value)

    def tuple_of(self, operands: list[Operand]) -> Callable[[int], None]:
        """Return a tuple of operands as an operand."""

        def push(pushed: int) -> None:
            for number, each in enumerate(operands):
                self.push(each, pushed + number)
            self.asm.emit("BUILD_TUPLE", len(operands))

        return push

    # --- ranges covered by exception handlers

    def cover(self, key: Hashable) -> None:
        """Cover what is emitted next by the handler with a key (see `finish`), None for no handler."""
        if self._cover is not None:
            start, known = self._cover
            if known is key or known == key:
                return
            if known is not None:
                self._spans.append((start, len(self.asm), known))
        self._cover = (len(self.asm), key)

    @property
    def covered_by(self) -> Hashable:
        """The key of the handler in force."""
        return None if self._cover is None else self._cover[1]

    # --- cold code

    def emit_cold(self, write: Callable[[], None]) -> None:
        """Register cold code, which is emitted after all else, with the present source position and handlers."""
        index = None if self.outline is None else self.outline.index
        self._cold.append((self.asm.position, self.covered_by, self.hook_key, write, index))

    def emit_pending(self) -> None:
        """Emit the cold code that has been registered."""
        if self._cold and self.outline is not None:
            self.section(f"{self.outline.section}, {COLD}".removeprefix(", "))
        while self._cold:
            pending, self._cold = self._cold, []
            for position, key, hook_key, write, index in pending:
                self.asm.position, self.hook_key = position, hook_key
                self.cover(key)
                if self.outline is not None:
                    self.outline.begin(len(self.asm), index)
                write()

    def section(self, name: str) -> None:
        """Begin a section of the outline.

        Args:
            name: its name.
        """
        if self.outline is not None:
            self.outline.begin_section(len(self.asm), name)

    def needed_handlers(self) -> list[Hashable]:
        """Return the keys of handlers that are needed, and end the last range."""
        self.cover(None)
        return list(dict.fromkeys(key for _, _, key in self._spans))

    def finish(self, first_line: int, handlers: dict[Hashable, tuple[int, int]]) -> Assembled:
        """Lay everything out.

        Args:
            first_line: of the code object.
            handlers: label and stack depth of the handler of each key; each gets the offset of the raising instruction
                below the exception.
        """
        by_identity = {id(key): handlers[key] for key in {id(key): key for _, _, key in self._spans}.values()}
        for start, end, key in self._spans:
            self.asm.stretch(start, end, *by_identity[id(key)])
        self.before_layout()
        return self.asm.finish(first_line)


def _nothing() -> None:
    pass
