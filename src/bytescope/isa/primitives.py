"""The table of primitives: what acts on values, and the only thing that an analysis can watch or replace.

`operands` and `results` are names, topmost operand last; `dunders` are the special methods that Python's data model
lets the operands' types answer with (reference manual, "Data model"); `shadow` says how a value's shadow follows:
"reach" (the join of what reaches the operands: their own shadows, and those of what they hold), "join" (of their own
shadows alone), "clean", "move" (the operand's own), or that `bytescope.shadow` has a rule for it: "load" (from a
place), "store" (into a place), "build" (what holds its operands), "call" (what frames hand to each other). Those that
never raise say so; an interrupt can come at any.
"""

from __future__ import annotations

from bytescope.startup.stdlib_lite import record


@record(frozen=True, slots=True)
class Primitive:
    """A row of the table of primitives."""

    name: str
    operands: tuple[str, ...]
    results: tuple[str, ...]
    immediate: str | None
    shadow: str
    dunders: tuple[str, ...]
    raises: bool

    @property
    def variadic(self) -> bool:
        """Return True if the last operand stands for any number of operands."""
        return bool(self.operands) and self.operands[-1].startswith("*")


PRIMITIVES: dict[str, Primitive] = {}
"""All primitives by name."""


def _declare(
    name: str, effect: str, shadow: str = "reach", immediate: str | None = None, dunders: str = "", raises: bool = True
) -> None:
    operands, _, results = effect.partition("--")
    PRIMITIVES[name] = Primitive(
        name, tuple(operands.split()), tuple(results.split()), immediate, shadow, tuple(dunders.split()), raises
    )


