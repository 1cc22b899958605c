"""Lowering rules that hold for all supported versions of CPython."""

from __future__ import annotations

from collections.abc import Callable

from bytescope.code import host
from bytescope.code.lower import Lowering, Rule
from bytescope.code.sequences import NULL_FIRST

FUNCTION_ATTRIBUTES = (1, 2, 4, 8, 16)
"""Flags of MAKE_FUNCTION: defaults, keyword defaults, annotations, closure, annotate function."""


def simple(op: str) -> Rule:
    """A rule for a raw opcode whose argument means nothing to the lowered instruction."""
    return lambda lowering, arg: lowering.emit(op)


def counted(op: str) -> Rule:
    """A rule for a raw opcode whose argument is a plain number (a count or a depth)."""
    return lambda lowering, arg: lowering.emit(op, arg)


def named(op: str) -> Rule:
    """A rule for a raw opcode whose argument is an index into the names."""
    return lambda lowering, arg: lowering.emit(op, lowering.name(arg))


def jump(op: str) -> Rule:
    """A rule for a raw jump."""
    return lambda lowering, arg: lowering.emit_jump(op, arg)


def in_turn(*rules: Rule) -> Rule:
    """A rule that applies several rules with the same argument."""

    def rule(lowering: Lowering, arg: int) -> None:
        for each in rules:
            each(lowering, arg)

    return rule


def nibbles(first: Rule, second: Rule) -> Rule:
    """A rule for a raw opcode that does the work of two, with four bits of argument for each."""

    def rule(lowering: Lowering, arg: int) -> None:
        first(lowering, arg >> 4)
        second(lowering, arg & 15)

    return rule


def load_fast(lowering: Lowering, arg: int) -> None:
    """The fast slot of a captured variable holds its cell, or within an inlined comprehension maybe a plain value."""
    variable = lowering.variable(arg)
    if variable.scope == "local":
        lowering.emit("LOAD_LOCAL", variable, host.HOST == "3.11")
    else:
        lowering.emit("LOAD_CLOSURE", variable)


def load_fast_check(lowering: Lowering, arg: int) -> None:
    variable = lowering.variable(arg)
    lowering.emit("LOAD_LOCAL" if variable.scope == "local" else "LOAD_CLOSURE", variable, True)


def store_fast(lowering: Lowering, arg: int) -> None:
    """A store to the slot of a captured variable puts back the cell that an inlined comprehension had saved."""
    variable = lowering.variable(arg)
    lowering.emit("STORE_LOCAL" if variable.scope == "local" else "RESTORE_CELL", variable)


def load_fast_and_clear(lowering: Lowering, arg: int) -> None:
    variable = lowering.variable(arg)
    lowering.emit("SAVE_LOCAL" if variable.scope == "local" else "SAVE_CELL", variable)


def delete_fast(lowering: Lowering, arg: int) -> None:
    lowering.emit("DELETE_LOCAL", lowering.variable(arg), True)


def variable(op: str) -> Rule:
    """A rule for a raw opcode that works on a cell."""
    return lambda lowering, arg: lowering.emit(op, lowering.variable(arg), True)


def make_cell(lowering: Lowering, arg: int) -> None:
    """In the prologue the resident frame makes the cells; elsewhere an inlined comprehension needs a fresh one."""
    if lowering.in_prologue:
        lowering.emit("NOP")
    else:
        lowering.emit("MAKE_CELL", lowering.variable(arg))


def load_const(lowering: Lowering, arg: int) -> None:
    lowering.emit("LOAD_CONST", lowering.const(arg))


def return_generator(lowering: Lowering, arg: int) -> None:
    """The resident frame has made the generator; what remains is the value first sent, which is popped next."""
    lowering.emit("LOAD_CONST", None)


def return_const(lowering: Lowering, arg: int) -> None:
    lowering.emit("LOAD_CONST", lowering.const(arg))
    lowering.emit("RETURN")


