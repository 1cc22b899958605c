"""The CPythons of this machine whose `.pyc` files bytescope reads, whether or not it runs on them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from bytescope.code.versions.pyc_forms import FORMS
from tests.support.processes import HANG, environment

ORACLE = Path(__file__).with_name("version_oracle.py")


@cache
def found_pythons() -> dict[str, Path]:
    """The interpreters by version, oldest first: pyenv's before those on PATH."""
    if sys.platform == "emscripten":
        return {}
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    found: dict[str, Path] = {}
    for version in FORMS:
        kept = sorted(root.glob(f"{version}.*/bin/python"))
        on_path = shutil.which(f"python{version}", path=_without_shims())
        if kept or on_path:
            found[version] = kept[-1] if kept else Path(on_path or "")
    return found


def _without_shims() -> str:
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if Path(folder).name != "shims")


def oracle(version: str, folder: Path, sources: Iterable[Path], *wanted: str) -> dict[str, list[dict[str, Any]]]:
    """What a version says of the code objects of source files, which it compiles to `NAME.pyc` in a folder.

    Args:
        version: the version, one of `found_pythons()`.
        folder: where the compiled files go.
        sources: the source files, of different names; those that do not compile are left out.
        wanted: "fields", "instructions": see `version_oracle.py`.

    Returns:
        By name of the file without its suffix: a dict of facts for each code object, in the order of the source.
    """
    names = "\n".join(map(str, sources))
    command = [str(found_pythons()[version]), "-I", str(ORACLE), str(folder), *wanted]
    ran = subprocess.run(
        command, input=names, capture_output=True, encoding="utf-8", env=environment(folder), timeout=HANG
    )
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(line) for line in ran.stdout.splitlines())
