"""Finding analyses by name: those that ship, those of other packages, and any class that can be imported."""

from __future__ import annotations

import importlib
import inspect
import sys
import types
import typing
from collections.abc import Mapping
from contextlib import nullcontext
from difflib import get_close_matches
from typing import Any

from bytescope.analyses.shipped import SHIPPED
from bytescope.analysis import Analysis
from bytescope.startup.working_directory import first

GROUP = "bytescope.analyses"
"""The group of entry points by which a package brings analyses: name = module:Class."""


class NoAnalysis(Exception):
    """Error: there is no such analysis, or it cannot be made from these options."""


def names() -> dict[str, str]:
    """All analyses that have a name, with where they are: those that ship, and those of installed packages."""
    from importlib.metadata import entry_points

    return {**{point.name: point.value for point in entry_points(group=GROUP)}, **SHIPPED}


def find(name: str) -> type[Analysis]:
    """The class of an analysis.

    Args:
        name: its name, or module:Class.

    Raises:
        NoAnalysis: if there is none.
    """
    place = SHIPPED.get(name) or (name if ":" in name else names().get(name))
    if place is None or not place.partition(":")[0]:
        close = get_close_matches(name, names(), 1)
        hint = (
            f"; did you mean {close[0]}?" if close else f"; there are {', '.join(sorted(names()))}, or say module:Class"
        )
        raise NoAnalysis(f"there is no analysis {name!r}{hint}")
    module_name, _, qualname = place.partition(":")
    with nullcontext() if name in SHIPPED else first():
        try:
            found: Any = importlib.import_module(module_name)
        except KeyboardInterrupt:
            raise
        except ImportError as error:
            raise NoAnalysis(f"cannot import {module_name!r}: {error}") from error
        except BaseException as error:  # whatever the module does, SystemExit included
            raise NoAnalysis(f"cannot import {module_name!r}: {_told(error)}") from error
    for part in qualname.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise NoAnalysis(f"module {module_name!r} has no {qualname!r}") from None
    if not (isinstance(found, type) and issubclass(found, Analysis)):
        raise NoAnalysis(f"{place} is no subclass of bytescope.Analysis")
    return found


def make(name: str, options: Mapping[str, str] = types.MappingProxyType({})) -> Analysis:
    """An analysis from its name and options as text.

    Args:
        name: as for `find`.
        options: arguments of the class; they are converted to the types in its signature.

    Raises:
        NoAnalysis: if there is none, it has no such option, or an option's value does not fit.
    """
    cls = find(name)
    signature = inspect.signature(cls.__init__)
    hints = _hints(cls)
    parameters = {key: each for key, each in signature.parameters.items() if key != "self"}
    anything = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    given: dict[str, Any] = {}
    for key, text in options.items():
        if key not in parameters and not anything:
            known = ", ".join(parameters) or "none"
            raise NoAnalysis(f"{name} has no option {key!r}; its options: {known}")
        try:
            given[key] = _converted(text, hints.get(key, str))
        except ValueError as error:
            raise NoAnalysis(f"{name}: option {key}={text}: {error}") from None
    missing = [
        key
        for key, each in parameters.items()
        if each.default is each.empty and key not in given and each.kind is each.POSITIONAL_OR_KEYWORD
    ]
    if missing:
        raise NoAnalysis(f"{name} needs the option {missing[0]}=...")
    try:
        return cls(**given)
    except (TypeError, ValueError) as error:
        raise NoAnalysis(f"{name}: {error}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise NoAnalysis(f"{name}: {_told(error)}") from error


def _told(error: BaseException) -> str:
    """An exception of the user's code: its type, its text and where it was raised."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        place = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})"
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        place = ""  # the text has it
    return f"{type(error).__name__}: {error}{place}"


def _hints(cls: type[Analysis]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(cls.__init__, vars(sys.modules[cls.__module__]))
    except Exception:  # annotations of other people's classes may be anything
        return {}


_TRUTH = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def _converted(text: str, kind: Any) -> Any:
    kinds = typing.get_args(kind) or (kind,)
    if type(None) in kinds and text.lower() == "none":
        return None
    if bool in kinds:
        if text.lower() not in _TRUTH:
            raise ValueError("must be yes or no")
        return _TRUTH[text.lower()]
    for number in (int, float):
        if number in kinds:
            try:
                return number(text.replace("_", ""))
            except ValueError:
                raise ValueError("must be a number") from None
    return text
