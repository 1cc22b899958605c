"""Render the README files of installed packages to HTML with markdown-it-py and print what is in them.

usage: python render.py rich markdown-it-py [--html]
"""

import hashlib
import sys
from collections import Counter
from importlib.metadata import metadata
from itertools import pairwise

from markdown_it import MarkdownIt


def outline(tokens):
    """The headings among *tokens*, indented by their level."""
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open":
            text = "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))
            yield "  " * (int(heading.tag[1]) - 1) + text


def main(arguments):
    options = {argument for argument in arguments if argument.startswith("--")}
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for package in arguments:
        if package in options:
            continue
        text = metadata(package).get_payload()
        tokens = markdown.parse(text)
        page = markdown.renderer.render(tokens, markdown.options, {})
        print(f"{package}: {len(text)} characters of Markdown, {len(page)} of HTML")
        for line in outline(tokens):
            print("  ", line)
        counts = Counter(token.type.removesuffix("_open") for token in tokens if token.nesting >= 0)
        print("  ", ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())))
        print("  ", hashlib.sha256(page.encode()).hexdigest())
        if "--html" in options:
            print(page)


if __name__ == "__main__":
    main(sys.argv[1:])
