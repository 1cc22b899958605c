"""Turn Markdown into HTML with an own small parser: blocks by a generator over lines, inlines by a recursive scanner.

usage: python main.py sample.md
"""

import html
import re
import sys
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path


class Lines:
    """Lines with one step of looking ahead."""

    def __init__(self, lines):
        self._lines = deque(lines)

    def __bool__(self):
        return bool(self._lines)

    def __iter__(self):
        while self._lines:
            yield self._lines.popleft()

    @property
    def next(self):
        return self._lines[0] if self._lines else ""

    def take_while(self, accept):
        while self._lines and accept(self._lines[0]):
            yield self._lines.popleft()


class Block(ABC):
    """A block knows how it starts, how to read itself from lines and how to write itself as HTML."""

    kinds = []

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        Block.kinds.append(cls)

    @classmethod
    @abstractmethod
    def read(cls, lines):
        """Read one block from *lines*, or return None and leave them as they are."""

    @abstractmethod
    def render(self):
        """Yield lines of HTML."""


@dataclass
class Heading(Block):
    level: int
    text: str

    @classmethod
    def read(cls, lines):
        if match := re.match(r"(#{1,6})\s+(.*?)\s*#*$", lines.next):
            next(iter(lines))
            return cls(len(match[1]), match[2])
        return None

    @property
    def anchor(self):
        return re.sub(r"\W+", "-", self.text.lower()).strip("-")

    def render(self):
        yield f'<h{self.level} id="{self.anchor}">{inline(self.text)}</h{self.level}>'


@dataclass
class Rule(Block):
    @classmethod
    def read(cls, lines):
        if re.fullmatch(r"\s*([-*_])(\s*\1){2,}\s*", lines.next):
            next(iter(lines))
            return cls()
        return None

    def render(self):
        yield "<hr>"


@dataclass
class CodeBlock(Block):
    language: str
    lines: list

    @classmethod
    def read(cls, lines):
        if not lines.next.startswith("```"):
            return None
        language = next(iter(lines))[3:].strip()
        body = list(lines.take_while(lambda line: not line.startswith("```")))
        next(iter(lines), None)
        return cls(language, body)

    def render(self):
        attribute = f' class="language-{html.escape(self.language)}"' if self.language else ""
        yield f"<pre><code{attribute}>" + html.escape("\n".join(self.lines), quote=False) + "</code></pre>"


@dataclass
class Quote(Block):
    children: list

    @classmethod
    def read(cls, lines):
        if not lines.next.startswith(">"):
            return None
        inner = [line[1:].removeprefix(" ") for line in lines.take_while(lambda line: line.startswith(">"))]
        return cls(list(blocks(Lines(inner))))

    def render(self):
        yield "<blockquote>"
        for child in self.children:
            yield from child.render()
        yield "</blockquote>"


@dataclass
class List(Block):
    tag: str
    items: list = field(default_factory=list)
    marker = re.compile(r"(?P<bullet>[-*+]|\d+[.)])\s+")

    @classmethod
    def read(cls, lines):
        match = cls.marker.match(lines.next)
        if not match:
            return None
        self = cls("ol" if match["bullet"][0].isdigit() else "ul")
        while match := cls.marker.match(lines.next):
            indent = match.end()
            first = next(iter(lines))[indent:]
            rest = lines.take_while(lambda line: not line.strip() or line.startswith(" " * indent))  # noqa: B023
            self.items.append(list(blocks(Lines([first, *(line[indent:] for line in rest)]))))
        return self

    def render(self):
        yield f"<{self.tag}>"
        for item in self.items:
            match item:
                case [Paragraph(lines=lines)]:
                    yield f"<li>{inline(' '.join(lines))}</li>"
                case _:
                    yield "<li>"
                    for child in item:
                        yield from child.render()
                    yield "</li>"
        yield f"</{self.tag}>"


