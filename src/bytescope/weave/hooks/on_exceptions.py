"""What exceptions do in a woven code object.

Each stretch of the program's own instructions has a handler of the weaver's, also where the program has none, if
somebody wants to be told. It lets an error that ends the run pass, tells the hooks, and goes on to the program's
handler, if there is one, with the stack that this one expects. Hooks have a handler of their own: an error of an
analysis leaves the frame, whatever handlers the program has; what is none, such as an interrupt, is the program's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.instruction import Handler
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any
from bytescope.weave.failures import Failed, Raising
from bytescope.weave.hooks.hook_calls import HookKey

if TYPE_CHECKING:
    from bytescope.weave.writer import Writer

_RERAISING = frozenset({"RERAISE", "CLEANUP_THROW", "END_ASYNC_FOR"})


class _Key(NamedTuple):
    """A stretch of the program's.

    handler: the program's own; reraising: whether what comes up there has been told of before; where: see
    `Handlers.where`; copy: the number of the copy of the program, counted from 1 on, see `Handlers.copies`; first:
    writes what is to be done before all else.
    """

    handler: Handler | None
    reraising: bool
    where: tuple[int, ...] | None
    copy: int
    first: Callable[[], None] | None = None


class Handlers:
    """Writes the handlers for a writer.

    Attributes:
        copies: the labels of the groups, in each copy of the program.
        below: how many values lie below the program's operands in all copies but the first.
    """

    def __init__(
        self,
        writer: Writer,
        stopper: type[BaseException],
        failed: Failed,
    ) -> None:
        self.writer = writer
        self.emitter = writer.emitter
        self.stopper = stopper
        self.plan = writer.plan
        self.raising = Raising(self.plan.raised, self.plan.unwound, self.plan.site, failed)
        self.copies = [writer.labels]
        self.below = 0
        self._exceptions = self.plan.exceptions
        self._keys: dict[tuple[int, bool, tuple[int, ...] | None, int], _Key] = {}
        self._first_keys: dict[tuple[int, int, int], _Key] = {}
        self._hook_keys: dict[int, HookKey] = {}
        self._marks: list[tuple[int, int]] = []

    def key(self, index: int) -> Hashable:
        """The key of the handler that is in force at an instruction of the program."""
        handler = self.writer.verified.handler_at(index)
        exceptions = self._exceptions
        if handler is None and (not exceptions or index < self.writer.start):
            return None  # what a generator is thrown before it has begun is nobody's: there is no frame yet
        reraising = exceptions and self.writer.instructions[index].op in _RERAISING
        where = self.where(index) if exceptions else None
        given = id(handler), reraising, where, len(self.copies)
        key = self._keys.get(given)
        if key is None:
            key = self._keys[given] = _Key(handler and handler._replace(start=0, end=0), *given[1:])
        return key

    def where(self, index: int) -> tuple[int, ...] | None:
        """Where an exception comes up that an instruction passes on: there, or () for where the offset says it came up.

        None where that is an object, which may be looked at, or the traceback says it.
        """
        instruction = self.writer.instructions[index]
        passes_on = instruction.op in _RERAISING or (instruction.op == "RAISE" and not instruction.arg)
        if BEHAVIOUR.offsets_are_objects or not passes_on:
            return None
        return () if instruction.op == "RERAISE" and instruction.arg else (index,)

    def key_with(self, index: int, first: Callable[[], None]) -> Hashable:
        """The key of a handler that does something before it does the work of that in force at an instruction.

        Args:
            index: the instruction.
            first: writes what it does first; the stack has offset and exception on top.
        """
        given = id(self.writer.verified.handler_at(index)), id(first), len(self.copies)
        key = self._first_keys.get(given)
        if key is None:
            known = self.key(index)
            if not isinstance(known, _Key):
                known = _Key(None, False, None, len(self.copies))
            key = self._first_keys[given] = known._replace(first=first)
        return key

    def hook_key(self, index: int) -> HookKey:
        """The key of the handler of hooks at an instruction."""
        key = self.key(index)
        found = self._hook_keys.get(id(key))
        if found is None:
            found = self._hook_keys[id(key)] = HookKey(key)
        return found

    def mark(self, index: int) -> None:
        """Say that what is written next does the work of an instruction."""
        if not self._marks or self._marks[-1][1] != index:
            self._marks.append((len(self.emitter.asm), index))

    def write(self) -> dict[Hashable, tuple[int, int]]:
        """Write all handlers; returns label and stack depth of each."""
        e = self.emitter
        e.asm.position = None
        written: dict[Hashable, tuple[int, int]] = {}
        for _ in range(2):  # hooks of the handlers themselves need handlers too
            keys = e.needed_handlers()
            for key in [each.program if isinstance(each, HookKey) else each for each in keys]:
                if isinstance(key, _Key) and key not in written:
                    written[key] = (e.asm.here(), self._depth(key))
                    self._program(key)
        for each in e.needed_handlers():
            if isinstance(each, HookKey):
                label, depth = written.get(each.program, (None, 0))
                written[each] = (e.asm.here(), depth)
                self._failure(label)
        return written

    def _depth(self, key: _Key) -> int:
        """What the stack is cut to before a handler."""
        if key.handler is None:
            return 0
        depth: int = key.handler.depth
        return depth + (self.below if key.copy > 1 else 0)

    def _program(self, key: _Key) -> None:
        """[.. offset, exception]: tell, and go on to the program's handler or out of the frame."""
        e, plan = self.emitter, self.plan
        out = e.asm.label()
        if key.first is not None:
            key.first()
        e.load_const(self.stopper)
        e.emit("CHECK_EXC_MATCH")
        e.sequences.jump_if("TRUE", out)
        self.writer.teller.key = HookKey(None)
        e.cover(self.writer.teller.key)
        if plan.raised is not None and not key.reraising:
            self._tell(self.raising.told_raised, key.where)
        if key.handler is None:
            if plan.unwound is not None:
                self._tell(self.raising.told_unwound, key.where)
        else:
            if plan.unwound is not None and key.handler.lasti and key.where != () and not BEHAVIOUR.offsets_are_objects:
                self._tell(self.raising.passed_on, key.where)
            target = key.handler.target
            if plan.handled is not None and self.writer.instructions[target].op == "PUSH_EXC_INFO":
                self.writer.teller.tell(plan.handled, plan.site(target), [e.at(1)])
            e.cover(None)
            if not key.handler.lasti:
                e.emit("SWAP", 2)
                e.emit("POP_TOP")
            group = next(each for each in self.writer.groups if each.first == target and each.count)
            e.sequences.jump_back(self.copies[key.copy - 1][group.offset])
        e.cover(None)
        e.asm.place(out)
        e.emit("RERAISE", 1)
        e.room(8)

    def _tell(self, tell: Callable[[Any, BaseException], None], where: tuple[int, ...] | None) -> None:
        e = self.emitter
        e.push_function(tell)
        self._where_and_what(where)
        self.writer.teller.calls.append((len(e.asm), None, None))
        e.sequences.call(2)
        e.emit("POP_TOP")

    def _where_and_what(self, where: tuple[int, ...] | None = None) -> None:
        """Push offset and exception once more; where the host pushes what is no object, what is known instead."""
        e = self.emitter
        if BEHAVIOUR.offsets_are_objects:
            e.emit("COPY", 4)
        else:
            e.load_const(where)
        e.emit("COPY", 4)

    def _failure(self, program: int | None) -> None:
        """[offset, exception]: as what the failure is to be, to the program's handler or out of the frame."""
        e = self.emitter
        e.push_function(self.raising.failure)
        self._where_and_what()
        e.sequences.call(2)
        e.emit("SWAP", 2)
        e.emit("POP_TOP")
        if program is None:
            e.emit("RERAISE", 1)
        else:
            e.sequences.jump_back(program)
        e.room(8)

    def resolve(self, offsets: list[int]) -> None:
        """Take note of where everything has come to stand; offsets in code units."""
        raising, calls = self.raising, self.writer.teller.calls
        raising.units = [offsets[number] for number, _ in self._marks]
        raising.indices = [index for _, index in self._marks]
        raising.call_units = [offsets[number] for number, _, _ in calls]
        raising.calls = [(hook, site) for _, hook, site in calls]
