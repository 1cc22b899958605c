"""The resident frame: the code object that stands in for a guest code object.

It has the guest's names, flags, argument counts and free variables, so that everybody who looks at the function, its
frame or its traceback sees the guest's. What it does is to drive a machine generator with SEND: the machine interprets
the guest's instructions and yields a request `(site, operands)` whenever foreign code may run; the resident frame
performs that one operation at an instruction that carries the guest instruction's position, and sends the result back.
No frame of the machine is on the stack meanwhile.

All variables are cells, so that machine, `locals()`, `f_locals` and closures share them. Exceptions being handled are
mirrored on the resident frame's own stack (PUSH_EXC_INFO, POP_EXCEPT), hence one loop for each depth of handling:

    loop d:   [saved exceptions x d, machine, value]  SEND -> [.., machine, (site, operands)]
              (since 3.15, a NULL lies above the machine)
              UNPACK_SEQUENCE 2, then a binary search for the site
    site:     the operation -> [.., machine, result], back to the loop
"""

from __future__ import annotations

import types

from bytescope.code.assembly.assembler import Assembler
from bytescope.code.assembly.sequences import Sequences
from bytescope.code.flags import CO_OPTIMIZED, CO_SUSPENDS
from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.instruction import Lowered
from bytescope.machine.frames.request_sites import RequestSite, RequestSites
from bytescope.machine.handler_namespace import Raised
from bytescope.machine.registers import HEADER, PROGRAM
from bytescope.startup.stdlib_lite import Any, Callable, Protocol


class Executable(Protocol):
    """The part of `Program` that its resident code object is assembled from."""

    @property
    def code(self) -> types.CodeType:
        """The guest code object."""

    @property
    def lowered(self) -> Lowered:
        """The code lowered to instructions."""

    @property
    def requests(self) -> RequestSites:
        """The request sites."""

    @property
    def own(self) -> int:
        """Number of variables that belong to the interpreter alone."""

    @property
    def blank(self) -> list[None]:
        """The registers of the operands before the first instruction."""


