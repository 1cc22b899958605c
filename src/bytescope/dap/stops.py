"""Breakpoints as the client sets them: before there is a recording, and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from bytescope.dap.breakpoints import (
    Breakpoint,
    DataBreakpoint,
    ExceptionBreakpoint,
    FunctionBreakpoint,
    InstructionBreakpoint,
    LineBreakpoint,
)
from bytescope.dap.connection import Request, RequestError, argument
from bytescope.dap.instructions import instruction_at
from bytescope.dap.lines import Lines, Place
from bytescope.dap.sources import Sources

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
]


class Stops:
    """All breakpoints of a session.

    Args:
        sources: the source files; it is replaced once there is a recording.
    """

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._lines: dict[str, list[tuple[dict[str, Any], LineBreakpoint | None]]] = {}
        self._others: dict[str, list[Breakpoint]] = {}
        self._places: dict[str, tuple[int, Any]] = {}

    @property
    def all(self) -> list[Breakpoint]:
        """Return all breakpoints that can stop."""
        lines = [each for pairs in self._lines.values() for _, each in pairs if each is not None]
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
        lines, problem = self._lines_of(path)
        pairs = [self._line(path, each, lines, problem) for each in map(_object, given)]
        self._lines[path] = [(asked, each) for asked, (_, each) in zip(map(_object, given), pairs, strict=True)]
        return [answer for answer, _ in pairs]

    def _lines_of(self, path: str) -> tuple[Lines | None, str]:
        file = next((file for file in self.sources.files if self.sources.same(path, file)), path)
        text = self.sources.text(file)
        if text is None:
            return None, f"{path} cannot be read"
        try:
            return Lines(text), ""
        except ValueError as error:
            return None, str(error)

    def _line(
        self, path: str, given: dict[str, Any], lines: Lines | None, problem: str
    ) -> tuple[dict[str, Any], LineBreakpoint | None]:
        line = argument(given, "line", int, 0)
        place = Place(line, line) if lines is None else lines.place(line)
        if place is None:
            return _refused(f"no line from {line} on holds code", line=line), None
        try:
            each = LineBreakpoint(lambda file: self.sources.same(path, file), place, **_options(given))
        except ValueError as error:
            return _refused(str(error), line=line), None
        answer = {"id": each.number, "verified": lines is not None, "line": place.line, "source": {"path": path}}
        if problem:
            answer["message"] = problem
        elif place.line != line:
            answer["message"] = f"line {line} holds no code: the next one that does is {place.line}"
        return answer, each

    def loaded(self, sources: Sources, event: Callable[..., None]) -> None:
        """Look again at lines of files that could not be read, now that there is a recording.

        Args:
            sources: the source files of the recording.
            event: sends an event.
        """
        self.sources = sources
        for path, pairs in self._lines.items():
            lines, _ = self._lines_of(path)
            if lines is None:
                continue
            for asked, each in pairs:
                place = lines.place(argument(asked, "line", int, 0))
                if each is not None and place is not None and each.place != place:
                    each.place = place
                    found = {"id": each.number, "verified": True, "line": place.line, "source": {"path": path}}
                    event("breakpoint", reason="changed", breakpoint=found)

    def locations(self, request: Request) -> list[dict[str, Any]]:
        """Return where breakpoints can be in a source file."""
        source = request.need("source", dict)
        line = request.need("line", int)
        lines, problem = self._lines_of(argument(source, "path", str) or argument(source, "name", str) or "")
        if lines is None:
            raise RequestError(problem)
        return [{"line": each} for each in lines.between(line, request.get("endLine", int, line))]

    # --- others

    def set_functions(self, request: Request) -> list[dict[str, Any]]:
        """Set the breakpoints at functions."""
        return self._set(
            request, "functions", lambda given: partial(FunctionBreakpoint, argument(given, "name", str, ""))
        )

    def set_instructions(self, request: Request) -> list[dict[str, Any]]:
        """Set the breakpoints at instructions."""

        def make(given: dict[str, Any]) -> Callable[..., Breakpoint]:
            reference = argument(given, "instructionReference", str, "")
            return partial(InstructionBreakpoint, *instruction_at(reference, argument(given, "offset", int, 0)))

        return self._set(request, "instructions", make)

    def set_data(self, request: Request) -> list[dict[str, Any]]:
        """Set the breakpoints at data."""

        def make(given: dict[str, Any]) -> Callable[..., Breakpoint]:
            place = self._places.get(argument(given, "dataId", str, ""))
            if place is None:
                raise ValueError("the place is none of this recording's")
            return partial(DataBreakpoint, *place)

        return self._set(request, "data", make)

    def data_id(self, place: tuple[int, Any]) -> str:
        """Return what a client calls a place in the recording."""
        name = f"{place[0]}/{place[1]!r}"
        self._places[name] = place
        return name

    def set_exceptions(self, request: Request) -> list[dict[str, Any]]:
        """Set the breakpoints at exceptions."""
        filters = [{"filterId": name} for name in request.get("filters", list, [])]
        filters += map(_object, request.get("filterOptions", list, []))
        found, answers = [], []
        for each in filters:
            name = argument(each, "filterId", str, "")
            try:
                if name not in ("raised", "uncaught"):
                    raise ValueError(f"there is no filter {name!r}")
                made = ExceptionBreakpoint(name == "uncaught", condition=argument(each, "condition", str, ""))
            except ValueError as error:
                answers.append(_refused(str(error)))
                continue
            found.append(made)
            answers.append({"id": made.number, "verified": True})
        self._others["exceptions"] = [*found]
        return answers

    def _set(
        self, request: Request, kind: str, make: Callable[[dict[str, Any]], Callable[..., Breakpoint]]
    ) -> list[dict[str, Any]]:
        found, answers = [], []
        for given in map(_object, request.need("breakpoints", list)):
            try:
                each = make(given)(**_options(given))
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


def _options(given: dict[str, Any]) -> dict[str, str]:
    names = {"condition": "condition", "hitCondition": "hits", "logMessage": "message"}
    return {option: argument(given, name, str, "") for name, option in names.items()}


def _refused(message: str, **more: Any) -> dict[str, Any]:
    return {"verified": False, "message": message, **more}
