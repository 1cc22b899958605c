"""`bytescope run`: a program, as `python` would run it. The standard library must do for this command."""

from __future__ import annotations

import gc
import sys

from bytescope.cli.host_state import HostState
from bytescope.cli.launch import launch
from bytescope.code.errors import InvalidBytecode, InvalidPyc
from bytescope.code.host.facts import BEHAVIOUR
from bytescope.loading import main_program
from bytescope.loading.hidden_modules import hide_own_imports
from bytescope.loading.imports import executed_by_others, forget_own_imports
from bytescope.machine.resident import resident
from bytescope.machine.support.budget import BudgetExceeded
from bytescope.machine.vm import VM
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any, Callable, NoReturn

if TYPE_CHECKING:
    from bytescope.cli.recorded_run import Recorded

USAGE = """\
usage: bytescope run [OPTION]... SCRIPT [ARGUMENT]...
       bytescope run [OPTION]... -m MODULE [ARGUMENT]...
       bytescope run [OPTION]... -c SOURCE [ARGUMENT]...
       bytescope run [OPTION]... - [ARGUMENT]...
"""

HELP = (
    USAGE
    + """
Run a program under the machine: a script, a compiled file, a folder or zip file with a __main__, a module, a source
text, or standard input. Output, exit status, sys.argv and tracebacks are those of python.

options, which come before the program:
  --stats                print the instructions executed, by kind, on standard error at the end
  --guest GLOB           also execute the modules whose dotted name matches, such as 'json*'; '*' is every module that
                         is imported from then on (repeatable; '!GLOB' excludes)
  --max-instructions N   stop after N guest instructions
  --max-depth N          stop at more than N guest frames on the stack
  --timeout SECONDS      stop after this time
  --max-memory SIZE      stop when the process's memory has grown by SIZE bytes: 500M, 2G (see docs/limits.md)
  --analysis NAME        attach an analysis: one that ships (calls, comparisons, coverage, history, profile, trace), of
                         an installed package, or module:Class (repeatable)
  --analysis-option K=V  an option of the analysis named last (repeatable)
  --output [FORMAT:]FILE write the result of the analysis named last into a file (repeatable)
  --include GLOB         observe only these modules, those of the standard library among them (repeatable)
  --exclude GLOB         do not observe these modules (repeatable)
  --files GLOB, --functions GLOB, --events GLOB, --lines FIRST-LAST
                         observe only what is in these files, functions, events or lines (the globs are repeatable)
  --engine NAME          how a program with analyses is executed: woven (by python itself, with hooks in the bytecode)
                         or interpreter (by the machine). The default is woven, but interpreter with --stats, --guest
                         or a limit
  --no-cache             neither use nor keep woven code on disk
  --help                 show this text

A run that is stopped ends with exit status 124. Options of the interpreter go to it: python -O -m bytescope run ...
"""
)

FAILED = 1
"""Exit status if an analysis could not begin."""

STOPPED = 124
"""Exit status of a run that exceeded a limit: that of timeout(1)."""


class Options:
    """The options of `run`, by attribute."""

    def __init__(self) -> None:
        self.stats = False
        self.guests: list[str] = []
        self.analyses: list[tuple[str, str]] = []
        self.engine: str | None = None
        self.cache = True
        self.max_instructions: int | None = None
        self.max_depth: int | None = None
        self.timeout: float | None = None
        self.max_memory: int | None = None
        self.debug: str | None = None
        self.step: str | None = None

    def needs_machine(self) -> str | None:
        """The option that asks for the machine, or None."""
        asking = {
            "--stats": self.stats or None,
            "--guest": self.guests or None,
            "--max-instructions": self.max_instructions,
            "--max-depth": self.max_depth,
            "--timeout": self.timeout,
            "--max-memory": self.max_memory,
            "--debug": self.debug,
            "--step": self.step,
        }
        return next((name for name, value in asking.items() if value is not None), None)

    def make_vm(self) -> VM:
        """The machine that the options ask for."""
        return VM(
            guests=self.guests,
            max_instructions=self.max_instructions,
            max_depth=self.max_depth,
            timeout=self.timeout,
            max_memory=self.max_memory,
            count_kinds=self.stats,
        )


