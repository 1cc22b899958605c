"""Mutated code objects: bytescope takes them or refuses them with `InvalidBytecode`, whatever they are.

    python -m tests.support.mutate [--count N] [--seed N]

changes code objects of the standard library at random - instructions, exception table, constants, names, flags, stack
size - and has each decoded, lowered and verified; of those that pass it builds the resident code object. It prints how
many were refused and why, and exits with 1 at the first that ends otherwise. A number in the report names a mutant: the
same seed and number make the same mutant.
"""

from __future__ import annotations

import argparse
import sys
import types
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from bytescope.code import Code
from bytescope.code.errors import InvalidBytecode
from bytescope.code.host.facts import CACHES, EXTENDED_ARG, HOST, OPMAP
from bytescope.code.lowering.lower import lower
from bytescope.flow.control_flow import ControlFlow
from bytescope.flow.verify import verify
from bytescope.machine import resident as _resident
from bytescope.machine.resident import resident
from tests.support.roundtrip import compiled, library, nested

MODULES = (
    "argparse ast asyncio/base_events asyncio/streams asyncio/tasks bdb calendar contextlib copy csv dataclasses "
    "difflib enum fractions functools heapq inspect json/decoder pdb pickle random statistics subprocess tarfile "
    "textwrap tokenize types typing unittest/mock zipfile"
).split()
LARGEST = 1200  # bytes of code: larger ones take long and show nothing that smaller ones do not
OPCODES = sorted(set(OPMAP.values()) - {OPMAP["CACHE"]})
Attributes = dict[str, object]


def corpus(largest: int = LARGEST) -> list[types.CodeType]:
    """The code objects that are changed, of so many bytes of code at most."""
    wanted = {f"{name}.py" for name in MODULES}
    root = Path(library()[0].anchor)
    found = []
    for path in library():
        if any(path.relative_to(root).as_posix().endswith(f"lib/python{HOST}/{name}") for name in wanted):
            code = compiled(path)
            if code is not None:
                found += [each for each in nested(code) if len(each.co_code) <= largest]
    return found


def mutant(code: types.CodeType, random: Random) -> Attributes:
    """The attributes of the code object that are to be changed, with their new values."""
    changes: Attributes = {}
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
        part = random.choices([*_PARTS], [*_PARTS.values()])[0]
        old = changes.get(part, getattr(code, part))
        if part == "co_code":
            changes[part] = _changed_code(old, random)
        elif part == "co_exceptiontable":
            changes[part] = _changed_bytes(old, random)
        elif part == "co_stacksize":
            changes[part] = random.choice((0, 1, max(old - 1, 0), old + 1, 300))
        elif part == "co_flags":
            changes[part] = old ^ random.choice(_FLAGS)
        elif random.random() < 0.3:
            changes[part] = old[: random.randrange(len(old) + 1)]
        else:
            changes[part] = _changed_values(old, random, _NAMES if part == "co_names" else _CONSTS)
    return changes


_PARTS = {"co_code": 12, "co_exceptiontable": 3, "co_consts": 1, "co_names": 1, "co_flags": 1, "co_stacksize": 1}
_FLAGS = tuple(1 << bit for bit in range(10))
_CONSTS = (None, True, 0, -1, 1 << 70, 0.5, "", "name", b"", (), ("name",), (1, 2), frozenset((1,)), ..., ValueError)
_NAMES = ("name", "__class__", "__init__", "print", "exec", "append")


def _changed_values(values: tuple[Any, ...], random: Random, others: Sequence[object]) -> tuple[Any, ...]:
    changed = list(values)
    for _ in range(random.choice((1, 1, 2)) if values else 0):
        at = random.randrange(len(values))
        changed[at] = random.choice((*values, *others))
    return tuple(changed)


def _changed_code(code: bytes, random: Random) -> bytes:
    units = [code[at : at + 2] for at in range(0, len(code) - 1, 2)] or [b"\0\0"]
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        at = random.choice(_starts(units)) if random.random() < 0.95 else random.randrange(len(units))
        opcode, arg = units[at]
        after = at + 1 + CACHES[opcode]
        kind = random.randrange(20)
        if kind == 0:
            del units[at:]
        elif kind == 1:
            units[at:after] = [random.randbytes(2)]
        elif kind == 2:
            units[at:at] = [bytes((EXTENDED_ARG, random.choice((0, 1, 127, 255))))] * random.randint(1, 4)
        elif kind < 6:
            units[at:after] = []
        elif kind < 10:
            units[at:at] = _instruction(random)
        elif kind < 12:
            other = random.choice(_starts(units))
            units[at], units[other] = units[other], units[at]
        elif kind < 16:
            units[at : at + 1] = [bytes((opcode, random.choice((arg + 1, arg - 1, 0, 1, arg ^ 128)) & 255))]
        else:
            units[at:after] = _instruction(random)
        if not units:
            units = [b"\0\0"]
    data = b"".join(units)
    return data[:-1] if random.random() < 0.01 else data


