"""``python -m tests.ecosystem.coverage``: `coverage` and coverage.py find the same in a project's own test suite."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conformance.plan import Host
from tests.conformance.runs import SRC
from tests.differential.coverage_pair import report

from .projects import Project, projects

COVERAGE = "coverage==7.17.3"
Report = dict[str, dict[str, list]]


def measure(project: Project, host: Host, how: str, data: Path, package: str) -> Report:
    """Runs a project's suite, its package measured.

    Args:
        project: the project.
        host: the Python.
        how: "coverage.py" or "bytescope".
        data: where the data file goes.
        package: the package that is measured.

    Returns:
        What coverage.py reports about each file, by its name within the package.
    """
    source = project.source(host.python)
    interpreter = project.environment(host.python, host.version, (COVERAGE,))
    if how == "bytescope":
        words = ["bytescope", "coverage", "--branch", "--output", f"data:{data}"]
        words += ["--include", package, "--include", f"{package}.*"]
    else:
        words = ["coverage", "run", "--branch", "--source", package, "--data-file", str(data)]
    pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", "--confcutdir=.", *project.arguments]
    keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    done = subprocess.run(
        [str(interpreter), "-m", *words, *pytest, *project.tests],
        cwd=source,
        env=keep | {"PYTHONPATH": str(SRC), "PYTHONHASHSEED": "0", "COVERAGE_CORE": "ctrace", "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=3600,
    )
    print(f"{how}: {done.stdout.strip().splitlines()[-1:]}", flush=True)
    if done.returncode or not data.exists():
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    found = report(str(data))
    return {name.rpartition(f"/{package}/")[2]: entry for name, entry in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.ecosystem.coverage", description=__doc__)
    parser.add_argument("project", nargs="?", default="jinja2", help="a project of projects.toml, and its package")
    parser.add_argument("--python", default=getattr(sys, "_base_executable", sys.executable), help="the host")
    options = parser.parse_args()
    (project,) = [each for each in projects() if each.name == options.project]
    host = Host.of(options.python)
    with tempfile.TemporaryDirectory() as folder:
        theirs, ours = (
            measure(project, host, how, Path(folder, how), project.name) for how in ("coverage.py", "bytescope")
        )
    totals = dict.fromkeys(("executed_lines", "missing_lines", "executed_branches", "missing_branches"), 0)
    differences = 0
    for name, entry in sorted(theirs.items()):
        other = ours.get(name)
        if other is None:
            if entry["executed_lines"]:
                print(f"{name}: only coverage.py has it")
                differences += 1
            continue
        for kind in totals:
            totals[kind] += len(entry[kind])
            for item in entry[kind]:
                if item not in other[kind]:
                    print(f"{name}: {kind} {item}: only coverage.py")
                    differences += 1
            for item in other[kind]:
                if item not in entry[kind]:
                    print(f"{name}: {kind} {item}: only bytescope")
                    differences += 1
    print(f"{host.version} {project.name} {project.version}: {totals}, {differences} differences")
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
