"""What it costs to take code objects apart and put them together again.

    python benchmarks/code_roundtrip.py [ROUNDS]

prints milliseconds per 1000 instructions for decoding, for encoding and, to compare, for `compile` and for
`dis.get_instructions`, over modules of the standard library: the best of several rounds for each.
"""

import dis
import sys
import sysconfig
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path

from bytescope.code.host import HOST
from bytescope.code.proxy import Code

MODULES = ["argparse", "ast", "_pydecimal", "inspect", "typing", "json/decoder", "asyncio/base_events", "email/message"]


def nested(code: types.CodeType) -> Iterator[types.CodeType]:
    """The code object and all within it."""
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from nested(const)


def best(rounds: int, work: Callable[[], object]) -> float:
    """The shortest of some runs, in milliseconds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times) * 1e3


def main(rounds: int = 5) -> None:
    """Measure and print."""
    library = Path(sysconfig.get_path("stdlib"))
    sources = [(library / f"{module}.py").read_text("utf-8") for module in MODULES]
    codes = [compile(source, module, "exec") for source, module in zip(sources, MODULES, strict=True)]
    single = [code for code_of_module in codes for code in nested(code_of_module)]
    thousands = sum(len(Code.from_host(code).instructions) for code in single) / 1e3
    editable = [Code.from_host(code) for code in codes]
    measures = {
        "decode": lambda: [Code.from_host(code) for code in codes],
        "encode": lambda: [code.to_host() for code in editable],
        "compile": lambda: [compile(source, "<benchmark>", "exec") for source in sources],
        "dis.get_instructions": lambda: [list(dis.get_instructions(code)) for code in single],
    }
    print(f"CPython {HOST}, {len(single)} code objects, {thousands * 1e3:.0f} instructions; ms per 1000 instructions:")
    results = {name: best(rounds, work) / thousands for name, work in measures.items()}
    print(f"  decode + encode       {results['decode'] + results['encode']:6.2f}   (to be at most 15)")
    for name, result in results.items():
        print(f"  {name:21} {result:6.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