def _starts(units: list[bytes]) -> list[int]:
    """Where instructions start."""
    starts = []
    at = 0
    while at < len(units):
        starts.append(at)
        at += 1 + CACHES[units[at][0]]
    return starts


def _instruction(random: Random) -> list[bytes]:
    opcode = random.choice(OPCODES)
    return [bytes((opcode, random.choice((0, 0, 0, 1, 1, 2, 2, 3, 4, 8, 16, 255)))), *[b"\0\0"] * CACHES[opcode]]


def _changed_bytes(table: bytes, random: Random) -> bytes:
    data = bytearray(table)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(data) + 1)
        kind = random.randrange(4)
        if kind == 0:
            data[at : at + 1] = random.randbytes(1)
        elif kind == 1:
            entry = (128 | random.randrange(40), random.randrange(30), random.randrange(64), random.randrange(12))
            data[at:at] = bytes(entry)
        elif kind == 2 and at < len(data):
            data[at] = data[at] + random.choice((1, 255)) & 255
        else:
            del data[at : at + random.randint(1, 4)]
    return bytes(data)


def examine(code: types.CodeType, changes: Attributes) -> types.CodeType | str:
    """Have bytescope take a mutant.

    Returns:
        The mutant, if it is valid bytecode, or the reason for which it was refused.
    """
    # A real code object with broken bytes might bring the host down before we see it.
    attributes = {name: getattr(code, name) for name in dir(code) if name[:3] == "co_" and name != "co_lnotab"}
    subject = types.SimpleNamespace(**attributes | changes)
    try:
        Code.from_host(subject)
    except InvalidBytecode as error:
        _check(error, code)
    try:
        lowered = lower(subject)
        verify(lowered)
    except InvalidBytecode as error:
        _check(error, code)
        if error.offset is None:
            raise AssertionError(f"no offset: {error}") from error
        return error.reason
    flow = ControlFlow(lowered)
    assert flow.loops is not None and flow.post_dominators is not None
    try:
        valid = code.replace(**changes)
    except ValueError as error:
        return f"the host: {error}"
    resident(valid)
    # All resident code is kept, and here there is a lot of it.
    _resident._cache.clear()
    return valid


def _check(error: InvalidBytecode, code: types.CodeType) -> None:
    if error.code != code.co_qualname:
        raise AssertionError(f"the error names {error.code}") from error


def mutants(count: int, seed: int, codes: Sequence[types.CodeType]) -> Counter[str]:
    """Examine so many mutants; returns how many were valid, and how many were refused for each reason."""
    outcomes: Counter[str] = Counter()
    for number in range(count):
        random = Random(f"{seed}/{number}")
        code = random.choice(codes)
        changes = mutant(code, random)
        try:
            result = examine(code, changes)
        except BaseException:
            print(f"mutant {number} of {code.co_qualname} in {code.co_filename}: {changes}", file=sys.stderr)
            raise
        outcomes["valid" if isinstance(result, types.CodeType) else _generalised(result)] += 1
        if sys.stderr.isatty() and number % 100 == 0:
            print(f"\r{number}/{count}", end="", file=sys.stderr, flush=True)
    return outcomes


def _generalised(reason: str) -> str:
    """The reason without what differs from mutant to mutant."""
    words = reason.replace(",", "").replace("(", " ").split()
    return " ".join(word for word in words if word.islower() and word.isalpha())


def main() -> int:
    """Examine the mutants and print what came out."""
    parser = argparse.ArgumentParser(description="Have bytescope take mutated code objects.")
    parser.add_argument("--count", type=int, default=10_000, help="how many (10000)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (0)")
    options = parser.parse_args()
    outcomes = mutants(options.count, options.seed, corpus())
    print(f"CPython {HOST}: {options.count} mutants, {outcomes['valid']} of them valid")
    for reason, number in outcomes.most_common():
        if reason != "valid":
            print(f"{number:8}  {reason}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
