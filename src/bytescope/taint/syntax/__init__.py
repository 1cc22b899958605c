"""Characters of a text that have a meaning in the language that it is written in.

Each language is a function of a text and a mask, which has a byte for each character, not 0 where the character comes
from the outside. It yields such characters that are more than content there: quotes, operators, a second argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bytescope.taint.syntax import code, html, ldap, lines, path, shell, sql, template, url, xml
from bytescope.taint.syntax.meaning import Meaning

Language = Callable[[str, bytes], Iterable[Meaning]]

LANGUAGES: dict[str, Language] = {
    "sql": sql.meanings,
    "shell": shell.meanings,
    "program": shell.meanings_of_program,
    "html": html.meanings,
    "path": path.meanings,
    "url": url.meanings,
    "code": code.meanings,
    "template": template.meanings,
    "xpath": sql.meanings_in_xpath,
    "ldap": ldap.meanings,
    "header": lines.meanings,
    "log": lines.meanings,
    "xml": xml.meanings,
}
"""The languages by name."""

__all__ = ["LANGUAGES", "Language", "Meaning"]
