"""The verdict of a run: {passes natively} - {passes as guest} - {expected failures} must be empty."""

import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from .baseline import Native
from .floors import UNKNOWN
from .supervise import Report

EXPECTED = Path(__file__).with_name("expected.toml")


@dataclass(frozen=True)
class Expectation:
    """Tests that are known not to pass as guests, and why."""

    match: str
    reason: str
    versions: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()

    def applies(self, version: str, level: str, tier: str, engine: str = "interpreter") -> bool:
        chosen = ((self.versions, version), (self.levels, level), (self.tiers, tier), (self.engines, engine))
        return all(not allowed or value in allowed for allowed, value in chosen)


@dataclass
class Verdict:
    """What is wrong with a run; it is good when every field but ``excused`` is empty."""

    lost: dict[str, str] = field(default_factory=dict)  # test -> its outcome as guest
    excused: dict[str, str] = field(default_factory=dict)  # test -> reason
    stale: list[str] = field(default_factory=list)  # expectations that nothing needs
    broken: dict[str, str] = field(default_factory=dict)  # module -> crashed or hung where natively it did not
    empty: dict[str, str] = field(default_factory=dict)  # module -> why its passes do not count

    @property
    def good(self) -> bool:
        return not (self.lost or self.stale or self.broken or self.empty)


def expectations(path: Path = EXPECTED) -> list[Expectation]:
    """The checked-in expectations. Raises ValueError for an entry without a reason."""
    entries = tomllib.loads(path.read_text()).get("expected", [])
    found = [
        Expectation(
            entry["match"],
            entry.get("reason", "").strip(),
            *(tuple(entry.get(key, ())) for key in ("versions", "levels", "tiers", "engines")),
        )
        for entry in entries
    ]
    for expectation in found:
        if not expectation.reason:
            raise ValueError(f"expected failure without a reason: {expectation.match}")
    return found


def judge(
    natives: dict[str, Native], reports: dict[str, Report], allowed: list[Expectation], floors: dict[str, int] | None
) -> Verdict:
    """Compares the reports of guest runs with the native outcomes of the same modules.

    Args:
        natives: native outcomes by module.
        reports: guest reports by module.
        allowed: the expectations that apply to this version, level and tier.
        floors: the least number of interpreted instructions by module; None to leave it (native runs).
    """
    verdict = Verdict()
    used: set[Expectation] = set()
    seen: set[str] = set()
    for name, report in reports.items():
        native = natives.get(name, Native({}))
        seen |= native.outcomes.keys()
        for test in sorted(native.passing() - report.passed()):
            excuse = next((entry for entry in allowed if fnmatchcase(test, entry.match)), None)
            if excuse is None:
                verdict.lost[test] = report.outcomes.get(test, "not run")
            else:
                verdict.excused[test] = excuse.reason
                used.add(excuse)
        if report.status in ("crashed", "timeout") and native.status == "ok":
            verdict.broken[name] = f"{report.status}: {report.why}"
        if floors is not None and report.status == "ok" and (why := _emptiness(report, floors.get(name, UNKNOWN))):
            verdict.empty[name] = why
    verdict.stale = [
        entry.match for entry in allowed if entry not in used and any(fnmatchcase(test, entry.match) for test in seen)
    ]
    return verdict


def _emptiness(report: Report, floor: int) -> str:
    if report.natives:
        return f"{len(report.natives)} functions of guest modules are not guests: {', '.join(report.natives[:5])}"
    if report.instructions < floor:
        return f"{report.instructions} instructions were interpreted, the floor is {floor}"
    return ""