_FILTERS = ("--include", "--exclude", "--files", "--functions", "--events", "--lines")
_ANALYSES = ("--analysis", "--analysis-option", "--output", *_FILTERS)

_VALUES: dict[str, Callable[[Options, str], None]] = {
    "--guest": lambda options, text: options.guests.append(text),
    "--engine": lambda options, text: setattr(options, "engine", text),
    "--debug": lambda options, text: setattr(options, "debug", text),  # how `bytescope dap` starts a program
    "--step": lambda options, text: setattr(options, "step", text),  # how `bytescope step` does
    "--max-instructions": lambda options, text: setattr(options, "max_instructions", _number(text, int)),
    "--max-depth": lambda options, text: setattr(options, "max_depth", _number(text, int)),
    "--timeout": lambda options, text: setattr(options, "timeout", _number(text, float)),
    "--max-memory": lambda options, text: setattr(options, "max_memory", size_of(text)),
    **{
        name: lambda options, text, name=name: options.analyses.append((name, text))  # type: ignore[misc]
        for name in _ANALYSES
    },
}


def _number(text: str, kind: Any) -> Any:
    value = kind(text.replace("_", ""))
    if not 0 <= value < float("inf"):
        raise ValueError
    return value


_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}


def size_of(text: str) -> int:
    """Return the number of bytes that a text such as `500M` says."""
    unit = _UNITS.get(text[-1:].upper(), 1)
    size: int = _number(text if unit == 1 else text[:-1], int)
    return size * unit


def run(words: list[str], collecting: bool = True, recorded_in: Recorded | None = None) -> NoReturn:
    """Run the program that the words after `run` name.

    Args:
        words: these words.
        collecting: whether the program is to start with the garbage collector on.
        recorded_in: what the run is recorded in, if `bytescope record` asks for it.

    Raises:
        SystemExit: if there is none.
        Launch: if there is.
    """
    options, rest = _options(words)
    try:
        vm = options.make_vm()
    except ValueError as error:  # a limit that this platform does not have
        _usage(str(error))
    program, arguments = _program(rest)
    _check_engine(options, program)
    analyses = _analyses(options, program)
    woven = None if analyses is None else analyses.running(program)
    if woven is None:
        program.prepare = resident
    running = vm.running(program.guests, program.below) if woven is None else woven
    if options.stats:
        from bytescope.cli.stats import print_stats
    state = HostState()
    recorded = _recorded(options, recorded_in, state)

    def start() -> main_program.Action:
        running.__enter__()  # for good: exit handlers and threads that outlive the main program belong to it
        forget_own_imports(vm.guests.including(program.guests))
        if analyses is not None and woven is None:
            executed_by_others.use().open()  # for good, too
        if analyses is not None and not analyses.start(program):
            raise SystemExit(FAILED)
        if recorded is not None:
            recorded.start()
        hide_own_imports(program.by_runpy)
        gc.freeze()  # the machine is there to stay
        if collecting:
            gc.enable()
        # No reference to the module is kept here: when the process ends it must go before the machine does.
        sys.modules["__main__"] = main_program.main_module()
        return program.action(vars(sys.modules["__main__"]))

    def left() -> None:
        if BEHAVIOUR.forgets_file_first:
            program.forget_file()

    def ended(error: BaseException | None) -> None:
        if not isinstance(error, SystemExit):
            program.forget_file()
        with state.restored():
            if options.stats:
                print_stats(vm)
            status = 0 if analyses is None else analyses.finish(error)
            if recorded is not None:
                status = recorded.finish() or status
            if isinstance(error, BudgetExceeded):
                state.end(STOPPED)
        state.forget_streams()
        if status and (error is None or (isinstance(error, SystemExit) and not error.code)):
            raise SystemExit(status)

    sys.argv = [program.argv0, *arguments]
    _set_first_path(program)
    launch(start, left, ended, state)


