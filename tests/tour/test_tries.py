"""What the guided tour suggests to try has the result that it promises."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

import bytescope
from tests.tour.chapters import BASE, CHAPTERS, VERSION, Cell, on_cpython, read_cells, run


def outcome(chapter: str, changes: Mapping[str, str], then: str) -> str:
    """Run a chapter whose code was changed, and one more cell at its end.

    Args:
        chapter: its number.
        changes: texts, each in exactly one cell, to their replacements.
        then: the further cell.

    Returns:
        What all cells show, or the exception that one raises.
    """
    (name,) = [name for name in CHAPTERS if name.startswith(chapter)]
    cells = [cell for cell in read_cells(name) if not cell.is_prose]
    for old, new in changes.items():
        (index,) = [index for index, cell in enumerate(cells) if old in cell.source]
        cells[index] = Cell("", cells[index].source.replace(old, new))
    if then:
        cells.append(Cell("", then))
    try:
        return "".join(run(name, on_cpython, cells).values())
    except (Exception, bytescope.BudgetExceeded) as error:
        return f"{type(error).__name__}: {error}"


unchanged = cache(lambda chapter: outcome(chapter, {}, ""))


CLASSES = """
import types

def build(body, name, *bases):
    names = {}
    body.machine(body.code, body.globals, names).run()
    return type(name, bases, names)

@instruction
def load_build_class(m, _):
    m.push(build)

@instruction
def make_cell(m, name):
    m.locals[name] = types.CellType()

@instruction
def load_locals(m, _):
    m.push(m.locals)

@instruction
def store_deref(m, name):
    m.locals[name].cell_contents = m.pop()

def __get__(self, instance, owner):
    return self if instance is None else types.MethodType(self, instance)

Function.__get__ = __get__
text = '''
class Money:
    def __init__(self, cents):
        self.cents = cents
    def __add__(self, other):
        return Money(self.cents + other.cents)

class Coin(Money):
    kind = "coin"

coin = Coin(200)
total = (coin + Coin(5)).cents, coin.kind
'''
names = {"__name__": "__main__"}
Machine(compile(text, "<tour>", "exec"), names).run()
names["total"]
"""

CLOSURES = """
@instruction
def make_cell(m, name):
    m.locals[name] = [m.locals[name]] if name in m.locals else []

@instruction
def load_deref(m, name):
    m.push(m.locals[name][0])

@instruction
def store_deref(m, name):
    m.locals[name][:] = [m.pop()]

@instruction
def load_closure(m, name):
    m.push(m.locals[name])

@instruction
def copy_free_vars(m, _):
    pass

@instruction
def set_function_attribute(m, flag):
    function, value = m.pop(), m.pop()
    if flag == 1:
        function.defaults = value
    if flag == 8:
        function.cells = value
    m.push(function)

class Function(Function):
    cells = ()
    def bind(self, arguments, keywords):
        locals = super().bind(arguments, keywords)
        locals.update(zip(self.code.co_freevars, self.cells))
        return locals

text = '''
def counter(n):
    def more(by=1):
        nonlocal n
        n += by
        return n
    return more
more = counter(40)
result = more(), more()
'''
run(text)["result"]
"""

DEPTH = """
class Shallow(Machine):
    active = 0

    def run(self):
        Shallow.active += 1
        try:
            if Shallow.active > 20:
                raise TooLong(f"too deep in {self.code.co_name}")
            return super().run()
        finally:
            Shallow.active -= 1

session("def f(n): return n and f(n - 1)\\nf(10)\\nf(30)\\nf(10)", Driver(Shallow))
"""

HOOKS = """
import time

class NoSleep(bytescope.Analysis):
    def before_call(self, site, function, args, kwargs):
        if function is time.sleep:
            return bytescope.Replace("not slept")

class Turned(bytescope.Analysis):
    def branch(self, site, value, condition):
        return bytescope.Replace(not condition)

with bytescope.attach(Arithmetic(), files=["<program>"], functions=["gcd"]):
    bytescope.VM().exec(compile(GCD.replace("+ n", "+ 0"), "<program>", "exec"))
