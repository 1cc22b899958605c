# --- eval_and_exec_basics
x = 10
print(eval("x + 1"), eval("y * 2", {"y": 4}), eval("a + b", {"a": 1}, {"b": 2}), exec("z = x * 3"), z)
ns = {}
exec("def f(n): return n + k\nk = 5", ns)
print(ns["f"](1), sorted(k for k in ns if k != "__builtins__"), "__builtins__" in ns)

# --- inside_function
def f(a):
    b = 2
    exec("c = a + b")
    print(eval("a + b"), "c" in locals())
    exec("d = 1", globals(), {"a": 5})
    return eval("[a for _ in range(1)]", {"a": "inner"}), (lambda: eval("a", {"a": "lambda"}))()
print(f(1))
def g():
    x = "local"
    def h(): return eval("x") if True else x
    return h()
print(g())

# --- custom_mappings [posix]
class Log(dict):
    def __getitem__(self, k): print("get", k); return dict.__getitem__(self, k)
    def __setitem__(self, k, v): print("set", k); dict.__setitem__(self, k, v)
    def __delitem__(self, k): print("del", k); dict.__delitem__(self, k)
    def __contains__(self, k): print("contains", k); return True
exec("a = 1\nb = a + 1\ndel a\nprint(len('x'))\ndef f(): return b\nfor i in range(2): pass\nimport os as o\nwith open('/dev/null') as w: pass", {}, Log())

# --- missing_in_mapping
class Default(dict):
    def __missing__(self, k):
        if k in ("print", "len"): raise KeyError(k)
        return f"<{k}>"
exec("print(anything, len(other))", {}, Default())
class Ns:
    def __getitem__(self, k):
        if k == "v": return 5
        raise KeyError(k)
    def __setitem__(self, k, v): print("set", k, v)
    def __delitem__(self, k): print("del", k)
exec("w = v + 1\ndel q", {}, Ns())
print(eval("v", {}, Ns()))
class Bad:
    def __getitem__(self, k): raise ValueError("lookup of " + k)
try: eval("v", {}, Bad())
except ValueError as e: print(e)

# --- globals_subclass
class G(dict):
    def __getitem__(self, k): print("G get", k); return dict.__getitem__(self, k)
    def __missing__(self, k): print("missing", k); raise KeyError(k)
g = G(v=1)
exec("def f(): return v\nr = f()\nw = v", g)
print(dict.__getitem__(g, "r"))

# --- builtins_replaced
print(eval("len('abc')", {"__builtins__": {"len": lambda s: "fake"}}))
try: eval("len('abc')", {"__builtins__": {}})
except NameError as e: print(e)
try: exec("import os", {"__builtins__": {}})
except ImportError as e: print(e)
try: exec("class C: pass", {"__builtins__": {}})
except NameError as e: print(e)
exec("import fake", {"__builtins__": {"__import__": lambda *a: print("importing", a[0], a[3], a[4])}})
exec("class C: pass", {"__builtins__": {"__build_class__": lambda f, n, *a: print("building", n)}, "__name__": "x"})

# --- argument_errors
for action in (lambda: eval(5), lambda: eval("1", 5), lambda: exec("1", {}, 5), lambda: eval("1 +"), lambda: exec(None), lambda: eval("x = 1"), lambda: eval("\x00"), lambda: compile("1", "f", "wrong"),
               lambda: eval((lambda: 1).__code__, {}, None), lambda: exec("", []), lambda: eval("  1 + 1  "), lambda: eval(b"2 + 2"), lambda: exec("def f(): return\n x")):
    try: print(action())
    except Exception as e: print(type(e).__name__, e)

# --- code_with_free_variables
def f():
    x = 1
    def g(): return x
    return g
code = f().__code__
try: exec(code)
except TypeError as e: print(e)
import types
exec(code, closure=(types.CellType(5),))
try: exec(code, closure=5)
except TypeError as e: print(e)
try: exec("1", closure=())
except TypeError as e: print(e)

