"""More programs out of the snippets: the same statements elsewhere, and with accidents.

A snippet's statements run at module level, where every name is a global. Put into a function, a generator, a coroutine,
a class or a nested function they go through other instructions; with a statement or an expression exchanged for another
they go through other exceptions. What CPython does with the result is right by definition.
"""

from __future__ import annotations

import ast
import copy
import random
import warnings
from functools import cache
from zlib import crc32

from . import corpus
from .known import EVENTS_DIFFER, LEFT_OUT, is_known

PLACES = {
    "module": "",
    "function": "def place():\n    pass\nplace()",
    "generator": "def place():\n    yield\n    pass\nfor step in place():\n    print('step')",
    "coroutine": "async def place():\n    pass\ntry:\n    place().send(None)\nexcept StopIteration:\n    pass",
    "class": "class Place:\n    pass",
    "closure": "def outer():\n    def place():\n        pass\n    place()\n    return place\nouter()",
    "method": "class Place:\n    def place(self):\n        pass\nPlace().place()",
    "handler": "def place():\n    try:\n        raise KeyError('around')\n    except KeyError:\n        pass\nplace()",
    "loop": "for turn in range(2):\n    pass",
}


@cache
def _texts(observable: bool) -> dict[str, str]:
    """The snippets by their ids: all, or those which an observer neither changes nor is told otherwise of."""
    return {
        snippet.id: snippet.source
        for snippet in corpus.load()
        if not snippet.own_process and not (observable and is_known(snippet.id, EVENTS_DIFFER.keys() | LEFT_OUT))
    }


def program(seed: int, size: int = 2, *, observable: bool = False) -> str | None:
    """A snippet somewhere else, with accidents; None if that cannot be compiled.

    Args:
        seed: chooses the snippet, the place and the accidents. Most seeds go on choosing the same when there are more
            snippets.
        size: the greatest number of accidents.
        observable: whether only of snippets which the engines tell the same of.
    """
    chance = random.Random(seed)
    texts = _texts(observable)
    tree = ast.parse(texts[min(texts, key=lambda name: crc32(f"{seed} {name}".encode()))])
    for _ in range(chance.randint(0, size)):
        _accident(tree, chance)
    try:
        text = ast.unparse(ast.fix_missing_locations(_placed(tree, chance.choice(sorted(PLACES)))))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<variant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    return text + "\n"


def observable_program(seed: int, size: int = 2) -> str | None:
    """A `program` made of a snippet which the engines tell the same of."""
    return program(seed, size, observable=True)


def _placed(tree: ast.Module, place: str) -> ast.Module:
    """The statements of a module put where a place has its last, innermost ``pass``."""
    if place == "module":
        return tree
    frame = ast.parse(PLACES[place])
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    for node in ast.walk(frame):
        for field in ("body", "handlers"):
            statements = getattr(node, field, None)
            if isinstance(statements, list) and statements and isinstance(statements[-1], ast.Pass):
                if isinstance(node, ast.ExceptHandler) and getattr(node.type, "id", "") == "StopIteration":
                    continue
                statements[-1:] = [statement for statement in tree.body if statement not in future]
                frame.body = [*future, *frame.body]
                return frame
    raise ValueError(place)


def _accident(tree: ast.Module, chance: random.Random) -> None:
    """Exchange, leave out or repeat a statement, or put one expression in the place of another."""
    nodes = list(ast.walk(tree))
    blocks = [
        block
        for node in nodes
        for field in ("body", "orelse", "finalbody")
        if isinstance(block := getattr(node, field, None), list) and block
    ]
    if chance.random() < 0.4:
        block, other = chance.choice(blocks), chance.choice(blocks)
        position = chance.randrange(len(block))
        change = chance.randrange(3)
        if change == 0 and len(block) > 1:
            del block[position]
        elif change == 1:
            block.insert(position, copy.deepcopy(chance.choice(other)))
        else:
            guard = ast.parse("try:\n    pass\nexcept Exception as accident:\n    print(repr(accident))").body[0]
            assert isinstance(guard, ast.Try)
            guard.body = [block[position]]
            block[position] = guard
        return
    loaded = [node for node in nodes if isinstance(node, ast.expr) and _loads(node)]
    holders = [
        (node, field, index)
        for node in nodes
        for field, value in ast.iter_fields(node)
        for index, item in (enumerate(value) if isinstance(value, list) else [(None, value)])
        if isinstance(item, ast.expr) and _loads(item) and not isinstance(node, (ast.JoinedStr, ast.FormattedValue))
    ]
    if loaded and holders:
        node, field, index = chance.choice(holders)
        replacement = copy.deepcopy(chance.choice(loaded))
        if index is None:
            setattr(node, field, replacement)
        else:
            getattr(node, field)[index] = replacement


def _loads(node: ast.expr) -> bool:
    inside_only = (ast.Starred, ast.FormattedValue, ast.Slice)
    return not isinstance(node, inside_only) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
