"""`bytescope info`: what to know of an installation when something goes wrong. The standard library must do for it.

It works on hosts that are not supported too, and whatever state the machine is in: what cannot be determined is shown
as such.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import platform
import sys
import sysconfig
from collections.abc import Callable
from importlib import metadata
from typing import Any

from bytescope._version import __version__
from bytescope.code.host.release import RELEASE
from bytescope.startup.switches import SWITCHES

Facts = dict[str, Any]

_OPTIONAL = {"click": "cli", "rich": "cli", "coverage": "coverage"}
"""Packages that bytescope can make use of, with the extra that each comes with."""

_FLAGS = (
    *("debug", "optimize", "dev_mode", "utf8_mode", "isolated", "ignore_environment", "safe_path", "no_site"),
    *("no_user_site", "dont_write_bytecode", "bytes_warning", "inspect"),
)
"""The flags of `sys.flags` that can matter."""

_ALSO_READ = ("XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA")


def info(words: list[str]) -> None:
    """Print the facts.

    Args:
        words: what follows `info` on the command line.
    """
    parser = argparse.ArgumentParser(prog="bytescope info", description="Show what a report of a bug should tell.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(words)
    facts = gather()
    print(json.dumps(facts, indent=2) if options.json else _printable(text(facts)))


def gather() -> dict[str, Facts]:
    """Return all facts by section and name, as JSON can express them."""
    found: dict[str, Facts] = {}
    for title, section in _SECTIONS.items():
        try:
            found[title] = section()
        except Exception as error:
            found[title] = {"unknown": _reason(error)}
    return found


def text(facts: dict[str, Facts]) -> str:
    """Return facts as lines, with the values below each other.

    Args:
        facts: what `gather` returns.
    """
    width = max(len(name) for section in facts.values() for name in section) + 4
    lines = []
    for title, section in facts.items():
        lines.append(title)
        for name, value in section.items():
            first, *more = value if isinstance(value, list) and value else [value]
            lines.append(f"  {name:{width}}{_shown(first)}")
            lines += [f"  {'':{width}}{_shown(each)}" for each in more]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return f"not set ({value['meaning']})" if value["value"] is None else f"{value['value']!r}: {value['effect']}"
    return "-" if value is None or value == [] else str(value) or "''"


def _printable(lines: str) -> str:
    """Return the text without what standard output cannot encode."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return lines.encode(encoding, "backslashreplace").decode(encoding)


def _each(**facts: Callable[[], Any]) -> Facts:
    """Determine facts. One that cannot be determined is replaced by the reason."""
    found: Facts = {}
    for name, fact in facts.items():
        try:
            found[name.replace("_", " ")] = fact()
        except Exception as error:
            found[name.replace("_", " ")] = f"unknown: {_reason(error)}"
    return found


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _bytescope() -> Facts:
    return _each(
        version=lambda: __version__,
        location=lambda: os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        installed=lambda: _version_of("bytescope"),
    )


def _python() -> Facts:
    return _each(
        release=lambda: RELEASE,
        executable=lambda: sys.executable,
        environment=lambda: None if sys.prefix == sys.base_prefix else sys.prefix,
        build=lambda: f"{' '.join(platform.python_build())}, {platform.python_compiler()}",
        debug_build=lambda: hasattr(sys, "gettotalrefcount"),
        threading=_threading,
        JIT=_jit,
        flags=lambda: [f"{name} {int(value)}" for name in _FLAGS if (value := getattr(sys.flags, name))],
        encodings=lambda: f"{sys.getfilesystemencoding()}, {getattr(sys.stdout, 'encoding', None)} for output",
    )


def _threading() -> str:
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "GIL"
    enabled: bool = getattr(sys, "_is_gil_enabled", lambda: False)()
    return f"free-threaded build, GIL {'on' if enabled else 'off'}"


def _jit() -> str:
    jit = getattr(sys, "_jit", None)  # Python 3.14
    if jit is None:
        return "this Python does not say"
    return ("on" if jit.is_enabled() else "off") if jit.is_available() else "not in this build"


def _host() -> Facts:
    try:
        from bytescope.code.host.facts import SUPPORTED
    except RuntimeError as error:  # UnsupportedHost
        return {"platform": platform.platform(), "supported": False, "reason": str(error)}
    return _each(
        platform=platform.platform,
        machine=lambda: f"{platform.machine()}, {sys.maxsize.bit_length() + 1} bits, {sys.byteorder} endian",
        supported=lambda: True,
        supported_versions=lambda: f"CPython {', '.join(SUPPORTED)}",
        engines=_engines,
    )


def _engines() -> list[str]:
    from bytescope.analysis.attach import ENGINES, attach

    default = inspect.signature(attach).parameters["engine"].default
    return [f"{name} (the default)" if name == default else name for name in ENGINES]


def _cache() -> Facts:
    from bytescope.weave.cache.store import LIMIT, Store, folder

    path = folder()
    if path is None:
        return {"folder": "none: BYTESCOPE_CACHE switches it off, or there is no place for it"}
    store = Store(path)
    return _each(
        folder=lambda: path,
        usable=lambda: f"no: {problem}" if (problem := store.problem()) else True,
        entries=lambda: store.info().entries,
        size=lambda: f"{store.info().size / 2**20:.1f} MB of at most {LIMIT / 2**20:.1f} MB",
    )


def _variables() -> Facts:
    """Return bytescope's variables, with what their values do, and others that are set and can matter."""
    facts: Facts = {}
    for switch in SWITCHES:
        facts[switch.name] = {"value": switch.get(), "meaning": switch.meaning, "effect": switch.effect()}
    for name, value in sorted(os.environ.items()):
        if name in _ALSO_READ or name.startswith("PYTHON"):
            facts[name] = value
        elif name.startswith("BYTESCOPE_") and name not in facts:
            facts[name] = {"value": value, "meaning": None, "effect": "ignored: there is no such variable"}
    return facts


def _packages() -> Facts:
    return {
        name: _version_of(name) or f"not installed: pip install 'bytescope[{extra}]'"
        for name, extra in _OPTIONAL.items()
    }


def _version_of(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
    except Exception as error:  # of a damaged installation
        return f"unknown: {_reason(error)}"


def _analyses() -> Facts:
    from bytescope.analyses.registry import GROUP
    from bytescope.analyses.shipped import SHIPPED

    def others() -> list[str]:
        return [
            f"{point.name} = {point.value}" + (f" ({point.dist.name} {point.dist.version})" if point.dist else "")
            for point in metadata.entry_points(group=GROUP)
        ]

    return _each(shipped=lambda: ", ".join(SHIPPED), of_other_packages=others)


_SECTIONS: dict[str, Callable[[], Facts]] = {
    "bytescope": _bytescope,
    "Python": _python,
    "host": _host,
    "cache": _cache,
    "environment variables": _variables,
    "optional packages": _packages,
    "analyses": _analyses,
}
