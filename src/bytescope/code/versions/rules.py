"""LoweringState rules that hold for all supported versions of CPython."""

from __future__ import annotations

from bytescope.code.instruction import Variable
from bytescope.code.versions.lowering_state import LoweringState, Rule
from bytescope.startup.stdlib_lite import Callable


def counted(op: str, each: int = 1) -> Rule:
    """A rule for a raw opcode whose argument is a number of operands (`each` for one), or a depth of the stack."""

    def rule(lowering: LoweringState, arg: int) -> None:
        lowering.count(arg * each)
        lowering.emit(op, arg)

    return rule


def positive(op: str) -> Rule:
    """A rule for a raw opcode whose argument is a depth of the stack of at least 1."""

    def rule(lowering: LoweringState, arg: int) -> None:
        if not arg:
            raise lowering.invalid(f"{op} 0, where the argument must be at least 1")
        lowering.emit(op, lowering.count(arg))

    return rule


def swap(lowering: LoweringState, arg: int) -> None:
    if not arg:
        raise lowering.invalid("SWAP 0, where the argument must be at least 1")
    if arg > 1:
        lowering.emit("SWAP", lowering.count(arg))
    else:
        lowering.emit("NOP")


def plain(op: str, arg: object = None) -> Rule:
    """A rule for a raw opcode that always becomes the same instruction, with an immediate."""
    return lambda lowering, _: lowering.emit(op, arg)


def numbered(op: str) -> Rule:
    """A rule for a raw opcode whose argument is a number that has nothing to do with the stack."""
    return lambda lowering, arg: lowering.emit(op, arg)


def named(op: str) -> Rule:
    """A rule for a raw opcode whose argument is an index into the names."""
    return lambda lowering, arg: lowering.emit(op, lowering.name(arg))


def jump(op: str, skip: int = 0) -> Rule:
    """A rule for a raw jump, which goes `skip` code units further than its argument says."""
    return lambda lowering, arg: lowering.emit_jump(op, arg, skip)


def nibbles(first: Callable[[LoweringState, int], object], second: Callable[[LoweringState, int], object]) -> Rule:
    """A rule for a raw opcode that does the work of two, with four bits of argument for each."""

    def rule(lowering: LoweringState, arg: int) -> None:
        first(lowering, arg >> 4)
        second(lowering, arg & 15)

    return rule


# --- variables


def load_fast(lowering: LoweringState, arg: int) -> None:
    """The fast slot of a captured variable holds its cell, or within an inlined comprehension maybe a plain value."""
    variable = lowering.variable(arg)
    if variable.scope == "local":
        lowering.emit("LOAD_LOCAL", variable, lowering.behaviour.load_fast_may_fail)
    else:
        lowering.emit("LOAD_CLOSURE", variable)


def load_fast_check(lowering: LoweringState, arg: int) -> None:
    variable = lowering.variable(arg)
    lowering.emit("LOAD_LOCAL" if variable.scope == "local" else "LOAD_CLOSURE", variable, True)


def store_fast(lowering: LoweringState, arg: int) -> None:
    """A store to the slot of a captured variable puts back the cell that an inlined comprehension had saved."""
    variable = _own(lowering, arg)
    lowering.emit("STORE_LOCAL" if variable.scope == "local" else "RESTORE_CELL", variable)


def load_fast_and_clear(lowering: LoweringState, arg: int) -> None:
    variable = lowering.variable(arg)
    lowering.cleared.add(variable)
    lowering.emit("SAVE_LOCAL" if variable.scope == "local" else "SAVE_CELL", variable)


def delete_fast(lowering: LoweringState, arg: int) -> None:
    lowering.emit("DELETE_LOCAL", _own(lowering, arg), True)


def _own(lowering: LoweringState, arg: int) -> Variable:
    """The variable slot, which holds no cell, unless an inlined comprehension has a use for it."""
    variable = lowering.variable(arg)
    if variable.scope == "free" and variable not in lowering.cleared:
        raise lowering.invalid(f"the free variable {variable.name!r} is used as a local")
    if variable.scope == "cell" and not lowering.behaviour.inlines_comprehensions:
        raise lowering.invalid(f"the cell {variable.name!r} is used as a local")
    return variable


