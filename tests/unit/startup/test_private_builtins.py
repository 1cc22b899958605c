"""Modules of bytescope that are loaded late have no use for the program's builtins, and swallow nothing of it."""

import builtins
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import cache_from_source
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

    monkeypatch.setattr(SourceFileLoader, "get_code", interrupted)
    with pytest.raises(Interrupted):
        isolation.Loader("late", str(tmp_path / "late.py")).get_code("late")


def test_a_module_is_loaded_whatever_the_builtins_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "late.py").write_text("x = 1\n")
    monkeypatch.setattr(SourceFileLoader, "get_code", None)
    monkeypatch.setattr(builtins, "memoryview", None)
    code = isolation.Loader("late", str(tmp_path / "late.py")).get_code("late")
    assert code is not None
    assert code.co_filename == str(tmp_path / "late.py")


@pytest.mark.parametrize("prefix", [None, "/cache", "/cache/"])
def test_compiled_files_are_where_the_import_system_has_them(
    prefix: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", prefix)
    assert isolation.compiled(isolation.__file__) == cache_from_source(isolation.__file__)


def test_compiled_files_are_found_whatever_the_builtins_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", "/cache")
    with monkeypatch.context() as patched:
        patched.setattr(builtins, "max", None)
        found = isolation.compiled("/folder/module.py")
    assert found.startswith("/cache/folder/module.")


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 16, 20])
def test_files_are_read_to_their_ends(length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_PART", 8)
    (tmp_path / "late.pyc").write_bytes(bytes(range(length)))
    assert isolation.read(str(tmp_path / "late.pyc")) == bytes(range(length))