print([(site.line, len(site.branches)) for site in places.times])
print(observe(NoSleep(), "import time\\nresult = time.sleep(1000)")["result"])
print(observe(Turned(), "result = 1 if n else 2", n=True)["result"])
"""

TRIES: list[tuple[str, dict[str, str], str, str]] = [
    (
        "01",
        {},
        '[i.argrepr for i in dis.get_instructions(compile("a + b * c", "", "eval")) if i.opname == "BINARY_OP"]',
        "=> ['*', '+']",
    ),
    ("01", {}, 'eval(code, {"a": "by", "b": "te"})', "=> 'byte'"),
    (
        "01",
        {'compile("a + b", "<tour>", "exec")': 'compile("print(a + b)", "<tour>", "exec")'},
        "",
        "LOAD_NAME     print\n",
    ),
    (
        "01",
        {
            "lambda value: print(": "lambda value: (names.setdefault('shown', []).append)(value) or print and (",
        },
        "names['shown']",
        "=> [5]",
    ),
    ("01", {'["a + b",': '["print(a)", "a + b",'}, "", "exec    returns None, prints '2\\n'"),
    ("01", {}, 'bytecode(compile("24 * 60 * hours", "", "eval"))', "1440"),
    ("01", {}, 'print(bytecode(compile("hours * 24 * 60", "", "eval")).text().count("BINARY_OP"))', "2\n"),
    (
        "02",
        {"    return gross * pieces": "    print(gross)\n    return gross * pieces"},
        "",
        "co_names      ('print',)",
    ),
    ("02", {}, "sum(row[3] == 'CACHE' for row in rows) > 1", "=> True"),
    ("02", {}, 'price.replace(co_name="cost").co_name', "=> 'cost'"),
    ("02", {}, "[type(each).__name__ for each in Code.from_host(module).consts]", "'Code'"),
    ("02", {"= 1.25": '= __import__("fractions").Fraction(5, 4)'}, "", "=> Fraction(125, 1)"),
    ("02", {'operator_of("a - b")': 'operator_of("a ** b")'}, "", "after: 1600"),
    (
        "03",
        {},
        'read(compile("a[b]", "<tour>", "eval"))',
        "[LOAD_NAME 'a', LOAD_NAME 'b', BINARY_OP '[]', RETURN_VALUE]",
    ),
    ("03", {}, 'Machine(compile("len", "<tour>", "eval"), {"a": 1}).run()', "=> <built-in function len>"),
    ("03", {}, 'Machine(compile("b", "<tour>", "eval"), {"a": 1}).run()', "NameError: name 'b' is not defined"),
    ("03", {}, 'watch(Machine(compile("a - (b - c)", "", "eval"), {"a": 9, "b": 5, "c": 1}))', "[9, 5, 1]\n"),
    ("03", {}, 'Machine(code, {"a": "6", "b": 2, "n": 1}).run()', "TypeError"),
    ("03", {"basket += more; n += 2": "basket = basket + more; n += 2"}, "", "=> (['egg'], False, 42)"),
    ("03", {'    "+a",': '    "a < 8",'}, "", "AttributeError: 'Machine' object has no attribute 'compare_op'"),
    ("04", {'"max(a, b)"': '"max(a, min(b, a))"'}, "", "<built-in function min>, NULL, 4, 3]"),
    (
        "04",
        {'"text.strip().upper()"': '"text.strip"'},
        "",
        "LOAD_ATTR 'strip'  [<built-in method strip of str object>]\nRETURN_VALUE",
    ),
    ("04", {"d = difference(6)": "d = difference(b=2, a=6)"}, "", "=> 32"),
    ("04", {"d = difference(6)": "d = difference()"}, "", "TypeError: difference() needs 'a'"),
    ("04", {"key=last": "key=lambda word: len(word)"}, "", "=> ['fig', 'apple', 'banana']"),
    (
        "05",
        {},
        'COMPARE["<"] = lambda left, right: left.lower() < right.lower()\n'
        'Machine(compile("a < b", "", "eval"), {"a": "apple", "b": "Banana"}).run()',
        "=> True",
    ),
    ("05", {}, 'Machine(compile("a < b", "", "eval"), {"a": "apple", "b": "Banana"}).run()', "=> False"),
    (
        "05",
        {"        if not self.pop():": "        if self.pop():"},
        'Machine(compile("1 if a else 2", "", "eval"), {"a": True}).run()',
        "\n=> 2\n",
    ),
    (
        "05",
        {},
        "def f(n):\n"
        '    print("f", n)\n'
        "    return n\n"
        'Machine(compile("f(1) < f(5) < f(3)", "", "eval"), {"f": f}).run()',
        "f 1\nf 5\nf 3\n=> False",
    ),
    ("05", {'    n = n - 1\n"""': '    n = n - 1\n    if power == 4: break\n"""'}, "", "{'n': 1, 'power': 4}"),
    ("05", {"total = 0": "total = ''", '{"values": (30, 12)}': '{"values": "ab"}'}, "", "'ab'"),
    ("05", {}, 'names["factorial"](1000)', "RecursionError"),
    ("06", {}, 'del BINARY["*"]\nMachine(compile("6 * n", "", "eval"), {"n": 7}).run()', "KeyError: '*'"),
    (
        "06",
        {},
        "def called(machine, arg):\n"
        "    print(machine.stack[-2 - arg])\n"
        'with hooked("CALL", called):\n'
        '    Machine(compile("len(n)", "", "eval"), {"n": ""}).run()',
        "<built-in function len>\n",
    ),
    ("06", {}, 'unknown("while True: pass"), unknown("def f(): yield 1")', "=> ([], ["),
    (
        "06",
        {},
        'Machine(compile("a, b = b, a", "", "exec"), names := {"a": 1, "b": 2}).run()\n'
        '{name for name in unknown("a, b = b, a")}, names["a"]',
        "=> (set(), 2)",
    ),
    ("06", {}, 'str(read(compile("letters[i] += 1", "", "exec"))).count("COPY")', "=> 2"),
    (
        "06",
        {},
        'Machine(compile("d = {n: n * n for n in numbers}", "", "exec"), names := {"numbers": (2, 3)}).run()\n'
        'names["d"], "n" in names',
        "=> ({2: 4, 3: 9}, False)",
    ),
    ("06", {}, CLASSES, "=> (205, 'coin')"),
    ("07", {}, "run(GCD.replace('if a < b:\\n        a, b = b, a', 'pass'))['gcd'](8, 12)", "=> 4"),
    ("07", {}, "counted(gcd, 89, 55)", "8:\n    10\u00d7\n"),
    ("07", {}, "import bisect\ncall(bisect.bisect, [60, 70, 80, 90], 75)", "AttributeError"),
    ("07", {}, "Driver().eval('area(10)')", "NameError: name 'area' is not defined"),
    ("07", {}, "Counting.counts.clear()\nsession('n = 6', Driver(Counting))\nlen(Counting.counts)", "=> 4"),
    ("07", {}, DEPTH, ">>> f(30)\nTooLong: too deep in f\n>>> f(10)\n0\n"),
    ("07", {}, CLOSURES, "=> (41, 42)"),
    ("08", {}, 'vm.eval("vm")', "NameError: name 'vm' is not defined"),
    (
        "08",
        {},
        'vm.exec("def count(n):\\n    while True:\\n        yield n\\n        n += 1")\n'
        "import itertools\n"
        'list(itertools.islice(vm.globals["count"](1), 3))',
        "=> [1, 2, 3]",
    ),
    (
        "08",
        {},
        "counting = bytescope.VM(count_kinds=True)\n"
        'counting.exec(MORE["match"])\n'
        '[name for name in counting.kinds if name.startswith("MATCH")]',
        "MATCH_MAPPING",
    ),
    ("08", {}, 'bytescope.VM(max_depth=50).exec("def f(): f()\\nf()")', "BudgetExceeded"),
    ("09", {}, HOOKS, "147 % 21 = 0\n[(4, 1), (6, 2), (7, 3), (7, 3)]\nnot slept\n2\n"),
    ("09", {"        return bytescope.ENOUGH": "        return None"}, "lines.seen[3]", "=> 5"),
    ("10", {"assert fee(5, False, False) == 5\n": ""}, "", "1 decisions went one way only"),
    (
        "10",
        {},
        'vm.exec(compile("def kind(text):\\n    return text[:2] == \'PK\'", "<kinds>", "exec"))\n'
        'kind = vm.globals["kind"]\n'
        'with bytescope.attach(analysis, files=["<kinds>"]):\n'
        "    print(ask(analysis, UNKNOWN))",
        "(False, [])\n",
    ),
]  # fmt: skip


@pytest.mark.skipif(VERSION != BASE, reason=f"the page is CPython {BASE}")
@pytest.mark.parametrize(
    ("chapter", "changes", "then", "promised"), TRIES, ids=[f"{each[0]}-{at}" for at, each in enumerate(TRIES)]
)
def test_change_has_the_promised_result(chapter: str, changes: dict[str, str], then: str, promised: str) -> None:
    assert promised in outcome(chapter, changes, then)
    if changes and not then:
        assert promised not in unchanged(chapter)
