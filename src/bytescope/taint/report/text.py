"""Findings as text, with or without colours."""

from __future__ import annotations

import linecache

from bytescope.analyses.base import shown
from bytescope.taint.findings import Excerpt, Finding

_STYLES = {"": "", "tainted": "33", "meaning": "1;31", "title": "1", "dim": "2"}
_NOTHING = "no input reaches anything that the policy calls a sink\n"


def report(findings: list[Finding], color: bool = False) -> str:
    """Return findings as text.

    Args:
        findings: the findings.
        color: whether to mark characters by colour; else by a line below.
    """
    if not findings:
        return _NOTHING
    lines: list[str] = []
    for number, each in enumerate(findings, 1):
        lines += _finding(number, each, color)
    meaning = sum(each.verdict == "syntax" for each in findings)
    arriving = len(findings) - meaning
    lines.append(f"{meaning} with characters that mean something, {arriving} that only arrive")
    return "\n".join(lines) + "\n"


def _finding(number: int, each: Finding, color: bool) -> list[str]:
    head = f"{number}. {each.kind.title}" if each.verdict == "syntax" else f"{number}. {each.kind.title}: arrives only"
    weakness = f"CWE-{each.kind.cwe}, " if each.kind.cwe else ""
    times = "" if each.count == 1 else f", {each.count} times"
    lines = [
        _styled(head, "title", color),
        f"   {shown(each.place.file)}:{each.place.line} in {each.place.function}: {each.function}, "
        f"argument {each.argument} ({weakness}{each.kind.level}{times})",
    ]
    lines += _excerpt(each.excerpt, color)
    if each.why:
        lines.append(f"   what is marked {each.why}")
    if not each.exact:
        lines.append(
            _styled("   all of the value comes from there, or its characters are not known one by one", "dim", color)
        )
    for passages in each.ways:
        for passage in passages:
            source = linecache.getline(passage.place.file, passage.place.line).strip()
            where = f"{shown(passage.place.file)}:{passage.place.line}"
            lines.append(f"   - {passage.what}, {where}: {_styled(source, 'dim', color)}")
    if each.verdict == "syntax":
        lines.append(f"   {each.kind.fix}")
    return [*lines, ""]


def _excerpt(excerpt: Excerpt, color: bool) -> list[str]:
    if color:
        return ["   " + "".join(_styled(_printable(text), style, True) for text, style in excerpt.pieces())]
    text = marks = ""
    for piece, style in excerpt.pieces():
        printed = _printable(piece)
        text += printed
        marks += {"": " ", "tainted": "~", "meaning": "^"}[style] * len(printed)
    return [f"   {text}", f"   {marks}".rstrip()]


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _styled(text: str, style: str, color: bool) -> str:
    code = _STYLES[style]
    return f"\x1b[{code}m{text}\x1b[0m" if color and code else text
