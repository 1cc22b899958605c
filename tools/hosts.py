"""Find the CPythons of this machine that bytescope supports."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SUPPORTED = ("3.11", "3.12", "3.13", "3.14")

_PROBE = """
import importlib.util, json, platform, sys, sysconfig
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": platform.python_version(),
    "executable": sys.executable,
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "in_environment": sys.prefix != sys.base_prefix,
    "has_ensurepip": bool(importlib.util.find_spec("ensurepip")),
    "has_pip": bool(importlib.util.find_spec("pip")),
}))
"""


@dataclass(frozen=True)
class Host:
    """A CPython that bytescope runs on.

    Attributes:
        version: all three numbers, such as `3.12.1`.
        executable: the interpreter itself, no shim.
        has_ensurepip: whether it can put pip into an environment it makes. Debian's own needs python3-venv for that.
        has_pip: whether it has pip for itself.
    """

    version: str
    executable: Path
    has_ensurepip: bool
    has_pip: bool

    @property
    def minor(self) -> str:
        """The supported version it is one of, such as `3.12`."""
        return ".".join(self.version.split(".")[:2])


def find_hosts() -> dict[str, Host]:
    """Return the hosts of this machine by minor version, oldest first.

    Where several interpreters have the same minor version, one that can make complete environments goes before one
    that cannot, and then the one that PATH names first.
    """
    found: dict[str, Host] = {}
    for candidate in _candidates():
        host = _probe(candidate)
        if host is None or host.minor not in SUPPORTED:
            continue
        known = found.get(host.minor)
        if known is None or (host.has_ensurepip and not known.has_ensurepip):
            found[host.minor] = host
    return {minor: found[minor] for minor in SUPPORTED if minor in found}


def _candidates() -> Iterator[Path]:
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    seen = set()
    for path in (
        *(folder / f"python{minor}" for minor in SUPPORTED for folder in folders),
        *(folder / "python3" for folder in folders),
        *_under_pyenv(),
        Path(sys.executable),
    ):
        if path.is_file() and path not in seen:
            seen.add(path)
            yield path


def _under_pyenv() -> Iterator[Path]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    versions = [path for path in root.glob("versions/*/bin/python3.*") if re.fullmatch(r"python3\.\d+", path.name)]
    yield from sorted(versions, key=_version_numbers, reverse=True)


def _version_numbers(interpreter: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", interpreter.parent.parent.name)]


def _probe(interpreter: Path) -> Host | None:
    """Ask an interpreter what it is; None when it does not run or is not a plain CPython."""
    try:
        answer = subprocess.run(
            [interpreter, "-I", "-c", _PROBE], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True
        )
        facts = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    if facts["implementation"] != "cpython" or facts["free_threaded"] or facts["in_environment"]:
        return None
    return Host(facts["version"], Path(facts["executable"]), facts["has_ensurepip"], facts["has_pip"])
