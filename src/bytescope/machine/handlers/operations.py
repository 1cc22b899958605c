"""Operations: one row for each primitive, with the texts that perform it in handlers and traces.

The *inline form* of a primitive is a Python expression, allowed when its operands are exact builtin values, on which
it cannot run foreign code. Otherwise the resident frame makes one *call* (`operator.add`, `getattr`, ...), or, where
the primitive takes several calls, those that a *protocol* (a generator of `protocols`) yields one by one.
"""

from __future__ import annotations

from bytescope.isa.effects import (
    CLASS_LOADS,
    DROPS_ATOMIC,
    FITS,
    LOADS,
    MODULE_LOADS,
    PLAIN_LOCALS,
    STORES,
    Guard,
    Test,
    guard_of,
)  # fmt: skip
from bytescope.machine import handler_namespace, protocols
from bytescope.machine.handlers import operand_checks
from bytescope.machine.registers import REGISTERS
from bytescope.startup.stdlib_lite import Any, Callable, operator, record

_SINGLE = {"DICT": "dict", "INTEGER": "int", "LIST": "list", "STRING": "str"}
"""Type sets of one type: comparing with that is faster than a look-up in a set."""


@record(frozen=True, slots=True)
class Operation:
    """The texts that perform a primitive.

    Texts are formats over `{0}`, `{1}` (operands), `{imm}` (immediate), `{attributes}` (see `handler_namespace.learn`),
    the registers `{GLOBALS}`, `{BUILTINS}`, `{LOCALS}`, and all registers as `R`; see `fill`.

    inline: the inline form, an expression (a statement for a primitive without result), or None;
    statement: whether the inline form is a statement that assigns the result to `x`;
    known: another inline form, an expression or statement over `{name}`, used where the immediate may be written into
    the text;
    call: name of the callable that the resident frame calls otherwise, or None; args: its arguments, as `inline`;
    finish: expression that computes the result from the call's value `v`;
    protocol: name of the generator function that yields the calls otherwise, or None;
    site: kind of the request site where it is neither a call nor a protocol, see `trampoline`;
    function: the object that `function` names in `call`.
    """

    inline: str | None = None
    call: str | None = None
    args: tuple[str, ...] = ()
    finish: str = "v"
    protocol: str | None = None
    site: str | None = None
    function: Any = None
    statement: bool = False
    known: str | None = None

    @property
    def reads_registers(self) -> bool:
        """Return True if the inline form gets all registers, which are out of date in a trace."""
        return self.inline is not None and "(R" in self.inline


def condition(guard: Guard, operands: list[str], **names: str) -> str:
    """Return the text of a guard.

    Args:
        guard: the guard.
        operands: expressions for the operands.
        names: expressions for the other names in its texts.
    """
    return " or ".join(" and ".join(_test(test, operands, names) for test in tests) for tests in guard)


def fill(text: str, operands: list[str], **names: Any) -> str:
    """Return a text of an operation with its operands, the registers and further names filled in."""
    return text.format(*operands, **REGISTERS, **names)


def _test(test: Test, operands: list[str], names: dict[str, str]) -> str:
    if isinstance(test, str):
        return fill(test, operands, **names)
    number, kinds = test
    if kinds in _SINGLE:
        return f"type({operands[number]}) is {_SINGLE[kinds]}"
    return f"type({operands[number]}) in {kinds}"


CONDITIONS = {
    LOADS: "id(type({0})) in {attributes}",
    STORES: "id(type({0})) in {attributes}",
    CLASS_LOADS: "type({0}) is type and (id({0}), {imm}) in class_attributes",
    MODULE_LOADS: "type({0}) is ModuleType and {imm} in {0}.__dict__",
    PLAIN_LOCALS: "type({LOCALS}) is dict",
    FITS: "len({0}) == {imm}",
    ("delitem", DROPS_ATOMIC): "type({0}.get({1})) in ATOMIC",
    ("store_global", DROPS_ATOMIC): "type(get_global({GLOBALS}, {imm})) in ATOMIC",
    ("store_name", DROPS_ATOMIC): "type({LOCALS}.get({imm})) in ATOMIC",
}
"""The texts of the conditions in guards; a condition alone, or with the primitive that it is one of."""


def guard_text(name: str, immediate: Any, count: int) -> Guard:
    """Return the guard of a primitive's inline form, its conditions as texts. See `effects.guard_of`."""
    guard = guard_of(name, immediate, count)
    assert guard is not None, f"{name} has an inline form, and no guard in isa/effects.py"
    return tuple(
        tuple((CONDITIONS.get(test) or CONDITIONS[name, test]) if isinstance(test, str) else test for test in tests)
        for tests in guard
    )


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