@dataclass
class Table(Block):
    alignments: list
    rows: list

    @classmethod
    def read(cls, lines):
        if not lines.next.lstrip().startswith("|"):
            return None
        header, *rest = ([cell.strip() for cell in line.strip().strip("|").split("|")]
                         for line in lines.take_while(lambda line: line.lstrip().startswith("|")))  # fmt: skip
        alignments = []
        if rest and all(re.fullmatch(r":?-+:?", cell) for cell in rest[0]):
            for cell in rest.pop(0):
                match cell.startswith(":"), cell.endswith(":"):
                    case True, True:
                        alignments.append("center")
                    case False, True:
                        alignments.append("right")
                    case _:
                        alignments.append("left")
        return cls(alignments, [header, *rest])

    def render(self):
        yield "<table>"
        for number, row in enumerate(self.rows):
            tag = "th" if self.alignments and number == 0 else "td"
            cells = (
                f'<{tag} align="{alignment}">{inline(cell)}</{tag}>'
                for cell, alignment in zip(row, self.alignments or ["left"] * len(row), strict=False)
            )
            yield f"<tr>{''.join(cells)}</tr>"
        yield "</table>"


@dataclass
class Paragraph(Block):
    lines: list

    @classmethod
    def read(cls, lines):
        taken = [next(iter(lines))]
        taken += lines.take_while(lambda line: line.strip() and not re.match(r"(#{1,6}\s|```|>|[-*+]\s|\|)", line))
        return cls([line.strip() for line in taken])

    def render(self):
        yield f"<p>{inline(' '.join(self.lines))}</p>"


def blocks(lines):
    while lines:
        if not lines.next.strip():
            next(iter(lines))
            continue
        yield next(block for kind in Block.kinds if (block := kind.read(lines)) is not None)


INLINE = re.compile(
    r"""
      \\(?P<escaped> [\\`*_{}\[\]()\#+.!|>-] )
    | (?P<ticks>`+) (?P<code>.+?) (?P=ticks)
    | !\[(?P<alternative>[^\]]*)\]\((?P<image>[^)\s]+)\)
    | \[(?P<label>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)(?:\s+"(?P<title>[^"]*)")?\)
    | <(?P<address>https?://[^>\s]+)>
    | (?P<strong>\*\*|__) (?P<bold>.+?) (?P=strong)
    | (?P<em>[*_]) (?P<italic>.+?) (?P=em)
    | ~~ (?P<deleted>.+?) ~~
    """,
    re.VERBOSE,
)


def inline(text):
    """*text* with its inline markup as HTML."""
    pieces = []
    position = 0
    for match in INLINE.finditer(text):
        pieces.append(html.escape(text[position : match.start()], quote=False))
        pieces.append(span(match.groupdict()))
        position = match.end()
    pieces.append(html.escape(text[position:], quote=False))
    return "".join(pieces)


def span(found):
    match {name: value for name, value in found.items() if value is not None}:
        case {"escaped": character}:
            return html.escape(character)
        case {"code": code}:
            return f"<code>{html.escape(code.strip(), quote=False)}</code>"
        case {"image": image, "alternative": alternative}:
            return f'<img src="{html.escape(image)}" alt="{html.escape(alternative)}">'
        case {"target": target, "label": label, **rest}:
            title = f' title="{html.escape(rest["title"])}"' if "title" in rest else ""
            return f'<a href="{html.escape(target)}"{title}>{inline(label)}</a>'
        case {"address": address}:
            return f'<a href="{html.escape(address)}">{html.escape(address)}</a>'
        case {"bold": inner}:
            return f"<strong>{inline(inner)}</strong>"
        case {"italic": inner}:
            return f"<em>{inline(inner)}</em>"
        case {"deleted": inner}:
            return f"<del>{inline(inner)}</del>"
        case other:
            raise AssertionError(f"no rule for {sorted(other)}")


def main(path):
    document = list(blocks(Lines(Path(path).read_text(encoding="utf-8").splitlines())))
    for block in document:
        for line in block.render():
            print(line)
    headings = [block for block in document if isinstance(block, Heading)]
    print(f"<!-- {len(document)} blocks, {len(headings)} headings -->")


if __name__ == "__main__":
    main(sys.argv[1])
