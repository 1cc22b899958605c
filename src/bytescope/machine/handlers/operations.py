"""How the reference engine performs each primitive.

A primitive is done *inline* by a Python expression when its operands are exact builtin values, on which it cannot run
foreign code. Otherwise the resident frame is asked to make one *call* (`operator.add`, `getattr`, ...), or, where the
primitive takes several calls, to make the calls that a *process* (a generator of `processes`) yields one by one.
"""

from __future__ import annotations

from bytescope.machine import handler_namespace, protocols
from bytescope.machine.handlers import operand_checks
from bytescope.startup.stdlib_lite import Any, Callable, operator, record

Test = tuple[int, str] | str
"""The type of an operand must be in a set of `runtime`: (operand's number, name of the set); or a condition as text."""
Guard = tuple[tuple[Test, ...], ...]
"""Alternatives, each of which takes all of its tests. No alternatives: there is nothing to test."""

_SINGLE = {"DICT": "dict", "INTEGER": "int", "LIST": "list", "STRING": "str"}
"""Sets of one type: that one is compared with is faster than that it is looked up."""


@record(frozen=True, slots=True)
class How:
    """How a primitive is performed.

    Texts are formats over `{0}`, `{1}` (operands), `{imm}` (immediate), `{attributes}` (see `runtime.learn`) and the
    registers `R`.

    inline: expression (a statement for a primitive without result), or None;
    guard: when the inline form is allowed: then it runs no foreign code;
    statement: the inline form is a statement that assigns the result to `x`;
    known: another inline form, an expression or statement over `{name}`, for when the immediate may be written into the
    text;
    call: name of the callable that the resident frame calls otherwise, or None; args: its arguments, as `inline`;
    finish: expression that makes the result from the call's value `v`;
    process: name of the generator function that yields the calls otherwise, or None;
    site: kind of the resident frame's site where it is neither a call nor a process: see `trampoline`;
    function: what `function` is in `call`.
    """

    inline: str | None = None
    guard: Guard = ()
    call: str | None = None
    args: tuple[str, ...] = ()
    finish: str = "v"
    process: str | None = None
    site: str | None = None
    function: Any = None
    statement: bool = False
    known: str | None = None


def condition(guard: Guard, operands: list[str], **names: str) -> str:
    """The text of a guard.

    Args:
        guard: the guard.
        operands: expressions for the operands.
        names: expressions for what else its texts name.
    """
    return " or ".join(" and ".join(_test(test, operands, names) for test in tests) for tests in guard)


def _test(test: Test, operands: list[str], names: dict[str, str]) -> str:
    if isinstance(test, str):
        return test.format(*operands, **names)
    number, kinds = test
    if kinds in _SINGLE:
        return f"type({operands[number]}) is {_SINGLE[kinds]}"
    return f"type({operands[number]}) in {kinds}"


def _plain(*operands: int) -> Guard:
    """Operands of exact immutable builtin types."""
    return (tuple((number, "ATOMIC") for number in operands),)


