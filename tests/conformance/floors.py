"""The least number of instructions that a module must interpret: passes that interpret nothing prove nothing."""

import json

from .baseline import FOLDER
from .supervise import Report

SHARE = 0.5  # of the shortest good run on any version: run lengths vary with time, emptiness does not hide here
UNKNOWN = 1  # for a module of which no run is recorded yet


def load(level: str) -> dict[str, int]:
    """The floors by module name, for all versions."""
    path = FOLDER / f"floors-{level}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def record(level: str, reports: dict[str, Report]) -> None:
    """Lowers the floors to the modules that ran to their end, and adds those of new ones."""
    floors = load(level)
    for name, report in reports.items():
        if report.status == "ok":
            floor = int(report.instructions * SHARE)
            floors[name] = min(floor, floors.get(name, floor))
    path = FOLDER / f"floors-{level}.json"
    path.write_text(json.dumps(floors, indent=0, sort_keys=True) + "\n")