def load_global(lowering: Lowering, arg: int) -> None:
    """The NULL of a call lies below its callable, or since 3.13 above it; what comes next counts on that."""
    null = ("null below" if NULL_FIRST else "null above") if arg & 1 else False
    lowering.emit("LOAD_GLOBAL", lowering.name(arg >> 1), null)


def binary_op(lowering: Lowering, arg: int) -> None:
    if arg >= len(host.BINARY_OPS):
        raise lowering.invalid(f"no binary operator {arg}")
    symbol = host.BINARY_OPS[arg]
    if symbol == "[]":
        lowering.emit("GETITEM")
    elif symbol.endswith("="):
        lowering.emit("INPLACE", symbol)
    else:
        lowering.emit("BINARY", symbol)


def compare_op(lowering: Lowering, arg: int) -> None:
    index = arg >> host.COMPARE_SHIFT
    if index >= len(host.COMPARE_OPS):
        raise lowering.invalid(f"no comparison {arg}")
    lowering.emit("COMPARE", host.COMPARE_OPS[index])
    if arg & host.COMPARE_TO_BOOL:
        lowering.emit("TRUTH")


def contains_op(lowering: Lowering, arg: int) -> None:
    lowering.emit("CONTAINS", "not in" if arg & 1 else "in")


def is_op(lowering: Lowering, arg: int) -> None:
    lowering.emit("IS", "is not" if arg & 1 else "is")


def call(lowering: Lowering, arg: int) -> None:
    if lowering.keyword_names is None:
        lowering.emit("CALL", arg)
    else:
        lowering.emit("LOAD_CONST", lowering.keyword_names)
        lowering.emit("CALL_KW", arg)
        lowering.keyword_names = None


def call_function_ex(lowering: Lowering, arg: int) -> None:
    lowering.emit("CALL_EX", bool(arg & 1))


def unpack_ex(lowering: Lowering, arg: int) -> None:
    lowering.emit("UNPACK_EX", (arg & 255, arg >> 8))


def raise_varargs(lowering: Lowering, arg: int) -> None:
    if arg > 2:
        raise lowering.invalid(f"raise with {arg} operands")
    lowering.emit("RAISE", arg)


def positive(op: str, least: int = 1) -> Rule:
    """A rule for COPY and SWAP, whose argument is a depth of at least `least`."""

    def rule(lowering: Lowering, arg: int) -> None:
        if arg < least:
            raise lowering.invalid(f"{op} {arg}")
        lowering.emit(op, arg)

    return rule


def conversion(lowering: Lowering, kind: int) -> None:
    """Emit the conversion of a formatted value: 1, 2, 3 are str, repr, ascii."""
    if kind > 3:
        raise lowering.invalid(f"no conversion {kind}")
    if kind:
        lowering.emit("CONVERT", (None, "str", "repr", "ascii")[kind])


def intrinsic(names: tuple[str, ...], table: dict[str, Callable[[Lowering], object]]) -> Rule:
    """A rule for CALL_INTRINSIC_1 or _2: the argument says which."""

    def rule(lowering: Lowering, arg: int) -> None:
        name = names[arg] if arg < len(names) else ""
        if name not in table:
            raise lowering.invalid(f"no intrinsic {arg} {name}")
        table[name](lowering)

    return rule


