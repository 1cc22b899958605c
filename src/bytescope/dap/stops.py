"""Breakpoints as the client sets them: before there is a recording, and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bytescope.dap.breakpoints import Options, Wanted
from bytescope.dap.connection import Request, RequestError, argument
from bytescope.dap.instructions import instruction_at
from bytescope.dap.sources import Sources
from bytescope.recording import Place

__all__ = ["FILTERS", "Stops"]

FILTERS = [
    {
        "filter": "raised",
        "label": "Raised Exceptions",
        "description": "Stop at each instruction that raises an exception.",
        "default": False,
        "supportsCondition": True,
        "conditionDescription": "Expression over the names of the frame that raises",
    },
    {
        "filter": "uncaught",
        "label": "Uncaught Exceptions",
        "description": "Stop where an exception is raised that nothing catches.",
        "default": True,
        "supportsCondition": True,
        "conditionDescription": "Expression over the names of the frame that raises",
    },
    {
        "filter": "userUnhandled",
        "label": "User Uncaught Exceptions",
        "description": "Stop where an exception is raised that no recorded code catches: a library does, or nothing.",
        "default": False,
        "supportsCondition": True,
        "conditionDescription": "Expression over the names of the frame that raises",
    },
]

_MEANT: dict[str, dict[str, Any]] = {
    "raised": {"exception": "*"}, "uncaught": {"uncaught": True}, "userUnhandled": {"unhandled": True},
}  # fmt: skip


class Stops:
    """All breakpoints of a session.

    Args:
        sources: the source files; it is replaced once there is a recording.
    """

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._lines: dict[str, list[tuple[int, Options, Wanted]]] = {}
        self._others: dict[str, list[Wanted]] = {}
        self._places: dict[str, Place] = {}

    @property
    def all(self) -> list[Wanted]:
        """Return all breakpoints that can stop."""
        lines = [each for group in self._lines.values() for _, _, each in group]
        return [*lines, *(each for group in self._others.values() for each in group)]

    # --- lines

    def set_lines(self, request: Request) -> list[dict[str, Any]]:
        """Set the breakpoints of a source file."""
        source = request.need("source", dict)
        path = argument(source, "path", str) or argument(source, "name", str)
        if not path:
            raise RequestError("setBreakpoints needs the path of the source")
        given = request.get("breakpoints", list)
        if given is None:
            given = [{"line": line} for line in request.get("lines", list, [])]
        found, answers = [], []
        for each in map(_object, given):
            line = argument(each, "line", int, 0)
            try:
                options = _options(each)
                place, problem = self._line(path, line)
            except ValueError as error:
                answers.append(_refused(str(error), line=line))
                continue
            wanted = Wanted("breakpoint", (options.breakpoint(line=place, file=self.sources.recorded(path)),))
            found.append((line, options, wanted))
            answer = {"id": wanted.number, "verified": not problem, "line": place, "source": {"path": path}}
            if problem:
                answer["message"] = problem
            elif place != line:
                answer["message"] = f"line {line} holds no code: the next one that does is {place}"
            answers.append(answer)
        self._lines[path] = found
        return answers

    def _line(self, path: str, line: int) -> tuple[int, str]:
        """Return the line at which a breakpoint stops, and why that is not certain, if it is not.

        Raises:
            ValueError: if there is none.
        """
        problem = self.sources.problem(path)
        if problem:
            return line, problem
        place = self.sources.line_with_code(path, line)
        if place is None:
            raise ValueError(f"no line from {line} on holds code")
        return place, ""

    def loaded(self, sources: Sources, event: Callable[..., None]) -> None:
        """Look again at the lines, now that there is a recording: it may know files by other names, or other texts.

        Args:
            sources: the source files of the recording.
            event: sends an event.
        """
        self.sources = sources
        for path, group in self._lines.items():
            for line, options, wanted in group:
                try:
                    place, problem = self._line(path, line)
                except ValueError:
                    continue
                before = wanted.breakpoints[0].line
                wanted.breakpoints = (options.breakpoint(line=place, file=sources.recorded(path)),)
                if place != before:
                    found = {"id": wanted.number, "verified": not problem, "line": place, "source": {"path": path}}
                    event("breakpoint", reason="changed", breakpoint=found)

    def locations(self, request: Request) -> list[dict[str, Any]]:
        """Return where breakpoints can be in a source file."""
        source = request.need("source", dict)
        path = argument(source, "path", str) or argument(source, "name", str) or ""
        line = request.need("line", int)
        end = request.get("endLine", int, line)
        problem = self.sources.problem(path)
        if problem:
            raise RequestError(problem)
        places = {self.sources.line_with_code(path, each) for each in range(line, end + 1)}
        return [{"line": each} for each in sorted(place for place in places if place is not None and place <= end)]

    # --- others

    def set_functions(self, request: Request) -> list[dict[str, Any]]:
        """Set the breakpoints at functions: by name, qualified or not, or by a glob."""

        def make(given: dict[str, Any], options: Options) -> Wanted:
            name = argument(given, "name", str, "").strip().removesuffix("()")
            if not name:
                raise ValueError("a function breakpoint needs a name")
            names = (name, f"*.{name}")
            return Wanted("function breakpoint", tuple(options.breakpoint(function=each) for each in names))

        return self._set(request, "functions", make)

    def set_instructions(self, request: Request) -> list[dict[str, Any]]:
        """Set the breakpoints at instructions."""

        def make(given: dict[str, Any], options: Options) -> Wanted:
            reference = argument(given, "instructionReference", str, "")
            number, index = instruction_at(reference, argument(given, "offset", int, 0))
            codes = [] if self.sources.recording is None else self.sources.recording.codes
            if not (0 <= number < len(codes) and 0 <= index < len(codes[number].instructions)):
                raise ValueError(f"{reference} is the address of no recorded instruction")
            code = codes[number]
            offset = code.instructions[index].offset
            what = options.breakpoint(offset=offset, function=code.name, file=code.file)
            return Wanted("instruction breakpoint", (what,))

        return self._set(request, "instructions", make)

    def set_data(self, request: Request) -> list[dict[str, Any]]:
        """Set the breakpoints at data."""

        def make(given: dict[str, Any], options: Options) -> Wanted:
            place = self._places.get(argument(given, "dataId", str, ""))
            if place is None:
                raise ValueError("the place is none of this recording's")
            return Wanted("data breakpoint", (options.breakpoint(write=place),))

        return self._set(request, "data", make)

    def data_id(self, place: Place) -> str:
        """Return what a client calls a place in the recording."""
        name = f"{place.owner}/{place.slot!r}"
        self._places[name] = place
        return name

    def set_exceptions(self, request: Request) -> list[dict[str, Any]]:
        """Set the breakpoints at exceptions."""

        def make(given: dict[str, Any], options: Options) -> Wanted:
            name = argument(given, "filterId", str, "")
            if name not in _MEANT:
                raise ValueError(f"there is no filter {name!r}")
            return Wanted("exception", (options.breakpoint(**_MEANT[name]),))

        filters = [{"filterId": name} for name in request.get("filters", list, [])]
        return self._make("exceptions", [*filters, *request.get("filterOptions", list, [])], make)

    def _set(
        self, request: Request, kind: str, make: Callable[[dict[str, Any], Options], Wanted]
    ) -> list[dict[str, Any]]:
        return self._make(kind, request.need("breakpoints", list), make)

    def _make(
        self, kind: str, wanted: list[Any], make: Callable[[dict[str, Any], Options], Wanted]
    ) -> list[dict[str, Any]]:
        found, answers = [], []
        for given in map(_object, wanted):
            try:
                each = make(given, _options(given))
            except (ValueError, RequestError) as error:
                answers.append(_refused(str(error)))
                continue
            found.append(each)
            answers.append({"id": each.number, "verified": True})
        self._others[kind] = found
        return answers


def _object(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise RequestError(f"a breakpoint must be an object, got {given!r}")
    return given


def _options(given: dict[str, Any]) -> Options:
    return Options(*(argument(given, name, str, "") for name in ("condition", "hitCondition", "logMessage")))


def _refused(message: str, **more: Any) -> dict[str, Any]:
    return {"verified": False, "message": message, **more}
