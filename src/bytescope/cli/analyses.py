"""The analyses on the command line: `bytescope run --analysis ...`, and a sub-command for each that ships."""

from __future__ import annotations

import inspect
import json
import os
import sys
import textwrap
import types
import warnings
from contextlib import AbstractContextManager
from typing import Any, NoReturn, cast

from bytescope.analyses.base import Shipped
from bytescope.analyses.file_globs import is_path
from bytescope.analyses.registry import NoAnalysis, find, make
from bytescope.analysis import Analysis, AnalysisError, NothingObserved, attach
from bytescope.analysis.attach import Engine
from bytescope.analysis.engines.woven import WOVEN
from bytescope.cli.output import show_all_characters
from bytescope.loading.main_program import MainProgram

FAILED = 1
"""Exit status of what an analysis or its output has failed on, and the program itself has not."""

SUBCOMMAND_HELP = """\
usage: bytescope {name} [OPTION]... SCRIPT [ARGUMENT]...      (or -m MODULE, -c SOURCE, -)

{summary}

{scope}

options:
{options}
  --output [FORMAT:]FILE  write the result into a file; formats: {formats}
                          (repeatable; without it, the text goes to standard error)
  --include GLOB          observe only these modules; also those of the standard library (repeatable)
  --exclude GLOB          do not observe these modules (repeatable)
  --files GLOB, --functions GLOB, --events GLOB, --lines FIRST-LAST
                          observe only what is in these files, functions, events or lines (the globs are repeatable)
  --engine NAME           woven or interpreter: see `bytescope run --help`
  and the options of `bytescope run`
"""


_GLOBS = ("--include", "--exclude", "--files", "--functions", "--events")


