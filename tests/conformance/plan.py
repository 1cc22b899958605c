"""What to run: the hosts, the modules of a tier on a host, the libraries that are guests at L2."""

import subprocess
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tools import commit

HERE = Path(__file__).parent
TIERS = ("core", "wide", "stress", "introspection")
ASK = "import os, sys; print('.'.join(map(str, sys.version_info[:3])), os.path.dirname(os.__file__), sep='\\n')"


@dataclass(frozen=True)
class Host:
    """A CPython to run tests on."""

    python: str
    release: str
    lib: Path

    @property
    def version(self) -> str:
        return ".".join(self.release.split(".")[:2])

    @classmethod
    def of(cls, python: str) -> "Host":
        done = subprocess.run([python, "-I", "-c", ASK], capture_output=True, text=True, check=True, timeout=60)
        release, lib = done.stdout.splitlines()
        return cls(python, release, Path(lib))


def tier_modules(host: Host, tier: str) -> tuple[list[str], list[str]]:
    """The modules of a tier that this host has, and the entries it has none for.

    An entry is a module of the package ``test``, a choice ``a|b`` of the first that exists (modules move between
    versions), or ``package.*``, which stands for the package's submodules, each run on its own.
    """
    entries = tomllib.loads((HERE / "tiers.toml").read_text())[tier]["modules"]
    present, absent = [], []
    for entry in entries:
        found = next(filter(None, (_expand(host, choice) for choice in entry.split("|"))), [])
        present += found
        if not found:
            absent.append(entry)
    return present, absent


def _expand(host: Host, name: str) -> list[str]:
    package, star, _ = name.partition(".*")
    path = host.lib / "test" / package.replace(".", "/")
    if not star:
        return [name] if path.is_dir() or path.with_suffix(".py").is_file() else []
    return sorted(f"{package}.{file.stem}" for file in path.glob("test_*.py"))


def shard(modules: list[str], part: str) -> list[str]:
    """Part ``k/n`` of the modules, k from 1; ``commit/n`` takes one that depends on the commit.

    Raises ValueError for anything else.
    """
    which, _, count = part.partition("/")
    parts = int(count)
    position = commit.number() % parts if which == "commit" else int(which) - 1
    if not 0 <= position < parts:
        raise ValueError(f"no part {which} of {parts}")
    return modules[position::parts]


def libraries(module: str) -> tuple[str, ...]:
    """The globs of the library modules that are guests with this test module at L2; empty if it tests none."""
    table = tomllib.loads((HERE / "libraries.toml").read_text())
    for pattern, globs in table.items():
        if fnmatchcase(module, pattern):
            return tuple(globs)
    return ()
