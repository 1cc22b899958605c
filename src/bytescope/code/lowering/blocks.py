"""Lowering of code of CPython 3.8 to 3.10, where instructions set handlers up on a stack of blocks.

The stack of blocks before each instruction is found by following all paths. Where an instruction is reached with
different stacks (up to 3.8 the body of a `finally` is, which finds on the operand stack how it was entered) it is
lowered once for each. The blocks become handler regions.

Before 3.11 an exception takes six operands while it is handled: that handled before, and itself, as traceback, value
and type each. Here, too, so that operands are where the bytecode expects them: the former is what PUSH_EXC_INFO saves,
value and type of the latter are the exception, and None stands in the other places.
"""

from __future__ import annotations

from bytescope.code.format.positions import positions_of
from bytescope.code.instruction import STOP_ITERATION_OPERANDS, Handler, Instruction, Lowered
from bytescope.code.stored import StoredCode
from bytescope.code.versions.block_state import CALLED, HANDLING, TRY, Block, BlockState
from bytescope.code.versions.version import Version
from bytescope.startup.stdlib_lite import Any, NamedTuple

__all__ = ["BlockLowering"]

_SAVED = 3
"""Operands that belong to the exception that was handled before."""

_MOST_COPIES = 64
"""Limit of how many times an instruction may be lowered, on average."""


class _Place(NamedTuple):
    """Something to lower.

    how: "at" for the instruction at an offset, "enter" for the entry of the handler there, "leave" for what restores
    the exception handled before when another one leaves a handler, "stop" for what converts a StopIteration; offset:
    that of the instruction, or for "leave" how many operands lie below the exception's; blocks: those in force.
    """

    how: str
    offset: int
    blocks: tuple[Block, ...]