# --- compile_modes
e = compile("1 + 2", "<e>", "eval")
x = compile("a = 1 + 2\na", "<x>", "exec")
s = compile("a = 5; a; a * 2", "<s>", "single")
print(eval(e), eval(x), a)
print(eval(s))
exec(compile("[1, 2]\n", "<s>", "single"))
exec(compile("None\n", "<s>", "single"))
exec(compile("def f(): 5\n", "<s>", "single")); exec(compile("f()\n", "<s>", "single"))
exec(compile("for i in range(3): i\n", "<s>", "single"))
exec(compile("if 1:\n  'in if'\n  'and more'\n", "<s>", "single"))
print(_)

# --- single_with_displayhook
import sys
old = sys.displayhook
sys.displayhook = lambda v: print("shown:", repr(v))
try:
    exec(compile("1; None; 'a'; x = 3; [x]", "<s>", "single"))
    exec(compile("lambda: 1", "<s>", "single")) if False else None
finally: sys.displayhook = old
sys.displayhook = lambda v: 1 / 0
try: exec(compile("1\n", "<s>", "single"))
except ZeroDivisionError as e: print(e)
finally: sys.displayhook = old

# --- compile_from_ast
import ast
tree = ast.parse("def f(x):\n    return x + 1\nr = f(41)")
class Double(ast.NodeTransformer):
    def visit_Constant(self, node): return ast.copy_location(ast.Constant(node.value * 2), node)
exec(compile(ast.fix_missing_locations(Double().visit(tree)), "<ast>", "exec"))
print(r, eval(compile(ast.Expression(ast.Constant(7, lineno=1, col_offset=0)), "<a>", "eval")), ast.literal_eval("{'a': [1, (2,)]}"))

# --- flags_inherited
from __future__ import annotations
exec("def f(x: undefined_here): pass\nprint(f.__annotations__)")
exec(compile("def f(x: int): pass\nprint(f.__annotations__)", "<c>", "exec", dont_inherit=True))

# --- traceback_of_exec
source = """
def a():
    b()
def b():
    raise ValueError('inside exec')
a()
"""
exec(source)

# --- exec_in_class_and_loop
class C:
    exec("made = 1")
    y = made + 1
    for n in "ab": exec(f"{n} = '{n}' * 2")
print(C.made, C.y, C.a, C.b)

# --- exec_code_twice_and_shared
code = compile("counter = globals().get('counter', 0) + 1\ndef get(): return counter", "<shared>", "exec")
n1, n2 = {}, {}
for n in (n1, n1, n2): exec(code, n)
print(n1["counter"], n2["counter"], n1["get"](), n2["get"](), n1["get"].__code__ is n2["get"].__code__)

# --- code_attributes_and_replace
def f(a, b=1, *args, c, **kw):
    d = a
    return lambda: d
co = f.__code__
print(co.co_name, co.co_argcount, co.co_kwonlyargcount, co.co_varnames, co.co_freevars, co.co_names, co.co_nlocals, co.co_firstlineno, co.co_posonlyargcount)
g = type(f)(co.replace(co_name="renamed", co_firstlineno=100), globals(), "g", (7,), None)
g.__kwdefaults__ = {"c": 9}
print(g.__code__.co_name, g(1)(), g.__code__.co_firstlineno)

# --- calls_back_and_forth
def host(n): return eval("guest(n - 1)" if n else "'bottom'", {"guest": host, "n": n})
print(host(10))
def ex(n, out):
    if n: exec("ex(n - 1, out); out.append(n)", {"ex": ex, "n": n, "out": out})
out = []
ex(5, out)
print(out)

# --- lambda_and_comprehension_in_eval
print(eval("[lambda: i for i in range(3)]")[0](), eval("(lambda x: [x + y for y in range(2)])(1)"), eval("{k: v for k, v in zip('ab', range(2))}"), eval("sum(x for x in t)", {"t": [1, 2]}))
k = 5
print(eval("[k for _ in range(1)]", {"k": 1}, {"k": 2}), eval("(lambda: k)()", {"k": 1}, {"k": 2}))

# --- input_like_calculator
env = {}
for line in ("a = 2", "b = a ** 5", "a + b", "c", "def sq(x): return x * x", "sq(b)", "1 / 0", "a b"):
    try:
        try: print(line, "->", eval(line, env))
        except SyntaxError: exec(line, env); print(line, "ok")
    except Exception as e: print(line, "!", type(e).__name__, e)

