"""Writes well-behaved programs: they end, print much, and use most of the language in ways that mean something.

An `Author` makes every decision through one function, ``choose(n)``, which gives a number below n: Hypothesis can be
that function, and shrink, or a seeded random generator.
"""

from __future__ import annotations

import random
from pathlib import Path

from .statements import Author
from .writer import Choose

PRELUDE = Path(__file__).with_name("prelude.py").read_text(encoding="utf-8")


def write(choose: Choose, size: int) -> str:
    """The program, about `size` statements long, that comes of the choices."""
    return PRELUDE + Author(choose, size).program()


def program(seed: int, size: int = 60) -> str | None:
    """The program of a seed, about `size` statements long; None if it cannot be compiled."""
    text = write(random.Random(seed).randrange, size)
    try:
        compile(text, "<program>", "exec", dont_inherit=True)
    except SyntaxError:
        return None
    return text
