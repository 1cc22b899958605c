"""The least number of instructions that a module must interpret: passes that interpret nothing prove nothing."""

import json
from pathlib import Path

from .baseline import FOLDER
from .supervise import Report

SHARE = 0.5  # of the shortest good run on any version: run lengths vary with time, emptiness does not hide here
UNKNOWN = 1  # for a module of which no run is recorded yet


def _path(level: str, engine: str) -> Path:
    return FOLDER / (f"floors-{level}.json" if engine == "interpreter" else f"floors-{level}-{engine}.json")


def load(level: str, engine: str = "interpreter") -> dict[str, int]:
    """The floors by module name, for all versions; of events, where the engine has an analysis attached."""
    path = _path(level, engine)
    return json.loads(path.read_text()) if path.exists() else {}


def record(level: str, engine: str, reports: dict[str, Report]) -> None:
    """Lowers the floors to the modules that ran to their end, and adds those of new ones."""
    floors = load(level, engine)
    for name, report in reports.items():
        if report.status == "ok":
            floor = int(report.instructions * SHARE)
            floors[name] = min(floor, floors.get(name, floor))
    _path(level, engine).write_text(json.dumps(floors, indent=0, sort_keys=True) + "\n")
