# --- JUMP
def f(n):
    total = 0
    while n:
        n -= 1
        if n == 3: continue
        if n == 1: break
        total += n
    else:
        total = -total
    return total
print(f(6), f(0))

# --- JUMP_IF_TRUE
class A:
    def __bool__(self): raise KeyError("bool")
def f(a, b):
    while not (a or b):
        return "neither"
    return a or b
for a, b in ((0, 0), (1, 0), (0, "b"), (A(), 1), (0, A())): attempt(f, a, b)

# --- JUMP_IF_FALSE
class A:
    def __len__(self): return -1
def f(a, b):
    if a and b: return "both"
    return a and b
for a, b in ((1, 1), (1, 0), (0, 1), (A(), 1), ("", A())): attempt(f, a, b)
print([x for x in range(10) if x % 2 if x > 3])

# --- JUMP_IF_NONE
def f(x): return "none" if x is None else "some"
def g(x):
    if x is not None: return "some"
    return "none"
class Equal:
    def __eq__(self, other): return True
print([(f(x), g(x)) for x in (None, 0, Equal())])

# --- JUMP_IF_NOT_NONE
def f(x):
    while x is None: x = 1
    if x is None: return "none"
    return x
print(f(None), f(0))

# --- GET_ITER
class A:
    def __iter__(self): return 5
class B:
    def __getitem__(self, i):
        if i: raise IndexError
        return "item"
class C:
    __iter__ = None
class D:
    def __iter__(self): raise KeyError("iter")
def f(x):
    for y in x: print(y)
for x in ([1], "a", {1: 2}, B(), A(), C(), D(), 5, None, iter((1,)), (i for i in "g")): attempt(f, x)

# --- FOR_ITER
class It:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n == 3: raise StopIteration("ignored")
        if self.n == 5: raise KeyError("next")
        return self.n
def f(it):
    for x in it: print(x)
    else: print("else")
i = It()
f(i)
i.n = 3
attempt(f, i)
d = {1: 2}
def change():
    for k in d: d[k + 1] = 0
attempt(change)
def nested(): return [(a, b) for a in "xy" for b in range(2)]
print(nested())
def g():
    for x in (1, 2):
        try: continue
        finally: print("finally", x)
g()

# --- RETURN
def f(x):
    for i in (1, 2):
        try:
            return i, x
        finally:
            print("leaving")
def g(): pass
def h():
    try: return 1
    finally: return 2
print(f(0), g(), h(), (lambda: ())())
