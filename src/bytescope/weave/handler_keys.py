"""Keys of exception handlers: which handler covers an instruction of the program, and the hooks that are called there.

The emitter records the range of instructions that each key covers; what the handlers do is emitted in the end
(`hooks.on_exceptions`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.instruction import Handler, Instruction
from bytescope.flow.verify import Verified
from bytescope.weave.emitter import Emitter

_RERAISING = frozenset({"RERAISE", "CLEANUP_THROW", "END_ASYNC_FOR"})


class HookKey(NamedTuple):
    """The key of the handler of hooks that fail.

    program: the key of the handler that gets what is the program's own affair, such as an interrupt, or None; version,
    saved: as in `HandlerKey`, for a handler that leaves the frame because there is none of the program's; entering:
    whether they are called before the program has done anything; told: for hooks that a handler calls, its key.
    """

    program: HandlerKey | None
    version: int = 1
    saved: int | None = None
    entering: bool = False
    told: HandlerKey | None = None


class HandlerKey(NamedTuple):
    """The key of the handler that covers instructions of the program.

    handler: the program's own; reraising: whether hooks have been called for what is raised there before; where: see
    `HandlerKeys.where`; version: the number of the version, counted from 1 on, see `HandlerKeys.versions`; saved: where
    on the program's stack the outermost of the saved exceptions is, which leaving the frame restores, or None; first:
    emits what the handler does before all else; silent: whether it calls no hooks, because one has failed.
    """

    handler: Handler | None
    reraising: bool
    where: tuple[int, ...] | None
    version: int
    saved: int | None
    first: Callable[[], None] | None = None
    silent: bool = False


class SpareKey(NamedTuple):
    """The key of the handler of the handler of hooks that fail, which needs no stack."""

    of: HookKey


class HandlerKeys:
    """The keys of one code object's handlers, and which instruction each stretch of woven code belongs to.

    Args:
        instructions: of the program.
        verified: what the verifier found.
        start: the index of the instruction with which the frame begins.
        exceptions: whether hooks are called for exceptions.
        emitter: the emitter.
        labels: of the groups, in the first version of the program.

    Attributes:
        versions: the labels of the groups, in each version of the program that has been begun.
        below: how many values lie below the program's operands in all versions but the first.
        marks: numbers of emitted instructions, ascending, and the program's instruction whose work begins there.
    """

    def __init__(
        self, instructions: list[Instruction], verified: Verified, start: int, exceptions: bool, emitter: Emitter,
        labels: dict[int, int],
    ) -> None:  # fmt: skip
        self.versions = [labels]
        self.below = 0
        self.marks: list[tuple[int, int]] = []
        self._instructions, self._verified, self._start = instructions, verified, start
        self._exceptions = exceptions
        self._emitter = emitter
        self._keys: dict[tuple[int, bool, tuple[int, ...] | None, int, int | None], HandlerKey] = {}
        self._first_keys: dict[tuple[int, int, int], HandlerKey] = {}
        self._hook_keys: dict[tuple[int, int, int | None, bool], HookKey] = {}

    def key(self, index: int) -> HandlerKey | None:
        """Return the key of the handler that covers an instruction of the program, None if none does."""
        handler = self._verified.handler_at(index)
        exceptions = self._exceptions
        if handler is None and (not exceptions or index < self._start):
            return None  # an exception thrown into an unstarted generator has no frame, hence no handler
        reraising = exceptions and self._instructions[index].op in _RERAISING
        where = self.where(index) if exceptions else None
        given = id(handler), reraising, where, len(self.versions), self._verified.saved[index]
        key = self._keys.get(given)
        if key is None:
            key = self._keys[given] = HandlerKey(handler and handler._replace(start=0, end=0), *given[1:])
        return key

    def where(self, index: int) -> tuple[int, ...] | None:
        """Return where an exception is raised that an instruction reraises: the instruction, or () for its offset.

        None where the offset on the stack is an object, which can be read, or the traceback has it.
        """
        instruction = self._instructions[index]
        passes_on = instruction.op in _RERAISING or (instruction.op == "RAISE" and not instruction.arg)
        if BEHAVIOUR.offsets_are_objects or not passes_on:
            return None
        return () if instruction.op == "RERAISE" and instruction.arg else (index,)

    def key_with(self, index: int, first: Callable[[], None]) -> Hashable:
        """Return the key of a handler that does something before the work of the one that covers an instruction.

        Args:
            index: the instruction.
            first: emits what the handler does first; the stack has offset and exception on top.
        """
        given = id(self._verified.handler_at(index)), id(first), len(self.versions)
        key = self._first_keys.get(given)
        if key is None:
            known = self.key(index) or HandlerKey(None, False, None, len(self.versions), self._verified.saved[index])
            key = self._first_keys[given] = known._replace(first=first)
        return key

    def hook_key(self, index: int) -> HookKey:
        """Return the key of the handler of hooks at an instruction."""
        key = self.key(index)
        given = id(key), len(self.versions), self._verified.saved[index], index <= self._start + 1
        found = self._hook_keys.get(given)
        if found is None:
            found = self._hook_keys[given] = HookKey(key, *given[1:])
        return found

    def mark(self, index: int) -> None:
        """Record that the code emitted next does the work of an instruction."""
        if not self.marks or self.marks[-1][1] != index:
            self.marks.append((len(self._emitter.asm), index))
