"""The results as lines of a table on the terminal."""

from collections.abc import Iterator, Sequence

from .catalogue import CORE
from .engines import NATIVE
from .results import Results

Row = Sequence[str]


def heading(engines: Sequence[str]) -> str:
    """The first two lines of the table."""
    titles = ["program".ljust(24), NATIVE.rjust(11)]
    for engine in engines:
        titles += [engine.rjust(13), "ratio".rjust(7), "of all pairs".rjust(15), "M instr/s".rjust(10)]
    line = " ".join(titles)
    return f"{line}\n{'-' * len(line)}"


def line(results: Results, program: str, engines: Sequence[str]) -> str:
    """One program's line."""
    if program in results.failures:
        return f"{program:<24} FAILED: {results.failures[program]}"
    timings = results.timings[program]
    cells = [program.ljust(24), duration(timings[NATIVE].seconds).rjust(11)]
    for engine in engines:
        timing, ratio = timings[engine], results.ratio(program, engine)
        assert ratio is not None
        speed = f"{timing.instructions / timing.seconds / 1e6:.2f}" if timing.instructions else ""
        cells += [duration(timing.seconds).rjust(13), f"{ratio}x".rjust(7), ratio.spread.rjust(15), speed.rjust(10)]
    return " ".join(cells)


def means(results: Results) -> Iterator[str]:
    """The geometric means, one line for each engine."""
    for engine in results.engines:
        mean, core = results.mean(engine), results.core_mean(engine)
        if mean is not None:
            yield f"{engine}: geometric mean over {len(results.timings)} programs {mean:.1f}x"
        if core is not None:
            yield f"{engine}: geometric mean over {', '.join(CORE)} {core:.1f}x"


def duration(seconds: float) -> str:
    """*seconds* with a unit that suits it."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
