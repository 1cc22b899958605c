"""The state of lowering code that sets handlers up on a stack of blocks, as the rules of 3.8 to 3.10 see it."""

from __future__ import annotations

from bytescope.code.instruction import Variable
from bytescope.code.versions.lowering_state import LoweringState
from bytescope.code.versions.stack_effects import EFFECTS, JUMP_EFFECTS
from bytescope.startup.stdlib_lite import Final, NamedTuple

__all__ = ["CALLED", "ENTERED", "HANDLING", "RETURNS", "TRY", "Block", "BlockState"]

TRY: Final = "try"
"""A handler is set up."""
HANDLING: Final = "handling"
"""An exception is handled."""
ENTERED: Final = "entered"
"""The body of a `finally` was entered without an exception (up to 3.8)."""
RETURNS: Final = "returns"
"""The block was called as a subroutine and returns to its caller (up to 3.8)."""
CALLED: Final = (ENTERED, RETURNS)


class Block(NamedTuple):
    """A block.

    kind: one of the constants above; target: the offset of the handler, or where to go on; depth: how many operands lie
    below it.
    """

    kind: str
    target: int
    depth: int


class BlockState(LoweringState):
    """The state of lowering one code object.

    Attributes:
        blocks: the blocks, innermost last; a rule changes them for what comes next.
        depth: the number of operands before the instruction.
        after: that after it, where control goes on to the next one; a rule may change it.
        falls: whether it does; a rule may change it.
    """

    blocks: tuple[Block, ...] = ()
    depth = 0
    after = 0
    falls = True

    def effect(self, name: str, arg: int) -> int:
        """Return by how much a raw instruction changes the number of operands, where control goes on."""
        effect = EFFECTS.get(name, 0)
        return effect if isinstance(effect, int) else effect(arg)

    def jump_effect(self, name: str, effect: int) -> int:
        """Return the same where it jumps."""
        return JUMP_EFFECTS.get(name, effect)

    def target(self, distance: int) -> int:
        """The offset that the argument of a jump names."""
        start = 0 if self.opcode in self.opcodes.absolute else self.next_offset
        return start + distance * self.opcodes.jump_unit

    def jump_to(self, op: str, offset: int, depth: int, blocks: tuple[Block, ...] | None = None) -> None:
        """Append a jump to an offset."""
        raise NotImplementedError

    def push_block(self, kind: str, target: int, depth: int) -> None:
        """Add a block."""
        self.blocks = (*self.blocks, Block(kind, target, depth))

    def pop_block(self, *kinds: str) -> Block:
        """Pop the innermost block, which must be of one of some kinds."""
        if not self.blocks or self.blocks[-1].kind not in kinds:
            raise self.invalid(f"{self.opcodes.opname[self.opcode]} without its block")
        block = self.blocks[-1]
        self.blocks = self.blocks[:-1]
        return block

    def captured_variable(self, index: int) -> Variable:
        """The variable with this index among cells and free variables."""
        names = (*self.code.co_cellvars, *self.code.co_freevars)
        if index >= len(names):
            raise self.invalid(f"variable {index} out of range")
        wanted = names[index]
        return next(each for each in self.variables if each.name == wanted and each.scope != "local")
