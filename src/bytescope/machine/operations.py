"""How the reference engine performs each primitive.

A primitive is done *inline* by a Python expression when its operands are exact builtin values, on which it cannot run
foreign code. Otherwise the resident frame is asked to make one *call* (`operator.add`, `getattr`, ...), or, where the
primitive takes several calls, to make the calls that a *process* (a generator of `processes`) yields one by one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from bytescope.code.light import Any, record
from bytescope.machine import processes, runtime

PLAIN = "type({%d}) in PLAIN"
"""Guard: the operand is of an exact immutable builtin type."""


@record(frozen=True, slots=True)
class How:
    """How a primitive is performed.

    inline: expression over `{0}`, `{1}` (operands), `imm` (immediate) and `R` (registers), or None;
    guard: condition under which the inline form is allowed, or None for always;
    statement: the inline form is a statement that assigns the result to `x`;
    call: name of the callable that the resident frame calls otherwise, or None; args: its arguments, as `inline`;
    finish: expression that makes the result from the call's value `v`;
    process: name of the generator function that yields the calls otherwise, or None;
    site: kind of the resident frame's site where it is neither a call nor a process: see `trampoline`;
    names: additional names for the expressions.
    """

    inline: str | None = None
    guard: str | None = None
    call: str | None = None
    args: tuple[str, ...] = ()
    finish: str = "v"
    process: str | None = None
    site: str | None = None
    names: tuple[tuple[str, Any], ...] = ()
    statement: bool = False


def _both_plain() -> str:
    return f"{PLAIN % 0} and {PLAIN % 1}"


def _function(function: Any) -> tuple[tuple[str, Any], ...]:
    return (("function", function),)


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
    return How(f"{{0}} {symbol} {{1}}", _both_plain(), "function", ("{0}", "{1}"), names=_function(function))


def _binary(symbol: str) -> How:
    return _two(symbol, _BINARY[symbol])


def _inplace(symbol: str) -> How:
    text = f"x = {{0}}; x {symbol} {{1}}"  # a statement, because its error messages name the operator
    return How(text, _both_plain(), "function", ("{0}", "{1}"), names=_function(_INPLACE[symbol]), statement=True)


def _compare(symbol: str) -> How:
    return _two(symbol, _COMPARE[symbol])


def _unary(symbol: str) -> How:
    kinds = "INTEGER" if symbol == "~" else "NUMBERS"  # ~True warns, so it must happen in the resident frame
    return How(f"{symbol} {{0}}", f"type({{0}}) in {kinds}", "function", ("{0}",), names=_function(_UNARY[symbol]))


def _contains(symbol: str) -> How:
    guard = "type({0}) in PLAIN and (type({1}) in HASHED or type({0}) is str and type({1}) is str)"
    finish = "not v" if symbol == "not in" else "v"
    return How(f"{{0}} {symbol} {{1}}", guard, "contains", ("{1}", "{0}"), finish)


def _convert(kind: str) -> How:
    return How(f"{kind}({{0}})", PLAIN % 0, kind, ("{0}",))


_SUBSCRIPT = "type({0}) in SEQUENCES and type({1}) is int or type({0}) is dict and type({1}) in PLAIN"
_MUTABLE_SUBSCRIPT = "type({0}) is list and type({1}) is int or type({0}) is dict and type({1}) in PLAIN"
_ATTRIBUTE = "type({0}) in CONTAINERS or id(type({0})) in attributes"

_FIXED: dict[str, How] = {
    "load_locals": How("R[2]"),
    "store_global": How("R[0].__setitem__(imm, {0})"),
    "delete_global": How("delete_global(R, imm)"),
    "load_name": How("load_name(R, imm)", "type(R[2]) is dict", process="load_name"),
    "store_name": How(call="setitem", args=("R[2]", "imm", "{0}"), inline="R[2].__setitem__(imm, {0})",
                      guard="type(R[2]) is dict"),
    "delete_name": How("delete_name(R, imm)", "type(R[2]) is dict", process="delete_name"),
    "load_from_dict_or_globals": How(process="load_from_dict_or_globals"),
    "load_from_dict_or_cell": How(process="load_from_dict_or_cell"),
    "setup_annotations": How(process="setup_annotations"),
    "identity": How("{0} imm {1}"),
    "is_none": How("{0} is None"),
    "truth": How("not not {0}", "type({0}) in CONTAINERS", "truth", ("{0}",)),
    "negation": How("not {0}", "type({0}) in CONTAINERS", "not_", ("{0}",)),
    "getattr": How("getattr({0}, imm)", _ATTRIBUTE, "getattr", ("{0}", "imm")),
    "setattr": How("setattr({0}, imm, {1})", "id(type({0})) in attributes", "setattr", ("{0}", "imm", "{1}")),
    "delattr": How(call="delattr", args=("{0}", "imm")),
    "super_attr": How(process="super_attr"),
    "special": How(process="special"),
    "getitem": How("{0}[{1}]", _SUBSCRIPT, "getitem", ("{0}", "{1}")),
    "setitem": How("setitem({0}, {1}, {2})", _MUTABLE_SUBSCRIPT, "setitem", ("{0}", "{1}", "{2}")),
    "delitem": How("delitem({0}, {1})", _MUTABLE_SUBSCRIPT, "delitem", ("{0}", "{1}")),
    "getslice": How("{0}[{1}:{2}]", "type({0}) in SEQUENCES and type({1}) in BOUNDS and type({2}) in BOUNDS",
                    "getitem", ("{0}", "slice({1}, {2})")),
    "setslice": How(call="setitem", args=("{0}", "slice({1}, {2})", "{3}")),
    "build_const_key_map": How("dict(zip({0}, ({1},)))"),
    "build_interpolation": How("interpolation(imm, {0})"),
    "build_template": How("template({0}, {1})"),
    "list_append": How("{0}.append({1})"),
    "set_add": How("{0}.add({1})", PLAIN % 1, "set_add", ("{0}", "{1}")),
    "map_add": How("setitem({0}, {1}, {2})", PLAIN % 1, "setitem", ("{0}", "{1}", "{2}")),
    "list_extend": How("{0}.extend({1})", "type({1}) in ITERABLES", process="list_extend"),
    "set_update": How(process="set_update"),
    "dict_update": How(process="dict_update"),
    "dict_merge": How(process="dict_merge"),
    "list_to_tuple": How("tuple({0})"),
    "unpack": How("{0}", "(type({0}) is tuple or type({0}) is list) and len({0}) == imm", process="unpack"),
    "unpack_ex": How(process="unpack_ex"),
    "format": How("format({0})", PLAIN % 0, "format", ("{0}",)),
    "format_with_spec": How("format({0}, {1})", _both_plain(), "format", ("{0}", "{1}")),
    "call_ex": How(process="call_ex"),
    "load_build_class": How("load_build_class(R)"),
    "import_name": How(process="import_name"),
    "import_from": How(process="import_from"),
    "import_star": How(process="import_star"),
    "display": How(process="display"),
    "length": How("len({0})", "type({0}) in CONTAINERS", "len", ("{0}",)),
    "match_mapping": How("is_mapping({0})"),
    "match_sequence": How("is_sequence({0})"),
    "match_keys": How(process="match_keys"),
    "match_class": How(process="match_class"),
    "iter": How("iter({0})", "type({0}) in CONTAINERS or type({0}) in ITERATORS", "iter", ("{0}",)),
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
    guard = " and ".join(PLAIN % index for index in range(count)) or None
    return How(f"{{{{{items}}}}}" if count else "set()", guard, process="build_set")


def _build_map(count: int) -> How:
    pairs = "".join(f"{{{index}}}: {{{index + 1}}}, " for index in range(0, count, 2))
    guard = " and ".join(PLAIN % index for index in range(0, count, 2)) or None
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
        return How("interpolation(imm, " + ", ".join(f"{{{index}}}" for index in range(count)) + ")")
    return _FIXED[name]


NAMESPACE: dict[str, Any] = {
    **{name: getattr(runtime, name) for name in runtime.__all__},
    **{name: getattr(operator, name) for name in ("contains", "truth", "not_", "getitem", "setitem", "delitem")},
    "set_add": set.add,
    "processes": processes,
}
"""What the handlers' texts may name."""
