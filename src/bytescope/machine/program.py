"""Programs: guest code objects prepared for the interpreter, with request sites and instruction handlers."""

from __future__ import annotations

import types

from bytescope.code.flags import CO_OPTIMIZED, CO_SUSPENDS
from bytescope.code.host.invisible_frames import hidden
from bytescope.code.instruction import Lowered
from bytescope.code.lowering.lower import lower
from bytescope.flow.verify import Verified, jumps_back, verify
from bytescope.isa.lift import lift
from bytescope.isa.table import INSTRUCTIONS
from bytescope.machine.frames.request_sites import RequestSites
from bytescope.machine.frames.unwinding import FrameShadows, Unwinding, raising_index
from bytescope.machine.handlers import introspected
from bytescope.machine.handlers.compiler import Op, Resume, factory
from bytescope.machine.handlers.description import sites
from bytescope.machine.handlers.release import released
from bytescope.machine.jit import entries
from bytescope.machine.jit.counters import threshold_from_environment, with_counters
from bytescope.machine.registers import HEADER
from bytescope.machine.support import budget as limits
from bytescope.machine.support import intercepts
from bytescope.machine.support.recursion import ample
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import (
    TYPE_CHECKING,
    Any,
    Callable,
    ClassVar,
    Iterable,
    Mapping,
    Protocol,
    Sequence,
    ref,
)

if TYPE_CHECKING:
    from bytescope.isa.instrumentation import Plan

_SKIPPED = frozenset({"NOP", "RESUME"})