# --- pickled_and_marshalled
import marshal, types, pickle
def f(x): return x * 3
co = marshal.loads(marshal.dumps(compile("v = 1\nw = [v, v + 1]", "<m>", "exec")))
exec(co); print(w)
print(pickle.loads(pickle.dumps(f)) is f, pickle.loads(pickle.dumps(len)) is len)
class K:
    def __init__(self): self.v = 5
    def m(self): return self.v
    class Inner: pass
print(pickle.loads(pickle.dumps(K())).m(), pickle.loads(pickle.dumps(K().m))(), pickle.loads(pickle.dumps(K.Inner)) is K.Inner)
for bad in (lambda: 1, K().m.__func__.__get__):
    try: pickle.dumps(bad)
    except Exception as e: print(type(e).__name__)

# --- what_comes_out_of_source_text
import sys
def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        return type(error).__name__, str(error)
for arguments in [(), ({},), ({}, {})]:
    try:
        print(eval("next(iter(()))", *arguments))
    except StopIteration as error:
        print("stopped", error.args)
    try:
        exec("raise StopIteration(3)", *arguments)
    except StopIteration as error:
        print("stopped", error.value, error.__traceback__.tb_next.tb_lineno)
    try:
        eval("1 +", *arguments)
    except SyntaxError as error:
        print(error.args[0], error.__traceback__.tb_next)
    print(attempt(eval, "a\0b", *arguments), attempt(eval, b"\xff", *arguments), attempt(eval, bytearray(b"1"), *arguments))
def depth():
    return sys._getframe(1).f_code.co_name, sys._getframe(2).f_code.co_name
print(eval("depth()"), eval("depth()", globals()), eval("depth()", globals(), {}))
class InClass:
    found = [eval("hidden") for hidden in range(2)]
    names = [sorted(exec("seen = hidden") or [hidden]) for hidden in range(2)]
print(InClass.found, InClass.names)
if sys.version_info >= (3, 13):
    print(eval("a", globals={"a": 1}), [eval("a + b", {"a": 2}, locals={"b": each}) for each in range(2)])
    exec("print(sorted(locals()))", globals={"__builtins__": __builtins__}, locals={"x": 1})
    print([eval("a", globals={"a": 3}) for hidden in range(1)])

# --- profilers_see_exec
import sys
seen = []
def profile(frame, event, argument):
    if frame.f_code.co_name in ("use", "<module>", "<lambda>"):
        seen.append((event, frame.f_code.co_name, frame.f_lineno, getattr(argument, "__name__", argument)))
def use():
    eval("1 + 1")
    exec("x = 1", {})
    eval(compile("2", "<c>", "eval"), {}, {})
    if sys.version_info >= (3, 13): eval("3", globals={})
    else: exec("y = 2", {}, {})
    eval(*("4", {}))
    return eval("(lambda: 5)()")
sys.setprofile(profile)
use()
sys.setprofile(None)
for event in seen:
    if event[3] != "setprofile": print(event)

# --- globals_of_a_subclass_of_dict
class Names(dict):
    def __getitem__(self, name): print("get", name); return dict.__getitem__(self, name)
    def __setitem__(self, name, value): print("set", name); dict.__setitem__(self, name, value)
    def __delitem__(self, name): print("del", name); dict.__delitem__(self, name)
    def __contains__(self, name): print("in", name); return dict.__contains__(self, name)
names = Names(z=1)
exec("def f(): return z\nprint(f())\nglobal q\nq = z\ndel q\nclass C: w = z", names)
exec("print(z)\ndel z", names, {})
try: exec("del never\nglobal never", names)
except (NameError, SyntaxError) as e: print(e)
try: exec("global never\ndel never", names)
except NameError as e: print(e)
print(sorted(name for name in names if name != "__builtins__"))
del names

# --- exec_of_text_with_a_closure
def f():
    v = 1
    def h(): return v
    for given, closure in (("1", ()), ("1", h.__closure__), (b"1", None), (h.__code__, h.__closure__), (h.__code__, ())):
        try: print(exec(given, closure=closure))
        except TypeError as e: print(e)
        try: print(exec(given, {}, **{"closure": closure}))
        except TypeError as e: print(e)
f()
