"""Round trip of the standard library's code objects through `Code`.

    python -m tests.support.roundtrip [DIRECTORY]

compiles every source file of the standard library (or of a directory), takes all its code objects apart, puts them
together again and compares every attribute. It prints counts and exits with 1 if anything differs.
"""

import marshal
import math
import sys
import sysconfig
import time
import types
import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from bytescope.code import Code
from bytescope.code.host.facts import HOST

ATTRIBUTES = sorted(
    name for name in dir(types.CodeType) if name.startswith("co_") and not callable(getattr(types.CodeType, name))
)


def library(directory: str | None = None) -> list[Path]:
    """All source files of the standard library, or of a directory, in a fixed order."""
    root = Path(directory or sysconfig.get_path("stdlib"))
    return sorted(path for path in root.rglob("*.py") if "site-packages" not in path.parts)


def compiled(path: Path) -> types.CodeType | None:
    """The file's code object; None for the library's examples of source that does not compile."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return None


def nested(code: types.CodeType) -> Iterator[types.CodeType]:
    """The code object and all within it."""
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from nested(const)


def differences(one: types.CodeType, other: types.CodeType) -> Iterator[str]:
    """Whatever tells the code objects apart, nested ones included."""
    for name in ATTRIBUTES:
        if name == "co_consts":
            if len(one.co_consts) != len(other.co_consts):
                yield f"{one.co_qualname}: number of constants"
            for first, second in zip(one.co_consts, other.co_consts, strict=False):
                if isinstance(first, types.CodeType) and isinstance(second, types.CodeType):
                    yield from differences(first, second)
                elif not same_constant(first, second):
                    yield f"{one.co_qualname}: constant {first!r} became {second!r}"
        elif name != "co_lnotab" and getattr(one, name) != getattr(other, name):
            yield f"{one.co_qualname}: {name}"
    if variable_kinds(one) != variable_kinds(other):
        yield f"{one.co_qualname}: kinds of variables"


def same_constant(one: object, other: object) -> bool:
    """Equal in type, value, sign of zero and so on, all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same_constant, one, other))
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return one == other and sorted(map(repr, one)) == sorted(map(repr, other))
    if isinstance(one, float) and isinstance(other, float):
        return one.hex() == other.hex() or (math.isnan(one) and math.isnan(other))
    return one == other and repr(one) == repr(other)


def variable_kinds(code: types.CodeType) -> bytes | None:
    """Local, cell, free, hidden: what only the marshalled form tells about the variables."""
    # The second version has no references between objects, which would hamper reading it piece by piece. It knows no
    # slices either, so the few code objects that have hidden variables and constant slices are not looked at.
    plain = code.replace(co_consts=()) if not hidden(code) else code
    try:
        stream = BytesIO(marshal.dumps(plain, 2))
    except ValueError:
        return None
    stream.seek(1 + 5 * 4)
    for _ in ("code", "constants", "names", "variables"):
        marshal.load(stream)
    kinds: bytes = marshal.load(stream)
    return kinds


def hidden(code: types.CodeType) -> bool:
    """Whether `replace` would lose that variables are hidden."""
    return bool(code.co_varnames) and not code.co_flags & 1


def main(directory: str | None = None) -> int:
    """Run the round trip, print what came out, return the exit status."""
    files = codes = instructions = skipped = 0
    decoding = encoding = 0.0
    wrong: list[str] = []
    paths = library(directory)
    for number, path in enumerate(paths):
        if sys.stderr.isatty():
            print(f"\r{number}/{len(paths)}", end="", file=sys.stderr, flush=True)
        code = compiled(path)
        if code is None:
            skipped += 1
            continue
        files += 1
        codes += sum(1 for _ in nested(code))
        started = time.perf_counter()
        editable = Code.from_host(code)
        decoded = time.perf_counter()
        again = editable.to_host()
        encoded = time.perf_counter()
        decoding += decoded - started
        encoding += encoded - decoded
        instructions += count(editable)
        wrong += [f"{path}: {what}" for what in differences(code, again)]
    print(
        f"CPython {HOST}: {files} files ({skipped} do not compile), {codes} code objects, {instructions} instructions"
    )
    print(f"decoded in {decoding:.1f} s, encoded in {encoding:.1f} s: ", end="")
    print(f"{(decoding + encoding) * 1e6 / max(1, instructions):.2f} ms per 1000 instructions")
    print(f"{len(wrong)} differences", *wrong[:50], sep="\n    ")
    return 1 if wrong or not codes else 0


def count(code: Code) -> int:
    """The instructions of a code object and all within it."""
    return len(code.instructions) + sum(count(const) for const in code.consts if isinstance(const, Code))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