# constants and variables
_declare("const", "-- value", "clean", "the constant", raises=False)
_declare("null", "-- value", "clean", raises=False)
_declare("load_local", "-- value", "load", "variable")
_declare("store_local", "value --", "store", "variable", raises=False)
_declare("delete_local", "--", "store", "variable")
_declare("save_local", "-- value", "load", "variable", raises=False)
_declare("load_cell", "-- value", "load", "variable")
_declare("store_cell", "value --", "store", "variable", raises=False)
_declare("delete_cell", "--", "store", "variable")
_declare("load_closure", "-- cell", "clean", "variable")
_declare("save_cell", "-- cell", "clean", "variable", raises=False)
_declare("make_cell", "--", "clean", "variable", raises=False)
_declare("restore_cell", "cell --", "clean", "variable", raises=False)
_declare("load_global", "-- value", "load", "name")
_declare("store_global", "value --", "store", "name")
_declare("delete_global", "--", "store", "name")
_declare("load_name", "-- value", "load", "name")
_declare("store_name", "value --", "store", "name")
_declare("delete_name", "--", "store", "name")
_declare("load_locals", "-- mapping", "clean", raises=False)
_declare("load_from_dict_or_globals", "mapping -- value", "load", "name")
_declare("load_from_dict_or_cell", "mapping -- value", "load", "variable")
_declare("setup_annotations", "--", "clean")
# operators
_declare("unary", "value -- result", immediate="operator", dunders="__neg__ __pos__ __invert__")
_declare(
    "binary", "left right -- result", immediate="operator",
    dunders="__add__ __sub__ __mul__ __matmul__ __truediv__ __floordiv__ __mod__ __pow__ __lshift__ __rshift__ __and__ "
    "__or__ __xor__ and their reflected forms",
)  # fmt: skip
_declare("inplace", "left right -- result", immediate="operator", dunders="__iadd__ and so on, then as binary")
_declare("compare", "left right -- result", immediate="operator", dunders="__lt__ __le__ __eq__ __ne__ __gt__ __ge__")
_declare("contains", "item container -- result", immediate="operator", dunders="__contains__ __iter__ __getitem__")
_declare("identity", "left right -- result", "join", immediate="operator", raises=False)
_declare("is_none", "value -- result", "join", raises=False)
_declare("truth", "value -- result", "join", dunders="__bool__ __len__")
_declare("negation", "value -- result", "join", dunders="__bool__ __len__")
# attributes and items
_declare("getattr", "object -- value", "load", "name", "__getattribute__ __getattr__ __get__")
_declare("setattr", "object value --", "store", "name", "__setattr__ __set__")
_declare("delattr", "object --", "store", "name", "__delattr__ __delete__")
_declare("super_attr", "super class self -- value", "load", "name", "__getattribute__ __get__")
_declare("special", "object -- method", "move", "name", "__get__")
_declare("getitem", "container key -- value", "load", dunders="__getitem__ __class_getitem__ __missing__")
_declare("setitem", "container key value --", "store", dunders="__setitem__")
_declare("delitem", "container key --", "store", dunders="__delitem__")
_declare("getslice", "container start stop -- value", "load", dunders="__getitem__")
_declare("setslice", "container start stop value --", "store", dunders="__setitem__")
# building and taking apart
_declare("build", "*items -- value", "build", immediate="kind")
_declare("build_set", "*items -- set", "build", dunders="__hash__ __eq__")
_declare("build_map", "*keys_and_values -- dict", "build", dunders="__hash__ __eq__")
_declare("build_const_key_map", "keys *values -- dict", "build")
_declare("build_interpolation", "value *parts -- interpolation", immediate="conversion")
_declare("build_template", "strings interpolations -- template")
_declare("list_append", "list value --", "store", raises=False)
_declare("set_add", "set value --", "store", dunders="__hash__ __eq__")
_declare("map_add", "dict key value --", "store", dunders="__hash__ __eq__")
_declare("list_extend", "list iterable --", "store", dunders="__iter__ __next__ __length_hint__")
_declare("set_update", "set iterable --", "store", dunders="__iter__ __next__ __hash__ __eq__")
_declare("dict_update", "dict mapping --", "store", dunders="keys __getitem__")
_declare("dict_merge", "dict mapping function --", "store", dunders="keys __getitem__")
_declare("list_to_tuple", "list -- tuple", "build", raises=False)
_declare("unpack", "iterable -- *values", "load", "count", "__iter__ __next__")
_declare("unpack_ex", "iterable -- *values", "load", "counts before and after the star", "__iter__ __next__")
_declare("convert", "value -- string", immediate="conversion", dunders="__str__ __repr__")
_declare("format", "value -- string", dunders="__format__")
_declare("format_with_spec", "value spec -- string", dunders="__format__")
# calls, functions, classes, imports
_declare("call", "callable self_or_null *args -- result", "call", dunders="__call__ __new__ __init__")
_declare("call_kw", "callable self_or_null names *args -- result", "call", dunders="__call__ __new__ __init__")
_declare("call_ex", "callable null args kwargs -- result", "call", dunders="__call__ __new__ __init__ __iter__ keys")
_declare("make_function", "code *attributes -- function", "clean", "which attributes")
_declare("load_build_class", "-- build_class", "clean")
_declare("import_name", "level fromlist -- module", "clean", "name")
_declare("import_from", "module -- value", "load", "name", "__getattr__")
_declare("import_star", "module -- none", "load")
_declare("display", "value -- result", "clean")
_declare("type_intrinsic", "*operands -- result", "reach", "which")
# structural pattern matching
_declare("length", "subject -- length", "join", dunders="__len__")
_declare("match_mapping", "subject -- result", "join", raises=False)
_declare("match_sequence", "subject -- result", "join", raises=False)
_declare("match_keys", "subject keys -- values_or_none", "load", dunders="get __contains__")
_declare(
    "match_class", "subject class names -- attributes_or_none", "load", "count", "__match_args__ __instancecheck__"
)
# iteration
_declare("iter", "iterable -- iterator", "move", dunders="__iter__ __getitem__")
_declare("next", "iterator -- value", "load", dunders="__next__")
# exceptions
_declare("exception_match", "exception type -- result", "join")
_declare("group_match", "exception type -- rest match", dunders="split derive")
_declare("prepare_reraise_star", "original raised -- exception_or_none")
_declare("enter_with", "manager -- exit result", "join", dunders="__enter__ __exit__")
_declare("enter_async_with", "manager -- exit awaitable", "join", dunders="__aenter__ __aexit__")
_declare("with_except", "exit self_or_null exception -- result", dunders="__exit__ __aexit__")
_declare("stopiteration_error", "exception -- error", "move", raises=False)
_declare("cleanup_throw", "exception -- value", "move")
_declare("push_exc_info", "exception -- previous", "clean", raises=False)
_declare("pop_except", "previous --", "clean", raises=False)
_declare("end_async_for", "exception --", "clean")
# generators and coroutines
_declare("suspend", "value -- sent", "call")
_declare("delegate", "receiver value -- result", "join", dunders="__next__ send throw close")
_declare("yield_from_iter", "iterable -- iterator", "move", dunders="__iter__")
_declare("awaitable", "object -- iterator", "move", "context", "__await__")
_declare("aiter", "iterable -- iterator", "move", dunders="__aiter__")
_declare("anext", "iterator -- awaitable", "move", dunders="__anext__ __await__")
_declare("async_gen_wrap", "value -- wrapped", "move")
