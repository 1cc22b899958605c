"""The chapters of the guided tour (`web/tour/*.py`): reading and running them, and what each cell has to show.

    python -m tests.tour.chapters [--update] [CHAPTER...]

compares the outputs of every cell on CPython with the expected ones, or writes those of this version of Python anew.
`web/tour/CHAPTER.out` holds what CPython 3.14 shows, which the page has; `expected/VERSION/CHAPTER.out` holds the cells
that show something else on an older version. Run `--update` on all versions, 3.14 first.
"""

from __future__ import annotations

import argparse
import ast
import io
import linecache
import re
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import bytescope

HERE = Path(__file__).parent
WEB = HERE.parent.parent / "web"
TOUR = WEB / "tour"
CHAPTERS = sorted(path.stem for path in TOUR.glob("[0-9][0-9]-*.py"))
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
BASE = "3.14"
"""The version of the page."""

Engine = Callable[[types.CodeType, dict[str, object]], object]
"""Executes code with a namespace and returns its value."""

Outputs = dict[int, str]
"""Number of a cell to what it shows; cells of prose have a number, but show nothing."""


class Cell(NamedTuple):
    """A cell of a chapter.

    marker: the rest of its first line, after `# %%`; source: its text, of a prose cell without the comment signs.
    """

    marker: str
    source: str

    @property
    def is_prose(self) -> bool:
        """True for prose, False for code."""
        return "[markdown]" in self.marker


def read_cells(chapter: str) -> list[Cell]:
    """Read the cells of a chapter, which is in the percent format of Jupytext."""
    text = (TOUR / f"{chapter}.py").read_text(encoding="utf-8")
    first, *parts = re.split(r"^# %%(.*)\n", text, flags=re.MULTILINE)
    if first.strip():
        raise ValueError(f"{chapter}: text before the first cell: {first[:40]!r}")
    cells = []
    for marker, source in zip(parts[::2], parts[1::2], strict=True):
        cell = Cell(marker.strip(), source.strip("\n"))
        if cell.is_prose:
            cell = cell._replace(source=re.sub(r"^# ?", "", cell.source, flags=re.MULTILINE))
        cells.append(cell)
    return cells


# Running


def on_cpython(code: types.CodeType, namespace: dict[str, object]) -> object:
    """Execute code on CPython."""
    return eval(code, namespace)


def on_interpreter(code: types.CodeType, namespace: dict[str, object]) -> object:
    """Execute code on bytescope's interpreter."""
    vm = bytescope.VM()
    vm.globals = namespace
    return vm.eval(code)


def run(chapter: str, engine: Engine, cells: Sequence[Cell] | None = None) -> Outputs:
    """Run a chapter from its first cell to its last.

    Args:
        chapter: its name.
        engine: what executes the cells.
        cells: the cells, if they are others than those in the file.

    Returns:
        What each code cell printed, with the value that it ended in.
    """
    with _namespace() as namespace:
        return {
            number: _show(cell.source, f"<{chapter}, cell {number}>", engine, namespace)
            for number, cell in enumerate(cells or read_cells(chapter), 1)
            if not cell.is_prose
        }


def _show(source: str, name: str, engine: Engine, namespace: dict[str, object]) -> str:
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with redirect_stdout(io.StringIO()) as printed:
        engine(compile(tree, name, "exec", dont_inherit=True), namespace)
        if isinstance(last, ast.Expr):
            value = engine(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), namespace)
            if value is not None:
                print(f"=> {value!r}")
    return "".join(line.rstrip() + "\n" for line in printed.getvalue().splitlines())


@contextmanager
def _namespace() -> Iterator[dict[str, object]]:
    """Make a new `__main__`; while it is open, the modules of the page can be imported, anew each time."""
    saved = sys.modules["__main__"], sys.path[:]
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    sys.path[:0] = [str(TOUR), str(WEB / "python")]
    try:
        yield vars(module)
    finally:
        sys.modules["__main__"], sys.path[:] = saved
        for name in list(sys.modules):
            if name.partition(".")[0] in ("bytescope_page", "tour_display"):
                del sys.modules[name]


# What is expected


def expected(chapter: str, version: str = VERSION) -> Outputs:
    """Return what the code cells of a chapter have to show on a version of Python."""
    outputs = _load(TOUR / f"{chapter}.out")
    if version != BASE:
        outputs |= _load(HERE / "expected" / version / f"{chapter}.out")
    return outputs


def update(chapter: str) -> None:
    """Write the expected outputs of a chapter on this version of Python anew."""
    outputs = run(chapter, on_cpython)
    if VERSION == BASE:
        _save(TOUR / f"{chapter}.out", outputs)
        return
    base = expected(chapter, BASE)
    different = {number: text for number, text in outputs.items() if base.get(number) != text}
    path = HERE / "expected" / VERSION / f"{chapter}.out"
    if different:
        _save(path, different)
    else:
        path.unlink(missing_ok=True)


def _load(path: Path) -> Outputs:
    if not path.exists():
        return {}
    parts = re.split(r"^--- cell (\d+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {int(number): text for number, text in zip(parts[::2], parts[1::2], strict=True)}


def _save(path: Path, outputs: Outputs) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"--- cell {number}\n{text}" for number, text in outputs.items()), encoding="utf-8")


def main() -> int:
    """Compare what chapters show, or write it anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write the expected outputs of this version anew")
    parser.add_argument(
        "chapters", nargs="*", metavar="CHAPTER", help=f"of {', '.join(CHAPTERS)}; all if none is given"
    )
    arguments = parser.parse_args()
    different = 0
    for chapter in arguments.chapters or CHAPTERS:
        if arguments.update:
            update(chapter)
        elif run(chapter, on_cpython) != expected(chapter):
            print(f"{chapter} shows something else than expected")
            different += 1
    return int(different > 0)


if __name__ == "__main__":
    raise SystemExit(main())