class HandlerTransform(Protocol):
    """A change of the handlers of programs, made when they are linked.

    traces: whether the handlers may be compiled into traces all the same.
    """

    @property
    def traces(self) -> bool:
        """Return True if transformed handlers may still be compiled into traces."""

    def wants(self, program: Program) -> bool:
        """Prepare for a program that is about to be linked, and return True if its handlers are to be transformed."""

    def stops(self, program: Program) -> Iterable[int]:
        """Return the idle instructions of a program that must be executed all the same."""

    def transform(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """Return the handlers of an instruction in the place of others."""


_ORDER = ("shadows", "hooks", "event contexts", "recording", "stop", "tracing", "monitoring")

TRANSFORMS: dict[str, HandlerTransform | None] = dict.fromkeys(_ORDER)
"""The transforms in the order in which they are applied: each wraps those before it. None: it is not in force."""


class Program(Unwinding):
    """A guest code object prepared for the interpreter.

    code: the guest code object; inner: resident code objects of the functions that it makes, by id of their code;
    ops, resumes: handlers by instruction, once `link` was called, some of them replaced by traces; plain: the handlers
    without traces; alive: emptied when its traces become invalid; entry: index of the first instruction to execute;
    stops: idle instructions that are executed nevertheless; transforms: those that the handlers were made with; plan:
    the hooks to call; shadower: the shadow propagation of its frames, if there is any; line_requests: see
    `guests.settrace`; guarded: whether every exception in new activations is passed to the machine generator first;
    module: name of the module that it was first run for; resident: its resident code object, if there is one; requests:
    its request sites; hidden: the variables of inlined comprehensions; run: the budget of the run that has made or last
    executed it; has_entry: whether it ever had an entry, see `jit.entries`; traced: whether it may have traces;
    is_late: whether its handlers are still to be made, see `relink`.
    """

    hooked = intercepts.HOOKED
    hooked_call = staticmethod(intercepts.hooked_call)
    prepare_call = staticmethod(intercepts.prepare_call)
    make_function = staticmethod(intercepts.make_function)
    first_variable = HEADER
    unpickled: ClassVar[Callable[[types.CodeType], Program | None]]
    """Makes a program of a pickled guest code object, see `resident`."""
    threshold: ClassVar[int | None] = threshold_from_environment()
    """Executions of an instruction before a trace is compiled there; None: never."""
    stops: frozenset[int] = frozenset()
    transforms: Sequence[HandlerTransform] = ()
    plan: Plan | None = None
    shadower: FrameShadows | None = None
    line_requests: Mapping[int, int | None] = {}
    guarded: bool = False
    module: str = ""
    resident: ref[types.CodeType] | None = None
    has_entry: bool = False
    traced: bool = False
    is_late: bool = False

    def __init__(self, code: types.CodeType) -> None:
        self.code = code
        self.lowered: Lowered = lower(code)
        self.instructions = self.lowered.instructions
        self.verified: Verified = verify(self.lowered)
        self.private = not code.co_flags & CO_OPTIMIZED
        self.run = limits.current() if limits.watching else None
        self.inner: dict[int, types.CodeType] = {}
        self.ops: list[Op] | None = None
        self.plain: list[Op] = []
        self.alive = [True]
        self.resumes: list[Any] = []
        self.entry = 0
        self._followed: dict[int, int] = {}
        variables = self.lowered.variables
        self.first_operand = HEADER + len(variables)
        self.blank: list[None] = [None] * self.verified.max_depth
        free = len(code.co_freevars)
        self.own = len(variables) - free if self.private else 0
        self.raises = self.may_raise()
        raising = [raising_index(self.instructions, index) for index in range(len(self.instructions))]
        self.handlers_at = [self.verified.handler_at(index) for index in raising]
        self.restored = {i.arg for i in self.instructions if i.op == "SAVE_LOCAL"}
        self.hidden = self.restored | {i.arg for i in self.instructions if i.op == "SAVE_CELL"}
        kinds = [
            sites(instruction, self.private, code.co_names) if depth >= 0 else []
            for instruction, depth in zip(self.instructions, self.verified.depths, strict=True)
        ]
        self.requests = RequestSites(code, self.lowered, self.verified, self.handlers_at, kinds)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the guest code object alone; cloudpickle, for one, pickles functions with their code."""
        return Program.unpickled, (self.code,)

    def may_raise(self) -> list[bool]:
        """Return which instructions may raise, `_resume_at` and `released` last; elsewhere an interrupt is deferred."""
        instructions = enumerate(self.instructions)
        may = [INSTRUCTIONS[each.op].raises or jumps_back(each, index) for index, each in instructions]
        return [*may, False, False]

    # --- handlers

    def link(self, module: str | None = None) -> list[Op]:
        """Make the handlers, when the code is first run or they change.

        Args:
            module: name of the module that it is run for, if it was not linked before.

        Returns:
            The handlers.
        """
        with CHANGES:
            return self._link(module)

    def _link(self, module: str | None) -> list[Op]:
        held = self.resident_code()
        if module is not None:
            self.module = module
        self._choose_transforms()
        self._fill([self.handlers(index) for index in range(len(self.instructions))])
        self.is_late = False
        entries.remove(self)
        linked = self.retrace()
        del held
        return linked

    def relink(self) -> None:
        """Discard the handlers; they are made anew when the program is executed again, by active frames too."""
        with CHANGES:
            if self.ops is None:
                self._link(None)
                return
            self._choose_transforms()
            self._fill([_made_late(self, index) for index in range(len(self.instructions))])
            self.is_late = True
            entries.remove(self)
            self.retrace()

    def _choose_transforms(self) -> None:
        self.transforms = [each for each in TRANSFORMS.values() if each is not None and each.wants(self)]
        self.stops = frozenset([index for each in self.transforms for index in each.stops(self)])
        self._followed = {}
        self.entry = self.follow(0)

    def _fill(self, made: Sequence[tuple[Op, Resume | None]]) -> None:
        """Fill the lists of handlers, which activations hold."""
        self.plain[:], self.resumes[:] = [op for op, _ in made], [*[resume for _, resume in made], _resume_at, released]

    def late_handlers(self, index: int) -> tuple[Op, Resume | None]:
        """Return the handlers of an instruction, after making those of all that `relink` has put off."""
        with CHANGES:
            if self.ops is None:  # unlinked: only the activations of a copy are left, with lists of their own
                return self.handlers(index)
            if self.is_late:
                self._fill([self.handlers(each) for each in range(len(self.instructions))])
                self.is_late = False
                self.retrace()
            return self.plain[index], self.resumes[index]

    def resident_code(self) -> types.CodeType | None:
        """Return the resident code object, None if it is gone. While it exists, the program stays linked."""
        return None if self.resident is None else self.resident()

    def suspends(self) -> bool:
        """Return True if it is a generator or coroutine, which may be suspended."""
        return bool(self.code.co_flags & CO_SUSPENDS)

    def is_linked(self) -> bool:
        """Return True if there are handlers."""
        return self.ops is not None

    def install(self, index: int, handler: Op, alive: list[bool]) -> None:
        """Put a handler or a trace in the place of an instruction's.

        Args:
            index: the instruction.
            handler: made for it while the program had this list `alive`.
            alive: empty if another thread has linked the program again: then the handler is out of date.
        """
        if self.ops is not None:
            self.ops[index] = handler
            self.traced = True
            if not alive:
                self.ops[index] = self.plain[index]

    @hidden
    def unlink(self) -> None:
        """Drop the handlers, which refer to the program, until it is executed again.

        A copy of the resident code object (`code.replace`) may still be executed: its activations keep their handlers.
        """
        self.ops = None
        self.plain, self.resumes = [], []

    def retrace(self) -> list[Op]:
        """Remove all traces, reset the hotness counters, and return the handlers."""
        self.alive.clear()  # running traces exit
        self.alive = [True]
        self.traced = False
        ops = self.plain[:]
        if self.ops is not None:
            self.ops[:] = ops
        if Program.threshold is not None and not self.is_late and all(each.traces for each in self.transforms):
            ops = with_counters(self, ops, self.resumes, Program.threshold)
        if self.ops is None:
            self.ops = ops  # complete: as of now other threads execute it
        else:
            self.ops[:] = ops
        return self.ops

    def handlers(self, index: int, last: HandlerTransform | None = None) -> tuple[Op, Resume | None]:
        """Make the handlers of an instruction, by all transforms or by those up to the last one that counts."""
        if self.verified.depths[index] < 0:
            return _unreachable, None
        instruction = self.instructions[index]
        restores = instruction.op == "STORE_LOCAL" and instruction.arg in self.restored
        make = factory(instruction, restores, self.private)
        op, resume = make(*self.bindings(index))
        if instruction.op == "GETATTR" and instruction.arg in introspected.NAMES:
            op = introspected.reading(op)
        for each in self.transforms:
            op, resume = each.transform(self, index, op, resume)
            if each is last:
                break
        return op, resume

    def bindings(self, index: int) -> tuple[Any, ...]:
        """Return the arguments of an instruction's factory, see `handler_text.PARAMETERS`."""
        instruction = self.instructions[index]
        first = self.first_operand + self.verified.depths[index] - lift(instruction).need
        arg = instruction.arg
        variable = HEADER + arg.index if hasattr(arg, "index") and hasattr(arg, "scope") else 0
        following = self.follow(index + 1) if index + 1 < len(self.instructions) else -1
        target = -1 if instruction.target is None else self.follow(instruction.target)
        return first, following, target, arg, variable, instruction.flag, self.requests.numbers[index], self, index

    def follow(self, index: int) -> int:
        """Return the instruction that is executed when control reaches `index`: idle ones and jumps are skipped."""
        followed, stops = self._followed, self.stops
        seen = set()
        while index not in seen and index not in stops:
            if index in followed:
                index = followed[index]
                break
            instruction = self.instructions[index]
            if instruction.op in _SKIPPED and index + 1 < len(self.instructions):
                seen.add(index)
                index += 1
            elif instruction.op == "JUMP" and instruction.target is not None:
                seen.add(index)
                index = instruction.target
            else:
                break
        followed.update(dict.fromkeys(seen, index))
        return index


_late_handlers = ample(Program.late_handlers)


def _made_late(program: Program, index: int) -> tuple[Op, Resume]:
    """Return handlers of an instruction in the place of those that are still to be made."""

    def op(R: list[Any]) -> int:
        return _late_handlers(program, index)[0](R)

    def resume(R: list[Any], answer: Any) -> int:
        made = _late_handlers(program, index)[1]
        assert made is not None
        return made(R, answer)

    return op, resume


def _unreachable(R: list[Any]) -> int:
    raise AssertionError("an instruction that the verifier found unreachable was reached")


def _resume_at(R: list[Any], target: Any) -> int:
    return target  # type: ignore[no-any-return]
