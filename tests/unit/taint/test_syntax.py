"""Which characters from the outside mean something: they stand between « and » here."""

from __future__ import annotations

import pytest

from bytescope.taint.syntax import LANGUAGES

HARMLESS = [
    ("sql", "SELECT * FROM t WHERE name = '«alice»'"),
    ("sql", "SELECT * FROM t WHERE name = '«o''neil»' AND id = «12»"),
    ("sql", "SELECT * FROM t WHERE id = «-5» LIMIT «10»"),
    ("sql", "INSERT INTO t VALUES ('«a; -- b»')"),
    ("sql", 'SELECT "«a b»" FROM t'),
    ("shell", "ls «docs/a_b-1.txt»"),
    ("shell", "ls '«a; rm -rf b»'"),
    ("shell", 'echo "«a; b»"'),
    ("html", "<p>«hello world & more»</p>"),
    ("html", '<a href="«/page?x=1»">x</a>'),
    ("html", '<input value="«a < b»">'),
    ("html", "<script>var x = '«abc»';</script>"),
    ("html", "<!-- «note» -->"),
    ("path", "data/«report.txt»"),
    ("path", "data/«a..b»/../x"),
    ("url", "https://example.org/search?q=«a/b:c»"),
    ("url", "/local?next=«//evil»"),
    ("code", "f('«text; more»', «12»)"),
    ("template", "Hello «name»"),
    ("header", "«a; b=c»"),
    ("ldap", "(uid=«alice»)"),
    ("xpath", "//user[name='«alice or bob»']"),
    ("xml", "<a>«text»</a>"),
]
HARMFUL = [
    ("sql", "SELECT * FROM t WHERE name = 'o«'»neil'"),
    ("sql", "SELECT * FROM t WHERE name = '«x' OR '1'='1»'"),
    ("sql", "SELECT * FROM t WHERE id = 1 «OR 1=1»"),
    ("sql", "SELECT * FROM t ORDER BY «name»"),
    ("sql", "SELECT * FROM t WHERE id = 1 «--»"),
    ("sql", 'SELECT "a«"» FROM t"'),
    ("shell", "ls «; rm x»"),
    ("shell", "ls «a b»"),
    ("shell", "ls «-la»"),
    ("shell", "ls '«a'; rm x; '»'"),
    ("shell", 'echo "«$(id)»"'),
    ("program", "«/bin/ls»"),
    ("html", "<p>«<b>»</p>"),
    ("html", "<p>«<script>alert(1)</script>»</p>"),
    ("html", '<a href="«javascript:x»">x</a>'),
    ("html", '<input value="«a" onfocus="b»">'),
    ("html", "<input value=«a onfocus=b»>"),
    ("html", "<script>var x = '«a'; alert(1); '»';</script>"),
    ("html", "<script>var x = «alert»;</script>"),
    ("html", '<p onclick="«alert(1)»">'),
    ("html", "<!-- «--><b>» -->"),
    ("path", "data/«../secret»"),
    ("path", "«/etc/passwd»"),
    ("path", "«C:/x»"),
    ("url", "https://«evil.example»/x"),
    ("url", "«javascript:x»"),
    ("url", "«//evil.example/x»"),
    ("code", "f(«x»)"),
    ("code", "f('«'); g('»')"),
    ("template", "Hello «{{ 7 * 7 }}»"),
    ("header", "a«\r\nSet-Cookie: b»"),
    ("ldap", "(uid=«*)(uid=*»)"),
    ("xpath", "//user[name='«' or '1'='1»']"),
    ("xml", "«<!DOCTYPE a>»"),
]


def _found(language: str, text: str) -> list[str]:
    mask, plain, inside = bytearray(), [], 0
    for character in text:
        if character in "«»":
            inside = character == "«"
            continue
        plain.append(character)
        mask.append(inside)
    written = "".join(plain)
    return [written[each.start : each.stop] for each in LANGUAGES[language](written, bytes(mask))]


@pytest.mark.parametrize(("language", "text"), HARMLESS)
def test_content_means_nothing(language: str, text: str) -> None:
    assert _found(language, text) == []


@pytest.mark.parametrize(("language", "text"), HARMFUL)
def test_syntax_means_something(language: str, text: str) -> None:
    assert _found(language, text)


def test_languages_are_all_tested() -> None:
    assert {language for language, _ in HARMFUL} | {"log"} == set(LANGUAGES)
