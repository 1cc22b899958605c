"""The configuration that a project has for coverage.py: what is measured, and what is left out."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping

_PLACES = {
    ".coveragerc": b"",
    ".coveragerc.toml": b"",
    "setup.cfg": b"[coverage:",
    "tox.ini": b"[coverage:",
    "pyproject.toml": b"[tool.coverage",
}
"""The files in which coverage.py looks for its configuration, and what is in one that has it."""

_OPTIONS = {"source": ("run:source", "run:source_pkgs"), "include": ("run:include",), "omit": ("run:omit",)}


def configured(options: Mapping[str, str]) -> dict[str, str]:
    """Return the options of `coverage` with those that the project's configuration has, unless any is given.

    Args:
        options: those of the command line.

    Raises:
        ValueError: if the configuration cannot be read.
    """
    given = dict(options)
    place = _place()
    if place is None or not _OPTIONS.keys().isdisjoint(given):
        return given
    try:
        import coverage
    except ImportError:
        raise ValueError(
            f"{place} says what is to be measured, and coverage.py is needed to read it: "
            "pip install 'bytescope[coverage]', or give --source, --include or --omit"
        ) from None
    try:
        with warnings.catch_warnings(action="ignore"):
            config = coverage.Coverage(data_file=None)
            for name, keys in _OPTIONS.items():
                values = [value for key in keys for value in _list(config.get_option(key))]
                if values:
                    given[name] = ",".join(values)
    except (coverage.CoverageException, ValueError) as error:  # the latter of a file in another encoding
        raise ValueError(f"{place}: {error}") from None
    return given


def _place() -> str | None:
    """Return the file that configures coverage.py, None if there is none."""
    named = os.environ.get("COVERAGE_RCFILE")
    if named:
        return named
    for name, mark in _PLACES.items():
        try:
            with open(name, "rb") as file:
                if mark in file.read():
                    return name
        except OSError:
            pass
    return None


def _list(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else []
