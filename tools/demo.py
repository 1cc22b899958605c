"""Follow requests to where they can do harm, guard a model's tools, and run programs under bytescope's machine.

usage: python tools/demo.py [--quick]

The application is `examples/shop`, with planted faults and their fixed twins; the tools are those of `examples/agent`.
Each of the other programs runs in processes of its own: a few times on CPython, once under the machine. Shown are what
it printed, whether both agree, how much the machine interpreted and how long it took in comparison. The first is then
run once more with analyses attached; all reports go to `build/demo/`.
"""

import argparse
import contextlib
import io
import json
import os
import runpy
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from demo_agent import guard
from demo_analyses import analyse
from demo_screen import Column, screen
from demo_taint import follow

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
TIME_LIMIT = 180
NATIVE_RUNS = 3


@dataclass(frozen=True)
class Program:
    """A program among the examples.

    Attributes:
        title: what it does.
        command: as it stands after `python`, seen from `examples/`.
        stdin: the file it reads as standard input.
    """

    title: str
    command: tuple[str, ...]
    stdin: str | None = None


SHOWN = Program(
    "A hand-written JSON parser reads a library's catalogue",
    ("json_report/main.py", "json_report/library.json"),
)
OTHERS = [
    Program("A text adventure plays its walkthrough", ("-m", "adventure"), stdin="adventure/walkthrough.txt"),
    Program("asyncio workers add up a web server's log", ("pipeline/main.py", "pipeline/access.log")),
    Program("A calculator works through a session", ("calculator/main.py", "calculator/session.txt")),
    Program("An own Markdown parser renders a page", ("markdown/main.py", "markdown/sample.md")),
]


@dataclass(frozen=True)
class Outcome:
    """What one run of a program left behind."""

    output: str
    status: int
    seconds: float
    instructions: int = 0
    functions: int = 0


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        json.dump(_run_here(sys.argv[2], sys.argv[3:]), sys.stdout)
        return 0
    options = _options()
    with screen() as show:
        show.title("bytescope follows data through a running program")
        followed = follow(show)
        show.title("bytescope guards the tools of programs that a model wrote")
        guarded = guard(show)
        show.title("bytescope runs Python programs by interpreting their bytecode, in Python")
        show.note(f"CPython {sys.version.split()[0]}; the programs are plain files in examples/ and know nothing of it")
        rows = []
        agree = True
        for program in [SHOWN] if options.quick else [SHOWN, *OTHERS]:
            with show.working(f"{program.title} ..."):
                native = _measure(program, "native", NATIVE_RUNS)
                machine = _measure(program, "machine", 1)
            same = (native.output, native.status) == (machine.output, machine.status)
            agree = agree and same
            if program is SHOWN:
                show.panel("$ bytescope run " + " ".join(program.command), machine.output)
            rows.append(_row(program, native, machine, same))
        show.table(COLUMNS, rows)
        analysed = analyse(show, SHOWN.command, EXAMPLES)
        show.verdict(agree, "same output and exit status as CPython" if agree else "the output differs from CPython's")
    return 0 if followed and guarded and agree and analysed else 1


COLUMNS = [
    Column("program", wide=True),
    Column("instructions", number=True),
    Column("functions", number=True),
    Column("CPython", number=True),
    Column("machine", number=True),
    Column("ratio", number=True),
    Column("same output"),
]


def _row(program: Program, native: Outcome, machine: Outcome, same: bool) -> list[str]:
    return [
        program.title,
        f"{machine.instructions:,}",
        f"{machine.functions:,}",
        f"{native.seconds * 1000:.1f} ms",
        f"{machine.seconds:.2f} s",
        f"{machine.seconds / native.seconds:.0f}x",
        "yes" if same else "NO",
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="only the first program")
    return parser.parse_args()


def _measure(program: Program, engine: str, runs: int) -> Outcome:
    """Run *program* in new processes; the run whose time is the median."""
    outcomes = [_run_in_process(program, engine) for _ in range(runs)]
    middle = median(outcome.seconds for outcome in outcomes)
    return min(outcomes, key=lambda outcome: abs(outcome.seconds - middle))


def _run_in_process(program: Program, engine: str) -> Outcome:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "1", "PYTHONUTF8": "1"}
    with contextlib.ExitStack() as files:
        stdin = files.enter_context(open(EXAMPLES / program.stdin)) if program.stdin else subprocess.DEVNULL
        done = subprocess.run(
            [sys.executable, __file__, "--child", engine, *program.command],
            stdin=stdin,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            cwd=EXAMPLES,
            env=environment,
            timeout=TIME_LIMIT,
        )
    if done.returncode:
        raise SystemExit(f"{' '.join(program.command)} on {engine}: exit status {done.returncode}")
    return Outcome(**json.loads(done.stdout))


def _run_here(engine: str, command: list[str]) -> dict[str, Any]:
    """Run *command* in this process, as its main program; what an `Outcome` is made of."""
    is_module = command[0] == "-m"
    target, *arguments = command[1:] if is_module else command
    sys.path[0] = os.getcwd() if is_module else str(Path(target).resolve().parent)
    output = io.StringIO()
    status: object = 0
    result: dict[str, Any] = {}
    vm: Any = None
    if engine == "machine":
        import bytescope

        vm = bytescope.VM()
    with contextlib.redirect_stdout(output):
        start = time.thread_time()
        try:
            if vm is None:
                sys.argv = [target, *arguments]
                if is_module:
                    runpy.run_module(target, run_name="__main__", alter_sys=True)
                else:
                    runpy.run_path(target, run_name="__main__")
            elif is_module:
                vm.run_module(target, arguments)
            else:
                vm.run_path(target, arguments)
        except SystemExit as leaving:
            status = leaving.code or 0
        seconds = time.thread_time() - start
    if vm is not None:
        result |= {"instructions": vm.instructions, "functions": vm.functions}
    return result | {"output": output.getvalue(), "status": status, "seconds": seconds}


if __name__ == "__main__":
    sys.exit(main())
