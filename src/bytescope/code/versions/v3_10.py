"""CPython 3.10, of which only the compiled files are executed: what differs from 3.11."""

from __future__ import annotations

from bytescope.code.flags import CO_ASYNC_GENERATOR
from bytescope.code.versions import v3_11
from bytescope.code.versions.block_state import HANDLING, TRY, BlockState
from bytescope.code.versions.lowering_state import Rule
from bytescope.code.versions.rules import call_function_ex, counted, jump, named, plain, raise_varargs
from bytescope.code.versions.stack_effects import OPERATORS
from bytescope.startup.stdlib_lite import Any


class Behaviour310(v3_11.Behaviour311):
    """Behaviour of CPython 3.10."""

    null_first = False
    sets_up_blocks = True


BEHAVIOUR = Behaviour310()


def rotate(lowering: BlockState, count: int) -> None:
    """Emit what puts the topmost operand below the `count - 1` next ones."""
    for depth in range(count, 1, -1):
        lowering.emit("SWAP", depth)


def _rotation(count: int) -> Rule:
    def rule(lowering: Any, arg: int) -> None:
        rotate(lowering, count)

    return rule


def _rot_n(lowering: Any, arg: int) -> None:
    rotate(lowering, lowering.count(arg))


def _dup_top_two(lowering: Any, arg: int) -> None:
    lowering.emit("COPY", 2)
    lowering.emit("COPY", 2)


# --- variables


def _local(op: str) -> Rule:
    def rule(lowering: Any, arg: int) -> None:
        if arg >= len(lowering.code.co_varnames):
            raise lowering.invalid(f"variable {arg} out of range")
        variable = lowering.variable(arg)
        if variable.scope != "local":
            raise lowering.invalid(f"the cell {variable.name!r} is used as a local")
        lowering.emit(op, variable, op != "STORE_LOCAL")

    return rule


def _cell(op: str) -> Rule:
    def rule(lowering: Any, arg: int) -> None:
        lowering.emit(op, lowering.captured_variable(arg), True)

    return rule


def _load_classderef(lowering: Any, arg: int) -> None:
    lowering.emit("LOAD_LOCALS")
    lowering.emit("LOAD_FROM_DICT_OR_CELL", lowering.captured_variable(arg))


# --- calls


def _call_function(lowering: Any, arg: int) -> None:
    lowering.emit("PUSH_NULL")
    rotate(lowering, lowering.count(arg) + 1)
    lowering.emit("CALL", arg)


def _call_function_kw(lowering: Any, arg: int) -> None:
    lowering.emit("PUSH_NULL")
    rotate(lowering, lowering.count(arg) + 2)
    lowering.emit("CALL_KW", arg)


def _call_function_ex(lowering: Any, arg: int) -> None:
    lowering.emit("PUSH_NULL")
    rotate(lowering, 3 if arg & 1 else 2)
    call_function_ex(lowering, arg)


def _call_method(lowering: Any, arg: int) -> None:
    lowering.emit("CALL", lowering.count(arg))


def _make_function(lowering: Any, arg: int) -> None:
    """Lower MAKE_FUNCTION, which finds the qualified name above the code object."""
    if arg > 15:
        raise lowering.invalid(f"MAKE_FUNCTION {arg}")
    lowering.emit("POP")
    lowering.emit("MAKE_FUNCTION", arg)


# --- blocks


def _pop_block(lowering: Any, arg: int) -> None:
    lowering.emit("NOP")
    lowering.pop_block(TRY)


def _setup_finally(lowering: Any, arg: int) -> None:
    lowering.emit("NOP")
    lowering.push_block(TRY, lowering.target(arg), lowering.depth)


def _setup_with(lowering: Any, arg: int) -> None:
    lowering.emit("ENTER_WITH")
    lowering.push_block(TRY, lowering.target(arg), lowering.depth)


def _setup_async_with(lowering: Any, arg: int) -> None:
    lowering.emit("NOP")
    lowering.push_block(TRY, lowering.target(arg), lowering.depth - 1)


def leave_handler(lowering: BlockState) -> None:
    """Emit what drops the exception that was handled before, and handles it again."""
    lowering.emit("POP")
    lowering.emit("POP")
    lowering.emit("POP_EXCEPT")


def _pop_except(lowering: Any, arg: int) -> None:
    lowering.pop_block(HANDLING)
    leave_handler(lowering)


def reraise(lowering: Any, arg: int) -> None:
    """Lower RERAISE: type, value and traceback are on top."""
    if not lowering.blocks or lowering.blocks[-1].kind != HANDLING:
        raise lowering.invalid("RERAISE outside of a handler")
    lowering.emit("POP")
    lowering.emit("RERAISE", 0)
    lowering.falls = False


def _jump_if_not_exc_match(lowering: Any, arg: int) -> None:
    exception_match(lowering)
    lowering.emit_jump("JUMP_IF_FALSE", arg)


def exception_match(lowering: BlockState) -> None:
    """Emit the comparison of an exception, which is dropped, with a type."""
    lowering.emit("CHECK_EXC_MATCH")
    lowering.emit("SWAP", 2)
    lowering.emit("POP")


