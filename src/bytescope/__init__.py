"""bytescope: a Python virtual machine in Python, with every operation of a program visible and replaceable."""

from __future__ import annotations

from bytescope._version import __version__
from bytescope.startup import working_directory

working_directory.hide()

from bytescope.startup.isolation import isolate  # noqa: E402

TYPE_CHECKING = False  # typing's own would cost its import
if TYPE_CHECKING:
    from bytescope.analysis import (
        ENOUGH,
        EVENTS,
        Analysis,
        AnalysisError,
        NothingObserved,
        Replace,
        Site,
        attach,
        run_path,
    )
    from bytescope.code.errors import InvalidBytecode, UnsupportedHost
    from bytescope.machine.resident import convert, convert_module, is_guest
    from bytescope.machine.support.budget import BudgetExceeded
    from bytescope.machine.vm import VM
    from bytescope.recording import Recording, Stepper, record

__all__ = [
    "ENOUGH",
    "EVENTS",
    "VM",
    "Analysis",
    "AnalysisError",
    "BudgetExceeded",
    "InvalidBytecode",
    "NothingObserved",
    "Recording",
    "Replace",
    "Site",
    "Stepper",
    "UnsupportedHost",
    "__version__",
    "attach",
    "convert",
    "convert_module",
    "is_guest",
    "record",
    "run_path",
]

isolate()

_HOMES = {
    **dict.fromkeys(
        ("ENOUGH", "EVENTS", "Analysis", "AnalysisError", "NothingObserved", "Replace", "Site", "attach", "run_path"),
        "analysis",
    ),
    **dict.fromkeys(("Recording", "Stepper", "record"), "recording"),
    "VM": "machine.vm",
    "BudgetExceeded": "machine.support.budget",
    "InvalidBytecode": "code.errors",
    "UnsupportedHost": "code.errors",
    "convert": "machine.resident",
    "convert_module": "machine.resident",
    "is_guest": "machine.resident",
}
"""Module, below `bytescope`, that defines each public name. It is imported when the name is first used, so that on an
unsupported host the package can still be imported, and a use raises `UnsupportedHost`."""


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'bytescope' has no attribute {name!r}")
    from importlib import import_module

    import_module("bytescope.code.host.facts")
    import_module("bytescope.startup.tuning")  # which refuses what there is not, before half is imported
    value = globals()[name] = getattr(import_module(f"bytescope.{home}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