class BlockLowering(BlockState):
    """The lowering of one code object."""

    def __init__(self, code: StoredCode, version: Version) -> None:
        stand_in: Any = code  # it has the same attributes
        super().__init__(stand_in, version.opcodes, version.behaviour)
        self.rules = version.rules
        self._stored = code
        self._positions = positions_of(code)
        self._found: dict[_Place, int] = {}
        self._depths: dict[_Place, int] = {}
        self._waiting: list[_Place] = []
        self._targets: list[tuple[Instruction, _Place]] = []
        self._covers: list[tuple[_Place, int, bool] | None] = []

    def run(self) -> Lowered:
        """Lower everything that can be reached."""
        raw = self.raw
        if len(raw) % 2 or not raw:
            raise self.invalid("the bytecode is empty or of odd length")
        self._begin()
        self.follow(_Place("at", 0, ()), 0)
        while self._waiting:
            place = self._waiting.pop()
            while place not in self._found:
                following = self._lower(place)
                if following is None:
                    break
                if following in self._found:
                    self._targets.append((self.emit("JUMP"), following))
                    self._cover(following.blocks)
                place = following
            if len(self.instructions) > _MOST_COPIES * len(raw):
                raise self.invalid("the body of a finally is entered in too many ways")
        for instruction, place in self._targets:
            instruction.target = self._found[place]
        code: Any = self._stored
        return Lowered(code, self.instructions, self._handlers(), self.variables, spare=STOP_ITERATION_OPERANDS)

    def _begin(self) -> None:
        line = self.code.co_firstlineno
        self.position = (line, line, None, None)
        self.made_cells.update(each for each in self.variables if each.scope != "local")
        self.emit("NOP")
        if self.is_generator:
            self.emit("LOAD_CONST")
            self.first = len(self.instructions)
            self.emit("POP")
        self.emit("RESUME", 0)
        self._covers += [None] * len(self.instructions)

    # --- places

    def follow(self, place: _Place, depth: int) -> None:
        """Queue a place for lowering, which control reaches with `depth` operands."""
        known = self._depths.setdefault(place, depth)
        if known != depth:
            raise self.invalid(f"{known} or {depth} operands at offset {place.offset}")
        self._waiting.append(place)

    def _lower(self, place: _Place) -> _Place | None:
        """Lower what is at a place, and return the place that control goes on to."""
        self._found[place] = len(self.instructions)
        self.offset, self.blocks, self.depth = place.offset, place.blocks, self._depths.get(place, 0)
        self.position = None
        following: _Place | None = None
        if place.how == "stop":
            self.emit("STOPITERATION_ERROR")
            self.emit("RERAISE", 1)
        elif place.how == "leave":
            self.emit("COPY", _SAVED + 2)
            self.emit("POP_EXCEPT")
            self.emit("RERAISE", 1)
        elif place.how == "enter":
            following = self._enter(place)
        else:
            following = self._instruction(place)
        if place.how == "stop":
            self._covers += [None] * 2
        self._cover(place.blocks)
        return following

    def _enter(self, place: _Place) -> _Place:
        """Lower the entry of a handler. That of an `async for` ends the loop, without having handled anything."""
        if self.opcode_at(place.offset) == "END_ASYNC_FOR":
            self.position = self._position(place.offset)
            self.emit("END_ASYNC_FOR")
            return self._going_on(_Place("at", place.offset + 2, place.blocks), self.depth - 1)
        self.emit("PUSH_EXC_INFO")
        for _ in range(_SAVED):
            self.emit("LOAD_CONST")
            self.emit("SWAP", 2)
        self.emit("COPY", 1)
        blocks = (*place.blocks, Block(HANDLING, 0, self.depth))
        return self._going_on(_Place("at", place.offset, blocks), self.depth + 2 * _SAVED)

    def _going_on(self, place: _Place, depth: int) -> _Place:
        known = self._depths.setdefault(place, depth)
        if known != depth:
            raise self.invalid(f"{known} or {depth} operands at offset {place.offset}")
        return place

    def _position(self, offset: int) -> Any:
        unit = offset >> 1
        return self._positions[unit] if unit < len(self._positions) else None

    def _instruction(self, place: _Place) -> _Place | None:
        raw, extended = self.raw, self.opcodes.extended_arg
        at, arg = place.offset, 0
        while at < len(raw) and raw[at] == extended and not arg >> 24:
            arg = (arg | raw[at + 1]) << 8
            at += 2
        if at >= len(raw):
            raise self.invalid("control runs off the end")
        arg |= raw[at + 1]
        self.opcode, self.offset, self.next_offset = raw[at], at, at + 2
        self.position = self._position(at)
        name = self.opcodes.opname[self.opcode]
        rule = self.rules.get(name)
        if rule is None:
            raise self.invalid(f"no instruction has opcode {self.opcode}")
        self.falls = self.opcode not in self.opcodes.ends
        self.after = self.depth + self.effect(name, arg)
        if self.after < 0:
            raise self.invalid(f"{name} takes more operands than there are")
        if isinstance(rule, str):
            self.emit(rule)
        else:
            rule(self, arg)
        if not self.falls:
            return None
        return self._going_on(_Place("at", self.next_offset, self.blocks), self.after)

    def emit_jump(self, op: str, distance: int, skip: int = 0, arg: object = None, flag: str | int = False) -> None:
        """Append a jump to where the raw argument says, with the blocks as they are now."""
        name = self.opcodes.opname[self.opcode]
        self.jump_to(op, self.target(distance), self.depth + self.jump_effect(name, self.after - self.depth))

    def jump_to(self, op: str, offset: int, depth: int, blocks: tuple[Block, ...] | None = None) -> None:
        """Append a jump to an offset, which is reached with so many operands, and some blocks."""
        if not 0 <= offset < len(self.raw):
            raise self.invalid(f"jump to {offset}, where no instruction starts")
        place = _Place("at", offset, self.blocks if blocks is None else blocks)
        self._targets.append((self.emit(op), place))
        self.follow(place, depth)

    # --- handlers

    def _cover(self, blocks: tuple[Block, ...]) -> None:
        """Let the innermost block handle the exceptions of the instructions emitted last."""
        number = len(self.instructions) - len(self._covers)
        self._covers += [self._handler(blocks)] * number

    def _handler(self, blocks: tuple[Block, ...]) -> tuple[_Place, int, bool] | None:
        while blocks and blocks[-1].kind in CALLED:
            blocks = blocks[:-1]
        if not blocks:
            if not self.is_generator:
                return None
            stop = _Place("stop", 0, ())
            self._waiting.append(stop)
            return stop, 0, True
        kind, target, depth = blocks[-1]
        if kind == TRY:
            place = _Place("enter", target, blocks[:-1])
            self.follow(place, depth)
            return place, depth, False
        place = _Place("leave", depth, blocks[:-1])
        self._waiting.append(place)
        return place, depth + _SAVED, True

    def _handlers(self) -> list[Handler]:
        """Return the regions: stretches of instructions whose exceptions go to the same place."""
        found: list[Handler] = []
        start = 0
        for index, cover in enumerate([*self._covers, None]):
            last = self._covers[start] if start < len(self._covers) else None
            if index == start or (cover == last and index < len(self._covers)):
                continue
            if last is not None:
                found.append(Handler(start, index, self._found[last[0]], last[1], last[2]))
            start = index
        return found
