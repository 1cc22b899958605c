"""The least number of instructions that a module must interpret: passes that interpret nothing prove nothing."""

import json
from pathlib import Path

from .baseline import FOLDER
from .supervise import Report

SHARE = 0.5  # of what a good run interpreted: run lengths vary with time and hash order, emptiness does not hide here


def load(version: str, level: str) -> dict[str, int]:
    """The floors by module name."""
    path = _path(version, level)
    return json.loads(path.read_text()) if path.exists() else {}


def record(version: str, level: str, reports: dict[str, Report]) -> Path:
    """Sets the floors of the modules that ran to their end."""
    floors = load(version, level)
    floors |= {name: int(report.instructions * SHARE) for name, report in reports.items() if report.status == "ok"}
    path = _path(version, level)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(floors, indent=0, sort_keys=True) + "\n")
    return path


def _path(version: str, level: str) -> Path:
    return FOLDER / version / f"floors-{level}.json"