def _two(symbol: str, function: Any) -> Operation:
    return Operation(f"{{0}} {symbol} {{1}}", "function", ("{0}", "{1}"), function=function)


def _binary(symbol: str) -> Operation:
    return _two(symbol, _BINARY[symbol])


def _inplace(symbol: str) -> Operation:
    text = f"x = {{0}}; x {symbol} {{1}}"  # a statement, because its error messages name the operator
    known = f"{{0}} {symbol[:-1]} {{1}}"  # equivalent where it succeeds
    function = _INPLACE[symbol]
    return Operation(text, "function", ("{0}", "{1}"), function=function, statement=True, known=known)


def _compare(symbol: str) -> Operation:
    return _two(symbol, _COMPARE[symbol])


def _unary(symbol: str) -> Operation:
    return Operation(f"{symbol} {{0}}", "function", ("{0}",), function=_UNARY[symbol])


def _contains(symbol: str) -> Operation:
    finish = "not v" if symbol == "not in" else "v"
    return Operation(f"{{0}} {symbol} {{1}}", "contains", ("{1}", "{0}"), finish)


def _convert(kind: str) -> Operation:
    return Operation(f"{kind}({{0}})", kind, ("{0}",))


_FIXED: dict[str, Operation] = {
    "load_locals": Operation("{LOCALS}"),
    "store_global": Operation("set_global({GLOBALS}, {imm}, {0})", "set_global", ("{GLOBALS}", "{imm}", "{0}")),
    "load_name": Operation("load_name(R, {imm})", protocol="load_name"),
    "store_name": Operation("{LOCALS}[{imm}] = {0}", "setitem", ("{LOCALS}", "{imm}", "{0}")),
    "delete_name": Operation(protocol="delete_name"),
    "load_from_dict_or_globals": Operation(protocol="load_from_dict_or_globals"),
    "load_from_dict_or_cell": Operation(protocol="load_from_dict_or_cell"),
    "setup_annotations": Operation(protocol="setup_annotations"),
    "is_none": Operation("{0} is None"),
    "truth": Operation("not not {0}", "truth", ("{0}",)),
    "negation": Operation("not {0}", "not_", ("{0}",)),
    "getattr": Operation("getattr({0}, {imm})", "getattr", ("{0}", "{imm}"), known="{0}.{name}"),
    "setattr": Operation("setattr({0}, {imm}, {1})", "setattr", ("{0}", "{imm}", "{1}"),
                         known="{0}.{name} = {1}"),
    "delattr": Operation(call="delattr", args=("{0}", "{imm}")),
    "super_attr": Operation(protocol="super_attr"),
    "special": Operation(protocol="special"),
    "getitem": Operation("{0}[{1}]", "getitem", ("{0}", "{1}")),
    "setitem": Operation("{0}[{1}] = {2}", "setitem", ("{0}", "{1}", "{2}")),
    "delitem": Operation("del {0}[{1}]", "delitem",
                         ("{0}", "{1}")),
    "getslice": Operation("{0}[{1}:{2}]", "getitem", ("{0}", "slice({1}, {2})")),
    "setslice": Operation(call="setitem", args=("{0}", "slice({1}, {2})", "{3}")),
    "build_template": Operation("template({0}, {1})"),
    "list_append": Operation("{0}.append({1})"),
    "set_add": Operation("{0}.add({1})", "set_add", ("{0}", "{1}")),
    "map_add": Operation("{0}[{1}] = {2}", "setitem", ("{0}", "{1}", "{2}")),
    "list_extend": Operation("{0}.extend({1})", protocol="list_extend"),
    "set_update": Operation(protocol="set_update"),
    "dict_update": Operation(site="dict_update"),
    "dict_merge": Operation(site="dict_merge"),
    "list_to_tuple": Operation("tuple({0})"),
    "unpack": Operation("{0}", protocol="unpack"),
    "unpack_ex": Operation(protocol="unpack_ex"),
    "format": Operation("format({0})", "format", ("{0}",)),
    "format_with_spec": Operation("format({0}, {1})", "format", ("{0}", "{1}")),
    "call_ex": Operation(protocol="call_ex"),
    "load_build_class": Operation("load_build_class(R)"),
    "import_name": Operation(protocol="import_name"),
    "import_from": Operation(protocol="import_from"),
    "import_star": Operation(protocol="import_star"),
    "display": Operation(protocol="display"),
    "length": Operation("len({0})", "len", ("{0}",)),
    "match_mapping": Operation("is_mapping({0})"),
    "match_sequence": Operation("is_sequence({0})"),
    "match_keys": Operation(protocol="match_keys"),
    "match_class": Operation(protocol="match_class"),
    "iter": Operation("iter({0})", "iter", ("{0}",)),
    "exception_match": Operation("exception_match({0}, {1})"),
    "group_match": Operation(site="group_match"),
    "prepare_reraise_star": Operation(site="prepare_reraise_star"),
    "enter_with": Operation(protocol="enter_with"),
    "enter_async_with": Operation(protocol="enter_async_with"),
    "with_except": Operation(call="{0}", args=("type({2})", "{2}", "{2}.__traceback__")),
    "stopiteration_error": Operation("stopiteration_error(R, {0})"),
    "suspend": Operation(site="suspend"),
    "delegate": Operation(site="delegate"),
    "yield_from_iter": Operation(protocol="yield_from_iter"),
    "awaitable": Operation(protocol="awaitable"),
    "aiter": Operation(protocol="aiter"),
    "anext": Operation(protocol="anext"),
    "async_gen_wrap": Operation(site="async_gen_wrap"),
}  # fmt: skip


