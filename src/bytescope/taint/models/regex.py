"""Models of `re`: a match has the shadow of the text that was searched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bytescope.taint.models.formatting import Unknown, joined_pieces
from bytescope.taint.models.table import NativeCall, function, method
from bytescope.taint.spans import Piece, part, tags_of, union


class _Search:
    """A call of a function of `re` or of a method of a pattern: its pattern and the arguments behind that."""

    def __init__(self, call: NativeCall) -> None:
        self.call = call
        bound = type(call.receiver) is re.Pattern
        self.first = 0 if bound else 1
        if bound:
            self.pattern: re.Pattern[Any] = call.receiver
        else:
            given = call.argument(0, "pattern")
            flags = call.argument(5 if call.function in (re.sub, re.subn) else 4, "flags", 0)
            if call.function in (re.match, re.search, re.fullmatch, re.findall, re.finditer):
                flags = call.argument(2, "flags", 0)
            elif call.function is re.split:
                flags = call.argument(3, "flags", 0)
            else:
                flags = call.argument(4, "flags", 0)
            self.pattern = given if type(given) is re.Pattern else re.compile(given, flags)

    def argument(self, number: int, name: str, default: Any = None) -> Any:
        """Return an argument behind the pattern."""
        return self.call.argument(self.first + number, name, default)

    def shadow(self, number: int, name: str) -> Any:
        """Return its shadow."""
        return self.call.shadow(self.first + number, name)


@method(re.Pattern, "match search fullmatch finditer scanner")
def found_by_pattern(call: NativeCall) -> Any:
    """Model the search by a pattern."""
    return call.shadow(0, "string")


@function(re.match, re.search, re.fullmatch, re.finditer)
def found_by_function(call: NativeCall) -> Any:
    """Model the search by a function."""
    return call.shadow(1, "string")


@method(re.Pattern, "findall")
@function(re.findall)
def findall(call: NativeCall) -> Any:
    """Model `findall`."""
    search = _Search(call)
    text, shadow = search.argument(0, "string"), search.shadow(0, "string")
    bounds = call.args[1:] if search.first == 0 else ()
    matches = list(search.pattern.finditer(text, *bounds))
    groups = search.pattern.groups
    if groups < 2:
        found = [part(shadow, len(text), *match.span(groups)) for match in matches]
        call.heap.set_sequence(call.result, found)
        return
    for match, texts in zip(matches, call.result, strict=True):
        spans = [match.span(number) for number in range(1, groups + 1)]
        call.heap.set_sequence(texts, [part(shadow, len(text), *span) for span in spans])


@method(re.Pattern, "split")
@function(re.split)
def split(call: NativeCall) -> Any:
    """Model `split`."""
    search = _Search(call)
    text, shadow = search.argument(0, "string"), search.shadow(0, "string")
    most = search.argument(1, "maxsplit", 0)
    spans, here = [], 0
    for number, match in enumerate(search.pattern.finditer(text)):
        if most and number >= most:
            break
        spans.append((here, match.start()))
        spans += [match.span(group) for group in range(1, search.pattern.groups + 1)]
        here = match.end()
    spans.append((here, len(text)))
    call.heap.set_sequence(call.result, [part(shadow, len(text), *span) for span in spans])


@method(re.Pattern, "sub subn")
@function(re.sub, re.subn)
def substitute(call: NativeCall) -> Any:
    """Model `sub` and `subn`."""
    search = _Search(call)
    several = type(call.result) is tuple
    result = call.result[0] if several else call.result
    try:
        found = joined_pieces(_substituted(search, result), len(result))
    except Unknown:
        found = call.everything()
    if not several:
        return found
    call.heap.set_sequence(call.result, [found, None])
    return None


def _substituted(search: _Search, result: Any) -> Iterable[Piece]:
    text, shadow = search.argument(1, "string"), search.shadow(1, "string")
    template, count = search.argument(0, "repl"), search.argument(2, "count", 0)
    matches = list(search.pattern.finditer(text))
    matches = matches[:count] if count else matches
    replaced = _Callback(search, matches, result) if matches and callable(template) else None
    pieces: list[Piece] = []
    here = 0
    for number, match in enumerate(matches):
        pieces.append((part(shadow, len(text), here, match.start()), match.start() - here))
        if replaced is not None:
            inner = replaced.pieces(number)
        else:
            inner = expanded(match, template, search.shadow(0, "repl"), shadow)
        pieces += inner
        here = match.end()
    pieces.append((part(shadow, len(text), here, len(text)), len(text) - here))
    return pieces


class _Callback:
    """Replacements that a function has returned for matches: labelled texts, and clean ones of unknown length."""

    def __init__(self, search: _Search, matches: list[re.Match[Any]], result: Any) -> None:
        text = search.argument(1, "string")
        bounds = [match.start() for match in (*matches[1:], *matches[:1])]
        bounds[-1:] = [len(text)] if matches else []
        self.result = result
        self.behind = [text[match.end() : bound] for match, bound in zip(matches, bounds, strict=True)]
        self.returned = search.call.returned
        if not self.returned and type(search.argument(0, "repl")).__name__ != "function":
            raise Unknown  # a native function, which may have given anything
        self.steps = 0
        self.found = self._aligned(matches[0].start() if matches else 0)

    def _aligned(self, start: int) -> list[Piece]:
        """Return the piece for each match; what comes between the matches must be found between them."""
        pending: list[tuple[int, int, int, list[Piece]]] = [(0, start, 0, [])]
        while pending:
            number, here, used, found = pending.pop()
            self.steps += 1
            if self.steps > _MOST_STEPS:
                raise Unknown
            if number == len(self.behind):
                if here == len(self.result) and used == len(self.returned):
                    return found
                continue
            pending += reversed(list(self._continued(number, here, used, found)))
        raise Unknown

    def _continued(
        self, number: int, here: int, used: int, found: list[Piece]
    ) -> Iterable[tuple[int, int, int, list[Piece]]]:
        behind = self.behind[number]
        if used < len(self.returned) and self.result.startswith(self.returned[used][0] + behind, here):
            value, shadow = self.returned[used]
            yield number + 1, here + len(value) + len(behind), used + 1, [*found, (shadow, len(value))]
        if len(self.behind) - number > len(self.returned) - used:
            stop = self.result.find(behind, here)
            while stop >= 0:
                yield number + 1, stop + len(behind), used, [*found, (None, stop - here)]
                stop = self.result.find(behind, stop + 1)

    def pieces(self, number: int) -> list[Piece]:
        """Return what has been put in for a match."""
        return [self.found[number]]


_MOST_STEPS = 5_000
_REFERENCE = re.compile(r"\\(?:g<([^>]*)>|([1-9][0-9]?)|(.))", re.DOTALL)


def expanded(match: re.Match[Any], template: Any, own: Any, shadow: Any) -> list[Piece]:
    """Return the pieces of a template of `sub` or `expand`.

    Args:
        match: the match.
        template: the template.
        own: its shadow.
        shadow: that of the text that was searched.
    """
    text = template if type(template) is str else bytes(template).decode("latin-1")
    pieces: list[Piece] = []
    here = 0
    for found in _REFERENCE.finditer(text):
        pieces.append((part(own, len(text), here, found.start()), found.start() - here))
        here = found.end()
        name, number, other = found.groups()
        if other is not None:
            if other.isdecimal():
                raise Unknown
            known = other in "abfnrtv\\"
            pieces.append((part(own, len(text), found.start(), found.end()), 1 if known else 2))
            continue
        key: Any = int(number or name) if (number or name).isdecimal() else name
        start, stop = match.span(key)
        pieces.append((part(shadow, len(match.string), start, stop), stop - start))
    pieces.append((part(own, len(text), here, len(text)), len(text) - here))
    return pieces


# --- matches


@method(re.Match, "group __getitem__")
def group(call: NativeCall) -> Any:
    """Model `Match.group`."""
    match, shadow = call.receiver, call.own
    length = len(match.string)
    if len(call.args) < 2:
        return part(shadow, length, *match.span(*call.args))
    call.heap.set_sequence(call.result, [part(shadow, length, *match.span(each)) for each in call.args])
    return None


@method(re.Match, "groups")
def groups(call: NativeCall) -> Any:
    """Model `Match.groups`."""
    call.heap.set_sequence(call.result, [_of_group(call, number) for number in range(1, call.receiver.re.groups + 1)])


@method(re.Match, "groupdict")
def groupdict(call: NativeCall) -> Any:
    """Model `Match.groupdict`."""
    for name, value in call.result.items():
        call.heap.set_item(call.result, name, value, _of_group(call, name))


def _of_group(call: NativeCall, key: Any) -> Any:
    span = call.receiver.span(key)
    if span[0] < 0:
        return call.shadow(0, "default")
    return part(call.own, len(call.receiver.string), *span)


@method(re.Match, "expand")
def expand(call: NativeCall) -> Any:
    """Model `Match.expand`."""
    try:
        pieces = expanded(call.receiver, call.args[0], call.shadows[0], call.own)
        return joined_pieces(pieces, len(call.result))
    except Unknown:
        return call.everything()


@method(re.Match, "start end span")
def place(call: NativeCall) -> Any:
    """Model the places of a match: the text says where they are."""
    return tags_of(call.own)


@function(re.escape)
def escape(call: NativeCall) -> Any:
    """Model `re.escape`."""
    from bytescope.taint.spans import segmentwise

    return segmentwise(call.shadows[0], call.args[0], call.result, re.escape)


__all__ = ["union"]
