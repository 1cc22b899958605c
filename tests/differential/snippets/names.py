# --- del_everything
x, y, z = 1, [1, 2, 3], {"k": 1}
class O: a = 1
o = O(); o.b = 2
del x, y[0], z["k"], o.b, O.a
(del_me), [other] = 1, [2]
del (del_me), [other]
print(y, z, vars(o), "x" in globals(), "del_me" in globals())
for s in ("del x", "del y[9]", "del z['q']", "del o.b", "del y.q", "del 5 .x"):
    try: exec(s)
    except Exception as e: print(s, type(e).__name__, e)

# --- unbound_local
x = "global"
def f(flag):
    if flag: x = 1
    return x
def g():
    x += 1
def h():
    del x
    x = 1
def i():
    for q in []: pass
    return q
def j():
    print(x)
    x = 2
for k in (lambda: f(True), lambda: f(False), g, h, i, j):
    try: print(k())
    except UnboundLocalError as e: print(e, e.name)

# --- name_errors
def f(): return undefined_global
class C:
    def m(self): return attribute_like
try: f()
except NameError as e: print(e, e.name)
try: C().m()
except NameError as e: print(e, e.name)
try: print(lne("x"))
except NameError as e: print(e)
try: del never_there
except NameError as e: print(e)
def g():
    global also_never
    del also_never
try: g()
except NameError as e: print(e)

# --- uncaught_name_error_with_suggestion
counter = 1
def increase():
    return countr + 1
increase()

# --- uncaught_unbound_local
def f(items):
    for item in items:
        last = item
    return last
f([])

# --- global_statement
n = 0
def bump():
    global n, fresh
    n += 1
    fresh = n * 10
def nested():
    def deep():
        global n
        n = 100
    deep()
    return n
bump(); bump()
print(n, fresh, nested(), n)
def remover():
    global fresh
    del fresh
remover()
print("fresh" in globals())

# --- global_in_class
class C:
    global made
    made = "by class"
    other = made
    def f(self):
        global made2
        made2 = made + "!"
C().f()
print(made, made2, hasattr(C, "made"), C.other)

# --- global_for_everything [posix]
def f():
    global a, b, c, d, g, K, sysm, w, e
    for a in range(2): pass
    def g(): return "g"
    class K: pass
    import sys as sysm
    with open("/dev/null") as b: pass
    [c := i for i in range(3)]
    (d := 5)
    try: raise ValueError("x")
    except ValueError as e: w = str(e)
f()
print(a, g(), K.__qualname__, sysm.__name__, b.name, c, d, w, "e" in globals())

# --- builtins_and_shadowing
print(len("abc"))
len = lambda x: "shadowed"
print(len("abc"))
del len
print(len("abc"))
def f():
    print = [].append
    return print(5)
print(f())
import builtins
builtins.invented = "a new builtin"
print(invented)
del builtins.invented
try: invented
except NameError as e: print(e)

# --- rebound_builtin_visible
import builtins
original = builtins.len
builtins.len = lambda x: 42
try: print(len("x"))
finally: builtins.len = original
print(len("x"))

# --- scopes_of_each_kind
x = "module"
def function():
    x = "function"
    def inner(): return x
    class Klass:
        x = "class"
        def method(self): return x
        l = lambda: x
    return inner(), Klass.x, Klass().method(), Klass.l(), [x for _ in "1"][0], (lambda: x)(), eval("x")
print(function(), x)

# --- locals_builtin
def f(a, b=2, *c, d=4, **e):
    g = 5
    def h(): return a
    return {k: v for k, v in locals().items() if k != "h"}
print(f(1, 2, 3, d=5, z=6))
def g():
    x = 1
    l = locals()
    y = 2
    l["x"] = 99
    return x, sorted(locals()), "y" in l
print(g()[:2])
class C:
    a = 1
    print({k: v for k, v in locals().items() if not k.startswith("__")})
    locals()["b"] = 2
print(C.b, locals() is globals())

# --- locals_with_cells
def f():
    a = 1
    def g():
        nonlocal a
        a += 1
        b = 5
        return sorted(locals().items())
    return g(), locals()["a"]
print(f())
def h():
    def i(): return later
    before = "later" in locals()
    later = 1
    return before, "later" in locals()
print(h())

# --- locals_deleted_and_loop
def f():
    x, y = 1, 2
    del x
    for i in range(2): pass
    try: raise ValueError
    except ValueError as e: inside = sorted(locals())
    return inside, sorted(locals())
print(f())

# --- vars_and_dir
class C:
    def __init__(self): self.a = 1
    def m(self): return sorted(vars()), sorted(dir())
print(C().m(), vars(C()), [d for d in dir(C()) if not d.startswith("__")])
def f():
    q = 1
    return vars(), dir()
print(f())
try: vars(5)
except TypeError as e: print(e)

# --- globals_writes
globals()["made"] = 5
def f():
    globals()["other"] = made + 1
    return other
print(f(), made)
del globals()["made"]
try: made
except NameError as e: print(e)

# --- function_globals
import types
def f(): return value
g = types.FunctionType(f.__code__, {"value": "mine"})
value = "module's"
print(f(), g(), g.__globals__.keys() >= {"value"})
h = types.FunctionType(f.__code__, {"__builtins__": {}})
try: h()
except NameError as e: print(e)
k = types.FunctionType((lambda: len).__code__, {"__builtins__": {"len": "my len"}})
print(k())

# --- underscore_names_and_unicode
_ = __ = 5
été, 变量, ſ = 1, 2, 3
print(_, __, été + 变量, s, "s" in globals())

# --- order_of_module_globals
b = 1
a = 2
del b
c = 3
b = 4
print([k for k in globals() if not k.startswith("__")])

# --- uninitialised_after_branch
def f(n):
    if n > 0:
        a = 1
        if n > 1: b = 2
    try: return a, b
    except NameError as e: return e.name
print(f(0), f(1), f(2))
def g(flag):
    while flag:
        v = 1
        flag = False
    else: w = 2
    return w, v
print(g(True))
try: g(False)
except UnboundLocalError as e: print(e)

# --- loads_after_del_in_loop
def f():
    out = []
    for i in range(3):
        v = i
        out.append(v)
        del v
        try: v
        except UnboundLocalError: out.append("gone")
    return out
print(f())