class Trampoline:
    """Assembler of the resident code object of one guest code object.

    guarded: whether every exception is passed to the machine generator first.
    """

    def __init__(self, program: Executable, guarded: bool = False) -> None:
        code = self.code = program.code
        self.program = program
        sites = self.sites = program.requests.sites
        self.guarded = guarded
        self.asm = Assembler(code.co_qualname)
        self.sequences = Sequences(self.asm)
        self.consts: list[Any] = list(code.co_consts)
        self.const_index: dict[int, int] = {}
        self.optimized = bool(code.co_flags & CO_OPTIMIZED)
        self.deepest = max((site.depth for site in sites), default=0)
        self.loops = [self.asm.label() for _ in range(self.deepest + 2)]
        self.starts = self.asm.label()
        self.machine = 1 + BEHAVIOUR.null_above_iterator
        """Operands that the machine takes on the stack: itself, and what lies above a receiver."""
        self.widest = 2
        self.ends: list[int] = []

    def load_const(self, value: Any) -> None:
        """Emit the load of a constant that belongs to the trampoline."""
        index = self.const_index.get(id(value))
        if index is None:
            index = self.const_index[id(value)] = len(self.consts)
            self.consts.append(value)
        self.asm.emit("LOAD_CONST", index)

    def build(self, driver: Callable[..., Any]) -> types.CodeType:
        """Assemble the resident code object.

        Args:
            driver: the generator function of the engine, which is called with the frame's registers.
        """
        cells = self.prologue()
        registers = self.start(driver, cells)
        by_depth: list[list[int]] = [[] for _ in range(self.deepest + 2)]
        for number, site in enumerate(self.sites):
            site.label = self.asm.label()
            by_depth[site.depth].append(number)
        for depth, numbers in enumerate(by_depth):
            if numbers:
                self.emit_loop(depth, numbers)
        self.mention_globals()
        assembled = self.asm.finish(self.code.co_firstlineno)
        self.program.requests.native_ends = [self.asm.offset(label) for label in self.ends]
        self.program.requests.native_offsets = [self.asm.offset(site.label) for site in self.sites]
        code = self.code
        changes: dict[str, Any] = {}
        if self.optimized:
            rest = tuple(name for name in code.co_varnames if name not in code.co_cellvars)
            changes["co_cellvars"] = code.co_cellvars + rest
        else:
            changes.update(co_varnames=(), co_nlocals=0, co_cellvars=())
        return code.replace(
            co_code=assembled.code,
            co_linetable=assembled.linetable,
            co_exceptiontable=assembled.exceptiontable,
            co_consts=tuple(self.consts),
            co_stacksize=self.deepest + self.machine + self.widest + registers + 9,
            **changes,
        )

    def prologue(self) -> int:
        """Emit the making of the cells and, for a generator, of the generator; return the number of cells."""
        code, asm = self.code, self.asm
        free = len(code.co_freevars)
        if free:
            asm.emit("COPY_FREE_VARS", free)
        if self.program.lowered.iterates_first:
            self.sequences.make_first_iterator(self.program.lowered.iterates_first, self.load_const)
        own = 0
        if self.optimized:
            own = len(code.co_varnames) + sum(name not in code.co_varnames for name in code.co_cellvars)
            for index in range(own):
                asm.emit("MAKE_CELL", index)
        first = next((each.position for each in self.program.lowered.instructions if each.op == "RESUME"), None)
        if code.co_flags & CO_SUSPENDS:
            made = (code.co_firstlineno, code.co_firstlineno, None, None)
            asm.emit("RETURN_GENERATOR", 0, made)
            asm.emit("POP_TOP", 0, made)
        asm.emit("RESUME", 0, first)
        return own + free

    def start(self, driver: Callable[..., Any], cells: int) -> int:
        """Emit the making of the machine generator with the frame's registers; return their number."""
        asm, program = self.asm, self.program
        self.sequences.push_callable(lambda: self.load_const(driver))
        self.sequences.push_callable(lambda: self.load_const(globals))
        self.sequences.call(0)
        self.load_const(None)
        if self.optimized:
            self.load_const(None)
        else:
            self.sequences.load_namespace(self.load_const)
        self.load_const(None)
        self.load_const(program)
        for _ in range(HEADER - PROGRAM - 1):
            self.load_const(None)
        for _ in range(program.own):
            self.sequences.push_callable(lambda: self.load_const(types.CellType))
            self.sequences.call(0)
        for index in range(cells):
            self.sequences.load_cell(index)
        for _ in program.blank:
            self.load_const(None)
        registers: int = HEADER + program.own + cells + len(program.blank)
        if program.lowered.iterates_first:  # lies below the driver and its NULL: the first operand
            self.load_const(None)
            asm.emit("SWAP", registers + 4)
            asm.emit("SWAP", len(program.blank) + 1)
            asm.emit("POP_TOP")
        asm.emit("BUILD_LIST", registers)
        self.sequences.call(1)
        if program.lowered.iterates_first:
            asm.emit("SWAP", 2)
            asm.emit("POP_TOP")
        self.sequences.begin_delegating()
        self.load_const(None)
        if BEHAVIOUR.send_keeps_value:
            self.asm.jump("JUMP_FORWARD", self.starts)  # into the loop after the next instruction
        return registers

    def mention_globals(self) -> None:
        """Emit unreachable instructions that name the globals: `inspect` and cloudpickle search for them."""
        names = {each.arg for each in self.program.lowered.instructions if each.op.endswith("_GLOBAL")}
        for index, name in enumerate(self.code.co_names):
            if name in names:
                self.sequences.mention_global(index)

    def emit_loop(self, depth: int, numbers: list[int]) -> None:
        """Emit the loop for one depth of exception handling, its dispatch and its sites."""
        asm = self.asm
        finished = asm.label()
        asm.place(self.loops[depth])
        if BEHAVIOUR.send_keeps_value:
            asm.emit("BUILD_LIST", 1)  # the machine takes it out
        if not depth:
            asm.place(self.starts)
        asm.jump("SEND", finished)
        requests = asm.label()
        asm.jump("JUMP_FORWARD", requests)
        asm.place(finished)  # close by: SEND reaches no further than 65,535 code units
        self.sequences.drop_sent_receiver()
        asm.emit("RETURN_VALUE", 0, self.program.requests.return_position)
        asm.place(requests)
        asm.emit("UNPACK_SEQUENCE", 2)
        self.dispatch(numbers)
        handler = asm.label()
        for number in numbers:
            self.emit_site(self.sites[number], handler)
        asm.place(handler)
        self.ends.append(handler)
        asm.emit("BUILD_TUPLE", 1)
        self.load_const(Raised)
        asm.emit("SWAP", 2)
        self.sequences.call_with_self(0)
        asm.jump("JUMP_BACKWARD_NO_INTERRUPT", self.loops[depth])
        if depth:
            self.emit_cleanup(depth)

    def emit_cleanup(self, depth: int) -> None:
        """Emit the exit of an exception from a loop in which others are being handled, which are popped."""
        asm = self.asm
        cleanup = asm.here()
        asm.region(self.loops[depth], cleanup, cleanup, depth, lasti=True)
        for _ in range(depth):
            for opcode, arg in (("SWAP", 3), ("POP_EXCEPT", 0), ("SWAP", 2)):
                asm.emit(opcode, arg)
        asm.emit("RERAISE", 1)

    def dispatch(self, numbers: list[int]) -> None:
        """Emit a binary search, balanced by weight, for the site whose number is on top of the stack."""
        asm = self.asm
        if len(numbers) == 1:
            asm.emit("POP_TOP")
            asm.jump("JUMP_FORWARD", self.sites[numbers[0]].label)
            return
        weights = [self.sites[number].weight for number in numbers]
        half, below, middle = sum(weights) / 2, weights[0], 1
        while middle < len(numbers) - 1 and below + weights[middle] / 2 < half:
            below += weights[middle]
            middle += 1
        upper = asm.label()
        asm.emit("COPY", 1)
        self.load_const_int(numbers[middle])
        self.sequences.jump_unless_less(upper)
        self.dispatch(numbers[:middle])
        asm.place(upper)
        self.dispatch(numbers[middle:])

    def emit_exits(self, first: int, lines: list[int | None]) -> None:
        """Emit exits at some lines with an exception: [.., exception, number of the line, counted from first]."""
        asm = self.asm
        if len(lines) == 1:
            asm.emit("POP_TOP")
            asm.emit("RERAISE", 0, None if lines[0] is None else (lines[0], lines[0], None, None))
            return
        middle, upper = len(lines) // 2, asm.label()
        asm.emit("COPY", 1)
        self.load_const_int(first + middle)
        self.sequences.jump_unless_less(upper)
        self.emit_exits(first, lines[:middle])
        asm.place(upper)
        self.emit_exits(first + middle, lines[middle:])

    def load_const_int(self, value: int) -> None:
        """Emit the load of a small number; equal numbers share a constant."""
        index = self.const_index.get(-1 - value)
        if index is None:
            index = self.const_index[-1 - value] = len(self.consts)
            self.consts.append(value)
        self.asm.emit("LOAD_CONST", index)

    def emit_site(self, site: RequestSite, handler: int) -> None:
        """Emit one operation: [.., machine, operands] -> [.., machine, result], and the jump back to the loop."""
        asm, sequences, position = self.asm, self.sequences, site.position
        asm.place(site.label)
        begin = asm.here()
        depth = site.depth
        kind, number = site.kind, site.number
        self.widest = max(self.widest, number + 4)
        if kind in ("call", "event"):
            sequences.call_operands(number, position)
        elif kind in ("any", "protocol"):
            sequences.call_any(position)
        elif kind == "import_name":
            asm.emit("UNPACK_SEQUENCE", 2, position)
            asm.emit("IMPORT_NAME", number, position)
        elif kind == "import_from":
            for opcode, arg in (("UNPACK_SEQUENCE", 1), ("IMPORT_FROM", number), ("SWAP", 2), ("POP_TOP", 0)):
                asm.emit(opcode, arg, position)
        elif kind == "drop":
            asm.emit("POP_TOP", 0, position)
            self.load_const(None)
        elif kind == "raise":
            sequences.raise_operands(number, position)
        elif kind == "exit":
            asm.emit("UNPACK_SEQUENCE", 2)
            if BEHAVIOUR.offsets_are_objects:
                asm.emit("RERAISE", 1)
            else:
                lines: list[int | None] = (
                    self.program.requests.exit_lines if self.guarded or self.program.lowered.handlers else [None]
                )
                self.emit_exits(0, lines)
            return
        elif kind == "return":
            asm.emit("SWAP", self.machine + 1, position)
            for _ in range(self.machine):
                asm.emit("POP_TOP", 0, position)
            asm.emit("RETURN_VALUE", 0, position)
            return
        elif kind == "push_exc_info":
            asm.emit("PUSH_EXC_INFO", 0, position)
            asm.emit("POP_TOP", 0, position)
            for place in range(self.machine + 1, 1, -1):
                asm.emit("SWAP", place, position)
            self.load_const(None)
            depth += 1
        elif kind == "pop_except":
            asm.emit("POP_TOP", 0, position)
            for place in range(2, self.machine + 2):
                asm.emit("SWAP", place, position)
            asm.emit("POP_EXCEPT", 0, position)
            self.load_const(None)
            depth -= 1
        elif kind == "suspend":
            sequences.suspend(position)
        elif kind == "delegate":
            sequences.delegate(position)
        elif kind == "make_cell":
            asm.emit("POP_TOP")
            asm.emit("MAKE_CELL", number)
            sequences.load_cell(number)
        elif kind == "save_cell":
            sequences.clear_local(number)
        elif kind == "restore_cell":
            asm.emit("STORE_FAST", number)
            self.load_const(None)
        else:
            sequences.native(kind, number, position)
        if site.guarded or self.guarded:
            end = asm.here()
            asm.region(begin, end, handler, site.depth + self.machine)
        asm.jump("JUMP_BACKWARD_NO_INTERRUPT" if depth <= site.depth else "JUMP_FORWARD", self.loops[depth])
