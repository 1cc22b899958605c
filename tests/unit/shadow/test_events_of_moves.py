"""Events of primitives that only move values have the shadows of their operands, as all others have."""

from typing import Any

import pytest

import bytescope
from bytescope.analyses.labels import Labels
from bytescope.analysis.engines.woven import WOVEN

SOURCE = """
def source(): return "x"
def f(a):
    b = a
    return [b, (lambda c=b: c)]
class C: pass
C.attribute = f(source())
import sys as module
"""


SUSPENDING = """
class Awaited:
    def __await__(self):
        yield source()
        return source()
def generator(x):
    yield from [x]
    yield (yield x)
async def asynchronous(x):
    yield x
async def coroutine(x):
    async for y in asynchronous(x): await Awaited()
list(generator(source()))
c = coroutine(source())
c.send(None)
try: c.send(None)
except StopIteration: pass
"""


def run(source: str, engine: Any, *analyses: bytescope.Analysis) -> None:
    code = compile(source, "moves.py", "exec")
    with bytescope.attach(*analyses, engine=engine, include=["moves"]):
        if engine == "woven":
            exec(WOVEN.load(code, "moves"), {"__name__": "moves"})
        else:
            bytescope.VM().run_code(code, {"__name__": "moves"})


def test_labels_of_all_primitives_are_the_same_in_both_engines() -> None:
    found = []
    for engine in ("woven", "interpreter"):
        labels = Labels(sources="source", primitives="*")
        run(SOURCE + SUSPENDING, engine, labels)
        found.append({(each["line"], each["name"], each["operand"], *each["labels"]) for each in labels.result()})
    assert found[0] == found[1]
    assert {(4, "store_local", "value", "source"), (7, "setattr", "value", "source")} <= found[0]
    assert {"suspend", "async_gen_wrap"} <= {name for _, name, *_ in found[0]}


@pytest.mark.parametrize("engine", ["woven", "interpreter"])
def test_every_move_has_a_context(engine: str) -> None:
    seen: dict[str, tuple[str, ...]] = {}

    class Reads(bytescope.Analysis):
        shadows = bytescope.shadow.Sets()

        def const(self, site, result):
            seen["const"] = tuple(bytescope.shadow.operands())

        def load_local(self, site, name, result):
            seen["load_local"] = tuple(bytescope.shadow.operands())

        def before_store_local(self, site, name, value):
            seen["before_store_local"] = tuple(bytescope.shadow.operands())

        def make_function(self, site, flags, code, attributes, result):
            seen["make_function"] = tuple(bytescope.shadow.operands())

    run(SOURCE, engine, Reads())
    assert seen == {
        "const": (),
        "load_local": (),
        "before_store_local": ("value",),
        "make_function": ("code", "attributes", "result"),
    }
