# --- frames_appear_when_somebody_looks
import sys
def look(deep):
    frame, names = sys._getframe(), []
    while frame is not None and len(names) < deep:
        names.append((frame.f_code.co_name, frame.f_lineno, sorted(frame.f_locals.items(), key=repr)))
        frame = frame.f_back
    return names
def inner(a, b):
    c = a + b
    if c > 400:
        return look(4)
    return c
def middle(a, b):
    d = (a, b)
    e = inner(a, b) if a else 0
    return d, e
def outer(a):
    left = [a]
    return 7, middle(a, left[0] * 2), left
for i in range(150):
    result = outer(i)
    if i > 130:
        print(result)

# --- errors_appear_in_all_frames
def third(n):
    half = n // 2
    return 10 / (140 - half)
def second(n, *, scale=1):
    return third(n * scale)
def first(n, add):
    total = n + add
    return [total, third(total)]
def main():
    for i in range(300):
        first(i, 0)
try:
    main()
except ZeroDivisionError as error:
    traceback = error.__traceback__
    while traceback:
        print(traceback.tb_frame.f_code.co_name, traceback.tb_lineno, traceback.tb_frame.f_locals.get("half"))
        traceback = traceback.tb_next
main()

# --- handlers_in_callers_and_callees
def fails(key, table):
    return table[key]
def handles(key, table):
    try:
        return fails(key, table)
    except KeyError as error:
        return "no " + error.args[0]
    finally:
        seen.append(key)
seen = []
print([handles("ab"[i % 2], {"a": i}) for i in range(250)][-4:], len(seen))

# --- recursion_is_as_deep
import sys
def leaf(x):
    return x
def deeper(n):
    reached.append(n)
    return deeper(leaf(n) + 1)
def alone(n):
    counter["n"] = n
    return alone(n + 1)
def how_deep(n=1):
    try:
        return how_deep(n + 1)
    except RecursionError:
        return n
sys.setrecursionlimit(300)
for _ in range(130):
    deepest = how_deep()
    reached, counter = [], {}
    for function in (deeper, alone):
        try:
            function(1)
        except RecursionError as error:
            count, traceback = 0, error.__traceback__
            while traceback:
                count, traceback = count + 1, traceback.tb_next
            outcome = count - deepest, len(reached) and len(reached) - deepest, counter and counter["n"] - deepest
    del deepest, reached, counter, count
print(outcome)

# --- recursion_from_a_leaf
import sys
def leaf(x):
    return x
def f(n):
    depth[0] = n
    m = leaf(n)
    depth[1] = m
    return f(n + 1)
reached = set()
for limit in range(200, 260):
    sys.setrecursionlimit(limit)
    depth = [0, 0]
    try:
        f(0)
    except RecursionError as error:
        last = error.__traceback__
        while last.tb_next:
            last = last.tb_next
        print(depth[1] - depth[0], last.tb_frame.f_code.co_name, last.tb_lineno)
        reached.add(depth[0] - limit)
    del depth
print(len(reached))
del reached

# --- arguments_go_when_they_are_overwritten
class Logged:
    def __init__(self, name):
        self.name = name
    def __del__(self):
        log.append(self.name)
def overwrites(thing):
    thing = None
    log.append("overwritten")
    return thing
def keeps(thing):
    other = thing
    log.append("kept")
    return 1
def drops(thing, flag):
    own = Logged("own")
    own = 1
    log.append("dropped")
    return own
for _ in range(200):
    log = []
    overwrites(Logged("a"))
    log.append("between")
    keeps(Logged("b"))
    log.append("between")
    drops(Logged("c"), True)
    log.append("after")
print(log)

# --- instances
class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y
class Checked:
    def __init__(self, value):
        if value > 150:
            raise ValueError(value)
        self.value = value
class Odd:
    def __init__(self, value):
        self.value = value
        return value if value > 150 else None
class Counted:
    count = 0
    def __init__(self):
        Counted.count += 1
        self.number = Counted.count
class Printing:
    def __init__(self, n):
        self.n = n
        if n % 50 == 0:
            print("at", n)
        self.m = n
for i in range(200):
    p = Point(i, y := i + 1)
    try:
        c = Checked(i).value
    except ValueError as error:
        c = repr(error)
    try:
        o = Odd(i).value
    except TypeError as error:
        o = str(error)
    k = Counted().number
    q = Printing(i)
