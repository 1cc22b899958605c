"""The version-independent instruction: what every raw opcode of every supported CPython is lowered to.

The names of the operations and their meaning are declared in `bytescope.isa`; this module only carries them, so
that the lowering (version knowledge) can live in `bytescope.code` while the semantics lives one floor up.
"""

from __future__ import annotations

import types

from bytescope.startup.stdlib_lite import Any, NamedTuple, record

Position = tuple[int | None, int | None, int | None, int | None]
"""(line, end line, column, end column) of an instruction, as in `code.co_positions()`."""


FUNCTION_ATTRIBUTES = (1, 2, 4, 16, 8)
"""Flags of MAKE_FUNCTION in the order in which what they announce is pushed: defaults, keyword defaults, annotations,
the function that makes annotations, closure."""


STOP_ITERATION_OPERANDS = 2
"""The operands in the handler that converts a StopIteration which leaves a generator."""


class Variable(NamedTuple):
    """A variable slot of a frame.

    index: position in CPython's "locals plus" array (locals, then cells, then free variables).
    scope: "local", "cell" (captured by an inner function) or "free" (captured from an outer one).
    """

    index: int  # type: ignore[assignment]  # a tuple has a method of that name
    name: str
    scope: str


class Instruction:
    """One lowered instruction.

    Attributes:
        op: name of the operation, a row of `bytescope.isa.INSTRUCTIONS`.
        arg: the immediate operand: an int, a name, a `Variable`, a constant, or None.
        target: index of the instruction that a jump goes to, or None.
        position: source position, or None where CPython has none.
        offset: byte offset of the raw instruction that this one comes from.
        flag: a second immediate: "may be unbound" for variable loads; "iterator" for what an iterator has been
            made of; where a NULL is for loads of callables, and for instructions that iterate or delegate; whether an
            import is lazy (1) or must not be (2).
    """

    __slots__ = ("op", "arg", "target", "position", "offset", "flag")

    def __init__(
        self,
        op: str,
        arg: Any = None,
        position: Position | None = None,
        offset: int = 0,
        flag: str | int = False,
    ) -> None:
        self.op = op
        self.arg = arg
        self.target: int | None = None
        self.position = position
        self.offset = offset
        self.flag = flag

    def __repr__(self) -> str:
        arg = "" if self.arg is None else f" {self.arg!r}"
        target = "" if self.target is None else f" -> {self.target}"
        return f"<{self.offset}: {self.op}{arg}{target}>"


class Handler(NamedTuple):
    """A handler region over instruction indices: [start, end) jumps to `target` with `depth` operands kept."""

    start: int
    end: int
    target: int
    depth: int
    lasti: bool


@record(slots=True)
class Lowered:
    """A code object in version-independent form.

    code: the host code object; instructions, handlers: as above; variables: all variable slots in index order;
    iterates_first: the opcode that makes a generator expression's first iterator before there is a generator, or "";
    spare: how many operands the lowering adds to those that the code object reserves.
    """

    code: types.CodeType
    instructions: list[Instruction]
    handlers: list[Handler]
    variables: list[Variable]
    iterates_first: str = ""
    spare: int = 0
