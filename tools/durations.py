"""How long test files take: tests/durations.json, by which the pool divides and orders its jobs."""

import json
from collections.abc import Mapping
from pathlib import Path

from tools.bootstrap import ROOT

FILE = ROOT / "tests" / "durations.json"
UNKNOWN = 2.0
"""The seconds that a file is thought to take of which nothing is recorded."""
LEAST = 0.1

Durations = dict[str, dict[str, float]]
"""Seconds by part, such as `3.12`, and file."""


def load() -> Durations:
    """Return what is recorded."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def record(parts: Mapping[str, Mapping[str, float]]) -> Path:
    """Record what the files of these parts take; returns the file. Files that have gone are forgotten."""
    recorded = load()
    for part, files in parts.items():
        merged = recorded.get(part, {}) | {file: round(max(seconds, LEAST), 1) for file, seconds in files.items()}
        recorded[part] = {file: seconds for file, seconds in sorted(merged.items()) if (ROOT / file).exists()}
    FILE.write_text(json.dumps(dict(sorted(recorded.items())), indent=0) + "\n", encoding="utf-8")
    return FILE