class Requested:
    """An analysis asked for on the command line: its name, options as text, and outputs as (format, file)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.options: dict[str, str] = {}
        self.outputs: list[tuple[str, str]] = []


def _made(requested: Requested) -> Analysis:
    """Return the analysis that is asked for, with the options that files of the project have for it."""
    cls, options = find(requested.name), requested.options
    if issubclass(cls, Shipped):
        try:
            options = cls.configured(options)
        except ValueError as error:
            raise NoAnalysis(f"{requested.name}: {error}") from None
    return make(requested.name, options)


class Analyses:
    """The analyses of a run.

    Args:
        words: pairs of an option's name and its value, in order.
        engine: see `attach`.

    Raises:
        NoAnalysis: if something cannot be had; nothing has been started then.
    """

    def __init__(self, words: list[tuple[str, str]], engine: str = "woven") -> None:
        self.requested: list[Requested] = []
        self.filters: dict[str, Any] = {}
        for name, value in words:
            self._take(name, value)
        if not self.requested and words:
            raise NoAnalysis(f"{words[0][0]} needs an --analysis")
        self.analyses: list[Analysis] = [_made(each) for each in self.requested]
        for each, analysis in zip(self.requested, self.analyses, strict=True):
            self._check_outputs(each, analysis)
        self.has_started = False
        self._folder, self._process = os.getcwd(), os.getpid()
        self._attachment: attach | None = None
        if self.analyses:
            try:
                self._attachment = attach(*self.analyses, engine=cast(Engine, engine), **self.filters)
            except (TypeError, ValueError) as error:
                raise NoAnalysis(str(error)) from error

    def _take(self, name: str, value: str) -> None:
        if name == "--analysis":
            self.requested.append(Requested(value))
        elif name == "--lines":
            first, dash, last = value.partition("-")
            if not first.isdecimal() or not (last.isdecimal() if dash else not last):
                raise NoAnalysis(f"--lines must be FIRST-LAST or a number, got {value!r}")
            self.filters["lines"] = (int(first), int(last or first))
        elif name in _GLOBS:
            self.filters.setdefault(name[2:], []).append(value)
        elif not self.requested:
            raise NoAnalysis(f"{name} comes behind the --analysis that it is for")
        elif name == "--analysis-option":
            key, _, text = value.partition("=")
            self.requested[-1].options[key.replace("-", "_")] = text
        else:
            form, colon, path = value.partition(":")
            has_format = colon and path and not os.path.splitdrive(value)[0]  # "C:" in front is no format
            self.requested[-1].outputs.append((form, path) if has_format else ("", value))

    @staticmethod
    def _check_outputs(requested: Requested, analysis: Analysis) -> None:
        """Refuse what could not be written, before the program starts."""
        if requested.outputs and not isinstance(analysis, Shipped):
            raise NoAnalysis(f"{requested.name} has no output that could go to a file: leave out --output")
        for number, (form, path) in enumerate(requested.outputs):
            assert isinstance(analysis, Shipped)
            form = form or _form_of(path, analysis)
            requested.outputs[number] = (form, path)
            try:
                analysis.check_output(path, form)
            except (ValueError, ImportError, OSError) as error:
                raise NoAnalysis(f"{requested.name}: {error}") from None

    def running(self, program: MainProgram) -> AbstractContextManager[None] | None:
        """Return the context in which the program runs, None if the interpreter executes it."""
        woven = self._attachment is not None and self._attachment.engine == "woven"
        return WOVEN.running(program) if woven else None

    def start(self, program: MainProgram) -> bool:
        """Attach the analyses.

        Args:
            program: about to be run. If it never is, finishing replaces no file.

        Returns:
            False if an analysis has failed, which was reported.
        """
        if self._attachment is None:
            return True
        prepare = program.prepare

        def starting(code: types.CodeType) -> types.CodeType:
            prepared = prepare(code)
            self.has_started = True
            return prepared

        program.prepare = starting
        try:
            self._attachment.__enter__()
        except AnalysisError as error:
            _say(str(error))
            return False
        return True

    def finish(self, ended_by: BaseException | None = None) -> int:
        """Detach, and write what was found.

        Args:
            ended_by: the exception that has ended the program.

        Returns:
            0, or the exit status for a failure that was reported.
        """
        if self._attachment is None:
            return 0
        status = 0
        try:
            with warnings.catch_warnings(action="ignore", category=NothingObserved):
                self._attachment.__exit__(type(ended_by), ended_by, None)
        except AnalysisError as error:
            _say(str(error))
            status = FAILED
        if not self.has_started:
            return status
        missed = self._attachment.nothing_observed()
        if missed is not None:
            _say(missed)
        for requested, analysis in zip(self.requested, self.analyses, strict=True):
            if isinstance(analysis, Shipped):
                status = self._write(requested, analysis) or status or analysis.status()
        return status

    def _write(self, requested: Requested, analysis: Shipped) -> int:
        """Write the outputs of an analysis, for the folder that the program was started in.

        A process that the program has forked writes its own: the names of its files end with its number.
        """
        status = 0
        own = "" if os.getpid() == self._process else f".{os.getpid()}"
        for form, path in requested.outputs or [("", "")]:
            try:
                if path:
                    target = os.path.join(self._folder, path)
                    analysis.save(target + own if _is_replaced(target) else target, form)
                else:
                    process = own and f" (process {own[1:]})"
                    sys.stderr.write(f"\n--- {requested.name}{process}\n{analysis.report()}")
                    sys.stderr.flush()
            except OSError as error:
                _say(f"cannot write {path or 'the report'}: {error.strerror or error}", requested.name)
                status = FAILED
            except Exception as error:  # the analysis may be anybody's, and standard error may be closed or missing
                _say(f"cannot write {path or 'the report'}: {type(error).__name__}: {error}", requested.name)
                status = FAILED
        return status


def _is_replaced(path: str) -> bool:
    """Return True if an output takes the place of a file, and does not go to a device or a pipe."""
    return os.path.isfile(path) or not os.path.exists(path)


def _say(text: str, name: str = "") -> None:
    """Write a line to standard error, if that is possible."""
    try:
        print(f"bytescope{name and ' ' + name}: {text}", file=sys.stderr)
    except (OSError, ValueError):
        pass


_SUFFIXES = {".json": "json", ".dot": "dot", ".lcov": "lcov", ".info": "lcov", ".folded": "folded", ".gv": "dot"}


def _form_of(path: str, analysis: Shipped) -> str:
    """The format that a file's name suggests."""
    name = os.path.basename(path)
    if name.endswith(".speedscope.json") and "speedscope" in analysis.formats:
        return "speedscope"
    if name.startswith(".coverage") and "data" in analysis.formats:
        return "data"
    return _SUFFIXES.get(os.path.splitext(name)[1], "text")


