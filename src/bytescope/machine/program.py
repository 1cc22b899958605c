"""A guest code object made ready for the machine: sites for its resident frame, handlers for its instructions."""

from __future__ import annotations

import types

from bytescope.code.flags import CO_OPTIMIZED
from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.host.invisible_frames import hidden
from bytescope.code.instruction import Instruction, Lowered
from bytescope.code.lowering.lower import lower
from bytescope.flow.verify import Verified, jumps_back, verify
from bytescope.isa.lift import lift
from bytescope.isa.table import INSTRUCTIONS
from bytescope.machine.frames.trampoline import Site
from bytescope.machine.handlers.compiler import Op, Resume, factory
from bytescope.machine.handlers.description import sites
from bytescope.machine.jit import entries
from bytescope.machine.jit.counters import threshold_from_environment, with_counters
from bytescope.machine.registers import HEADER, REQUEST
from bytescope.machine.support import intercepts
from bytescope.machine.support.own_frames import ResidentCode
from bytescope.machine.support.recursion import ample
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any, Callable, ClassVar, Protocol, ref

if TYPE_CHECKING:
    from bytescope.isa.instrumentation import Plan

_SKIPPED = frozenset({"NOP", "RESUME"})

_FREQUENT = frozenset({"CALL", "CALL_KW", "YIELD", "SEND", "FOR_ITER"})
_FREQUENT_WEIGHT = 16
"""Other instructions' sites are for rare operands, or for what they raise."""


def _finished_generator() -> types.GeneratorType[None, None, None]:
    generator: Any = (None for _ in ())
    next(generator, None)
    return generator  # type: ignore[no-any-return]


throw = _finished_generator().throw
"""Raises the exception it is called with, adding no frame to its traceback."""


class Decorator(Protocol):
    """Changes the handlers of programs that are linked."""

    def handlers(self, program: Program, ops: list[Op], resumes: list[Resume | None]) -> None:
        """Change the handlers in place."""


class Observer(Decorator, Protocol):
    """Has programs observed."""

    def prepare(self, program: Program) -> None:
        """Plan what is observed, and say where (`program.stops`) control must not be passed on."""