def _recorded(options: Options, wanted: Recorded | None, state: HostState) -> Any:
    """The recording that is asked for, or None."""
    if options.debug is not None:
        from bytescope.cli.debugged_run import DebuggedRun
        from bytescope.dap.live import LiveSession

        return DebuggedRun(LiveSession(options.debug), state)
    if options.step is not None:
        from bytescope.cli.debugged_run import DebuggedRun
        from bytescope.tui.wire import SteppedSession

        return DebuggedRun(SteppedSession(options.step), state)
    if wanted is None:
        return None
    from bytescope.cli.recorded_run import RecordedRun

    try:
        return RecordedRun(wanted, state)
    except OSError as error:
        problem = f"--output {error.filename}: {error.strerror}"
    except ValueError as error:
        problem = str(error)
    print(f"{wanted.command}: {problem}\n{wanted.command} --help says more", file=sys.stderr)
    raise SystemExit(2)


def _analyses(options: Options, program: main_program.MainProgram) -> Any:
    """The analyses that are asked for, or None."""
    if not options.analyses:
        return None
    from bytescope.analysis.engines.woven import WOVEN
    from bytescope.cli.analyses import Analyses, NoAnalysis

    if not options.cache:
        WOVEN.store = None
    try:
        interpreted = options.needs_machine() or program.foreign
        return Analyses(options.analyses, options.engine or ("interpreter" if interpreted else "woven"))
    except NoAnalysis as error:
        print(f"bytescope run: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def _check_engine(options: Options, program: main_program.MainProgram) -> None:
    """Refuse an engine that cannot do what else is asked for."""
    asking = options.needs_machine()
    if options.engine == "woven" and asking is not None:
        _usage(f"--engine woven does without the machine, and {asking} is about it")
    if options.engine == "woven" and program.foreign:
        _usage("--engine woven is for code of the running Python's version; code of another one needs the machine")
    if options.engine is not None and not options.analyses:
        _usage("--engine needs an --analysis")


def _options(words: list[str]) -> tuple[Options, list[str]]:
    """Take the options off the front of the words."""
    options = Options()
    rest = list(words)
    while rest and rest[0].startswith("--"):
        name, equals, value = rest.pop(0).partition("=")
        if name == "--":
            break
        if name == "--help":
            print(HELP, end="")
            raise SystemExit
        if name == "--stats" and not equals:
            options.stats = True
        elif name == "--no-cache" and not equals:
            options.cache = False
        elif name in _VALUES:
            if not equals:
                if not rest:
                    _usage(f"{name} needs a value")
                value = rest.pop(0)
            try:
                _VALUES[name](options, value)
            except ValueError:
                _usage(f"{name} must be a number that is not negative, got {value!r}")
        else:
            _usage(f"there is no option {name}{equals}{value}")
    return options, rest


def _program(words: list[str]) -> tuple[main_program.MainProgram, list[str]]:
    """The program that the words name, and its arguments."""
    if not words:
        if sys.stdin is not None and sys.stdin.isatty():
            _usage("there is no program to run")
        return main_program.StandardInput(""), []
    first, *rest = words
    if first == "-":
        return main_program.StandardInput(), rest
    if first[:2] in ("-c", "-m"):
        value = first[2:]
        if not value:
            if not rest:
                _usage(f"{first} needs a {'source text' if first == '-c' else 'module name'}")
            value = rest.pop(0)
        return (main_program.Source if first[:2] == "-c" else main_program.Module)(value), rest
    if first == "-h":
        print(HELP, end="")
        raise SystemExit
    if first.startswith("-"):
        _usage(f"there is no option {first}")
    try:
        program = main_program.program_at(first)
        program.check()
        return program, rest
    except (InvalidPyc, InvalidBytecode) as error:
        print(f"bytescope run: {first}: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except OSError as error:
        path = main_program.absolute(first)
        print(f"{sys.orig_argv[0]}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None


def _usage(problem: str) -> NoReturn:
    print(f"bytescope run: {problem}\n{USAGE}bytescope run --help says more", file=sys.stderr)
    raise SystemExit(2)


def _set_first_path(program: main_program.MainProgram) -> None:
    """Put the program's folder where python has put that of `bytescope` itself."""
    safe = sys.flags.safe_path
    if not safe and sys.path:
        del sys.path[0]
    if program.first_path is not None and (not safe or isinstance(program, main_program.Folder)):
        sys.path.insert(0, program.first_path)
