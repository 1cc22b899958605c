"""Instruction sequences for code that is inserted between a program's own instructions.

They differ between versions of CPython in where the NULL of a call lies, in what a conditional jump takes, and in what
becomes of a loop that has come to its end. The stacks in the comments grow to the right.
"""

from __future__ import annotations

from bytescope.code.assembly.sequences import NULL_FIRST, Sequences
from bytescope.code.host import facts
from bytescope.code.host.invisible_frames import hidden
from bytescope.startup.stdlib_lite import Callable, Sequence, record

__all__ = [
    "CALLS_WITH_EMPTY_KWARGS",
    "JUMPS_TEST_TRUTH",
    "LOADS_CONST",
    "NULL_FIRST",
    "UNPACKED_CALLS_USE_C_STACK",
    "YIELDS",
    "Interposing",
    "Kept",
]

_OP = facts.OPMAP


@record(frozen=True, slots=True)
class Kept:
    """Positions of an observed call's operands: depths counted from the topmost kept value, which is 1.

    callable, args: the callable and the tuple of arguments; kwargs: the dict of keyword arguments, 0 if there is none;
    nulls: how many NULLs lie on top of them until the call is made.
    """

    callable: int
    args: int
    kwargs: int = 0
    nulls: int = 1

    @property
    def values(self) -> int:
        """The number of kept values."""
        return 3 if self.kwargs else 2


_BOOL_JUMPS = "TO_BOOL" in _OP
_JUMPS = {
    kind: _OP.get(f"POP_JUMP_IF_{kind}", _OP.get(f"POP_JUMP_FORWARD_IF_{kind}"))
    for kind in ("TRUE", "FALSE", "NONE", "NOT_NONE")
}
_UNLESS_NONE = tuple(opcode for opcode in (_OP["COPY"], _JUMPS["NOT_NONE"]) if opcode is not None)
_REPLACE_TOP = (_OP["SWAP"], _OP["POP_TOP"], _OP["JUMP_BACKWARD_NO_INTERRUPT"])
_DEPTH_COUNTED = frozenset(
    _OP[name] for name in "LIST_APPEND SET_ADD MAP_ADD LIST_EXTEND SET_UPDATE DICT_UPDATE DICT_MERGE".split()
)
YIELDS = frozenset({_OP["YIELD_VALUE"]})
LOADS_CONST = frozenset({_OP["LOAD_CONST"]})
DROPS = _OP["POP_TOP"]
ITERATES = _OP["GET_ITER"] if facts.BEHAVIOUR.null_above_iterator else None
"""The opcode that may leave a sequence and an index in the place of an iterator, if there is one."""
_CLOSED_UNRESUMED = facts.BEHAVIOUR.closed_unresumed

FINALIZED = frozenset(() if _CLOSED_UNRESUMED is None else (_OP[_CLOSED_UNRESUMED[0]],))
"""The opcodes whose argument `finalized` may change."""
JUMPS_TEST_TRUTH = not _BOOL_JUMPS
"""True if conditional jumps test the truth of any value; elsewhere their operand is True or False."""
CALLS_WITH_EMPTY_KWARGS = facts.BEHAVIOUR.calls_with_empty_kwargs
UNPACKED_CALLS_USE_C_STACK = facts.BEHAVIOUR.unpacked_calls_use_c_stack


@hidden
def unindexed(iterable: object) -> object:
    """Return an iterator of what the host would iterate over without one; and other objects as they are."""
    return iter(iterable) if type(iterable) in (list, tuple, str, bytes) else iterable  # type: ignore[call-overload]