def _identity(symbol: str) -> Operation:
    return Operation(f"{{0}} {symbol} {{1}}")


def _type_intrinsic(which: str) -> Operation:
    return Operation(site=which)


_BY_IMMEDIATE: dict[str, Callable[[Any], Operation]] = {
    "unary": _unary,
    "binary": _binary,
    "inplace": _inplace,
    "compare": _compare,
    "contains": _contains,
    "identity": _identity,
    "convert": _convert,
    "type_intrinsic": _type_intrinsic,
}


def _items(first: int, count: int) -> str:
    return "".join(f"{{{index}}}, " for index in range(first, count))


def _build(kind: str, count: int) -> Operation:
    items = _items(0, count)
    return {
        "tuple": Operation(f"({items})"),
        "list": Operation(f"[{items}]"),
        "string": Operation(f"''.join(({items}))"),
        "slice": Operation(f"slice({items})"),
    }[kind]


def _build_set(immediate: Any, count: int) -> Operation:
    items = _items(0, count)
    return Operation(f"{{{{{items}}}}}" if count else "set()", protocol="build_set")


def _build_map(immediate: Any, count: int) -> Operation:
    pairs = "".join(f"{{{index}}}: {{{index + 1}}}, " for index in range(0, count, 2))
    return Operation(f"{{{{{pairs}}}}}", protocol="build_map")


def _build_const_key_map(immediate: Any, count: int) -> Operation:
    return Operation(f"dict(zip({{0}}, ({_items(1, count)})))")


def _build_interpolation(immediate: Any, count: int) -> Operation:
    return Operation("interpolation({imm}, " + ", ".join(f"{{{index}}}" for index in range(count)) + ")")


_BY_COUNT: dict[str, Callable[[Any, int], Operation]] = {
    "build": _build,
    "build_set": _build_set,
    "build_map": _build_map,
    "build_const_key_map": _build_const_key_map,
    "build_interpolation": _build_interpolation,
}


def has_operation(name: str) -> bool:
    """Return True if a primitive has an operation; the others have handlers of their own."""
    return name in _FIXED or name in _BY_IMMEDIATE or name in _BY_COUNT


def operation_of(name: str, immediate: Any, count: int) -> Operation:
    """Return the operation of a primitive.

    Args:
        name: the primitive.
        immediate: its immediate operand, from the instruction.
        count: the number of its operands.
    """
    if name in _BY_IMMEDIATE:
        return _BY_IMMEDIATE[name](immediate)
    if name in _BY_COUNT:
        return _BY_COUNT[name](immediate, count)
    return _FIXED[name]


NAMESPACE: dict[str, Any] = {
    **{name: getattr(handler_namespace, name) for name in handler_namespace.__all__},
    **{name: getattr(operator, name) for name in ("contains", "truth", "not_", "getitem", "setitem", "delitem")},
    **{name: getattr(operand_checks, name) for name in operand_checks.__all__},
    "set_add": set.add,
    "get_global": dict.get,
    "set_global": dict.__setitem__,
    "pop_name": dict.pop,
    "protocols": protocols,
}
"""The names available to the handlers' texts."""