class Shadower(Protocol):
    """Has programs keep shadows of their references."""

    def wants(self, program: Program) -> bool:
        """Whether a program keeps shadows."""

    def handlers(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """The handlers of an instruction that keep the shadows of what it moves."""

    def told(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """The handlers of an observed instruction, whose hooks may ask for shadows."""

    def begin(self, program: Program, R: list[Any]) -> None:
        """A frame begins."""

    def caught(self, program: Program, R: list[Any], bottom: int, top: int) -> None:
        """A handler takes the exception in the register `top`; operands below the register `bottom` are kept."""


class Program(ResidentCode):
    """A guest code object as the machine runs it.

    code: the guest code object; handlers_at: by instruction index, the region that an exception goes to; inner:
    resident code objects of the functions it makes, by id of their code; ops, resumes: its handlers, by instruction
    index, once `link` was called, with traces in the place of some; plain: the handlers without traces; alive: not
    empty as long as its traces may go on; entry: index of the first instruction to execute; stops: idle instructions
    that are executed all the same; plan: what is observed; guarded: whether the machine sees every exception in new
    activations; module: name of the module that it was first run for; resident: its resident code object, if there is
    one; exits: the sites at which it is left with an exception, by how many others are being handled; exit_lines: the
    lines at which that may be, where the host is not told by an offset; hidden: the variables of inlined
    comprehensions; has_entry: whether it ever had an entry, see `traces.entries`; traced: whether it may have traces;
    stopped: whether nothing of it is executed any more, see `observe.stop`.
    """

    hooked = intercepts.HOOKED
    hooked_call = staticmethod(intercepts.hooked_call)
    prepare_call = staticmethod(intercepts.prepare_call)
    make_function = staticmethod(intercepts.make_function)
    first_variable = HEADER
    decorate: ClassVar[Decorator | None] = None
    """What changes the handlers of every program that is linked, while somebody traces; then nothing is passed over."""
    observer: ClassVar[Observer | None] = None
    """What changes the handlers of programs that analyses want to observe, while any is attached."""
    shadower: ClassVar[Shadower | None] = None
    """What has programs keep shadows, while an analysis is attached that has them."""
    unpickled: ClassVar[Callable[[types.CodeType], Program | None]]
    """Makes a program of a pickled guest code object, see `resident`."""
    shadowed: bool = False
    threshold: ClassVar[int | None] = threshold_from_environment()
    """How often the start of a trace is passed before the trace is made, in programs that are linked; None: never."""
    stops: frozenset[int] = frozenset()
    plan: Plan | None = None
    guarded: bool = False
    module: str = ""
    resident: ref[types.CodeType] | None = None
    has_entry: bool = False
    traced: bool = False
    stopped: bool = False

    def __init__(self, code: types.CodeType) -> None:
        self.code = code
        self.lowered: Lowered = lower(code)
        self.instructions = self.lowered.instructions
        self.verified: Verified = verify(self.lowered)
        self.private = not code.co_flags & CO_OPTIMIZED
        self.inner: dict[int, types.CodeType] = {}
        self.native_offsets: list[int] = []
        self.sites: list[Site] = []
        self.site_numbers: list[tuple[int, ...]] = []
        self._number: dict[tuple[Any, ...], int] = {}
        self.exits: dict[int, int] = {}
        self.ops: list[Op] | None = None
        self.plain: list[Op] = []
        self.alive = [True]
        self.resumes: list[Any] = []
        self.entry = 0
        variables = self.lowered.variables
        self.first_operand = HEADER + len(variables)
        self.blank: list[None] = [None] * self.verified.max_depth
        free = len(code.co_freevars)
        self.own = len(variables) - free if self.private else 0
        self.raises = self.may_raise()
        self.handlers_at = [self.verified.handler_at(self._raising(index)) for index in range(len(self.instructions))]
        self.restored = {i.arg for i in self.instructions if i.op == "SAVE_LOCAL"}
        self.hidden = self.restored | {i.arg for i in self.instructions if i.op == "SAVE_CELL"}
        self._allocate()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the guest code object alone, for those who pickle functions with their code, as cloudpickle does."""
        return Program.unpickled, (self.code,)

    def may_raise(self) -> list[bool]:
        """Which instructions may raise, `_resume_at` last; elsewhere an interrupt is put off."""
        instructions = enumerate(self.instructions)
        return [INSTRUCTIONS[each.op].raises or jumps_back(each, index) for index, each in instructions] + [False]

    @property
    def return_position(self) -> Any:
        """Position of the last return: where the frame is said to be after it has returned."""
        for instruction, depth in zip(reversed(self.instructions), reversed(self.verified.depths), strict=True):
            if instruction.op == "RETURN" and depth >= 0:
                return instruction.position
        return None

    # --- sites

    def _allocate(self) -> None:
        """Give every instruction the sites it needs; instructions at one position share them."""
        verified = self.verified
        for index, instruction in enumerate(self.instructions):
            if verified.depths[index] < 0:
                self.site_numbers.append(())
                continue
            depth = verified.handled[index]
            guarded = self.handlers_at[index] is not None
            kinds = sites(instruction, self.private, self.code.co_names)
            if jumps_back(instruction, index):  # for interrupts, and there may be no other site in the loop
                kinds = [("raise", 1)]
            numbers = tuple(self._site(kind, number, depth, instruction, guarded) for kind, number in kinds)
            self.site_numbers.append(numbers)
            if instruction.op in _FREQUENT:
                for each in numbers:
                    self.sites[each].weight = _FREQUENT_WEIGHT
        lines = [(instruction.position or (None,))[0] for instruction in self.instructions]
        self.exit_lines = list(dict.fromkeys([*lines, None]))
        for depth in range(max(verified.handled) + 1):
            self.exits[depth] = self._add(Site("exit", 0, depth, None, False))
            self._number["fallback", depth] = self._add(Site("raise", 1, depth, self._position(0), True))
        self._add_return_sites()
        self._add_line_sites()  # at last, so that `co_lines()` ends with the last line
        suspending = ("suspend", "delegate")
        self.suspensions = frozenset(number for number, site in enumerate(self.sites) if site.kind in suspending)

    def _raising(self, index: int) -> int:
        """The instruction whose handler is asked: of SEND the YIELD behind it, where throw() finds the frame."""
        target = self.instructions[index].target
        if BEHAVIOUR.interrupts_at_target and target is not None and jumps_back(self.instructions[index], index):
            return max(target - 1, 0)
        following = index + 1
        if self.instructions[index].op == "SEND" and following < len(self.instructions):
            return following if self.instructions[following].op == "YIELD" else index
        return index

    def _site(self, kind: str, number: int, depth: int, instruction: Instruction, guarded: bool) -> int:
        guarded = guarded or kind == "protocol"  # a protocol catches what its calls raise
        key = (kind, number, depth, instruction.position, guarded)
        if kind in ("suspend", "delegate") or key not in self._number:
            self._number[key] = self._add(Site(kind, number, depth, instruction.position, guarded))
        return self._number[key]

    def _add(self, site: Site) -> int:
        self.sites.append(site)
        return len(self.sites) - 1

    def line_site(self, index: int) -> int | None:
        """The site for an idle operation at the line of an instruction, or None."""
        return self._lines.get(index)

    def _add_line_sites(self) -> None:
        """Have an idle site wherever a line starts, for the instructions behind, too."""
        self._lines: dict[int, int] = {}
        idle: dict[tuple[int, int, bool], int] = {}
        previous: int | None = None
        targets = {i.target for i in self.instructions}
        for index, instruction in enumerate(self.instructions):
            line = instruction.position[0] if instruction.position else None
            if line is not None and self.verified.depths[index] >= 0:
                handled = self.verified.handled[index]
                guarded = self.handlers_at[index] is not None
                key = line, handled, guarded
                if line != previous or index in targets:
                    idle[key] = self._site("drop", 1, handled, instruction, guarded)
                if key in idle:
                    self._lines[index] = idle[key]
            previous = None if instruction.op == "RESUME" else line

    def _add_return_sites(self) -> None:
        """Have a site for each `return` in another line than the last one, where the frame returns otherwise."""
        self.return_sites: dict[int, int] = {}
        last = (self.return_position or (None,))[0]
        for index, instruction in enumerate(self.instructions):
            line = (instruction.position or (None,))[0]
            if instruction.op == "RETURN" and line not in (None, last) and not self.verified.handled[index]:
                self.return_sites[index] = self._site("return", 0, 0, instruction, False)

    def _position(self, index: int) -> Any:
        line = self.code.co_firstlineno
        return self.instructions[index].position or (line, line, None, None)

    # --- handlers

    def link(self, module: str | None = None) -> list[Op]:
        """Make the handlers: this is put off until the code is first run.

        Args:
            module: name of the module that it is run for, if it was not linked before.

        Returns:
            The handlers.
        """
        held = self.resident_code()
        if module is not None:
            self.module = module
        if Program.observer is not None:
            Program.observer.prepare(self)
        self.shadowed = Program.shadower is not None and Program.shadower.wants(self)
        ops: list[Op] = []
        resumes: list[Resume | None] = []
        for index in range(len(self.instructions)):
            op, resume = self.handlers(index)
            ops.append(op)
            resumes.append(resume)
        if Program.observer is not None:
            Program.observer.handlers(self, ops, resumes)
        if Program.decorate is not None:
            Program.decorate.handlers(self, ops, resumes)
        self.entry = self.follow(0)
        entries.remove(self)
        resumes.append(_resume_at)
        if self.ops is None:
            self.ops = []
        self.plain[:], self.resumes[:] = ops, resumes  # activations hold these very lists
        self.retrace()
        linked = self.ops
        del held
        return linked

    def resident_code(self) -> types.CodeType | None:
        """Return the resident code object, None if it is gone. While it exists, the program stays linked."""
        return None if self.resident is None else self.resident()

    def is_linked(self) -> bool:
        """Return True if there are handlers."""
        return self.ops is not None

    def install(self, index: int, handler: Op) -> None:
        """Put a handler or a trace in the place of an instruction's."""
        if self.ops is not None:
            self.ops[index] = handler
            self.traced = True

    @hidden
    def unlink(self) -> None:
        """Let go of the handlers, which refer to the program, until it is executed again.

        A copy of the resident code object may be executed still (`code.replace`): its activations keep what they have.
        """
        self.ops = None
        self.plain, self.resumes = [], []

    def retrace(self) -> None:
        """Have no traces for now."""
        assert self.ops is not None
        self.alive.clear()  # traces that are under way come to an end
        self.alive = [True]
        self.traced = False
        self.ops[:] = self.plain
        if Program.threshold is not None and Program.decorate is None and not (self.shadowed or self.stopped):
            self.ops[:] = with_counters(self, self.plain, self.resumes, Program.threshold)

    def handlers(self, index: int) -> tuple[Op, Resume | None]:
        """The plain handlers of an instruction."""
        if self.verified.depths[index] < 0:
            return _unreachable, None
        instruction = self.instructions[index]
        restores = instruction.op == "STORE_LOCAL" and instruction.arg in self.restored
        make = factory(instruction, restores, self.private)
        op, resume = make(*self.bindings(index))
        if self.shadowed and Program.shadower is not None:
            return Program.shadower.handlers(self, index, op, resume)
        return op, resume

    def bindings(self, index: int) -> tuple[Any, ...]:
        """What the factory of an instruction's handlers is given, see `handler_writer.PARAMETERS`."""
        instruction = self.instructions[index]
        first = self.first_operand + self.verified.depths[index] - lift(instruction).need
        arg = instruction.arg
        variable = HEADER + arg.index if hasattr(arg, "index") and hasattr(arg, "scope") else 0
        following = self.follow(index + 1) if index + 1 < len(self.instructions) else -1
        target = -1 if instruction.target is None else self.follow(instruction.target)
        return first, following, target, arg, variable, instruction.flag, self.site_numbers[index], self, index

    def follow(self, index: int) -> int:
        """The instruction that is executed when control comes to `index`: idle ones and jumps are passed over."""
        seen = set()
        while index not in seen and index not in self.stops and Program.decorate is None:
            instruction = self.instructions[index]
            if instruction.op in _SKIPPED and index + 1 < len(self.instructions):
                seen.add(index)
                index += 1
            elif instruction.op == "JUMP" and instruction.target is not None:
                seen.add(index)
                index = instruction.target
            else:
                break
        return index

    # --- exceptions

    def unwind(self, R: list[Any], index: int, exception: BaseException, lasti: Any = None) -> int:
        """Find the handler for an exception and prepare the registers for it.

        Args:
            R: the frame's registers.
            index: the instruction that raised.
            exception: what it raised.
            lasti: for a re-raise, the place of the original raise.

        Returns:
            The index of the handler's first instruction, or `REQUEST` after requesting that the resident frame be left.
        """
        handler = self.handlers_at[index]
        place = lasti if type(lasti) is int else index
        first = self.first_operand
        if handler is None:
            self.leave(R, index, exception, place)
            return REQUEST
        target = self.follow(handler.target)  # first: where the recursion limit ends this, nothing shall have changed
        top = first + handler.depth
        R[top : first + len(self.blank)] = self.blank[handler.depth :]
        if handler.lasti:
            R[top] = place
            top += 1
        R[top] = exception
        if self.shadowed and Program.shadower is not None:
            Program.shadower.caught(self, R, first + handler.depth, top)
        return target

    def leave(self, R: list[Any], index: int, exception: BaseException, place: int) -> None:
        """Request that the resident frame be left with an exception.

        Args:
            R: the frame's registers.
            index: the instruction where the frame is.
            exception: the exception.
            place: the instruction that raised it.
        """
        R[self.first_operand : self.first_operand + len(self.blank)] = self.blank
        site = self.exits[self.verified.handled[index]]
        if BEHAVIOUR.offsets_are_objects:
            numbers = self.site_numbers[place]
            R.append((site, (exception, self.native_offsets[numbers[0]] if numbers else 0)))
            return
        line = (self.instructions[place].position or (None,))[0]
        R.append((site, (self.exit_lines.index(line), exception)))

    @ample
    def failure(self, index: int, exception: BaseException) -> tuple[Any, ...]:
        """The request that has the resident frame raise, at this instruction, what the machine caught for it."""
        number = self._raising_site(index)
        if number is None:
            return self._number["fallback", self.verified.handled[index]], exception
        site = self.sites[number]
        if site.kind == "raise":
            return number, exception
        if site.kind == "call":
            return number, (exception, throw, *([intercepts.call] * (site.number - 1)))
        return number, ({}, (exception,), throw)

    def _raising_site(self, index: int) -> int | None:
        """A site where an exception can be raised: of this instruction, or of one near it, in its line if possible."""
        number = self._own_raising_site(index)
        if number is not None:
            return number
        handled, handlers = self.verified.handled, self.verified.handlers
        lines = [(instruction.position or (None,))[0] for instruction in self.instructions]
        near = sorted(range(len(lines)), key=lambda other: (lines[other] != lines[index], abs(other - index)))
        for other in near:
            if handled[other] == handled[index] and handlers[other] is handlers[index]:
                number = self._own_raising_site(other)
                if number is not None:
                    return number
        return None

    def _own_raising_site(self, index: int) -> int | None:
        for number in self.site_numbers[index]:
            site = self.sites[number]
            if (
                site.kind in ("any", "protocol")
                or (site.kind == "call" and site.number)
                or (site.kind, site.number) == ("raise", 1)
            ):
                return number
        return None


def _unreachable(R: list[Any]) -> int:
    raise AssertionError("an instruction that the verifier found unreachable was reached")


def _resume_at(R: list[Any], target: Any) -> int:
    return target  # type: ignore[no-any-return]
