# --- signatures
import inspect
def f(a, b=1, /, c=2, *args, d, e=5, **kw) -> int: pass
class C:
    def __init__(self, x, y=2): pass
    def m(self, z): pass
    @classmethod
    def c(cls, q): pass
    @staticmethod
    def s(r): pass
    def __call__(self, t): pass
for x in (f, C, C.m, C(1).m, C.c, C.s, C(1), lambda *a, k: a): print(inspect.signature(x))
print(inspect.signature(f).bind(1, 2, 3, 4, d=5).arguments, inspect.getfullargspec(f).kwonlyargs)
try: inspect.signature(f).bind(1)
except TypeError as e: print(e)

# --- kinds
import inspect
def f(): pass
def g(): yield
async def c(): pass
async def ag(): yield
class K:
    def m(self): pass
for x in (f, g, c, ag, K, K.m, K().m, len, [].append, lambda: 1):
    print(inspect.isfunction(x), inspect.isgeneratorfunction(x), inspect.iscoroutinefunction(x), inspect.isasyncgenfunction(x), inspect.isclass(x), inspect.ismethod(x), inspect.isbuiltin(x), type(x).__name__)

# --- source_access
import inspect
def documented(a,
               b=2):
    """Docs."""
    return a + b  # comment
class K:
    def method(self):
        return 1
print(inspect.getsource(documented))
print(inspect.getsource(K.method), inspect.getsourcelines(K)[1], inspect.getdoc(documented), inspect.getsourcefile(documented).endswith("source_access.py"))
print(inspect.getsource(lambda: 5))

# --- closure_vars_and_callargs
import inspect
g1 = 5
def f(a, *b, **c):
    x = 1
    def inner(): return x, g1, len, missing
    return inner
v = inspect.getclosurevars(f(1))
print(v.nonlocals, v.globals, list(v.builtins), v.unbound)
print(inspect.getcallargs(f, 1, 2, k=3))

# --- function_types
import types
def f(): pass
def g(): yield
async def c(): pass
co = c()
print(type(f) is types.FunctionType, type(lambda: 1) is types.LambdaType, type(g()) is types.GeneratorType, type(co) is types.CoroutineType, type(f.__code__) is types.CodeType, type([].append) is types.BuiltinMethodType)
co.close()
class K:
    def m(self): pass
print(type(K().m) is types.MethodType, types.MethodType(lambda self: self, 5)(), isinstance(K.__dict__["m"], types.FunctionType))

# --- code_flags
import inspect
def flags(co): return [n for b, n in sorted(inspect.CO_FLAGS_MAP if hasattr(inspect, "CO_FLAGS_MAP") else __import__("dis").COMPILER_FLAG_NAMES.items()) if co.co_flags & b]
def f(*a, **k): x = 1; return lambda: x
def g(): yield
async def c(): pass
async def ag(): yield
print([flags(x.__code__) for x in (f, f(), g, c, ag)])

# --- co_lines_and_consts
def f(a):
    b = a + 100
    if b > 5:
        return "text"
    return (1, 2, "t")
co = f.__code__
print([line for _, _, line in co.co_lines() if line is not None][-1], co.co_firstlineno, "text" in co.co_consts, co.co_names, co.co_varnames, co.co_filename, co.co_qualname)

# --- repr_of_functions
def f(): pass
class K:
    def m(self): pass
    @classmethod
    def c(cls): pass
print(repr(f), repr(lambda: 1), repr(K.m), repr(K().m).split(" at ")[0], repr(K.c).split(" of ")[0])
def g(): yield
print(repr(g()).split(" at ")[0], repr(f.__code__).split(" at ")[0], repr((x for x in [])).split(" at ")[0])

# --- copy_and_compare_functions
import copy
def f(a=[1]): return a
print(copy.copy(f) is f, copy.deepcopy(f) is f, f == f, hash(f) == hash(f), f.__code__ == f.__code__)
def g(a=[1]): return a
print(f == g, f.__code__ == g.__code__)

# --- weak_references_and_dicts
import weakref
def f(): return 1
r = weakref.ref(f)
d = {f: "value"}
print(r() is f, d[f], r()())
del d[f]
del f
print(r() is None)

# --- sys_info_unchanged
import sys
print(sys.implementation.name, sys.getrecursionlimit() > 100, sys.flags.optimize, hasattr(sys, "gettrace"), sys.gettrace(), sys.getprofile())

# --- pyclbr_like_walk
class A:
    x = 1
    def m(self): pass
    class B:
        def n(self): pass
    p = property(lambda s: 1)
    @staticmethod
    def s(): pass
def walk(c, indent=""):
    for k, v in vars(c).items():
        if k.startswith("__"): continue
        print(indent + k, type(v).__name__, getattr(v, "__qualname__", ""))
        if isinstance(v, type): walk(v, indent + "  ")
walk(A)

# --- bytecode_as_dis_and_marshal_show_it
import dis, io, marshal, re, types
def f(a, b):
    for i in range(a):
        if i: b += 1
    def inner(): return a
    return b, inner
class K:
    def m(self): return [each for each in self]
    @classmethod
    def c(cls): return 1
def shown(function, *args):
    out = io.StringIO()
    function(*args, file=out)
    print(re.sub("0x[0-9a-f]+|file [^,>]*", "", out.getvalue()))
def g(): yield from [1]
for each in (f, f.__code__, K, K().m, K.c, g()): shown(dis.dis, each)
shown(dis.show_code, f)
shown(dis.disassemble, g.__code__)
print(list(dis.findlinestarts(f.__code__)), [each.opname for each in dis.get_instructions(K.m)], dis.Bytecode(g).codeobj.co_consts)
data, file = marshal.dumps(f.__code__), io.BytesIO()
print(types.FunctionType(marshal.loads(data), globals())(3, 4)[0])
marshal.dump(f.__code__, file)
print(types.FunctionType(marshal.loads(file.getvalue()), globals())(3, 4)[1]())
try: marshal.dumps(f)
except ValueError as e: print(e)
try: marshal.dumps()
except TypeError as e: print(e)
del data, file
