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

# --- code_of_functions_as_they_read_it
import dis, sys
def own(x):
    """Text."""
    y = [x]
    return lambda: (x, y)
code = own.__code__
print(code.co_consts[0], len(code.co_consts), code.co_cellvars, code.co_varnames, code.co_nlocals, code.co_stacksize)
print(code.co_code.hex(), list(code.co_lines()) == list(dis.Bytecode(code).codeobj.co_lines()))
print([position for position in code.co_positions()][:4])
print(len(code.co_exceptiontable), sys._getframe().f_code.co_varnames)

# --- offsets_of_frames_and_tracebacks
import dis, sys
def operation(code, offset):
    return [each.opname for each in dis.get_instructions(code) if each.offset <= offset][-1]  # it may be in the caches
def here():
    frame = sys._getframe(1)
    return operation(frame.f_code, frame.f_lasti)
def divide(x):
    for each in (1, 2):
        print(here(), [here() for _ in (1,)], {"key": here()}["key"])
    return 1 / x
try: divide(0)
except ZeroDivisionError as error:
    entry = error.__traceback__
    while entry:
        print(entry.tb_frame.f_code.co_name, operation(entry.tb_frame.f_code, entry.tb_lasti))
        entry = entry.tb_next
def items(): yield here()
generator = items()
print(next(generator), operation(generator.gi_code, generator.gi_frame.f_lasti))

# --- distb_marks_the_place
import dis, sys, io
def fails(x): return [1][x]
try: fails(3)
except IndexError as error:
    file = io.StringIO()
    dis.distb(error.__traceback__.tb_next, file=file)
    print([line.split()[1:3] for line in file.getvalue().splitlines() if "-->" in line])

# --- code_with_other_constants
def constant(): return "constant"
constants = tuple("changed" if each == "constant" else each for each in constant.__code__.co_consts)
constant.__code__ = constant.__code__.replace(co_consts=constants, co_name="renamed")
print(constant(), constant.__code__.co_name, constant.__code__.co_consts)
def other(): return 1
constant.__code__ = constant.__code__.replace(co_code=other.__code__.co_code, co_consts=other.__code__.co_consts)
print(constant())
try: constant.__code__.replace(co_consts=1)
except TypeError as error: print(error)
