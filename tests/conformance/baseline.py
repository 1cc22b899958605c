"""The native baselines: per CPython version and tier, what every test did, one line a test class."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .supervise import Report

FOLDER = Path(__file__).with_name("baseline")


@dataclass(frozen=True)
class Native:
    """What a module's tests did natively."""

    outcomes: dict[str, str]
    seconds: float = 0.0
    status: str = "ok"

    def passing(self) -> set[str]:
        return {test for test, outcome in self.outcomes.items() if outcome == "pass"}


def load(version: str, tier: str) -> tuple[str, dict[str, Native]]:
    """The recorded release and modules of a tier; ("", {}) when there is no record."""
    path = _path(version, tier)
    if not path.exists():
        return "", {}
    record = json.loads(path.read_text())
    modules = {name: _unfold(name, module) for name, module in record["modules"].items()}
    return record["release"], modules


def save(version: str, tier: str, release: str, modules: dict[str, Native]) -> Path:
    """Writes the modules to a tier's record."""
    path = _path(version, tier)
    path.parent.mkdir(parents=True, exist_ok=True)
    folded = {name: _fold(name, modules[name]) for name in sorted(modules)}
    path.write_text(json.dumps({"release": release, "modules": folded}, indent=0, sort_keys=True) + "\n")
    return path


def merge(first: Native | None, report: Report) -> Native:
    """A report joined with an earlier one of the same tests: what passed just once is ``flaky``.

    A run that crashed does not count.
    """
    if first is None or first.status != "ok":
        return Native(dict(report.outcomes), round(report.seconds, 1), report.status)
    outcomes = {
        test: outcome if (outcome := first.outcomes.get(test)) == report.outcomes.get(test) else "flaky"
        for test in first.outcomes.keys() | report.outcomes.keys()
    }
    status = first.status if first.status == report.status else "flaky"
    return Native({test: outcome or "flaky" for test, outcome in outcomes.items()}, first.seconds, status)


def _path(version: str, tier: str) -> Path:
    return FOLDER / version / f"{tier}.json"


def _fold(name: str, module: Native) -> dict[str, object]:
    """{outcome: {class: "test test ..."}}; the module's own name is a dot, an id without a dot has the class "-"."""
    own = f"test.{name}."
    folded: dict[str, dict[str, list[str]]] = {}
    for test, outcome in sorted(module.outcomes.items()):
        if test.startswith(own):
            owner, _, method = f".{test.removeprefix(own)}".rpartition(".")
            owner = owner or "."
        else:
            owner, _, method = test.rpartition(".")
            owner = owner or "-"
        folded.setdefault(outcome, {}).setdefault(owner, []).append(method)
    lines = {outcome: {owner: _joined(names) for owner, names in owners.items()} for outcome, owners in folded.items()}
    return {"seconds": module.seconds, "status": module.status, "outcomes": lines}


def _unfold(name: str, folded: dict[str, Any]) -> Native:
    outcomes = {}
    for outcome, owners in folded["outcomes"].items():
        for owner, names in owners.items():
            if owner.startswith("."):
                prefix = f"test.{name}{owner.rstrip('.')}."
            else:
                prefix = "" if owner == "-" else f"{owner}."
            for method in names.split(" ") if isinstance(names, str) else names:
                outcomes[prefix + method] = outcome
    return Native(outcomes, folded["seconds"], folded["status"])


def _joined(names: list[str]) -> str | list[str]:
    """One line of names, or the list where a name has blanks (parts of doctests are named freely)."""
    return names if any(" " in name for name in names) else " ".join(names)
