"""`taint`: which characters of a program's input reach where they can do harm, and whether they mean anything there."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

from bytescope.analyses.base import Shipped
from bytescope.analysis import Site
from bytescope.shadow import give, operands, reaching
from bytescope.shadow.active import current
from bytescope.taint.algebra import CHARACTERS
from bytescope.taint.arguments import arguments_of
from bytescope.taint.findings import Finding, excerpt_of, kind_of, mask_of, meanings_of, passages, text_of
from bytescope.taint.models.late import register
from bytescope.taint.models.table import name_of
from bytescope.taint.origins import Origin, Place
from bytescope.taint.policy.load import PACKS, SOURCE_KINDS, load, load_pack
from bytescope.taint.policy.resolve import Resolver
from bytescope.taint.policy.rows import Policy, Row
from bytescope.taint.scope import scope
from bytescope.taint.spans import is_text, made, runs_of, tags_of
from bytescope.taint.trail import program_frame

_DEFAULT = "remote,commandargs,environment,stdin"
_EXCERPT = 500
_SOURCE_ORIGINS = 20_000


class Taint(Shipped):
    """Follows data from sources to sinks, for each character of a text.

    Args:
        policy: files with further sources, sinks, barriers and guards, separated by commas.
        packs: policies that come with bytescope.
        sources: kinds of sources: remote, commandargs, environment, stdin, file, database, model.
        flows: report what arrives at a sink without meaning anything there, too.
        fail_on: what makes the exit status 3: syntax, flow, never, kinds of findings, or a severity (low to critical).
        color: whether the text has colours; by default if it goes to a terminal.
    """

    shadows = CHARACTERS
    where_shadows = frozenset({"before_call", "leave"})
    formats: ClassVar[dict[str, str]] = {"text": "report", "json": "json", "sarif": "sarif", "html": "html"}

    def __init__(
        self,
        policy: str = "",
        packs: str = ",".join(PACKS),
        sources: str = _DEFAULT,
        flows: bool = True,
        fail_on: str = "syntax",
        color: bool | None = None,
    ) -> None:
        self.policy = Policy()
        for name in _words(packs):
            if name not in PACKS:
                raise ValueError(f"packs: there is no pack {name!r}; there are {', '.join(PACKS)}")
            self.policy.add(load_pack(name))
        for file in _words(policy):
            self.policy.add(load(file))
        wanted = _words(sources)
        for kind in wanted:
            if kind not in SOURCE_KINDS:
                raise ValueError(f"sources: there is no kind {kind!r}; there are {', '.join(SOURCE_KINDS)}")
        self.policy.sources = [row for row in self.policy.sources if row.kind in wanted or row.file in _words(policy)]
        self.resolver = Resolver(self.policy, register)
        self.calls_named = self.resolver.called
        self.flows, self.fail_on, self.color = flows, _words(fail_on), color
        self._found: dict[Any, Finding] = {}
        self._attributes: dict[tuple[int, str, str], Origin] = {}
        self.reached_clean: set[tuple[str, int]] = set()

    # --- what is observed

    def begin(self) -> None:
        """Find what the policy is about, among the modules that are there."""
        self.resolver.update()

    def wants(self, event: str, site: Site) -> bool:
        """Return True for calls, and for attributes with the names of sources."""
        self.resolver.update()
        if event in ("getattr", "import_from"):
            return not self.resolver.names.isdisjoint(site.instruction.split()[1:])
        return event != "leave" or self.resolver.calls_back

    def wants_call(self, function: object) -> bool:
        """Return True for what the policy names."""
        return self.resolver.rows(function) is not None

    def wants_attribute(self, name: str, object: object) -> bool:
        """Return True for what the policy names."""
        return self.resolver.attribute(object, name) is not None

    # --- sources

    def getattr(self, site: Site, name: str, object: Any, result: Any) -> None:
        """An attribute has been loaded: perhaps a source."""
        row = self.resolver.attribute(object, name) if name in self.resolver.names else None
        if row is not None:
            key = (id(result), name, scope())
            origin = self._attributes.get(key)
            if origin is None or origin.first.place.line != site.line:
                origin = self._attributes[key] = self._origin(row, site, result)
                if len(self._attributes) > _SOURCE_ORIGINS:
                    self._attributes.clear()
            self._label(result, origin)

    def import_from(self, site: Site, name: str, module: Any, result: Any) -> None:
        """A name has been imported: perhaps that of a source."""
        self.getattr(site, name, module, result)

    def call(self, site: Site, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """A call has returned: perhaps that of a source, a barrier or a guard."""
        rows = self.resolver.rows(function)
        if rows is None:
            return
        for row in rows.get("sources", ()):
            self._label(result, self._origin(row, site, result))
        for row in rows.get("barriers", ()):
            give(_without(operands()["result"], result, row.kind))
        for row in rows.get("guards", ()):
            if result is row.accepts:
                for position, shadow in enumerate(operands()["args"]):
                    if row.path.takes(position):
                        for tag in tags_of(shadow) or ():
                            tag.accepted.add(row.kind)

    def _origin(self, row: Row, site: Site, value: Any) -> Origin:
        place = Place(site.file, site.line or 0, site.function)
        kept = value[:_EXCERPT] if is_text(value) and type(value) is not memoryview else ""
        return Origin(row.name, row.kind, place, kept, scope())

    def _label(self, value: Any, origin: Origin) -> None:
        tags = CHARACTERS.of(origin)
        known = operands()["result"]
        give(tags if known is None else CHARACTERS.join(known, tags))
        if type(value) in (list, dict):
            current().heap.label_contents(value, tags)

    # --- sinks

    def before_call(self, site: Site, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """A call: perhaps of a sink."""
        rows = self.resolver.rows(function)
        if rows is None or "sinks" not in rows or type(args) not in (tuple, list):
            return
        shadows = operands()
        for row in rows["sinks"]:
            if (row.when and not _holds(kwargs, row.when)) or (row.syntax == "html" and not _is_page(kwargs)):
                continue
            for name, value, shadow in arguments_of(row.path, function, args, kwargs, shadows):
                self._reached(row, name_of(function), str(name), value, shadow, site)

    def leave(self, site: Site, value: Any) -> None:
        """A function returns: perhaps to one for whose answers there is a sink."""
        frame = program_frame(sys._getframe(1))
        caller = program_frame(frame.f_back) if frame is not None else None
        if caller is None:
            return
        for row in self.resolver.called_back(caller.f_code):
            shadow = operands()["value"]
            if type(value) is tuple and value:
                shadow, value = current().heap.item(value, 0) or shadow, value[0]
            if is_text(value):
                self._reached(row, site.function, "return", value, shadow, site)

    def _reached(self, row: Row, function: str, argument: str, value: Any, shadow: Any, site: Site) -> None:
        """Record what has reached a sink."""
        for language, each, own in _parts(row, value, shadow):
            tags = tags_of(own if is_text(each) else reaching(each, own))
            origins = sorted((tag for tag in tags or () if tag.harmful(row.kind)), key=str)
            if not origins:
                self.reached_clean.add((site.file, site.line or 0))
                continue
            self._record(row, language, function, argument, each, own, origins, site)

    def _record(
        self, row: Row, language: str, function: str, argument: str, value: Any, shadow: Any, origins: list[Origin],
        site: Site,
    ) -> None:  # fmt: skip
        mask = mask_of(value, shadow, row.kind) if is_text(value) else b""
        meanings = meanings_of(text_of(value), mask, language) if is_text(value) else []
        means = bool(meanings) or not language
        if not means and not self.flows:
            return
        place = Place(site.file, site.line or 0, site.function)
        key = (place, row.kind, argument, means, frozenset((each.source, each.place) for each in origins))
        known = self._found.get(key)
        if known is not None:
            known.count += 1
            return
        first = list({each.first: each for each in origins}.values())
        self._found[key] = Finding(
            kind_of(row.kind),
            "syntax" if means else "flow",
            meanings[0].why if meanings and language else "",
            function,
            argument,
            place,
            excerpt_of(value, mask, meanings if language else ()),
            [each.first for each in first],
            [passages(each, value) for each in first],
            is_text(value) and any(stop - start < len(value) for start, stop, _ in runs_of(shadow, len(value))),
            scope(),
        )

    # --- results

    @property
    def findings(self) -> list[Finding]:
        """The findings, worst first: those with the verdict "syntax" before those with "flow"."""
        return sorted(self._found.values(), key=lambda each: (each.verdict != "syntax", -each.kind.severity))

    def result(self) -> list[dict[str, Any]]:
        """Return the findings as data."""
        return [each.data() for each in self.findings]

    def report(self) -> str:
        """Return the findings as text."""
        from bytescope.taint.report.text import report

        color = sys.stderr.isatty() if self.color is None else self.color
        return report(self.findings, color)

    def sarif(self) -> str:
        """Return the findings in SARIF 2.1.0."""
        from bytescope.taint.report.sarif import sarif

        return sarif(self.findings)

    def html(self) -> str:
        """Return the findings as a page."""
        from bytescope.taint.report.html import page

        return page(self.findings, len(self.reached_clean))

    def status(self) -> int:
        """Return 3 if there are findings that `fail_on` names."""
        return 3 if any(map(self._fails, self.findings)) else 0

    def _fails(self, finding: Finding) -> bool:
        if "never" in self.fail_on:
            return False
        levels = ("low", "medium", "high", "critical")
        level = levels.index(finding.kind.level)
        return (
            finding.verdict == "syntax"
            and (
                "syntax" in self.fail_on
                or finding.kind.name in self.fail_on
                or any(each in levels and level >= levels.index(each) for each in self.fail_on)
            )
        ) or "flow" in self.fail_on


def _words(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _holds(kwargs: Any, when: str) -> bool:
    """Return True if a keyword argument is true, or (`NAME=TEXT`) a text with another one in it."""
    name, _, wanted = when.partition("=")
    given = kwargs.get(name) if type(kwargs) is dict else None
    return wanted in given if wanted and type(given) is str else not wanted and given is True


def _is_page(kwargs: Any) -> bool:
    """Return False if keyword arguments say that an answer is no HTML."""
    given = [kwargs.get(name) for name in ("mimetype", "content_type")] if type(kwargs) is dict else []
    return all("html" in each for each in given if type(each) is str)


def _parts(row: Row, value: Any, shadow: Any) -> list[tuple[str, Any, Any]]:
    """Return what of an argument is in which language: the program and the script of a list of words."""
    if row.syntax != "shell" or type(value) not in (list, tuple) or not value:
        return [(row.syntax, value, shadow)]
    shadows = current().heap.sequence(value, len(value))
    found = [("program", value[0], shadows[0])]
    if len(value) > 2 and value[1] == "-c":
        found.append(("shell", value[2], shadows[2]))
    return found


def _without(shadow: Any, value: Any, kind: str) -> Any:
    """Return a shadow whose tags are harmless for a kind of findings."""
    kinds = frozenset((kind,))

    def cleared(tags: Any) -> frozenset[Any]:
        return frozenset(tag.without(kinds) for tag in tags)

    if shadow is None or type(shadow) is frozenset:
        return shadow and cleared(shadow)
    if is_text(value):
        return made(len(value), ((a, b, cleared(tags)) for a, b, tags in runs_of(shadow, len(value))))
    return cleared(tags_of(shadow))
