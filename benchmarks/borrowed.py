"""Programs of the PyPI package pyperformance: its files as they are, and for each how to start it at a given size."""

import asyncio
import io
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from .catalogue import Namespace, Program, Work


def _source(folder: str) -> Path:
    import pyperformance

    return Path(pyperformance.__file__).parent / "data-files" / "benchmarks" / f"bm_{folder}" / "run_benchmark.py"


def _borrow(folder: str, size: int, quick: int, entry: Any, name: str = "", **options: Any) -> Program:
    return Program(f"pp_{name or folder}", size, quick, partial(_source, folder), entry, **options)


def _call(function: str) -> Any:
    return lambda namespace, size: partial(namespace[function], size)


def _richards(namespace: Namespace, size: int) -> Work:
    return partial(namespace["Richards"]().run, size)


def _nbody(namespace: Namespace, size: int) -> Work:
    return partial(namespace["bench_nbody"], 1, "sun", size)


def _chaos(namespace: Namespace, size: int) -> Work:
    point, spline = namespace["GVector"], namespace["Spline"]
    corners = [(1.6, 3.3), (1.58, 4.12), (1.31, 5.29), (1.62, 5.33), (2.89, 5.5), (2.37, 4.38), (1.66, 4.36)]
    knots = [0, 0, 0, 1, 1, 1, 2, 2, 2]
    splines = [
        spline([point(x, y, 0) for x, y in corners], 3, knots),
        spline([point(x + 1, y - 1, 0) for x, y in corners[:4]], 3, knots[:6]),
    ]
    game = namespace["Chaosgame"](splines, namespace["DEFAULT_THICKNESS"])
    return partial(game.create_image_chaos, 64, 64, size, None, namespace["DEFAULT_RNG_SEED"])


def _go(namespace: Namespace, size: int) -> Work:
    namespace["GAMES"] = size
    return namespace["versus_cpu"]  # type: ignore[no-any-return]


def _hexiom(namespace: Namespace, size: int) -> Work:
    board, _ = namespace["LEVELS"][size]

    def solve() -> str:
        stream = io.StringIO()
        namespace["solve_file"](board.strip(), namespace["Done"].FIRST_STRATEGY, namespace["DESCENDING"], stream)
        return stream.getvalue()

    return solve


def _raytrace(namespace: Namespace, size: int) -> Work:
    return partial(namespace["bench_raytrace"], 1, size, size, None)


def _spectral_norm(namespace: Namespace, size: int) -> Work:
    namespace["DEFAULT_N"] = size
    return partial(namespace["bench_spectral_norm"], 1)


def _generators(namespace: Namespace, size: int) -> Work:
    tree = namespace["tree"](range(size))

    def walk() -> int:
        return sum(1 for _ in tree)

    return walk


def _async_tree(namespace: Namespace, size: int) -> Work:
    namespace["NUM_RECURSE_LEVELS"] = size
    namespace["NUM_RECURSE_BRANCHES"] = 4
    return lambda: asyncio.run(namespace["NoneAsyncTree"]().run())


def _coroutines(namespace: Namespace, size: int) -> Work:
    def drive() -> object:
        coroutine = namespace["fibonacci"](size)
        try:
            while True:
                coroutine.send(None)
        except StopIteration as result:
            return result.value

    return drive


def _float(namespace: Namespace, size: int) -> Work:
    def maximize() -> tuple[float, float, float]:
        point = namespace["benchmark"](size)
        return point.x, point.y, point.z

    return maximize


def _pickle(namespace: Namespace, size: int) -> Work:
    pickle = namespace["__fresh__"]["pickle"]
    subjects = [namespace["DICT"], namespace["TUPLE"], namespace["DICT_GROUP"]]

    def dump() -> int:
        return sum(len(pickle.dumps(subject, 5)) for _ in range(size) for subject in subjects)

    return dump


def _unpickle(namespace: Namespace, size: int) -> Work:
    pickle = namespace["__fresh__"]["pickle"]
    texts = [pickle.dumps(namespace[name], 5) for name in ("DICT", "TUPLE", "DICT_GROUP")]

    def load() -> list[object]:
        return [pickle.loads(text) for _ in range(size) for text in texts]

    return load


def _json_loads(namespace: Namespace, size: int) -> Work:
    json = namespace["json"]
    texts = [json.dumps(namespace[name]) for name in ("DICT", "TUPLE", "DICT_GROUP")]

    def load() -> list[object]:
        return [json.loads(text) for _ in range(size) for text in texts]

    return load


def _mako(namespace: Namespace, size: int) -> Work:
    found: list[Work] = []
    runner = SimpleNamespace(bench_func=lambda name, function: found.append(function))
    namespace["bench_mako"](runner, size, size, size)
    return found[0]


# pyperformance's functions that do their own timing return the seconds that they took: nothing to compare.
TIMED = {"compared": False}

BORROWED_PROGRAMS = [
    _borrow("richards", 1, 1, _richards),
    _borrow("deltablue", 60, 20, _call("delta_blue")),
    _borrow("nbody", 900, 300, _nbody, **TIMED),
    _borrow("chaos", 600, 200, _chaos),
    _borrow("go", 8, 2, _go),
    _borrow("hexiom", 10, 2, _hexiom),
    _borrow("raytrace", 8, 4, _raytrace, **TIMED),
    _borrow("spectral_norm", 25, 14, _spectral_norm, **TIMED),
    _borrow("generators", 8000, 1200, _generators),
    _borrow("coroutines", 20, 16, _coroutines),
    _borrow("async_tree", 4, 3, _async_tree),
    _borrow("fannkuch", 7, 6, _call("fannkuch")),
    _borrow("nqueens", 6, 5, _call("bench_n_queens")),
    _borrow("float", 3000, 1000, _float),
    _borrow("pickle", 20, 6, _pickle, "pickle_pure_python", modules=("pickle",), without=("_pickle",)),
    _borrow("pickle", 25, 8, _unpickle, "unpickle_pure_python", modules=("pickle",), without=("_pickle",)),
    _borrow("json_loads", 20, 6, _json_loads, "json_pure_python", modules=("json",), without=("_json",)),
    _borrow("mako", 70, 30, _mako, modules=("mako",)),
]
