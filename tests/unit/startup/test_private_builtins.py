"""Modules of bytescope that are loaded late have no use for the program's builtins, and swallow nothing of it."""

import builtins
from pathlib import Path
from typing import Any

import pytest

from bytescope.startup import isolation


class Interrupted(Exception):
    """What a signal handler of the program raises."""


def test_what_comes_up_while_a_module_is_loaded_is_not_swallowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "late.py").write_text("x = 1\n")

    def interrupted(*args: Any) -> None:
        raise Interrupted

    monkeypatch.setattr(isolation.machinery.SourceFileLoader, "get_code", interrupted)
    with pytest.raises(Interrupted):
        isolation.Loader("late", str(tmp_path / "late.py")).get_code("late")


def test_a_module_is_loaded_whatever_the_builtins_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "late.py").write_text("x = 1\n")
    monkeypatch.setattr(isolation.machinery.SourceFileLoader, "get_code", None)
    monkeypatch.setattr(builtins, "memoryview", None)
    code = isolation.Loader("late", str(tmp_path / "late.py")).get_code("late")
    assert code is not None
    assert code.co_filename == str(tmp_path / "late.py")