def captured(op: str) -> Rule:
    """A rule for a raw opcode that works on a cell."""

    def rule(lowering: LoweringState, arg: int) -> None:
        lowering.emit(op, cell(lowering, arg), True)

    return rule


def cell(lowering: LoweringState, arg: int) -> Variable:
    """The variable slot, which is one that holds a cell."""
    variable = lowering.variable(arg)
    if variable.scope == "local":
        raise lowering.invalid(f"the local variable {variable.name!r} is used as a cell")
    return variable


def make_cell(lowering: LoweringState, arg: int) -> None:
    """Lower MAKE_CELL: the resident frame makes those of the prologue; an inlined comprehension needs a fresh one."""
    variable = cell(lowering, arg)
    if lowering.in_prologue and variable.scope == "cell" and variable not in lowering.made_cells:
        lowering.made_cells.add(variable)
        begin_after(lowering, "NOP")
    elif not lowering.in_prologue and lowering.behaviour.inlines_comprehensions:
        lowering.emit("MAKE_CELL", variable)
    else:
        raise lowering.invalid(f"MAKE_CELL for {variable.name!r} out of place")


def begin_after(lowering: LoweringState, op: str) -> None:
    """Emit what remains of an instruction of the prologue."""
    lowering.emit(op)
    lowering.first = len(lowering.instructions)


def copy_free_vars(lowering: LoweringState, arg: int) -> None:
    """The resident frame has taken the cells from the closure."""
    if not lowering.in_prologue or arg != len(lowering.code.co_freevars):
        raise lowering.invalid(f"COPY_FREE_VARS {arg}")
    lowering.made_cells.update(each for each in lowering.variables if each.scope == "free")
    begin_after(lowering, "NOP")


# --- constants and operators


def load_const(lowering: LoweringState, arg: int) -> None:
    lowering.emit("LOAD_CONST", lowering.const(arg))


def return_generator(lowering: LoweringState, arg: int) -> None:
    """The resident frame has made the generator; what remains is the value first sent, which is popped next."""
    if not lowering.is_generator or not lowering.in_prologue or lowering.made_generator:
        raise lowering.invalid("RETURN_GENERATOR out of place")
    lowering.made_generator = True
    begin_after(lowering, "LOAD_CONST")


def return_const(lowering: LoweringState, arg: int) -> None:
    lowering.emit("LOAD_CONST", lowering.const(arg))
    lowering.emit("RETURN")


def load_global(lowering: LoweringState, arg: int) -> None:
    """The NULL of a call lies below its callable, or since 3.13 above it, where code in between may find it."""
    null = ("null below" if lowering.behaviour.null_first else "null above") if arg & 1 else False
    lowering.emit("LOAD_GLOBAL", lowering.name(arg >> 1), null)


def binary_op(lowering: LoweringState, arg: int) -> None:
    if arg >= len(lowering.opcodes.binary_ops):
        raise lowering.invalid(f"no binary operator {arg}")
    symbol = lowering.opcodes.binary_ops[arg]
    if symbol == "[]":
        lowering.emit("GETITEM")
    elif symbol.endswith("="):
        lowering.emit("INPLACE", symbol)
    else:
        lowering.emit("BINARY", symbol)


def compare_op(lowering: LoweringState, arg: int) -> None:
    index = arg >> lowering.opcodes.shifts.get(lowering.opcode, 0)
    if index >= len(lowering.opcodes.compare_ops):
        raise lowering.invalid(f"no comparison {arg}")
    lowering.emit("COMPARE", lowering.opcodes.compare_ops[index])
    if arg & lowering.behaviour.compare_to_bool:
        lowering.emit("TRUTH")


def inverted(op: str, plain: str, inverse: str) -> Rule:
    """A rule for a raw test, whose argument says whether it is inverted."""

    def rule(lowering: LoweringState, arg: int) -> None:
        if arg > 1:
            raise lowering.invalid(f"{plain!r} with argument {arg}, of 0 and 1")
        lowering.emit(op, inverse if arg else plain)

    return rule


# --- calls and the rest


