"""Edits that change no meaning keep a program's behaviour, however they move things about."""

import functools
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from bytescope.code import Code
from bytescope.code.host.facts import HAS_CONST
from bytescope.code.object.raw import RawInstruction
from tests.support.roundtrip import nested

SOURCE = """
import asyncio, contextlib

def loops(n=7):
    found = []
    for a in range(n):
        b = a
        while b:
            b -= 1
            if b == 3: continue
            if b == 5 and a == 6: break
        else:
            found.append((a, b))
    return found

def handlers(n=5):
    log = []
    for a in range(n):
        try:
            try:
                if a == 0: {}[a]
                if a == 1: [][a]
                if a == 2: 1 / 0
                if a == 3: return_early = log.append("three")
            except KeyError as error:
                log.append(repr(error))
            except IndexError as error:
                raise ValueError("from index") from error
            else:
                log.append("else")
            finally:
                log.append("finally")
        except ValueError as error:
            log.append((repr(error), repr(error.__cause__)))
        except ZeroDivisionError:
            log.append("zero")
    return log

def leave():
    for a in range(5):
        try:
            with contextlib.suppress(KeyError):
                if a == 3:
                    return a
                {}["x"]
        finally:
            if a == 9:
                log = "never"

def groups():
    seen = []
    try:
        raise ExceptionGroup("g", [ValueError(1), TypeError(2), OSError(3)])
    except* ValueError as group:
        seen.append(repr(group))
    except* (TypeError, OSError) as group:
        seen.append(repr(group))
    return seen

def closures(a=1, *b, c=3, **d):
    def inner(e):
        nonlocal a
        a += e
        return [lambda: (a, c, x) for x in range(e)], b, d
    fs, *rest = inner(3)
    return [f() for f in fs], rest, a

def generate(n=4):
    def inner(n):
        try:
            for a in range(n):
                got = yield a
                if got: yield got * 2
        except KeyError:
            yield "caught"
        finally:
            log.append("closed")
    def outer(n):
        log.append((yield from inner(n)))
    log = []
    g = outer(n)
    out = [next(g), g.send(21), next(g), g.throw(KeyError)]
    out += g
    h = outer(9)
    next(h)
    h.close()
    try:
        k = outer(2)
        next(k)
        k.throw(OSError("thrown"))
    except OSError as error:
        out.append(repr(error))
    return out, log

def coroutines():
    @contextlib.asynccontextmanager
    async def manager(name):
        log.append(name)
        try:
            yield name
        except KeyError as error:
            log.append(repr(error))
        finally:
            log.append("leave " + name)
    async def source(n):
        for a in range(n):
            await asyncio.sleep(0)
            yield a
    async def main():
        async with manager("one") as one, manager("two"):
            total = [a async for a in source(4) if a != 2]
            async for a in source(3):
                if a == 1: break
            else:
                log.append("no")
            raise KeyError(one)
        return total, a
    log = []
    steps = main()
    try:
        while True: steps.send(None)
    except StopIteration as stop:
        return stop.value, log

def matching():
    def match(a):
        match a:
            case {"k": [b, *c], **d}: return b, c, d
            case (1 | 2) as e if e != 1: return e
            case str(real=f) | complex(real=f): return f
            case [_, (g, h)]: return g, h
            case None: return "none"
            case _: return "else"
    return [match(a) for a in ({"k": [1, 2, 3], "l": 4}, 1, 2, 3j, [1, (2, 3)], None, "s", [])]

def strings(a="x", b=3.14159):
    return f"{a!r:>{b:.0f}}|{b:.2f}|{a}{b}" + "%s %d" % (a, b)

def hot():
    def plain(a, b=2, *, c=3):
        return a, b, c
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)
    def upto(n):
        for a in range(n):
            yield a
    def pairs(n):
        yield from upto(n)
        yield from [n]
    class Point:
        def __init__(self, x, y=1):
            self.x = x
            self.y = y
        def __add__(self, other):
            return type(self)(self.x + other.x, y=self.y * 1.5)
        def __getitem__(self, key):
            return (self.x, self.y)[key]
        @property
        def sum(self):
            return self.x + self.y
    class Further(Point):
        def __init__(self, x):
            super().__init__(x, y=2)
    out, text, total = [], "", 0
    for a in range(40):
        out.append(plain(a, c=a))
        out.append(plain(*[a], **{"b": a}))
        text += str(a)
        total += a if a % 3 else len(text)
        p = Further(a)
        out.append((p.sum, p[0], isinstance(p, Point), type(a), tuple([a])))
        if a > 5 and a != 7 and text == "x" or total < 5: out.append("odd")
        for b, c in [(a, a)]: out.append(b is c)
        for key, value in {"a": a}.items(): out.append((key, value))
        for value in (a, 1.5): out.append(value * 2.0 - 1.0)
        d = {"k": a}
        d["k"] += 1
        e = [1, 2, 3]
        e[0] = d["k"]
        e[1:] = e[:1]
        out.append((e, -a, not a, a in e, "0" in text, a is None))
        if a is None or d is not None: pass
    return out, text, total, fib(12), list(pairs(30)), sum(x for x in upto(30)), (Point(1) + Point(2)).sum

class Class:
    table = {a: b for a in range(3) for b in range(a)}
    def method(self, *args, **kwargs):
        return __class__.__name__, super().__repr__()[:9], args, kwargs

def calls():
    return Class().method(1, *[2, 3], k=4, **{"l": 5}), Class.table, sorted([3, 1, 2], key=lambda a: -a)

def unpack():
    a, (b, *c), d = 1, (2, 3, 4), 5
    del d
    a, b = b, a
    x = y = [a, b, *c, *range(2)]
    x[1:3] = "ab"
    del y[0]
    return a, b, c, x is y, x

def fails(n=3):
    if n:
        return fails(n - 1)
    assert n, (
        "no " + str(n)
    )
"""

