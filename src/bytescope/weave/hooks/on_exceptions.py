"""Exception handlers of a woven code object.

If there are hooks of exceptions, each range of the program's own instructions has a handler of the weaver's, also where
the program has none. It reraises an error that ends the run, calls the hooks, and jumps to the program's handler, if
there is one, with the stack that this one expects. Hooks have a handler of their own: an error of an analysis leaves
the frame, whatever handlers the program has; any other, such as an interrupt, goes to the program's.

What leaves the frame in this way passes by the program's own cleanup of exceptions that it is handling. The handler
sets back what the outermost of them has replaced: the one below on the stack, which PUSH_EXC_INFO has saved there.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.context import WeaveContext
from bytescope.weave.failures import Failed, Raising
from bytescope.weave.handler_keys import HandlerKey, HookKey, SpareKey


class Handlers:
    """Emitter of the exception handlers.

    Args:
        context: the shared state.
        stopper: the class of errors that end a run, which the program's handlers do not see.
        failed: makes the error of a hook that failed: (hook, site, exception) -> exception.
    """

    def __init__(self, context: WeaveContext, stopper: type[BaseException], failed: Failed) -> None:
        self.context = context
        self.emitter = context.emitter
        self.stopper = stopper
        self.plan = context.plan
        self.written: dict[Hashable, tuple[int, int]] = {}
        self.raising = Raising(self.plan.raised, self.plan.unwound, self.plan.site, failed)

    def write(self) -> dict[Hashable, tuple[int, int]]:
        """Emit all handlers; return label and stack depth of each."""
        e = self.emitter
        e.asm.position = None
        written = self.written
        for _ in range(2):  # hooks of the handlers themselves need handlers too
            keys = e.needed_handlers()
            for key in [each.program if isinstance(each, HookKey) else each for each in keys]:
                if isinstance(key, HandlerKey) and key not in written:
                    written[key] = (e.asm.here(), self._depth(key))
                    self._program(key)
        for each in e.needed_handlers():
            if isinstance(each, HookKey):
                label, depth = (None, self._depth(each)) if each.program is None else written[each.program]
                written[each] = (e.asm.here(), depth if each.told is None else depth + 2)
                self._failure(each, label)
        return written

    def _depth(self, key: HandlerKey | HookKey) -> int:
        """Return the depth to which the stack is cut before a handler."""
        handler = key.handler if isinstance(key, HandlerKey) else None
        if handler is not None:
            depth: int = handler.depth
        elif key.saved is not None:
            depth = key.saved + 1
        else:
            return 0
        return depth + self._below(key)

    def _below(self, key: HandlerKey | HookKey) -> int:
        return self.context.handlers.below if key.version > 1 else 0

    def _leave(self, key: HandlerKey | HookKey) -> None:
        """Emit the way out of the frame: [.. offset, exception]."""
        e = self.emitter
        if key.saved is not None:
            e.emit("COPY", self._depth(key) + 2 - key.saved - self._below(key))
            e.emit("POP_EXCEPT")
        e.emit("RERAISE", 1)

    def _program(self, key: HandlerKey) -> None:
        """Call hooks, and jump to the program's handler or leave the frame: [.. offset, exception]."""
        e = self.emitter
        out = e.asm.label()
        if key.first is not None:
            key.first()
        e.load_const(self.stopper)
        e.emit("CHECK_EXC_MATCH")
        e.sequences.jump_if("TRUE", out)
        if not key.silent:
            self._tell(key)
        if key.handler is not None:
            target = key.handler.target
            if not key.handler.lasti:
                e.emit("SWAP", 2)
                e.emit("POP_TOP")
            offset = self.context.group_of(target).offset
            e.sequences.jump_back(self.context.handlers.versions[key.version - 1][offset])
        e.asm.place(out)
        self._leave(key)
        e.reserve(8)

    def _tell(self, key: HandlerKey) -> None:
        """Call hooks: [.. offset, exception]."""
        e, plan = self.emitter, self.plan
        silent = key._replace(first=None, silent=True)
        self.context.emitter.hook_key = HookKey(silent, key.version, key.saved, told=silent)
        e.cover(self.context.emitter.hook_key)
        if plan.raised is not None and not key.reraising:
            self._call(self.raising.told_raised, key.where)
        if key.handler is None:
            if plan.unwound is not None:
                self._call(self.raising.told_unwound, key.where)
        else:
            if plan.unwound is not None and key.handler.lasti and key.where != () and not BEHAVIOUR.offsets_are_objects:
                self._call(self.raising.passed_on, key.where)
            target = key.handler.target
            if plan.handled is not None and self.context.instructions[target].op == "PUSH_EXC_INFO":
                self.context.hook_caller.call(plan.handled, plan.site(target), [e.at(1)])
        e.cover(None)

    def _call(self, function: Callable[[Any, BaseException], None], where: tuple[int, ...] | None) -> None:
        e = self.emitter
        e.push_function(function)
        self._where_and_what(where)
        self.context.hook_caller.calls.append((len(e.asm), None, None))
        e.sequences.call(2)
        e.emit("POP_TOP")

    def _where_and_what(self, where: tuple[int, ...] | None = None) -> None:
        """Push offset and exception once more; where the host pushes no object, `where` instead of the offset."""
        e = self.emitter
        if BEHAVIOUR.offsets_are_objects:
            e.emit("COPY", 4)
        else:
            e.load_const(where)
        e.emit("COPY", 4)

    def _failure(self, key: HookKey, program: int | None) -> None:
        """Turn a failure into its error, and jump to the program's handler or leave the frame.

        The stack has [.. offset, exception] of the failure on top, above those of the exception that a handler's hook
        was told of. Where there is no stack left to call a function, that one goes on, or else the failure itself.
        """
        e = self.emitter
        extra = 2 if key.told is None else 4
        out, other = e.asm.label(), e.asm.label()
        spare = SpareKey(key)
        e.cover(spare)
        if key.told is None:
            e.push_function(self.raising.failure_entering if key.entering else self.raising.failure)
            self._where_and_what()
        else:
            e.push_function(self.raising.failure_told)
            e.emit("COPY", 5)
            e.emit("COPY", 4)
        e.sequences.call(2)
        e.cover(None)
        e.sequences.drop_below(extra - 1)
        e.asm.place(out)
        if program is None:
            self._leave(key)
        else:
            e.sequences.jump_back(program)
        self.written[spare] = (e.asm.here(), self.written[key][1] + 2)
        e.load_const(RecursionError)
        e.emit("CHECK_EXC_MATCH")
        e.sequences.jump_if("FALSE", other)
        for _ in range(extra):
            e.emit("POP_TOP")
        if key.entering:
            e.push_function(setattr)  # which takes none of the stack that is left, and no name of the program's code
            e.emit("COPY", 3)
            e.load_const("__traceback__")
            e.load_const(None)
            e.sequences.call(3)
            e.emit("POP_TOP")
        e.sequences.jump_back(out)
        e.asm.place(other)
        e.sequences.drop_below(extra)
        e.sequences.jump_back(out)
        e.reserve(10)

    def resolve(self, offsets: list[int]) -> None:
        """Record the final offsets, in code units, of what has been emitted."""
        raising, calls = self.raising, self.context.hook_caller.calls
        raising.units = [offsets[number] for number, _ in self.context.handlers.marks]
        raising.indices = [index for _, index in self.context.handlers.marks]
        raising.call_units = [offsets[number] for number, _, _ in calls]
        raising.calls = [(hook, site) for _, hook, site in calls]