def call(lowering: LoweringState, arg: int) -> None:
    lowering.count(arg)
    if lowering.keyword_names is None:
        lowering.emit("CALL", arg)
        return
    names, at = lowering.keyword_names
    if at != len(lowering.instructions):
        raise lowering.invalid("KW_NAMES is not followed by its call")
    if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names) or len(names) > arg:
        raise lowering.invalid(f"KW_NAMES does not name any of the last of {arg} arguments")
    lowering.belongs_to_predecessor()
    lowering.emit("LOAD_CONST", names)
    lowering.emit("CALL_KW", arg)
    lowering.keyword_names = None


def call_function_ex(lowering: LoweringState, arg: int) -> None:
    lowering.emit("CALL_EX", bool(arg & 1))


def dict_merge(lowering: LoweringState, arg: int) -> None:
    """The callable, which error messages name, lies below the dict."""
    if not arg:
        raise lowering.invalid("DICT_MERGE 0, where the argument must be at least 1")
    callable_depth = arg + lowering.behaviour.callable_below_dict
    lowering.count(callable_depth)
    lowering.emit("DICT_MERGE", (arg, callable_depth))


def unpack_ex(lowering: LoweringState, arg: int) -> None:
    lowering.count((arg & 255) + 1 + (arg >> 8))
    lowering.emit("UNPACK_EX", (arg & 255, arg >> 8))


def raise_varargs(lowering: LoweringState, arg: int) -> None:
    if arg > 2:
        raise lowering.invalid(f"raise with {arg} operands, of 0 to 2")
    lowering.emit("RAISE", arg)


def build_slice(lowering: LoweringState, arg: int) -> None:
    if arg not in (2, 3):
        raise lowering.invalid(f"a slice of {arg} parts, of 2 or 3")
    lowering.emit("BUILD_SLICE", arg)


def yield_value(lowering: LoweringState, arg: int) -> None:
    check_generator(lowering)
    lowering.emit("YIELD")


def resume(lowering: LoweringState, arg: int) -> None:
    """Lower RESUME, of which the argument says whether the frame delegates: what lies on top is then the receiver."""
    delegates = [each.op for each in lowering.instructions[-2:]] == ["SEND", "YIELD"]
    if (arg & 3 > 1) != delegates:
        raise lowering.invalid(f"RESUME {arg}{'' if delegates else ' not'} in a loop that delegates")
    lowering.emit("RESUME", arg)


def send(arg: object = None) -> Rule:
    """A rule for SEND, of which `arg` says whether it drops the receiver when that is exhausted."""

    def rule(lowering: LoweringState, distance: int) -> None:
        check_generator(lowering)
        lowering.emit_jump("SEND", distance, arg=arg)

    return rule


def check_generator(lowering: LoweringState) -> None:
    """Make sure that the frame is one that can be suspended."""
    if not lowering.is_generator:
        raise lowering.invalid("the code is suspended and is no generator's")


def conversion(lowering: LoweringState, kind: int) -> None:
    """Emit the conversion of a formatted value: 1, 2, 3 are str, repr, ascii."""
    if kind > 3:
        raise lowering.invalid(f"no conversion {kind}")
    if kind:
        lowering.emit("CONVERT", (None, "str", "repr", "ascii")[kind])


def intrinsic(operands: int, table: dict[str, Callable[[LoweringState], object]]) -> Rule:
    """A rule for CALL_INTRINSIC_1 or _2, by the number of operands: the argument says which intrinsic."""

    def rule(lowering: LoweringState, arg: int) -> None:
        names = lowering.opcodes.intrinsics_1 if operands == 1 else lowering.opcodes.intrinsics_2
        name = names[arg] if arg < len(names) else ""
        if name not in table:
            raise lowering.invalid(f"no intrinsic {arg} {name}")
        table[name](lowering)

    return rule


