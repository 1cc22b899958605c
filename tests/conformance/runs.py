"""A run: one tier on one host at one level, its reports, its verdict and its figures."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from . import baseline, floors, plan
from .progress import open_progress
from .supervise import Job, Report, kill_all, run_module
from .verdict import Verdict, expectations, judge

SLOWDOWN = 40  # a module may be silent for as long as it takes natively, times this
SRC = Path(__file__).parents[2] / "src"


@dataclass(frozen=True)
class Choice:
    """What the command line chose, the same for every run of it."""

    engine: str = "interpreter"
    modules: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    jobs: int = 1
    silence: float = 300.0
    limit: float = 1800.0
    update: bool = False
    src: Path = SRC
    shards: tuple[str, ...] = ()

    @property
    def native(self) -> bool:
        return self.engine == "cpython"


@dataclass
class Run:
    """One tier on one host at one level, with its verdict."""

    host: plan.Host
    tier: str
    level: str
    engine: str
    absent: list[str]
    natives: dict[str, baseline.Native]
    reports: dict[str, Report] = field(default_factory=dict)
    verdict: Verdict = field(default_factory=Verdict)
    unsteady: dict[str, str] = field(default_factory=dict)
    """What passed only when its module ran again, by itself, and what had become of it before."""

    def lost_of(self, name: str) -> list[str]:
        """The tests of a module that pass natively and not here, whatever the excuses."""
        if name not in self.natives:
            return []
        return sorted(self.natives[name].passing() - self.reports[name].passed())

    def summary(self) -> dict[str, object]:
        """The figures of the run."""
        reports = self.reports.values()
        broken, excused = self.verdict.broken, self.verdict.excused.keys()
        return {
            "version": self.host.version,
            "release": self.host.release,
            "tier": self.tier,
            "level": self.level,
            "engine": self.engine,
            "modules": len(self.reports),
            "clean": sum(not set(self.lost_of(name)) - excused and name not in broken for name in self.reports),
            "native": sum(len(self.natives[name].passing()) for name in self.reports if name in self.natives),
            "passing": sum(len(report.passed()) for report in reports),
            "lost": len(self.verdict.lost),
            "excused": len(self.verdict.excused),
            "unsteady": len(self.unsteady),
            "seconds": round(sum(report.seconds for report in reports), 1),
            "instructions": sum(report.instructions for report in reports),
            "good": self.verdict.good,
        }

    def record(self) -> dict[str, object]:
        """Everything about the run, for the JSON file."""
        modules = {
            name: asdict(report) | {"outcomes": Counter(report.outcomes.values()), "lost": self.lost_of(name)}
            for name, report in sorted(self.reports.items())
        }
        verdict = asdict(self.verdict)
        return self.summary() | {
            "absent": self.absent, "verdict": verdict, "unsteady_tests": self.unsteady, "by_module": modules
        }  # fmt: skip


def modules(host: plan.Host, tier: str, level: str, choice: Choice) -> tuple[list[str], list[str]]:
    """The chosen modules of a tier, or a part of them (see `plan.shard`), and its entries that are not there."""
    present, absent = plan.tier_modules(host, tier)
    if choice.modules:
        present = [name for name in present if name in choice.modules]
    if level == "L2":
        present = [name for name in present if plan.libraries(name)]
    for part in choice.shards:
        present = plan.shard(present, part)
    return present, absent


def run_tier(host: plan.Host, tier: str, level: str, choice: Choice) -> Run:
    """Runs the chosen modules of a tier and judges them."""
    chosen, absent = modules(host, tier, level, choice)
    release, natives = baseline.load(host.version, tier)
    if release != host.release and not choice.native:
        print(f"Native outcomes are recorded for {release or 'no release'}: running {tier} on {host.release} natively")
        reports = run_modules(host, chosen, "L1", "cpython", {}, choice)
        natives = {name: baseline.merge(None, report) for name, report in reports.items()}
    print(f"CPython {host.release}, {tier} tier, {choice.engine}, {level}: {len(chosen)} modules", flush=True)
    run = Run(host, tier, "" if choice.native else level, choice.engine, absent, natives)
    run.reports = run_modules(host, chosen, level, choice.engine, natives, choice)
    if choice.update:
        _update(run)
    if not choice.match:
        _judge(run)
        if not choice.native:
            run_again(run, choice)
    return run


def run_again(run: Run, choice: Choice) -> None:
    """Run modules that lost something once more, one at a time, as CPython's own runner does (``--rerun``).

    What is lost twice is lost. What passes now depends on how busy the machine is, or on chance: it is reported as
    unsteady.
    """
    verdict = run.verdict
    failing = [name for name in run.reports if name in verdict.broken or verdict.lost.keys() & set(run.lost_of(name))]
    if not failing:
        return
    print(f"Running again, one at a time: {', '.join(failing)}", flush=True)
    again = run_modules(run.host, failing, run.level, run.engine, run.natives, replace(choice, jobs=1))
    for name, report in again.items():
        if name in verdict.broken:
            run.unsteady[name] = verdict.broken[name]
            run.reports[name] = report
            continue
        outcomes = run.reports[name].outcomes
        for test in report.passed() & set(run.lost_of(name)):
            run.unsteady[test] = outcomes.get(test, "not run")
            outcomes[test] = "pass"
    _judge(run)
    for failed in run.verdict.broken.keys() | run.verdict.lost.keys():
        run.unsteady.pop(failed, None)


def _judge(run: Run) -> None:
    if run.engine == "cpython":
        run.verdict = judge(run.natives, run.reports, [], None)
        return
    allowed = [entry for entry in expectations() if entry.applies(run.host.version, run.level, run.tier, run.engine)]
    run.verdict = judge(run.natives, run.reports, allowed, floors.load(run.level, run.engine))


def _update(run: Run) -> None:
    version = run.host.version
    if run.engine == "cpython":
        merged = {name: baseline.merge(run.natives.get(name), report) for name, report in run.reports.items()}
        run.natives |= merged
        print("recorded in", baseline.save(version, run.tier, run.host.release, run.natives))
    else:
        floors.record(run.level, run.engine, run.reports)


def run_modules(
    host: plan.Host, chosen: list[str], level: str, engine: str, natives: dict[str, baseline.Native], choice: Choice
) -> dict[str, Report]:
    """Runs modules, slowest first, as many at a time as chosen."""
    context, display = open_progress(len(chosen))

    def work(name: str) -> Report:
        job = Job(
            module=f"test.{name}",
            python=host.python,
            engine=engine,
            src=str(choice.src),
            libraries=plan.libraries(name) if level == "L2" else (),
            match=choice.match,
            silence=max(choice.silence, SLOWDOWN * natives[name].seconds if name in natives else 0),
            limit=choice.limit,
        )
        report = run_module(job, lambda done, loaded: display.update(name, done, loaded))
        lost = len(natives[name].passing() - report.passed()) if name in natives and not choice.match else None
        display.finish(name, report, lost)
        return report

    order = sorted(chosen, key=lambda name: -natives[name].seconds if name in natives else 0)
    with context, ThreadPoolExecutor(choice.jobs) as pool:
        try:
            return dict(zip(order, pool.map(work, order), strict=True))
        except BaseException:  # an interrupt: nothing of the run may outlive it
            pool.shutdown(wait=False, cancel_futures=True)
            kill_all()
            raise