def subcommand(name: str, words: list[str]) -> list[str]:
    """The words of `bytescope run` that do what a sub-command says.

    Args:
        name: of an analysis that ships.
        words: what follows it on the command line.

    Raises:
        SystemExit: if the words were about something else than a run, or are wrong.
    """
    if words[:1] in (["--help"], ["-h"]):
        print(_help(name), end="")
        raise SystemExit
    if name == "profile" and words[:1] == ["--diff"]:
        _profile_diff(words[1:])
    parameters = _parameters(name)
    joined: tuple[str, ...] = getattr(find(name), "joined", ())
    given: dict[str, str] = {}
    translated = ["--analysis", name]
    rest = list(words)
    while rest and rest[0].startswith("--") and rest[0] != "--":
        word = rest.pop(0)
        key, equals, value = word[2:].partition("=")
        key = key.replace("-", "_")
        is_filter = _is_filter(key, value if equals else "".join(rest[:1]))
        if key not in parameters or is_filter:
            translated.append(word)
            if not equals and rest and word not in ("--stats", "--no-cache"):
                translated.append(rest.pop(0))
            continue
        if not equals and not isinstance(parameters[key].default, bool):
            if not rest:
                raise SystemExit(f"bytescope {name}: {word} needs a value")
            value = rest.pop(0)
        before = given.get(key) if key in joined else None
        given[key] = value if before is None else f"{before},{value}"
    for key, value in given.items():
        translated += ["--analysis-option", f"{key}={value}"]
    if name == "history" and not any(word.startswith("target=") for word in translated):
        raise SystemExit("bytescope history: say what to watch: --target function:name (or function:.attribute)")
    return translated + rest


def _is_filter(key: str, value: str) -> bool:
    """Return True if an option is a filter of attachments, and not the option of an analysis that has its name."""
    return (key == "lines" and _is_range(value)) or (key == "include" and not is_path(value))


def _is_range(text: str) -> bool:
    """Return True if a value is for the filter `--lines`, and not for the option of `labels` that has its name."""
    first, _, last = text.partition("-")
    return first.isdecimal() and (last.isdecimal() or first == text)


def _parameters(name: str) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(find(name).__init__).parameters
    return {key: each for key, each in parameters.items() if key != "self"}


def _help(name: str) -> str:
    cls: Any = find(name)
    lines = []
    for key, each in _parameters(name).items():
        if isinstance(each.default, bool):
            lines.append(f"  --{key}[=no]" if each.default else f"  --{key}")
        else:
            default = "" if each.default is each.empty else f"  (default: {each.default})"
            lines.append(f"  --{key} {key.upper()}{default}")
    summary = inspect.getdoc(cls) or ""
    scope = textwrap.fill(f"Covers by default: {cls.scope_note}.", 100)
    return SUBCOMMAND_HELP.format(
        name=name, summary=summary, scope=scope, options="\n".join(lines), formats=", ".join(cls.formats)
    )


_NO_RESULT = "bytescope profile: {} is no result of profile in JSON: write one with --output FILE.json"


def _profile_diff(words: list[str]) -> NoReturn:
    from bytescope.analyses.profile import difference, difference_report

    if len(words) != 2:
        raise SystemExit("usage: bytescope profile --diff BEFORE.json AFTER.json")
    results = []
    for path in words:
        try:
            with open(path, encoding="utf-8") as file:
                results.append(json.load(file))
            results[-1]["functions"].keys()
        except OSError as error:
            raise SystemExit(f"bytescope profile: cannot read {path}: {error.strerror}") from None
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
            raise SystemExit(_NO_RESULT.format(path)) from None
    try:
        report = difference_report(difference(*results))
    except (ValueError, KeyError, AttributeError, TypeError):
        raise SystemExit(_NO_RESULT.format(" or ".join(words))) from None
    show_all_characters()
    print(report, end="")
    raise SystemExit


__all__ = ["Analyses", "NoAnalysis", "subcommand"]
