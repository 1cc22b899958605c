# --- all_kinds
print([x * x for x in range(5)], {x % 3 for x in range(9)} == {0, 1, 2}, {x: x * 2 for x in "ab"}, list(x for x in "cd"))

# --- conditions_and_nesting
print([(x, y) for x in range(4) if x % 2 for y in range(x) if y != 1])
print([[y for y in range(x)] for x in range(4)])
print([x if x % 2 else -x for x in range(6) if x != 3 if x != 4])
print({k: [v for v in range(k)] for k in range(3)})
print([a + b for a, b in zip("ab", "cd")], [c for (a, (b, *c)) in [(1, (2, 3, 4))]])

# --- scope_does_not_leak
x = "outer"
l = [x for x in range(3)]
print(x, l)
try:
    [unleaked for unleaked in range(2)]
    unleaked
except NameError as error:
    print(error)

# --- local_variables_around
def f(x):
    y = 10
    a = [x + y for x in range(3)]
    b = {x: y for y in range(2)}
    c = [y for y in (y, y + 1)]
    return x, y, a, b, c
print(f(5))

# --- unbound_around
def f():
    try:
        print([z for z in range(2)], z)
    except UnboundLocalError as error:
        print(error)
    z = 1
    print([z for z in range(3)], z)
    del z
    print([z for z in "a"])
    try:
        z
    except UnboundLocalError as error:
        print(error)
f()

# --- captured_variables
fs = [lambda: x for x in range(3)]
print([f() for f in fs])
def g():
    fs = [lambda y=y: (x, y) for x in range(2) for y in range(2)]
    x = "outer"
    return [f() for f in fs], x
print(g())
print([f() for f in [(lambda: i * 10) for i in range(3)]])
print([[f() for f in [lambda: (i, j) for j in range(2)]] for i in range(2)])

# --- captured_outer_cell
def f():
    x = 1
    def get(): return x
    result = [(x, get()) for x in range(2)]
    return result, x, get()
print(f())

# --- captured_outer_cell_and_own
def f(x):
    def get(): return x
    fs = [lambda: x for x in (10, 20)]
    x += 1
    return [g() for g in fs], x, get()
print(f(1))

# --- in_class_body
class C:
    n = 3
    a = [i for i in range(n)]
    b = [i * 2 for i in a]
    d = {k: v for k, v in zip("ab", a)}
    g = list(i for i in a)
    h = [[j for j in range(i)] for i in range(n)]
    try:
        e = [n for _ in range(2)]
    except NameError as error:
        e = str(error)
    f = [lambda: i for i in range(2)]
print(C.a, C.b, C.d, C.g, C.h, C.e, [f() for f in C.f], hasattr(C, "i"))

# --- class_body_with_global_fallback
y = "global y"
class C:
    y = "class y"
    a = [y for _ in range(1)]
    b = [z for z in y.split()]
    c = (lambda: y)()
def f():
    y = "function y"
    class D:
        y = "class y"
        a = [y for _ in range(1)]
    return D.a
print(C.a, C.b, C.c, f())