class Interposing(Sequences):
    """Emits such sequences."""

    # --- values

    def null_for(self) -> None:
        """Push the NULL that goes with the callable on top, where the host's calls look for it."""
        self.asm.emit("PUSH_NULL")
        if NULL_FIRST:
            self.asm.emit("SWAP", 2)

    def load_variable(self, index: int, scope: str) -> None:
        """Push a variable that has a value; `scope` is "local", or else it is in a cell."""
        self.asm.emit("LOAD_FAST" if scope == "local" else "LOAD_DEREF", index)

    def to_bool(self) -> None:
        """Make the top what a conditional jump may find."""
        if _BOOL_JUMPS:
            self.asm.emit("TO_BOOL")

    def truth(self) -> None:
        """Replace the top by its truth."""
        if _BOOL_JUMPS:
            self.asm.emit("TO_BOOL")
        else:
            self.asm.emit("UNARY_NOT")
            self.asm.emit("UNARY_NOT")

    def make_iterator(self, push_function: Callable[[], None]) -> None:
        """Replace the top by the result of a function, whose load, with the NULL, is emitted: v -> f(v)."""
        push_function()
        self.asm.emit("SWAP", 2)
        self.asm.emit("SWAP", 3)
        self.call(1)

    def keep_iterator(self, opcode: int) -> None:
        """Pop the iterator that an instruction has made of a generator expression's variable into the latter."""
        if opcode == ITERATES:
            self.asm.emit("POP_TOP")
        self.asm.emit("STORE_FAST", 0)

    def load_iterator(self, opcode: str) -> None:
        """Push what `keep_iterator` has popped, and all that it stood on the stack with."""
        self.asm.emit("LOAD_FAST", 0)
        if opcode == "GET_ITER":
            self.asm.emit("PUSH_NULL")

    def copy(self, count: int) -> None:
        """Push copies of the top values, in their order."""
        self.asm.extend([_UNLESS_NONE[0]] * count, [count] * count)

    def drop_below(self, count: int, keep: int = 1) -> None:
        """Remove so many values from below the top `keep` ones."""
        if not count or not keep:
            for _ in range(count):
                self.asm.emit("POP_TOP")
            return
        if keep == 1:
            self.asm.extend([_REPLACE_TOP[0]] + [_REPLACE_TOP[1]] * count, [count + 1] + [0] * count)
            return
        self.asm.emit("BUILD_TUPLE", keep)
        self.asm.emit("SWAP", count + 1)
        for _ in range(count):
            self.asm.emit("POP_TOP")
        for name in ("UNPACK_SEQUENCE", "BUILD_TUPLE", "UNPACK_SEQUENCE"):  # taking a tuple apart turns its order round
            self.asm.emit(name, keep)

    def load_item(self) -> None:
        """Replace container and key on top by the item."""
        if "BINARY_SUBSCR" in _OP:
            self.asm.emit("BINARY_SUBSCR")
        else:
            self.asm.emit("BINARY_OP", facts.BINARY_OPS.index("[]"))

    def load_attribute(self, index: int) -> None:
        """Replace the top by its attribute with the name of an index."""
        self.asm.emit("LOAD_ATTR", index << facts.NAME_SHIFT[_OP["LOAD_ATTR"]])

    # --- the program's own instructions, changed

    PUSHES_KEYWORD_NAMES = "KW_NAMES" not in _OP
    """True if the names of a call's keyword arguments are on the stack."""

    @staticmethod
    def plain_load(opcode: int, arg: int) -> tuple[int, int]:
        """The load of a callable, without the NULL that it pushes beside it or the `self` that it may push."""
        name = facts.OPNAME[opcode]
        if name == "LOAD_METHOD":
            return _OP["LOAD_ATTR"], arg
        if name in ("LOAD_GLOBAL", "LOAD_ATTR", "LOAD_SUPER_ATTR") and facts.NAME_SHIFT[opcode]:
            return opcode, arg & ~1
        return opcode, arg

    @staticmethod
    def counts_depth(opcode: int) -> bool:
        """Return True if the argument of an instruction is the depth of one of its operands."""
        return opcode in _DEPTH_COUNTED

    @staticmethod
    def with_depth(opcode: int, arg: int, more: int) -> int:
        """The argument of an instruction that counts its operand from the top, when there are more values between."""
        return arg + more if opcode in _DEPTH_COUNTED else arg

    @staticmethod
    def finalized(opcode: int, arg: int) -> int:
        """The argument of an instruction such that a generator suspended there goes on when it is closed."""
        if _CLOSED_UNRESUMED is None or opcode not in FINALIZED:
            return arg
        return max(arg, 2) if opcode in YIELDS else arg & ~_CLOSED_UNRESUMED[1]

    @staticmethod
    def forward(opcode: int) -> int:
        """A conditional jump in its forward form."""
        return facts.OPPOSITE.get(opcode, opcode) if opcode in facts.BACKWARD else opcode

    @staticmethod
    def truth_jump(opcode: int) -> int:
        """A jump on None, or not, as one on the truth of whether it is None."""
        name = facts.OPNAME[opcode].replace("NOT_NONE", "FALSE").replace("NONE", "TRUE")
        return _OP[name]

    # --- jumps

    def jump_if(self, kind: str, label: int) -> None:
        """Pop the top, and jump forward if it is TRUE, FALSE, NONE or NOT_NONE."""
        opcode = _JUMPS[kind]
        assert opcode is not None
        self.asm.jump(opcode, label)

    def jump_unless_none(self, label: int) -> None:
        """Jump forward if the top is not None, and leave it there."""
        self.asm.extend(_UNLESS_NONE, (1, 0), (1, label))

    def replace_top(self, label: int) -> None:
        """Put the top in the place of the value below it, and jump back."""
        self.asm.extend(_REPLACE_TOP, (2, 0, 0), (2, label))

    def jump_back(self, label: int) -> None:
        """Jump to a place before this one, leaving interrupts for later."""
        self.asm.jump("JUMP_BACKWARD_NO_INTERRUPT", label)

    # --- observed calls: what is called is kept below the call, to be told of afterwards

    def gather(self, count: int, has_self: bool) -> Kept:
        """Make the operands of a CALL kept values, with the call's NULL on top.

        Args:
            count: the number of arguments.
            has_self: whether the place of the NULL holds an argument that comes before the others.
        """
        emit = self.asm.emit
        emit("BUILD_TUPLE", count + has_self)
        if has_self:  # c t
            if NULL_FIRST:
                emit("SWAP", 2)
            emit("PUSH_NULL")
        else:  # n c t, or c n t
            emit("SWAP", 3 if NULL_FIRST else 2)
        return Kept(2, 1) if NULL_FIRST is False else Kept(1, 2)

    def gather_named(self, count: int, has_self: bool, split: Callable[[], None], names: Callable[[], None]) -> Kept:
        """Make the operands of a call with keywords, less their names, kept values, with the call's NULL on top.

        Args:
            count: the number of arguments, those by keyword included.
            has_self: whether the place of the NULL holds an argument that comes before the others.
            split: pushes a function (all arguments, names) -> (keyword arguments, positional arguments).
            names: pushes the names.
        """
        emit = self.asm.emit
        emit("BUILD_TUPLE", count + has_self)
        if has_self:
            emit("PUSH_NULL")
            if NULL_FIRST:
                emit("SWAP", 3)
            emit("SWAP", 2)
        self.push_callable(split)
        emit("COPY", 3)
        names()
        self.call(2)
        emit("SWAP", 2)
        emit("POP_TOP")
        emit("UNPACK_SEQUENCE", 2)
        return self.gather_unpacked(True)

    def gather_unpacked(self, kwargs: bool) -> Kept:
        """Make the operands of a CALL_FUNCTION_EX kept values, with the call's NULL on top.

        Args:
            kwargs: whether there are keyword arguments.
        """
        emit = self.asm.emit
        if kwargs:
            emit("SWAP", 4 if NULL_FIRST else 3)  # n c a k -> k c a n, or c n a k -> c k a n
            return Kept(2, 1, 3) if NULL_FIRST else Kept(3, 1, 2)
        if CALLS_WITH_EMPTY_KWARGS:  # c n a n -> c a n n
            emit("SWAP", 2)
            emit("SWAP", 3)
            return Kept(2, 1, nulls=2)
        emit("SWAP", 3 if NULL_FIRST else 2)  # n c a -> a c n, or c n a -> c a n
        return Kept(1, 2) if NULL_FIRST else Kept(2, 1)

    def call_kept(self, kept: Kept, change: Callable[[int, int], None] | None = None) -> None:
        """Make the call: what is kept, with the NULL on top, becomes what is kept, with the result on top.

        Args:
            kept: what is kept.
            change: writes what puts other arguments in the place of those on top; it gets the depth of the callable and
                of the keyword arguments, 0 if there are none.
        """
        emit = self.asm.emit
        nulls = kept.nulls
        emit("COPY", kept.callable + nulls)
        above = nulls + 1
        if not NULL_FIRST:  # the NULL belongs above the callable
            emit("SWAP", nulls + 1)
        emit("COPY", kept.args + above)
        if change is not None:
            change(kept.callable + above + 1, kept.kwargs and kept.kwargs + above + 1)
        if nulls == 2:  # c n n a -> c n a n
            emit("SWAP", 2)
        else:
            if kept.kwargs:
                emit("COPY", kept.kwargs + above + 1)
            elif CALLS_WITH_EMPTY_KWARGS:
                emit("PUSH_NULL")
        emit("CALL_FUNCTION_EX", 0 if CALLS_WITH_EMPTY_KWARGS else int(bool(kept.kwargs)))

    def call_spread(self, kept: Kept, count: int, names: Sequence[str], const: Callable[[object], int]) -> None:
        """Make the call as `call_kept` does, by a CALL of the single arguments.

        Args:
            kept: what is kept.
            count: the number of positional arguments.
            names: the names of the others.
            const: returns the index of a constant.
        """
        emit = self.asm.emit
        emit("COPY", kept.callable + 1)
        emit("COPY", kept.args + 2)
        emit("UNPACK_SEQUENCE", count)
        for near, far in zip(range(1, count // 2 + 1), range(count, 0, -1), strict=False):  # the first is on top
            for depth in (far,) if near == 1 else (near, far, near):
                emit("SWAP", depth)
        for above, name in enumerate(names, count + 2):
            emit("COPY", kept.kwargs + above)
            emit("LOAD_CONST", const(name))
            self.load_item()
        if names:
            emit("KW_NAMES", const(names))
        self.call(count + len(names))

    def call_instead(self, kept: Kept, load: Callable[[], None]) -> None:
        """Replace a NULL and the value above it by what a function makes of the value.

        Args:
            kept: what is kept below.
            load: pushes the function.
        """
        emit = self.asm.emit
        if kept.nulls == 2:  # n n v -> f n (v,) n
            emit("BUILD_TUPLE", 1)
            emit("SWAP", 2)
            load()
            for depth in (4, 3, 2):
                emit("SWAP", depth)
            emit("CALL_FUNCTION_EX", 0)
            return
        if not NULL_FIRST:  # n v -> f n v
            emit("SWAP", 2)
            load()
            emit("SWAP", 3)
        else:  # n v -> n f v
            load()
            emit("SWAP", 2)
        self.call(1)
