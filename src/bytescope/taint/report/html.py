"""Findings as one page that needs nothing else: no script, no network."""

from __future__ import annotations

import html
import linecache
from importlib.resources import files

from bytescope.analyses.base import shown
from bytescope.taint.findings import Excerpt, Finding, Passage

_TAGS = {"critical": "hi", "high": "hi", "medium": "mid", "low": "mid"}


def page(findings: list[Finding], clean: int = 0) -> str:
    """Return findings as a page.

    Args:
        findings: the findings.
        clean: the number of places whose sinks were reached by nothing from the outside.
    """
    style = (files("bytescope.taint.report") / "page.css").read_text(encoding="utf-8")
    meaning = sum(each.verdict == "syntax" for each in findings)
    bar = f"{meaning} of {len(findings)} findings mean something · {clean} places reached by clean data only"
    entries = "".join(_entry(number, each) for number, each in enumerate(findings))
    articles = "".join(_article(number, each) for number, each in enumerate(findings))
    if not findings:
        articles = "<article><h1>Nothing from the outside reaches anything that the policy calls a sink</h1></article>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>bytescope taint: {len(findings)} findings</title><style>{style}</style>"
        f'<header class="bar"><span class="brand">byte<i>scope</i> taint</span>'
        f'<span class="muted">{bar}</span></header>'
        f'<div class="lay"><nav class="list" aria-label="Findings">{entries}</nav>'
        f"<main>{articles}</main></div></html>\n"
    )


def _entry(number: int, each: Finding) -> str:
    arrives = each.verdict != "syntax"
    tag, word = ("no", "arrives only") if arrives else (_TAGS[each.kind.level], each.kind.level)
    where = f"{shown(each.place.file)}:{each.place.line}"
    return (
        f'<a href="#f{number}"><b><span class="tag {tag}">{word}</span>{_text(each.kind.title)}</b>'
        f"<small>{_text(where)} · from {_text(_sources(each))}{_cwe(each)}</small></a>"
    )


def _article(number: int, each: Finding) -> str:
    what = "mean something in" if each.verdict == "syntax" else "arrive at"
    times = "" if each.count == 1 else f" · seen {each.count} times"
    request = f" · {_text(each.scope)}" if each.scope else ""
    key = '<span class="t">t</span> comes from the outside'
    if each.excerpt.meaning:
        key += f' &ensp;<span class="m">m</span> and {_text(each.why)}'
    exact = (
        "Origins are kept for each character on the way."
        if each.exact
        else "All of the value comes from there, or its characters are not known one by one."
    )
    return (
        f'<article id="f{number}"><h1>{_text(each.kind.title)}: characters from {_text(_sources(each))} {what} '
        f"<code>{_text(each.function)}</code></h1>"
        f'<p class="sub">{_text(shown(each.place.file))}:{each.place.line} in <code>{_text(each.place.function)}</code>'
        f"{request}{times} · {each.kind.level}, security-severity {each.kind.severity}{_cwe(each)}</p>"
        f'<pre class="value">{_excerpt(each.excerpt)}</pre><p class="key">{key}</p>'
        + "".join(_way(each, passages) for passages in each.ways)
        + f"<details open><summary>How to fix it</summary>{_text(each.kind.fix)}</details>"
        f"<details><summary>How sure this is</summary>{exact}</details></article>"
    )


def _way(each: Finding, passages: list[Passage]) -> str:
    rows = [_passage(passage, "src" if not number else "") for number, passage in enumerate(passages)]
    place = f"{shown(each.place.file)}:{each.place.line}"
    rows.append(
        f'<li class="sink"><div class="where"><b>sink</b> · {_text(each.function)}, argument {_text(each.argument)} · '
        f"{_text(place)}</div>{_source(each.place.file, each.place.line)}</li>"
    )
    return f'<ol class="path">{"".join(rows)}</ol>'


def _passage(passage: Passage, css: str) -> str:
    place = f"{shown(passage.place.file)}:{passage.place.line}"
    return (
        f'<li class="{css}"><div class="where"><b>{_text(passage.what)}</b> · {_text(place)} in '
        f"<code>{_text(passage.place.function)}</code></div>{_source(passage.place.file, passage.place.line)}"
        f'<div class="val mono">{_excerpt(passage.excerpt)}</div></li>'
    )


def _source(file: str, line: int) -> str:
    source = linecache.getline(file, line).strip()
    return f'<pre class="row">{_text(source)}</pre>' if source else ""


def _excerpt(excerpt: Excerpt) -> str:
    css = {"tainted": "t", "meaning": "m"}
    return "".join(
        f'<span class="{css[style]}">{_text(text)}</span>' if style else _text(text) for text, style in excerpt.pieces()
    )


def _sources(each: Finding) -> str:
    return ", ".join(sorted({origin.source for origin in each.origins}))


def _cwe(each: Finding) -> str:
    number = each.kind.cwe
    return f' · <span class="cwe">CWE-{number}</span>' if number else ""


def _text(text: str) -> str:
    return html.escape(text)
