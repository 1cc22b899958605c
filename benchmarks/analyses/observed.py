"""The program that is observed: a copy of one of `programs/`, beside another copy that nobody observes."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

OBSERVED, NATIVE = "observed_program", "native_program"
INPUT = "given"
"""The function of the program that its input comes from: what it returns can be labelled."""

_TAIL = f"""

def {INPUT}(n):
    return n


def begin(n):
    return run({INPUT}(n))
"""


@dataclass(frozen=True)
class Copies:
    """Both copies of a program, in a folder that modules are imported from.

    Attributes:
        folder: the folder.
        size: how much work one run is.
    """

    folder: Path
    size: int

    @classmethod
    def of(cls, source: Path, folder: Path, size: int) -> Copies:
        """Copy a program, and have the copies importable."""
        text = source.read_text(encoding="utf-8") + _TAIL
        for name in (OBSERVED, NATIVE):
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
        sys.path.insert(0, str(folder))
        return cls(folder, size)

    @property
    def observed(self) -> Path:
        """The file of the copy that is observed."""
        return self.folder / f"{OBSERVED}.py"

    def work(self, module: ModuleType) -> Callable[[], Any]:
        """One run of a copy."""
        begin, size = module.begin, self.size
        return lambda: begin(size)


class Observation:
    """A tool at work on the observed copy. What cannot tell the copies apart stops while the other is timed.

    Args:
        module: the observed copy.
        resume, pause: start and stop the tool; by default it is at work all the time.
        tool: what has to live as long.
    """

    def __init__(
        self,
        module: ModuleType,
        resume: Callable[[], object] = lambda: None,
        pause: Callable[[], object] = lambda: None,
        tool: object = None,
    ) -> None:
        self.module = module
        self.resume = resume
        self.pause = pause
        self.tool = tool


def import_observed() -> ModuleType:
    """Import the observed copy as it is."""
    return importlib.import_module(OBSERVED)


def execute_observed(copies: Copies, code: Any) -> ModuleType:
    """The observed copy, made from a code object that somebody has changed."""
    module = ModuleType(OBSERVED)
    module.__file__ = str(copies.observed)
    sys.modules[OBSERVED] = module
    exec(code, vars(module))
    return module