# --- walrus_in_comprehension
print([y := x + 1 for x in range(3)], y)
def f():
    r = [last := i for i in range(4) if (half := i // 2) or True]
    return r, last, half
print(f())
any((hit := n) > 5 for n in [1, 3, 7, 9])
print(hit)
def g():
    [[inner := (a, b) for a in range(2)] for b in range(2)]
    return inner
print(g())

# --- walrus_captured
def f():
    total = 0
    sums = [total := total + v for v in range(5)]
    def get(): return total
    return sums, get()
print(f())

# --- exception_in_comprehension
def f(items):
    return [10 // item
            for item in items
            if item != 5]
f([1, 5, 0])

# --- exception_in_condition_and_iterable
def attempt(action):
    try:
        action()
    except Exception as error:
        tb = error.__traceback__
        while tb.tb_next: tb = tb.tb_next
        print(type(error).__name__, error)
attempt(lambda: [x for x in 5])
attempt(lambda: [x for x in range(3) if x.y])
attempt(lambda: [y for x in range(3) for y in x])
attempt(lambda: {x: y for x in [[]] for y in [1]})
attempt(lambda: {x for x in [{}]})
attempt(lambda: [a for a, b in [(1, 2, 3)]])
attempt(lambda: list(undefined for x in range(2)))

# --- generator_expression_is_lazy
def source():
    for i in range(3):
        print("source", i)
        yield i
g = (x * 10 for x in source() if x != 1)
print("made")
print(next(g)); print(next(g)); print(next(g, "end"))
def first(): print("first iterable evaluated now"); return [1]
g = (a for a in first())
print("before iteration")
print(list(g))

# --- generator_expression_late_binding
factor = 2
g = (x * factor for x in range(3))
factor = 10
print(list(g))

# --- generator_expression_name
g = (x for x in ())
print(g.__name__, g.__qualname__, g.gi_code.co_name)
def f(): return (x for x in ())
print(f().__qualname__)

# --- nested_functions_in_comprehension
print([(lambda a: [a + b for b in range(2)])(c) for c in range(3)])
print([f(2) for f in [lambda x, n=n: x ** n for n in range(4)]])
print([(lambda: (yield x))().__name__ for x in range(1)])

# --- locals_in_comprehension
def f():
    a = 1
    r = [sorted(k for k in locals()) for b in range(1)]
    return r
print(type(f()).__name__)
def g():
    a = 1
    return [list(locals().keys()).count("b") for b in range(1)]
print(g())

# --- shadowed_builtins
print([len for len in (1, 2)], len("abc"))
def f(): return [str for str in "ab"], str(1)
print(f())

# --- dict_order_of_evaluation
def p(x): print(x, end=" "); return x
print({p("k" + str(i)): p("v" + str(i)) for i in p(range(2))})
print({p(1): p(2), p(3): p(4), **p({5: 6}), p(7): p(8)})
print([p(1), *p([2]), p(3)], {p(1), *p([2])}, (*p((1, 2)), p(3)))

# --- comprehension_in_default_and_decorator
def f(x=[i for i in range(3)], *, y={i: i for i in "a"}): return x, y
print(f())
print((lambda s=[j for j in range(2)]: s)())

# --- module_level_hidden_names
a = [k for k in range(3) if [k for k in range(2)]]
print("k" in globals(), a)
k = "kept"
b = [k for k in range(2)]
print(k)
def reader(): return k
print([reader() for k in range(2)])

# --- iteration_var_deleted_and_reassigned
def f():
    x = 5
    l = [x for x in [1, 2]]
    x += 1
    l2 = [(x, [x for x in "z"], x) for x in "q"]
    return x, l, l2
print(f())

# --- matrix_things
m = [[1, 2, 3], [4, 5, 6]]
print([[row[i] for row in m] for i in range(3)], [x for row in m for x in row], sum(x for row in m for x in row))
print({(i, j): m[i][j] for i in range(2) for j in range(3) if (i + j) % 2})

# --- unhashable_and_update
try:
    {[]: 1 for _ in range(1)}
except TypeError as error:
    print(error)
print({x: i for i, x in enumerate("abca")})

# --- deeply_nested
print([[[[(a, b, c, d) for d in range(1)] for c in range(2)] for b in range(1)] for a in range(2)])

# --- namespaces_inside [3.12+]
class A:
    made = 1
    print([sorted(set(locals())) for y in (1, 2)])
    print([eval("y") for y in (1, 2)], [dir() for y in (1, 2)], [list(vars()) for y in (1, 2)])
    try: print([eval("made") for y in (1, 2)])
    except NameError as e: print(e)
    try: print([exec("print(y)") for y in (1, 2)], [exec("print(made)") for y in (1, 2)])
    except NameError as e: print(e)
print([eval("y") for y in (1, 2)])
def f(q):
    class B:
        def m(self): return __class__
        x: int
        w = q
        print([sorted(locals()) for y in (1, 2) if (lambda: y)()])
f(1)
print([sorted(set(locals()) & {"A", "y", "f"}) for y in (1, 2)])
print([sorted(set(globals()) & {"A", "y", "f"}) for y in (1, 2)])

# --- namespaces_inside_where_a_variable_is_in_a_cell_elsewhere [3.14+]
class A:
    made = 1
    print([sorted(set(locals())) for y in (1, 2) if (lambda: y)()])
    print([sorted(set(locals())) for y in (1, 2)], [eval("y") for y in (1, 2)])

# --- unpacking_inside [3.15+]
rows = [[1, 2], (3,), "ab", []]
print([*row for row in rows], {*row for row in rows} == {1, 2, 3, "a", "b"}, list(*row for row in rows))
print({**each for each in [{"a": 1}, {"b": 2}, {"a": 3}]}, [*row for row in rows if row if len(row) > 1])
async def numbers():
    for each in ([1], [2, 3]):
        yield each
async def main():
    return [*each async for each in numbers()], [each async for each in (*each async for each in numbers())]
import asyncio
print(asyncio.run(main()))
for wrong in ("[*x for x in [1]]", "{**x for x in [1]}", "list(*x for x in [1])"):
    try:
        eval(wrong)
    except TypeError as error:
        print(error)

# --- the_first_iterator_is_made_before_the_generator [3.15+]
import sys
class Seen:
    def __iter__(self):
        print("iterated by", sys._getframe(1).f_code.co_name)
        return iter((1, 2))
def make():
    return (each for each in Seen())
generator = make()
print(generator.gi_frame.f_locals.keys(), type(generator.gi_frame.f_locals[".0"]).__name__, next(generator), list(generator))
try:
    (each for each in 5)
except TypeError as error:
    entries, traceback = [], error.__traceback__
    while traceback is not None:
        entries.append(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    print(error, len(entries), "<genexpr>" in entries)
