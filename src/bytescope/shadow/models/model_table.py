"""The table of models: what calls of builtin functions and methods do to shadows.

`isa.builtins` says which builtin has which model. The result of one without a model gets the join of all that reaches
its arguments and receiver, and a mutable receiver may hold any of the arguments afterwards (conservative).
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

from bytescope.isa.builtins import METHODS, Builtin, function_row, method_row
from bytescope.shadow.heap import is_a
from bytescope.shadow.models import after_call
from bytescope.shadow.models.after_call import AfterCall
from bytescope.shadow.models.before_call import BeforeCall, PreCallModels
from bytescope.startup.stdlib_lite import record

__all__ = ["MODELS", "Model", "model_after", "model_before"]

_MATH = frozenset(value for value in vars(math).values() if type(value) is types.BuiltinFunctionType)


@record(frozen=True, slots=True)
class Model:
    """A row of the table.

    before: a method of `PreCallModels`, called before the call, or None; it gives the shadow of the result where the
    call cannot run user code.
    after: called after any other call, or None: then the general model applies.
    """

    before: Callable[..., Any] | None = None
    after: AfterCall | None = None


_Pre = PreCallModels

MODELS: dict[str, Model] = {
    # values
    "atomic": Model(_Pre.pure),
    "clean": Model(after=after_call.clean),
    "extreme": Model(_Pre.extreme),
    "instance_test": Model(_Pre.isinstance, after_call.clean),
    "length": Model(_Pre.length, after_call.references_only),
    # iteration
    "iterator": Model(_Pre.iterator, after_call.references_only),
    "next_item": Model(_Pre.next, after_call.next_value),
    "sequence": Model(_Pre.sequence, after_call.copy),
    "view": Model(_Pre.view, after_call.view),
    # any container
    "compared": Model(_Pre.untouched_flat),
    "copied": Model(_Pre.untouched, after_call.copy),
    "emptied": Model(_Pre.untouched, after_call.clear),
    "rearranged": Model(_Pre.untouched, after_call.rearrange),
    "searched": Model(_Pre.untouched_flat, after_call.rearrange),
    "untouched": Model(_Pre.untouched),
    # lists
    "item_added": Model(_Pre.append, after_call.append),
    "item_inserted": Model(_Pre.untouched, after_call.insert),
    "item_taken": Model(_Pre.pop, after_call.pop),
    "items_added": Model(_Pre.extend, after_call.extend),
    # dicts
    "key_taken": Model(_Pre.untouched, after_call.dict_pop),
    "keys_updated": Model(_Pre.untouched_flat, after_call.update),
    "value_defaulted": Model(_Pre.untouched_flat, after_call.setdefault),
    "value_read": Model(_Pre.get, after_call.dict_get),
    # sets
    "member_added": Model(_Pre.untouched_flat, after_call.add),
    "member_dropped": Model(_Pre.untouched_flat, after_call.discard),
}
"""The models by the names that `isa.builtins` has for them."""

_NONE = Model()


def _of(row: Builtin | None) -> Model:
    return _NONE if row is None else MODELS.get(row.model, _NONE)


def model_before(function: Any, models: PreCallModels) -> BeforeCall | None:
    """Return the model that is called before a builtin callable, None if there is none.

    Args:
        function: the callable.
        models: the models of the shadow heap.
    """
    row = function_row(function)
    if row is None and function in _MATH:
        return models.pure
    if row is None and not isinstance(function, type):
        row = method_row(type(function.__self__), function.__name__)
    before = _of(row).before
    return None if before is None else types.MethodType(before, models)


def model_after(function: Any, receiver: Any) -> AfterCall | None:
    """Return the model that is called after a callable with positional arguments, None if there is none.

    Args:
        function: the callable.
        receiver: the object that it is a method of, if it is bound, else None.
    """
    if not is_a(receiver, (list, dict, set)):
        return _of(function_row(function)).after
    kind = list if is_a(receiver, list) else dict if is_a(receiver, dict) else set
    return _of(METHODS.get((kind, getattr(function, "__name__", "")))).after
