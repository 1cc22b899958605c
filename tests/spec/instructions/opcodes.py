"""Every opcode of the running host, each in a few tiny code objects, and what it is lowered to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

from bytescope.code.errors import InvalidBytecode
from bytescope.code.host import facts
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.lower import lower

NOT_INSTRUCTIONS = {
    *("CACHE", "EXTENDED_ARG", "RESERVED", "INTERPRETER_EXIT", "ENTER_EXECUTOR", "EXIT_INIT_CHECK", "TRACE_RECORD"),
}
"""Opcodes that stand in no code object as instructions: parts of others, or of the interpreter's own."""

OPCODES = sorted(set(facts.OPMAP) - NOT_INSTRUCTIONS)
_FIRST = {"RETURN_GENERATOR", "COPY_FREE_VARS", *(() if "LOAD_FAST_AND_CLEAR" in facts.OPMAP else ("MAKE_CELL",))}
_SAME = -1
_CALL = [("PRECALL", _SAME), ("CALL", _SAME)] if "PRECALL" in facts.OPMAP else [("CALL", _SAME)]
_BEFORE: dict[str, list[tuple[str, int]]] = {
    "CALL": _CALL[:-1],
    "SET_FUNCTION_ATTRIBUTE": [("MAKE_FUNCTION", 0)],
    "STORE_FAST": [("LOAD_FAST_AND_CLEAR", 0)] if "LOAD_FAST_AND_CLEAR" in facts.OPMAP else [],
}
_BEHIND: dict[str, list[tuple[str, int]]] = {"KW_NAMES": [(name, 1) for name, _ in _CALL], "PRECALL": _CALL[1:]}


@dataclass(frozen=True)
class Sample:
    """One opcode with one argument.

    opcode, arg: the raw instruction; instructions: what it, and those that it needs around it, are lowered to;
    effect, jump_effect: by how much these raw instructions change the depth of the stack, by the host's own account,
    for a jump up to the place where the lowered one goes.
    """

    opcode: str
    arg: int
    instructions: tuple[Instruction, ...]
    effect: int
    jump_effect: int


def _unit(name: str, arg: int) -> bytes:
    opcode = facts.OPMAP[name]
    return bytes((opcode, arg)) + bytes(2 * facts.CACHES[opcode])


def _sample(name: str, arg: int, generator: bool) -> Sample:
    """Lower the opcode, or raise InvalidBytecode where the argument means nothing."""
    opcode = facts.OPMAP[name]
    cells = [("COPY_FREE_VARS", 1), ("MAKE_CELL", 2), ("MAKE_CELL", 3)]
    cells = [each for each in cells if name not in _FIRST or each != (name, arg)]
    before = [] if name in _FIRST else [*cells, *([("RETURN_GENERATOR", 0)] if generator else []), ("RESUME", 0)]
    needed = [(each, arg if number == _SAME else number) for each, number in _BEFORE.get(name, [])]
    following = [(each, arg if number == _SAME else number) for each, number in _BEHIND.get(name, [])]
    landing = ["END_FOR", "POP_ITER" if "POP_ITER" in facts.OPMAP else "POP_TOP"]
    landing = landing if name == "FOR_ITER" and "END_FOR" in facts.OPMAP else ["NOP", "NOP"]
    head = b"".join(_unit(*each) for each in before)
    body = b"".join(_unit(*each) for each in [*needed, (name, 0)])
    if opcode in facts.TARGETED:
        arg = (len(body) + len(_unit("RESUME", 0))) // 2 if opcode in facts.BACKWARD else 0  # to the RESUME
    body = b"".join(_unit(*each) for each in [*needed, (name, arg), *following])
    tail = b"".join(_unit(*each) for each in cells) if name in _FIRST else b""
    tail += b"".join(_unit(each, 0) for each in [*landing, "NOP", "NOP", "RETURN_VALUE"])
    code = SimpleNamespace(
        co_code=head + body + tail,
        co_consts=(("a",),) * 256,
        co_names=("name",) * 256,
        co_varnames=("local", "other", "both"),
        co_cellvars=("both", "cell"),
        co_freevars=("free",),
        co_argcount=0,
        co_kwonlyargcount=0,
        co_flags=0x20 if generator else 0,
        co_stacksize=1000,
        co_linetable=b"",
        co_exceptiontable=b"",
        co_firstlineno=1,
        co_qualname="sample",
    )
    lowered = lower(code)
    inside = tuple(i for i in lowered.instructions if len(head) <= i.offset < len(head + body))
    effect = sum(
        facts.stack_effect(facts.OPMAP[each], number, False) for each, number in [*needed, (name, arg), *following]
    )
    effect += facts.GENERATOR_DEPTH if name == "RETURN_GENERATOR" else 0
    jump_effect = 0
    if opcode in facts.JUMPS:
        jump_effect = facts.stack_effect(opcode, arg, True)
        target = next((i.target for i in inside if i.target is not None), None)
        if target is not None and opcode in facts.FORWARD:
            # The host's account has the jump land on instructions that it then passes over.
            passed = lowered.instructions[target].offset - len(head + body)
            jump_effect += sum(facts.stack_effect(facts.OPMAP[each], 0, False) for each in landing[: passed // 2])
    return Sample(name, arg, inside, effect, jump_effect)


@cache
def samples() -> tuple[Sample, ...]:
    """All opcodes with all arguments, up to some, that mean anything."""
    return tuple(_samples())


def _samples() -> Iterator[Sample]:
    for name in OPCODES:
        for arg in (*range(33), 64, 96, 128, 144, 160, 176, 255):
            try:
                yield _sample(name, arg, generator=True)
            except InvalidBytecode:
                try:
                    yield _sample(name, arg, generator=False)
                except InvalidBytecode:
                    pass
