"""What it costs to take code objects apart and put them together again, timed by pyperf.

    python benchmarks/code_roundtrip.py [OPTION OF PYPERF]...

prints milliseconds per 1000 instructions for decoding, for encoding and, to compare, for `compile` and for
`dis.get_instructions`, over modules of the standard library: the median of pyperf's values for each.
"""

import dis
import sysconfig
import types
from collections.abc import Iterator
from pathlib import Path

from bytescope.code import Code
from bytescope.code.host.facts import HOST

MODULES = ["argparse", "ast", "_pydecimal", "inspect", "typing", "json/decoder", "asyncio/base_events", "email/message"]


def nested(code: types.CodeType) -> Iterator[types.CodeType]:
    """The code object and all within it."""
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from nested(const)


def main() -> None:
    """Measure and print; pyperf runs this again in each of its worker processes."""
    import pyperf  # here: other benchmarks need `nested` only

    library = Path(sysconfig.get_path("stdlib"))
    sources = [(library / f"{module}.py").read_text("utf-8") for module in MODULES]
    codes = [compile(source, module, "exec") for source, module in zip(sources, MODULES, strict=True)]
    single = [code for code_of_module in codes for code in nested(code_of_module)]
    editable = [Code.from_host(code) for code in codes]
    thousands = sum(len(Code.from_host(code).instructions) for code in single) / 1e3
    measures = {
        "decode": lambda: [Code.from_host(code) for code in codes],
        "encode": lambda: [code.to_host() for code in editable],
        "compile": lambda: [compile(source, "<benchmark>", "exec") for source in sources],
        "dis.get_instructions": lambda: [list(dis.get_instructions(code)) for code in single],
    }
    runner = pyperf.Runner(processes=3)
    found = {name: runner.bench_func(name, work) for name, work in measures.items()}
    if runner.args.worker:
        return
    results = {name: benchmark.median() / thousands * 1e3 for name, benchmark in found.items()}
    print(f"CPython {HOST}, {len(single)} code objects, {thousands * 1e3:.0f} instructions; ms per 1000 instructions:")
    print(f"  decode + encode       {results['decode'] + results['encode']:6.2f}   (to be at most 15)")
    for name, result in results.items():
        print(f"  {name:21} {result:6.2f}")


if __name__ == "__main__":
    main()