NAMES = ["loops", "handlers", "leave", "groups", "closures", "generate", "coroutines", "matching", "strings", "calls",
         "unpack", "hot", "fails"]  # fmt: skip
ORIGINAL = compile(SOURCE, "<program>", "exec")


def behaviour(code):
    """What the program's functions return or raise, with the lines and columns of the traceback."""
    namespace = {"__name__": "program"}
    exec(code, namespace)
    outcome = []
    for name in NAMES:
        try:
            outcome.append(repr(namespace[name]()))
        except Exception as error:
            outcome.append((repr(error), list(trail(error.__traceback__))))
    return outcome


def trail(traceback):
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == "<program>":
            yield code.co_qualname, list(code.co_positions())[traceback.tb_lasti // 2]
        traceback = traceback.tb_next


@functools.cache
def expected():
    return behaviour(ORIGINAL)


def everywhere(code, edit):
    """Apply an edit to a code object and all within it."""
    edit(code)
    for const in code.consts:
        if isinstance(const, Code):
            everywhere(const, edit)
    return code


def nop(like):
    return RawInstruction("NOP", 0, like.positions)


counts = st.lists(st.sampled_from([0, 0, 0, 1, 2, 30, 130, 260]), min_size=1, max_size=40)


def waiting(code):
    """The instructions between a SEND and its target, which on some hosts must not be far from each other."""
    index = {one: number for number, one in enumerate(code.instructions)}
    return {
        other
        for one in code.instructions
        if one.name == "SEND"
        for other in code.instructions[index[one] : index[one.target] + 1]
    }


@settings(max_examples=12)
@given(counts, st.booleans())
def test_instructions_that_do_nothing_may_be_put_before_any(counts, jumps):
    def edit(code):
        bound, near = code.bound(), waiting(code)
        count = itertools.cycle(counts)

        def change(one):
            number = min(next(count), 2 if one in near else 1000)
            return None if one in bound or not number else [*(nop(one) for _ in range(number)), one]

        code.rewrite(change, jumps=jumps)

    assert behaviour(everywhere(Code.from_host(ORIGINAL), edit).to_host()) == expected()


@settings(max_examples=8)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=20))
def test_inserting_and_deleting_again_leaves_the_same_bytes(counts):
    def insert(code):
        bound, near = code.bound(), waiting(code)
        count = itertools.cycle(counts)
        for one in list(code.instructions):
            if one not in bound and one not in near:
                code.insert_before(one, *(nop(one) for _ in range(next(count) // 20)))

    def delete(code):
        code.delete(*(one for one in code.instructions if one.offset == -1))

    editable = everywhere(Code.from_host(ORIGINAL), insert)
    again = everywhere(editable, delete).to_host()
    for one, other in zip(nested(ORIGINAL), nested(again), strict=True):
        assert one.co_code == other.co_code
        assert one.co_exceptiontable == other.co_exceptiontable
        assert list(one.co_positions()) == list(other.co_positions())
        assert one.co_stacksize == other.co_stacksize


@settings(max_examples=6)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=20))
def test_the_stack_is_large_enough_for_whatever_is_pushed(depths):
    """A stack that is too small corrupts the host's memory: the depth is counted along here, as the code runs."""

    def edit(code):
        bound, near = code.bound(), waiting(code)
        depth = itertools.cycle(depths)
        index = code.add_const("pushed")

        def change(one):
            count = next(depth)
            if one in bound or one in near:
                return None
            pushes = [RawInstruction("LOAD_CONST", index, one.positions) for _ in range(count)]
            return [*pushes, *(RawInstruction("POP_TOP", 0, one.positions) for _ in range(count)), one]

        code.stacksize = 0
        code.rewrite(change)

    made = everywhere(Code.from_host(ORIGINAL), edit).to_host()
    assert behaviour(made) == expected()
    for one, other in zip(nested(ORIGINAL), nested(made), strict=True):
        pushed = deepest_push(other)
        assert pushed <= other.co_stacksize <= one.co_stacksize + pushed


def deepest_push(code):
    """The longest row of pushes of the test above."""
    longest = row = 0
    for one in Code.from_host(code).instructions:
        row = row + 1 if one.name == "LOAD_CONST" and code.co_consts[one.arg] == "pushed" else 0
        longest = max(longest, row)
    return longest


@settings(max_examples=12)
@given(st.integers(0, 300), st.integers(0, 20))
def test_constants_names_and_locals_may_be_added_anywhere(constants, variables):
    """Indices that no longer fit into eight bits, or into four."""

    def edit(code):
        before = len(code.consts)
        code.consts[:0] = [f"unused {number}" for number in range(constants)]
        for one in code.instructions:
            if one.opcode in HAS_CONST and before:
                one.arg += constants
        for number in range(variables):
            if code.flags & 1:
                code.add_varname(f"unused{number}")

    assert behaviour(everywhere(Code.from_host(ORIGINAL), edit).to_host()) == expected()