def with_except_start(lowering: Any, arg: int) -> None:
    """Lower WITH_EXCEPT_START: `__exit__` lies below the six operands of the exception."""
    lowering.emit("COPY", 7)
    lowering.emit("LOAD_CONST")
    lowering.emit("LOAD_CONST")
    lowering.emit("COPY", 4)
    lowering.emit("WITH_EXCEPT")
    lowering.emit("SWAP", 5)
    for _ in range(4):
        lowering.emit("POP")


# --- generators and the rest


def _yield_value(lowering: Any, arg: int) -> None:
    if not lowering.is_generator:
        raise lowering.invalid("the code is suspended and is no generator's")
    if lowering.code.co_flags & CO_ASYNC_GENERATOR:
        lowering.emit("ASYNC_GEN_WRAP")
    lowering.emit("YIELD")
    lowering.emit("RESUME", 1)


def _yield_from(lowering: Any, arg: int) -> None:
    """Lower YIELD_FROM to what 3.11 has for it."""
    if not lowering.is_generator:
        raise lowering.invalid("the code is suspended and is no generator's")
    start = len(lowering.instructions)
    send = lowering.emit("SEND", "pop receiver")
    lowering.emit("YIELD")
    lowering.emit("RESUME", 2)
    lowering.emit("JUMP").target = start
    lowering.emit("NOP")
    send.target = start + 4


def _get_awaitable(lowering: Any, arg: int) -> None:
    entered = lowering.opcode_at(lowering.offset - 2) == "BEFORE_ASYNC_WITH"
    lowering.emit("GET_AWAITABLE", int(entered))


def _succeeded(lowering: Any) -> None:
    lowering.emit("COPY", 1)
    lowering.emit("LOAD_CONST")
    lowering.emit("IS", "is not")


def _match_keys(lowering: Any, arg: int) -> None:
    lowering.emit("MATCH_KEYS")
    _succeeded(lowering)


def _match_class(lowering: Any, arg: int) -> None:
    lowering.emit("MATCH_CLASS", arg)
    _succeeded(lowering)


def _without(subject: Any, keys: tuple[Any, ...]) -> dict[Any, Any]:
    rest = dict(subject)
    for key in keys:
        del rest[key]
    return rest


def _copy_dict_without_keys(lowering: Any, arg: int) -> None:
    lowering.emit("LOAD_CONST", _without)
    lowering.emit("PUSH_NULL")
    lowering.emit("COPY", 4)
    lowering.emit("COPY", 4)
    lowering.emit("CALL", 2)
    lowering.emit("SWAP", 2)
    lowering.emit("POP")


RULES: dict[str, Rule] = (
    {
        name: rule
        for name, rule in v3_11.RULES.items()
        if name not in ("RESUME", "COPY", "SWAP", "MAKE_CELL", "COPY_FREE_VARS", "RETURN_GENERATOR", "SEND", "CALL")
    }
    | {
        "ROT_TWO": _rotation(2),
        "ROT_THREE": _rotation(3),
        "ROT_FOUR": _rotation(4),
        "ROT_N": _rot_n,
        "DUP_TOP": plain("COPY", 1),
        "DUP_TOP_TWO": _dup_top_two,
        "LOAD_FAST": _local("LOAD_LOCAL"),
        "STORE_FAST": _local("STORE_LOCAL"),
        "DELETE_FAST": _local("DELETE_LOCAL"),
        "LOAD_DEREF": _cell("LOAD_CELL"),
        "STORE_DEREF": _cell("STORE_CELL"),
        "DELETE_DEREF": _cell("DELETE_CELL"),
        "LOAD_CLOSURE": _cell("LOAD_CLOSURE"),
        "LOAD_CLASSDEREF": _load_classderef,
        "LOAD_GLOBAL": named("LOAD_GLOBAL"),
        "CALL_FUNCTION": _call_function,
        "CALL_FUNCTION_KW": _call_function_kw,
        "CALL_FUNCTION_EX": _call_function_ex,
        "CALL_METHOD": _call_method,
        "MAKE_FUNCTION": _make_function,
        "BUILD_MAP": counted("BUILD_MAP", 2),
        "POP_BLOCK": _pop_block,
        "SETUP_FINALLY": _setup_finally,
        "SETUP_WITH": _setup_with,
        "SETUP_ASYNC_WITH": _setup_async_with,
        "BEFORE_ASYNC_WITH": "ENTER_ASYNC_WITH",
        "POP_EXCEPT": _pop_except,
        "RERAISE": reraise,
        "RAISE_VARARGS": raise_varargs,
        "JUMP_IF_NOT_EXC_MATCH": _jump_if_not_exc_match,
        "WITH_EXCEPT_START": with_except_start,
        "JUMP_ABSOLUTE": jump("JUMP"),
        "POP_JUMP_IF_TRUE": jump("JUMP_IF_TRUE"),
        "POP_JUMP_IF_FALSE": jump("JUMP_IF_FALSE"),
        "YIELD_VALUE": _yield_value,
        "YIELD_FROM": _yield_from,
        "GET_AWAITABLE": _get_awaitable,
        "GEN_START": plain("NOP"),
        "MATCH_KEYS": _match_keys,
        "MATCH_CLASS": _match_class,
        "COPY_DICT_WITHOUT_KEYS": _copy_dict_without_keys,
    }
    | {f"BINARY_{name}": plain("BINARY", symbol) for name, symbol in OPERATORS.items()}
    | {f"INPLACE_{name}": plain("INPLACE", f"{symbol}=") for name, symbol in OPERATORS.items()}
)