_BINARY = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift,
}  # fmt: skip
_INPLACE = {
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv,
    "//=": operator.ifloordiv, "%=": operator.imod, "**=": operator.ipow, "@=": operator.imatmul,
    "&=": operator.iand, "|=": operator.ior, "^=": operator.ixor, "<<=": operator.ilshift, ">>=": operator.irshift,
}  # fmt: skip
_COMPARE = {
    "<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_UNARY = {"-": operator.neg, "+": operator.pos, "~": operator.invert}


def _two(symbol: str, function: Any) -> How:
    return How(f"{{0}} {symbol} {{1}}", _plain(0, 1), "function", ("{0}", "{1}"), function=function)


def _binary(symbol: str) -> How:
    return _two(symbol, _BINARY[symbol])


def _inplace(symbol: str) -> How:
    text = f"x = {{0}}; x {symbol} {{1}}"  # a statement, because its error messages name the operator
    known = f"{{0}} {symbol[:-1]} {{1}}"  # the same where it succeeds
    function = _INPLACE[symbol]
    return How(text, _plain(0, 1), "function", ("{0}", "{1}"), function=function, statement=True, known=known)


def _compare(symbol: str) -> How:
    return _two(symbol, _COMPARE[symbol])


def _unary(symbol: str) -> How:
    kinds = "INTEGER" if symbol == "~" else "NUMBERS"  # ~True warns, so it must happen in the resident frame
    return How(f"{symbol} {{0}}", (((0, kinds),),), "function", ("{0}",), function=_UNARY[symbol])


def _contains(symbol: str) -> How:
    guard: Guard = (((0, "ATOMIC"), (1, "HASHED")), ((0, "STRING"), (1, "STRING")))
    finish = "not v" if symbol == "not in" else "v"
    return How(f"{{0}} {symbol} {{1}}", guard, "contains", ("{1}", "{0}"), finish)


def _convert(kind: str) -> How:
    return How(f"{kind}({{0}})", _plain(0), kind, ("{0}",))


_SUBSCRIPT: Guard = (((0, "SEQUENCES"), (1, "INTEGER")), ((0, "DICT"), (1, "ATOMIC")))
_MUTABLE_SUBSCRIPT: Guard = (((0, "LIST"), (1, "INTEGER")), ((0, "DICT"), (1, "ATOMIC")))
_LEARNED = "id(type({0})) in {attributes}"
_ATTRIBUTE: Guard = (
    (_LEARNED,),
    ("type({0}) is type and (id({0}), {imm}) in class_attributes",),
    ((0, "CONTAINERS"),),
    ("type({0}) is ModuleType and {imm} in {0}.__dict__",),
)
_CONTAINER: Guard = (((0, "CONTAINERS"),),)
_LOCALS: Guard = (("type(R[2]) is dict",),)

_FIXED: dict[str, How] = {
    "load_locals": How("R[2]"),
    "store_global": How("set_global(R[0], {imm}, {0})", (("type(get_global(R[0], {imm})) in ATOMIC",),), "set_global",
                        ("R[0]", "{imm}", "{0}")),
    "load_name": How("load_name(R, {imm})", _LOCALS, process="load_name"),
    "store_name": How("R[2][{imm}] = {0}", (("type(R[2]) is dict and type(R[2].get({imm})) in ATOMIC",),),
                      "setitem", ("R[2]", "{imm}", "{0}")),
    "delete_name": How(process="delete_name"),
    "load_from_dict_or_globals": How(process="load_from_dict_or_globals"),
    "load_from_dict_or_cell": How(process="load_from_dict_or_cell"),
    "setup_annotations": How(process="setup_annotations"),
    "is_none": How("{0} is None"),
    "truth": How("not not {0}", _CONTAINER, "truth", ("{0}",)),
    "negation": How("not {0}", _CONTAINER, "not_", ("{0}",)),
    "getattr": How("getattr({0}, {imm})", _ATTRIBUTE, "getattr", ("{0}", "{imm}"), known="{0}.{name}"),
    "setattr": How("setattr({0}, {imm}, {1})", ((_LEARNED,),), "setattr", ("{0}", "{imm}", "{1}"),
                   known="{0}.{name} = {1}"),
    "delattr": How(call="delattr", args=("{0}", "{imm}")),
    "super_attr": How(process="super_attr"),
    "special": How(process="special"),
    "getitem": How("{0}[{1}]", _SUBSCRIPT, "getitem", ("{0}", "{1}")),
    "setitem": How("{0}[{1}] = {2}", _MUTABLE_SUBSCRIPT, "setitem", ("{0}", "{1}", "{2}")),
    "delitem": How("del {0}[{1}]", (((0, "DICT"), (1, "ATOMIC"), "type({0}.get({1})) in ATOMIC"),), "delitem",
                   ("{0}", "{1}")),
    "getslice": How("{0}[{1}:{2}]", (((0, "SEQUENCES"), (1, "BOUNDS"), (2, "BOUNDS")),),
                    "getitem", ("{0}", "slice({1}, {2})")),
    "setslice": How(call="setitem", args=("{0}", "slice({1}, {2})", "{3}")),
    "build_template": How("template({0}, {1})"),
    "list_append": How("{0}.append({1})"),
    "set_add": How("{0}.add({1})", _plain(1), "set_add", ("{0}", "{1}")),
    "map_add": How("{0}[{1}] = {2}", _plain(1), "setitem", ("{0}", "{1}", "{2}")),
    "list_extend": How("{0}.extend({1})", (((1, "ITERABLES"),),), process="list_extend"),
    "set_update": How(process="set_update"),
    "dict_update": How(site="dict_update"),
    "dict_merge": How(site="dict_merge"),
    "list_to_tuple": How("tuple({0})"),
    "unpack": How("{0}", (((0, "ROWS"), "len({0}) == {imm}"),), process="unpack"),
    "unpack_ex": How(process="unpack_ex"),
    "format": How("format({0})", _plain(0), "format", ("{0}",)),
    "format_with_spec": How("format({0}, {1})", _plain(0, 1), "format", ("{0}", "{1}")),
    "call_ex": How(process="call_ex"),
    "load_build_class": How("load_build_class(R)"),
    "import_name": How(process="import_name"),
    "import_from": How(process="import_from"),
    "import_star": How(process="import_star"),
    "display": How(process="display"),
    "length": How("len({0})", _CONTAINER, "len", ("{0}",)),
    "match_mapping": How("is_mapping({0})"),
    "match_sequence": How("is_sequence({0})"),
    "match_keys": How(process="match_keys"),
    "match_class": How(process="match_class"),
    "iter": How("iter({0})", (((0, "CONTAINERS"),), ((0, "ITERATORS"),)), "iter", ("{0}",)),
    "exception_match": How("exception_match({0}, {1})"),
    "group_match": How(site="group_match"),
    "prepare_reraise_star": How(site="prepare_reraise_star"),
    "enter_with": How(process="enter_with"),
    "enter_async_with": How(process="enter_async_with"),
    "with_except": How(call="{0}", args=("type({2})", "{2}", "{2}.__traceback__")),
    "stopiteration_error": How("stopiteration_error(R, {0})"),
    "suspend": How(site="suspend"),
    "delegate": How(site="delegate"),
    "yield_from_iter": How(process="yield_from_iter"),
    "awaitable": How(process="awaitable"),
    "aiter": How(process="aiter"),
    "anext": How(process="anext"),
    "async_gen_wrap": How(site="async_gen_wrap"),
}  # fmt: skip


def _identity(symbol: str) -> How:
    return How(f"{{0}} {symbol} {{1}}")


def _type_intrinsic(which: str) -> How:
    return How(site=which)


_BY_IMMEDIATE: dict[str, Callable[[Any], How]] = {
    "unary": _unary,
    "binary": _binary,
    "inplace": _inplace,
    "compare": _compare,
    "contains": _contains,
    "identity": _identity,
    "convert": _convert,
    "type_intrinsic": _type_intrinsic,
}


def _build(kind: str, count: int) -> How:
    items = "".join(f"{{{index}}}, " for index in range(count))
    return {
        "tuple": How(f"({items})"),
        "list": How(f"[{items}]"),
        "string": How(f"''.join(({items}))"),
        "slice": How(f"slice({items})"),
    }[kind]


def _build_set(count: int) -> How:
    items = "".join(f"{{{index}}}, " for index in range(count))
    guard = _plain(*range(count)) if count else ()
    return How(f"{{{{{items}}}}}" if count else "set()", guard, process="build_set")


def _build_map(count: int) -> How:
    pairs = "".join(f"{{{index}}}: {{{index + 1}}}, " for index in range(0, count, 2))
    guard = _plain(*range(0, count, 2)) if count else ()
    return How(f"{{{{{pairs}}}}}", guard, process="build_map")


def how(name: str, immediate: Any, count: int) -> How:
    """How to perform a primitive.

    Args:
        name: the primitive.
        immediate: what the instruction gives it.
        count: the number of its operands.
    """
    if name in _BY_IMMEDIATE:
        return _BY_IMMEDIATE[name](immediate)
    if name == "build":
        return _build(immediate, count)
    if name == "build_set":
        return _build_set(count)
    if name == "build_map":
        return _build_map(count)
    if name == "build_const_key_map":
        return How("dict(zip({0}, (" + "".join(f"{{{index}}}, " for index in range(1, count)) + ")))")
    if name == "build_interpolation":
        return How("interpolation({imm}, " + ", ".join(f"{{{index}}}" for index in range(count)) + ")")
    return _FIXED[name]


NAMESPACE: dict[str, Any] = {
    **{name: getattr(handler_namespace, name) for name in handler_namespace.__all__},
    **{name: getattr(operator, name) for name in ("contains", "truth", "not_", "getitem", "setitem", "delitem")},
    **{name: getattr(operand_checks, name) for name in operand_checks.__all__},
    "set_add": set.add,
    "get_global": dict.get,
    "set_global": dict.__setitem__,
    "pop_name": dict.pop,
    "processes": protocols,
}
"""What the handlers' texts may name."""