print(p.x, p.y, c, o, k, q.m)

# --- classes_change
class A:
    def __init__(self, x):
        self.x = x
    def get(self):
        return self.x
class B(A):
    pass
def changed(self, x):
    self.x = -x
def use(i):
    return B(i).get()
results = []
for i in range(600):
    if i == 150:
        A.__init__ = changed
    if i == 250:
        B.get = lambda self: "other"
    if i == 350:
        A.__new__ = lambda cls, x: object.__new__(cls)
    if i == 450:
        B.__init__ = lambda self, x, *, more=5: setattr(self, "x", more)
    if i == 500:
        del B.get
    if i % 50 == 49:
        results.append(use(i))
    else:
        use(i)
print(results)

# --- functions_change
def target(a, b):
    return a + b
def other(a, b):
    return a * b
def with_default(a, b=3):
    return a - b
def use(i):
    return target(i, 2), with_default(i, 1)
results = []
for i in range(500):
    if i == 150:
        target.__code__ = other.__code__
    if i == 250:
        target = with_default
    if i == 350:
        with_default.__defaults__ = (100,)
        target = lambda a, b, c=4: (a, b, c)
    if i == 450:
        target = max
    result = use(i)
    if i % 49 == 0:
        results.append(result)
print(results)

# --- closures_and_globals
def make(n):
    def add(x):
        return x + n
    def set_n(x):
        nonlocal n
        n = x
    return add, set_n
add, set_n = make(1)
def total(i):
    return add(i) + offset
offset = 10
results = []
for i in range(400):
    if i == 200:
        set_n(1000)
    if i == 300:
        offset = 0.5
    if i == 390:
        del offset
    try:
        results.append(total(i))
    except NameError as error:
        results.append(error.name)
print(results[::19])

# --- unbound_free_variable
def outer(bind):
    def inner(x):
        return x + late
    results = []
    for i in range(200):
        try:
            results.append(inner(i))
        except NameError as error:
            results.append(str(error))
        if bind and i == 150:
            late = 5
    return results[149:153]
print(outer(True), outer(False))

# --- effects_before_a_stop_happen_once
def work(items, i):
    items.append(i)
    counts["work"] = counts["work"] + 1
    if i % 7 == 0:
        print(i, end=" ")
    items.append(-i)
    return len(items)
def caller(items, i):
    items.append("start")
    n = work(items, i)
    items.append("end")
    return n
counts = {"work": 0}
items = []
for i in range(200):
    caller(items, i)
print(counts, len(items), items[-5:])

# --- methods_of_many_kinds
class Shape:
    kind = "shape"
    def __init__(self, size):
        self.size = size
    def area(self):
        return self.size * self.size
    @classmethod
    def named(cls, suffix):
        return cls.kind + suffix
    @staticmethod
    def twice(x):
        return x * 2
    @property
    def double(self):
        return Shape.twice(self.size)
class Round(Shape):
    kind = "round"
    def area(self):
        return super().area() * 3
shapes = [Shape(2), Round(3), Shape(4.5)]
def measure(shape, bound):
    return shape.area(), shape.named("!"), shape.twice("ab"), shape.double, bound()
for i in range(200):
    result = [measure(shape, shape.area) for shape in shapes]
print(result)

# --- generators_among_them
def values(n):
    yield n
    yield n + 1
def pair(n):
    a, b = values(n)
    return a, b
def first(gen):
    return gen
def coroutine_like(n):
    return first(values(n))
for i in range(200):
    r = pair(i), list(coroutine_like(i))
print(r)

# --- threads_in_them
import threading
def mix(a, b):
    return (a * 31 + b) % 1009
def step(state, i):
    return mix(mix(state, i), i)
def run(n, out):
    state = 1
    for i in range(3000):
        state = step(state, i + n)
    out[n] = state
out = dict.fromkeys(range(4))
threads = [threading.Thread(target=run, args=(n, out)) for n in range(4)]
for each in threads:
    each.start()
for each in threads:
    each.join()
print(sorted(out.items()))

# --- results_of_any_type
class Odd(tuple):
    pass
def give(x):
    return x
for value in (None, (), Odd((1, 2)), (1, 2), [], KeyError("k"), object, NotImplemented, ...):
    for i in range(120):
        got = give(value)
    print(got is value, type(got).__name__)
