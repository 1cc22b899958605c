"""At the recursion limit nothing of the machine's own shows."""

import sys
from pathlib import Path

import pytest

import bytescope
from tests.support import harness
from tests.support.processes import run_python

pytestmark = pytest.mark.process

PROGRAM = """
import sys
def entries(error):
    found, entry = [], error.__traceback__
    while entry:
        found.append((entry.tb_frame.f_code.co_name, entry.tb_lineno, entry.tb_frame.f_locals.get('n')))
        entry = entry.tb_next
    return found
def at_the_limit(f, shown):
    sys.setrecursionlimit(120)
    try:
        f(0)
    except BaseException as error:
        raised = error
    finally:
        sys.setrecursionlimit(1000)
    found = entries(raised)
    lengths.append(len(found))
    last = [(name, line, n and n - lengths[0]) for name, line, n in found[-2:]]
    context = type(raised.__context__).__name__
    if shown:
        print(f.__name__, type(raised).__name__, len(found) - lengths[0], last, context, sys.exc_info()[1])
lengths = []
def plain(n):
    plain(n + 1)
def unrelated_handler(n):
    try: unrelated_handler(n + 1)
    except KeyError: pass
def again(n):
    try: again(n + 1)
    except RecursionError:
        mark = n
        raise
def finally_first(n):
    try: finally_first(n + 1)
    finally: mark = n
def makes_functions(n):
    try: makes_functions(n + 1)
    except RecursionError:
        def inner(x=[n], *, y=2): return [x for x in x] + [y]
        raise
for shown in (False, True):  # a woven function's first call takes frames of its own
    lengths.clear()
    for f in (plain, unrelated_handler, again, finally_first, makes_functions):
        at_the_limit(f, shown)
del lengths
"""


@pytest.mark.parametrize("engine", ["machine", "observed", "woven_unrecorded"])
def test_handlers_at_the_limit_work_as_on_cpython(engine):
    expected = harness.run_batch({"limit": PROGRAM}, "cpython")["limit"]
    found = harness.differences(expected, harness.run_batch({"limit": PROGRAM}, engine)["limit"])
    assert not found, "\n".join(found)


def test_no_exception_is_left_behind():
    vm = bytescope.VM()
    vm.exec("def f():\n    try: f()\n    finally: done.append(1)\ndone = []")
    with pytest.raises(RecursionError):
        vm.eval("f()")
    assert sys.exc_info() == (None, None, None)
    assert vm.eval("len(done)") > 100


def test_a_budget_exceeded_in_a_handler_leaves_no_exception_behind():
    vm = bytescope.VM(max_instructions=1000)
    with pytest.raises(bytescope.BudgetExceeded):
        vm.exec("try: 1 / 0\nexcept ZeroDivisionError:\n    while True: pass")
    assert sys.exc_info() == (None, None, None)


DEPTHS = """
import sys
def depth(n):
    try: return depth(n + 1)
    except RecursionError: return n
sys.setrecursionlimit(60)
first = depth(0)
for limit in (60, 100, 250, 1000, 3000, 60):
    sys.setrecursionlimit(limit)
    print(depth(0) - first)
sys.setrecursionlimit(1000)
del first
"""


@pytest.mark.parametrize("engine", ["machine", "observed"])
def test_the_limit_is_met_at_the_same_depth_whatever_it_is(engine):
    expected = harness.run_batch({"depths": DEPTHS}, "cpython")["depths"]
    found = harness.differences(expected, harness.run_batch({"depths": DEPTHS}, engine)["depths"])
    assert not found, "\n".join(found)


DEEP = """
import sys
sys.setrecursionlimit(30_100)
def f(n): return n and 1 + f(n - 1)
def g(a, b, c, *, n, k): return n and 1 + g(a, b, c, k=k, n=n - 1)
def h(a, b, c, d, n): return n and 1 + h(a, b, c, d, n - 1)
print(f(30_000), g(1, 2, 3, n=30_000, k=1), h(1, 2, 3, 4, 30_000))
"""


def test_observed_calls_take_no_stack_of_c(tmp_path: Path) -> None:
    (tmp_path / "deep.py").write_text(DEEP, encoding="utf-8")
    done = run_python("-m", "bytescope", "calls", "--output", str(tmp_path / "calls.txt"), str(tmp_path / "deep.py"))
    assert (done.stdout, done.stderr, done.returncode) == ("30000 30000 30000\n", "", 0)
