"""What `make` runs, as nox sessions: `nox -l` lists them.

Each is run in the environment of the newest CPython found, .venv/3.x, so nox makes none of its own: an editor, a shell
and all sessions share them.
"""

import argparse
import logging
import shutil
from pathlib import Path

import nox

from tools import page, run_tests
from tools import vsix as tools_vsix
from tools.bootstrap import ENVIRONMENTS, SetupError, program_of, run_bare_demo
from tools.console import say
from tools.pythons import SUPPORTED, environment, find_hosts, newest_host

nox.needs_version = ">=2024.4"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["tests"]
logging.getLogger("nox").setLevel(logging.WARNING)  # what is run is shown, not that it is

COMPILE = "uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links"
UNIVERSAL = "--universal --python-version 3.11 --no-emit-package bytescope"
LOCKS = {
    "dev": f"{UNIVERSAL} --extra dev pyproject.toml",
    "test": f"{UNIVERSAL} --extra test pyproject.toml",
    "lint": f"{UNIVERSAL} --extra lint pyproject.toml",
    "docs": f"{UNIVERSAL} --extra docs pyproject.toml",
    "tools": f"{UNIVERSAL} requirements/tools.in",
    "pyodide": "--python-version 3.14 requirements/pyodide.in",
}
"""By lock, what is resolved into it; those after the first take its versions."""


def in_environment(
    session: nox.Session, *arguments: str | Path, groups: tuple[str, ...] = (), version: str | None = None
) -> None:
    """Run Python, with these arguments, in the environment of the newest host, or of that of a version."""
    try:
        hosts = find_hosts(*[version] if version else [])
        if version and version not in hosts:
            session.error(f"CPython {version} was not found on PATH or under pyenv")
        python = environment(hosts[version] if version else newest_host(), *groups)
    except SetupError as problem:
        session.error(f"set-up failed: {problem}")
    session.run(str(python), *map(str, arguments), external=True)


def run_pool(session: nox.Session, *arguments: str) -> None:
    status = run_tests.main([*arguments, *session.posargs])
    if status:
        logging.getLogger("nox").setLevel(logging.CRITICAL)  # the total stays the last line
        session.error()


@nox.session
def check(session: nox.Session) -> None:
    """Lint, unit tests and instruction programs on the newest CPython."""
    run_pool(session, "--check")


@nox.session
def tests(session: nox.Session) -> None:
    """Lint, documentation, and the tests on every CPython found and in Pyodide."""
    run_pool(session)


@nox.session(name="test-all")
def test_all(session: nox.Session) -> None:
    """The same with all that takes long, everywhere."""
    run_pool(session, "--full")


@nox.session
def lint(session: nox.Session) -> None:
    """Hold the sources against the rules."""
    in_environment(session, "-m", "tools.run_lint", groups=("lint",))


@nox.session(name="format")
def format_(session: nox.Session) -> None:
    """Let ruff lay out and mend the sources."""
    in_environment(session, "-m", "ruff", "check", "--fix", "--quiet", ".", groups=("lint",))
    in_environment(session, "-m", "ruff", "format", ".", groups=("lint",))


def build_page(session: nox.Session) -> None:
    try:
        page.build()
    except SetupError as problem:
        session.error(str(problem))


@nox.session
def playground(session: nox.Session) -> None:
    """Build the page, for `bytescope playground` or any static host."""
    build_page(session)


@nox.session
def vsix(session: nox.Session) -> None:
    """Pack the extension of VS Code."""
    say(f"built {tools_vsix.build()}")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into docs/_build, with the page where there is Node; a warning is an error."""
    lacking = page.missing()
    if lacking:
        say(f"the documentation goes without the page: {lacking}", "note")
    else:
        build_page(session)
    in_environment(session, *run_tests.SPHINX, "docs", "docs/_build/html", groups=("docs",))
    say("built docs/_build/html/index.html")


@nox.session
def conformance(session: nox.Session) -> None:
    """Run CPython's own test suite inside bytescope."""
    in_environment(session, "-m", "tests.conformance", *session.posargs)


@nox.session
def ecosystem(session: nox.Session) -> None:
    """Run other projects' test suites inside bytescope."""
    in_environment(session, "-m", "tests.ecosystem", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Run random programs, or mutated ones, natively and under bytescope, and show where they differ."""
    parser = argparse.ArgumentParser("make fuzz", add_help=False)
    parser.add_argument("--host", choices=SUPPORTED)
    parser.add_argument("--mutants", action="store_true")
    options, rest = parser.parse_known_args(session.posargs)
    module = "tests.support.execute_mutants" if options.mutants else "tests.differential.random_programs"
    in_environment(session, "-m", module, *rest, version=options.host)


@nox.session(name="next-python")
def next_python(session: nox.Session) -> None:
    """Compare a CPython, say a pre-release, with the newest version that the sources know."""
    in_environment(session, "-m", "tools.next_python", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Run the benchmarks."""
    in_environment(session, "-m", "benchmarks", *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """Run a real program on real input under bytescope, without an environment if there can be none."""
    try:
        python = environment(newest_host())
    except SetupError as problem:
        say(f"set-up failed: {problem}", "bad")
        if run_bare_demo():
            session.error()
        return
    session.run(str(python), "tools/demo.py", *session.posargs, external=True)


@nox.session
def dist(session: nox.Session) -> None:
    """Build the distributions into dist/, the page in them, and check what the package index would refuse."""
    build_page(session)
    shutil.rmtree("dist", ignore_errors=True)
    in_environment(session, "-m", "build", groups=("dev",))
    [wheel] = Path("dist").glob("*.whl")
    lacking = page.lacking_in(wheel)
    if lacking:
        session.error(f"{wheel} lacks {', '.join(lacking)}")
    in_environment(session, "-m", "twine", "check", "--strict", *sorted(Path("dist").iterdir()), groups=("dev",))


@nox.session
def changelog(session: nox.Session) -> None:
    """Gather newsfragments/ into the change log, at a release."""
    in_environment(session, "-m", "towncrier", "build", *session.posargs, groups=("dev",))


@nox.session
def lock(session: nox.Session) -> None:
    """Resolve the requirements anew, for every supported version at once."""
    uv = program_of(ENVIRONMENTS / "tools", "uv")
    for name, what in LOCKS.items():
        words = COMPILE.split()[1:] + what.split()
        words += ["--upgrade"] if name == "dev" else ["--constraints", "requirements/dev.txt"]
        session.run(str(uv), *words, "-o", f"requirements/{name}.txt", external=True)
        say(f"resolved requirements/{name}.txt")