COMMON: dict[str, Rule] = {
    "NOP": "NOP",
    "RESUME": resume,
    "RETURN_GENERATOR": return_generator,
    "COPY_FREE_VARS": copy_free_vars,
    "POP_TOP": "POP",
    "PUSH_NULL": "PUSH_NULL",
    "COPY": positive("COPY"),
    "SWAP": swap,
    "LOAD_CONST": load_const,
    "LOAD_FAST": load_fast,
    "STORE_FAST": store_fast,
    "DELETE_FAST": delete_fast,
    "MAKE_CELL": make_cell,
    "LOAD_DEREF": captured("LOAD_CELL"),
    "STORE_DEREF": captured("STORE_CELL"),
    "DELETE_DEREF": captured("DELETE_CELL"),
    "LOAD_GLOBAL": load_global,
    "STORE_GLOBAL": named("STORE_GLOBAL"),
    "DELETE_GLOBAL": named("DELETE_GLOBAL"),
    "LOAD_NAME": named("LOAD_NAME"),
    "STORE_NAME": named("STORE_NAME"),
    "DELETE_NAME": named("DELETE_NAME"),
    "BINARY_OP": binary_op,
    "UNARY_NEGATIVE": plain("UNARY", "-"),
    "UNARY_INVERT": plain("UNARY", "~"),
    "UNARY_NOT": "NOT",
    "COMPARE_OP": compare_op,
    "CONTAINS_OP": inverted("CONTAINS", "in", "not in"),
    "IS_OP": inverted("IS", "is", "is not"),
    "STORE_ATTR": named("SETATTR"),
    "DELETE_ATTR": named("DELATTR"),
    "STORE_SUBSCR": "SETITEM",
    "DELETE_SUBSCR": "DELITEM",
    "BUILD_TUPLE": counted("BUILD_TUPLE"),
    "BUILD_LIST": counted("BUILD_LIST"),
    "BUILD_SET": counted("BUILD_SET"),
    "BUILD_MAP": counted("BUILD_MAP", 2),
    "BUILD_STRING": counted("BUILD_STRING"),
    "BUILD_SLICE": build_slice,
    "LIST_APPEND": positive("LIST_APPEND"),
    "SET_ADD": positive("SET_ADD"),
    "MAP_ADD": positive("MAP_ADD"),
    "LIST_EXTEND": positive("LIST_EXTEND"),
    "SET_UPDATE": positive("SET_UPDATE"),
    "DICT_UPDATE": positive("DICT_UPDATE"),
    "DICT_MERGE": dict_merge,
    "UNPACK_SEQUENCE": counted("UNPACK"),
    "UNPACK_EX": unpack_ex,
    "CALL": call,
    "CALL_FUNCTION_EX": call_function_ex,
    "LOAD_BUILD_CLASS": "LOAD_BUILD_CLASS",
    "IMPORT_NAME": named("IMPORT_NAME"),
    "IMPORT_FROM": named("IMPORT_FROM"),
    "SETUP_ANNOTATIONS": "SETUP_ANNOTATIONS",
    "GET_LEN": "GET_LEN",
    "MATCH_MAPPING": "MATCH_MAPPING",
    "MATCH_SEQUENCE": "MATCH_SEQUENCE",
    "MATCH_KEYS": "MATCH_KEYS",
    "MATCH_CLASS": numbered("MATCH_CLASS"),
    "JUMP_FORWARD": jump("JUMP"),
    "JUMP_BACKWARD": jump("JUMP"),
    "JUMP_BACKWARD_NO_INTERRUPT": jump("JUMP"),
    "GET_ITER": "GET_ITER",
    "GET_YIELD_FROM_ITER": "GET_YIELD_FROM_ITER",
    "GET_AWAITABLE": numbered("GET_AWAITABLE"),
    "GET_AITER": "GET_AITER",
    "GET_ANEXT": "GET_ANEXT",
    "YIELD_VALUE": yield_value,
    "RETURN_VALUE": "RETURN",
    "RAISE_VARARGS": raise_varargs,
    "RERAISE": counted("RERAISE"),
    "PUSH_EXC_INFO": "PUSH_EXC_INFO",
    "POP_EXCEPT": "POP_EXCEPT",
    "CHECK_EXC_MATCH": "CHECK_EXC_MATCH",
    "CHECK_EG_MATCH": "CHECK_EG_MATCH",
    "END_ASYNC_FOR": "END_ASYNC_FOR",
}