COMMON: dict[str, Rule] = {
    "NOP": simple("NOP"),
    "CACHE": simple("NOP"),
    "RESUME": counted("RESUME"),
    "RETURN_GENERATOR": return_generator,
    "COPY_FREE_VARS": simple("NOP"),
    "POP_TOP": simple("POP"),
    "PUSH_NULL": simple("PUSH_NULL"),
    "COPY": positive("COPY"),
    "SWAP": positive("SWAP"),
    "LOAD_CONST": load_const,
    "LOAD_FAST": load_fast,
    "STORE_FAST": store_fast,
    "DELETE_FAST": delete_fast,
    "MAKE_CELL": make_cell,
    "LOAD_DEREF": variable("LOAD_CELL"),
    "STORE_DEREF": variable("STORE_CELL"),
    "DELETE_DEREF": variable("DELETE_CELL"),
    "LOAD_GLOBAL": load_global,
    "STORE_GLOBAL": named("STORE_GLOBAL"),
    "DELETE_GLOBAL": named("DELETE_GLOBAL"),
    "LOAD_NAME": named("LOAD_NAME"),
    "STORE_NAME": named("STORE_NAME"),
    "DELETE_NAME": named("DELETE_NAME"),
    "BINARY_OP": binary_op,
    "UNARY_NEGATIVE": lambda lowering, arg: lowering.emit("UNARY", "-"),
    "UNARY_INVERT": lambda lowering, arg: lowering.emit("UNARY", "~"),
    "UNARY_NOT": simple("NOT"),
    "COMPARE_OP": compare_op,
    "CONTAINS_OP": contains_op,
    "IS_OP": is_op,
    "STORE_ATTR": named("SETATTR"),
    "DELETE_ATTR": named("DELATTR"),
    "STORE_SUBSCR": simple("SETITEM"),
    "DELETE_SUBSCR": simple("DELITEM"),
    "BUILD_TUPLE": counted("BUILD_TUPLE"),
    "BUILD_LIST": counted("BUILD_LIST"),
    "BUILD_SET": counted("BUILD_SET"),
    "BUILD_MAP": counted("BUILD_MAP"),
    "BUILD_STRING": counted("BUILD_STRING"),
    "BUILD_SLICE": counted("BUILD_SLICE"),
    "LIST_APPEND": positive("LIST_APPEND"),
    "SET_ADD": positive("SET_ADD"),
    "MAP_ADD": positive("MAP_ADD"),
    "LIST_EXTEND": positive("LIST_EXTEND"),
    "SET_UPDATE": positive("SET_UPDATE"),
    "DICT_UPDATE": positive("DICT_UPDATE"),
    "UNPACK_SEQUENCE": counted("UNPACK"),
    "UNPACK_EX": unpack_ex,
    "CALL": call,
    "CALL_FUNCTION_EX": call_function_ex,
    "LOAD_BUILD_CLASS": simple("LOAD_BUILD_CLASS"),
    "IMPORT_NAME": named("IMPORT_NAME"),
    "IMPORT_FROM": named("IMPORT_FROM"),
    "SETUP_ANNOTATIONS": simple("SETUP_ANNOTATIONS"),
    "GET_LEN": simple("GET_LEN"),
    "MATCH_MAPPING": simple("MATCH_MAPPING"),
    "MATCH_SEQUENCE": simple("MATCH_SEQUENCE"),
    "MATCH_KEYS": simple("MATCH_KEYS"),
    "MATCH_CLASS": counted("MATCH_CLASS"),
    "JUMP_FORWARD": jump("JUMP"),
    "JUMP_BACKWARD": jump("JUMP"),
    "JUMP_BACKWARD_NO_INTERRUPT": jump("JUMP"),
    "GET_ITER": simple("GET_ITER"),
    "GET_YIELD_FROM_ITER": simple("GET_YIELD_FROM_ITER"),
    "GET_AWAITABLE": counted("GET_AWAITABLE"),
    "GET_AITER": simple("GET_AITER"),
    "GET_ANEXT": simple("GET_ANEXT"),
    "YIELD_VALUE": simple("YIELD"),
    "RETURN_VALUE": simple("RETURN"),
    "RAISE_VARARGS": raise_varargs,
    "RERAISE": counted("RERAISE"),
    "PUSH_EXC_INFO": simple("PUSH_EXC_INFO"),
    "POP_EXCEPT": simple("POP_EXCEPT"),
    "CHECK_EXC_MATCH": simple("CHECK_EXC_MATCH"),
    "CHECK_EG_MATCH": simple("CHECK_EG_MATCH"),
    "END_ASYNC_FOR": simple("END_ASYNC_FOR"),
}
