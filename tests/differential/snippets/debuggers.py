# --- bdb_debugger
import bdb
class D(bdb.Bdb):
    def user_line(self, frame):
        if frame.f_code.co_name == "f": out.append((frame.f_lineno, sorted(frame.f_locals)))
    def user_return(self, frame, v):
        if frame.f_code.co_name == "f": out.append(("return", v))
out = []
def f(a):
    b = a + 1
    for i in range(2):
        b += i
    return b
D().runcall(f, 5)
print(out)

# --- pdb_session
import pdb, io
def f(x):
    y = x * 2
    z = y + 1
    return z
class Quiet(pdb.Pdb):
    def print_stack_entry(self, frame_lineno, prompt_prefix=""): print("at", frame_lineno[1], file=self.stdout)
out = io.StringIO()
p = Quiet(stdin=io.StringIO("next\nnext\np y, z\n!y = 10\np y + x\nargs\nup\ndown\nwhere\ncontinue\n"), stdout=out)
p.use_rawinput = False
try: print(p.runcall(f, 4))
except Exception as e: print(type(e).__name__)
print("\n".join(line for line in out.getvalue().splitlines() if not line.startswith(("(Pdb) >", ">", "  /", "-> "))))

# --- trace_exceptions
import sys
def tracer(frame, event, arg):
    if frame.f_code.co_name == "f":
        events.append((event, frame.f_lineno, arg if event == "return" else arg[0].__name__ if event == "exception" else None))
        return tracer
def f(x):
    try:
        x / 0
    except ZeroDivisionError:
        return "caught"
    finally:
        x = 2
events = []
sys.settrace(tracer); f(1); sys.settrace(None)
print(events)

# --- trace_generators
import sys
def gen():
    yield 1
    yield 2
def tracer(frame, event, arg):
    if frame.f_code.co_name == "gen": out.append((event, frame.f_lineno, arg)); return tracer
out = []
sys.settrace(tracer); list(gen()); sys.settrace(None)
print(out)

# --- trace_opcodes_and_locals
import sys
def f(a):
    b = a
    c = b + 1
    return c
seen = []
def tracer(frame, event, arg):
    if frame.f_code.co_name == "f":
        seen.append((event, frame.f_lineno, dict(frame.f_locals)))
        return tracer
sys.settrace(tracer); f(3); sys.settrace(None)
print(seen)

# --- trace_toggled_often
import sys
exec("\n".join(f"def f{i}(): return {i}" for i in range(200)))
total = sum(globals()[f"f{i}"]() for i in range(200))
for _ in range(300): sys.settrace(sys.gettrace())
for _ in range(20):
    sys.settrace(lambda *a: None); f1(); sys.settrace(None)
print(total)

# --- trace_in_threads
import sys, threading
events = []
def tracer(frame, event, arg):
    if frame.f_code.co_name == "work": events.append((event, frame.f_lineno)); return tracer
def work():
    x = 1
    return x
threading.settrace(tracer)
t = threading.Thread(target=work); t.start(); t.join()
threading.settrace(None)
print(events)

# --- trace_module
import trace
t = trace.Trace(count=True, trace=False)
def f(n):
    total = 0
    for i in range(n):
        if i % 2: total += i
    return total
t.runfunc(f, 5)
print(sorted((line, count) for (file, line), count in t.results().counts.items() if file.startswith("trace_module")))

# --- profiler
import cProfile, pstats, io
def g(x): return x * 2
def f(): return [g(i) for i in range(3)]
p = cProfile.Profile(); p.runcall(f)
print(sorted((k[2], v[0]) for k, v in pstats.Stats(p, stream=io.StringIO()).stats.items() if k[2] in "fg"))

# --- monitoring_start_and_return [3.12+]
import sys
m = sys.monitoring
m.use_tool_id(3, "tool"); events = []
def f(x):
    y = x + 1
    return y
m.register_callback(3, m.events.PY_START, lambda code, offset: events.append(("start", code.co_name)))
m.register_callback(3, m.events.PY_RETURN, lambda code, offset, value: events.append(("return", code.co_name, value)))
m.set_events(3, m.events.PY_START | m.events.PY_RETURN)
f(1)
m.set_events(3, 0); m.free_tool_id(3)
print([e for e in events if e[1] == "f"]); del events

# --- tracemalloc_places
import tracemalloc
tracemalloc.start()
x = [bytes(1000) for _ in range(10)]
snapshot = tracemalloc.take_snapshot()
tracemalloc.stop()
print([(s.traceback[0].lineno, s.count >= 10) for s in snapshot.statistics("lineno") if s.traceback[0].filename.startswith("tracemalloc")][:1])

# --- reference_counts
import sys
def f():
    x = object()
    return sys.getrefcount(x)
def g(x): return sys.getrefcount(x)
class C:
    def m(self): return sys.getrefcount(self)
l = [object()]
print(f(), g(object()), C().m(), sys.getrefcount(l[0]))
for o in [object()]: print(sys.getrefcount(o))
def k():
    def inner(): return o
    o = object()
    return sys.getrefcount(o)
print(k())

# --- no_growth
import sys, gc
def collect():
    while gc.collect(): pass
def growth(f, n=300):
    for _ in range(15): f()
    collect(); before = sys.getallocatedblocks()
    for _ in range(n): f()
    collect(); return (sys.getallocatedblocks() - before) / n
def klass():
    class C:
        def m(self): return super().__init__()
    C().m()
def generator():
    def g():
        try: yield 1
        finally: pass
    next(g())
def raising():
    try: exec("1/0")
    except ZeroDivisionError: pass
async def coroutine(): return 1
def awaiting():
    try: coroutine().send(None)
    except StopIteration: pass
import collections, dataclasses, types
for f in (lambda: eval("x + 1", {"x": 1}), lambda: exec("y = 2", {}), lambda: exec("def f(): return 1\nf()", {}), klass, generator, raising, awaiting, lambda: (lambda: 1)(),
          lambda: types.FunctionType(compile("1", "f", "eval"), {})(), lambda: sorted([2, 1], key=lambda v: -v), lambda: collections.namedtuple("P", "x y")(1, 2), lambda: dataclasses.make_dataclass("D", ["x"])(1)):
    print(growth(f) < 4)

# --- coroutine_destroyed_by_failure
class NotAsync:
    async def __aiter__(self): return self
async def f():
    async for _ in NotAsync():
        pass
try: f().send(None)
except TypeError as e: print(e)
class Twice:
    async def __await__(self): return self
async def g(): await Twice()
async def h():
    async with Twice(): pass
for each in g, h:
    try: each().send(None)
    except TypeError as e: print(e)

# --- import_failure_traceback
import importlib, sys, tempfile, pathlib, traceback
d = pathlib.Path(tempfile.mkdtemp()); (d / "failing.py").write_text("x = 1 / 0\n"); (d / "unreadable.py").write_text("x = = 1\n"); sys.path.insert(0, str(d))
for name in ("failing", "unreadable"):
    try: importlib.import_module(name)
    except Exception as e: print([(s.name, s.lineno) for s in traceback.extract_tb(e.__traceback__) if "frozen" in s.filename or s.name == "<module>"])
del d

# --- modules_unchanged
import sys
before = set(sys.modules)
exec("import colorsys\nclass C: pass\ndef f(): yield\nlist(f())\nasync def g(): pass\ng().close()")
print(sorted(set(sys.modules) - before)); del before

# --- profile_events
import sys
events = []
def profile(frame, event, argument):
    events.append((event, frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, getattr(argument, "__name__", argument) if event[0] == "c" else argument))
def f(n):
    x = len([1]) + sum(i for i in range(n))
    return sorted([3, 1], key=lambda v: v)
class C:
    def __init__(self): self.a = [1]
    def m(self): return globals() is None
    def __len__(self): return 4
def g():
    yield 1
    raise ValueError
def use():
    c = C(); c.m(); len(c); c.a.append(1)
    try: list(g())
    except ValueError: pass
    try: int("x")
    except ValueError: pass
    return [f(1) for _ in range(2)]
def hot(n): return n + 1
for i in range(300): hot(i)
sys.setprofile(profile)
use()
same = sys.getprofile() is profile
for i in range(150): hot(i)
sys.setprofile(None)
events = [e for e in events if e[3] != "setprofile"]
print(same, sys.getprofile(), len(events), events[:40], events[-4:])

# --- trace_functions_that_raise
import sys, traceback
def fails(frame, event, argument):
    if frame.f_code.co_name == "traced" and event == wanted:
        raise LookupError(event)
    return fails
def traced(n):
    try:
        n += 1
        int("x")
    except ValueError:
        n = len("ab")
    return n
for set_function, events in ((sys.settrace, ("call", "line", "exception", "return")), (sys.setprofile, ("call", "c_call", "c_return", "c_exception", "return"))):
    for wanted in events:
        set_function(fails)
        try:
            print(wanted, traced(1))
        except LookupError as error:
            set_function(None)
            print(repr(error), [(each.name, each.lineno) for each in traceback.extract_tb(error.__traceback__)], sys.gettrace(), sys.getprofile())
        set_function(None)
del set_function

# --- profiled_threads
import threading
names = []
def profile(frame, event, argument): names.append((event, frame.f_code.co_name))
def work(n): return [len(str(i)) for i in range(n)]
threading.setprofile(profile)
t = threading.Thread(target=work, args=(2,)); t.start(); t.join()
threading.setprofile(None)
print([each for each in names if each[1] == "work"])
del names

# --- audit_hooks [process posix]
import sys
seen = []
def hook(event, args):
    if event in ("mine", "exec", "compile", "import", "open", "code.__new__", "sys._getframe"):
        seen.append((event, args[0] if event in ("mine", "import", "open") else None))
    if event == "forbidden":
        raise PermissionError("no " + args[0])
sys.addaudithook(hook)
sys.addaudithook(lambda event, args: print("audit", args) if event == "mine" else None)
sys.audit("mine", 1, 2)
def f(x): return x * 2
print(f(3))
open("/dev/null").close()
import colorsys
try: sys.audit("forbidden", "thing")
except PermissionError as e: print(e)
def g(): return [f(i) for i in range(300)]
g(); sys._getframe()
print([s for s in seen if s[0] in ("mine", "code.__new__", "sys._getframe") or s[1] == "/dev/null"], ("import", "colorsys") in seen)

# --- settrace_opcodes
import sys
events = []
def tracer(frame, event, arg):
    if frame.f_code.co_name in ("f", "g"):
        frame.f_trace_opcodes = True
        found = frame.f_code.co_name, event, frame.f_lineno and frame.f_lineno - frame.f_code.co_firstlineno
        if events[-1:] != [found] and found[2] is not None: events.append(found)
        return tracer
def g(x):
    a = x; yield a
    return (a +
        abs(
         x))
def f():
    for n in list(g(3)):
        try:
            n += [n for n in (1, 2)][1]; n / (n - 5)
        except ZeroDivisionError: pass
    with open(__file__): return 1
f.__globals__["__file__"] = sys.executable
sys.settrace(tracer)
f()
sys.settrace(None)
for e in events: print(e)
print({event for _, event, _ in events} >= {"line", "return", "exception", "call"})

# --- settrace_ends_at_an_opcode
import sys
def tracer(frame, event, arg):
    frame.f_trace_opcodes = True
    return tracer if event != "opcode" else stop(frame)
def stop(frame):
    if not kinds: kinds.append(frame.f_lineno - frame.f_code.co_firstlineno)
    if mode == "raise": raise KeyError(mode)
    if mode == "off": sys.settrace(None)
    if mode == "anew": sys.settrace(None); sys.settrace(lambda *_: None)
def f():
    x = 0
    try: x += 1; x = x / 1
    except KeyError as e: return "caught", e.args
    return x
for mode in ("none", "raise", "off", "anew"):
    kinds = []
    sys.settrace(tracer)
    try: print(mode, f())
    except KeyError as e: print(mode, "raised", e.args)
    print(sys.gettrace() is tracer, kinds)
    sys.settrace(None)

# --- trace_function_that_raises_where_nothing_else_can
import sys
def f(n):
    try:
        a = n
        b = a
    except ValueError as e:
        return "caught", e.args, sys.exc_info()[0]
    finally:
        n = "done"
    return b
def tracer(line):
    def trace(frame, event, arg):
        if frame.f_code.co_name != "f": return None
        if event == "line" and frame.f_lineno == frame.f_code.co_firstlineno + line: raise ValueError(line)
        return trace
    return trace
for line in range(1, 10):
    sys.settrace(tracer(line))
    try: r = f(3)
    except ValueError as e: r = "not caught", e.args
    finally: sys.settrace(None)
    print(line, r)

# --- monitoring_of_one_function [3.12+]
import sys
monitoring, log = sys.monitoring, []
monitoring.use_tool_id(3, "lines")
def lined(values):
    for value in values:
        if value: continue
    return (
        value,
        1,
    )
def other(): return lined((0, 1))
def told(code, line):
    log.append((code is lined.__code__, line - code.co_firstlineno, sys._getframe(1).f_code is code))
    return monitoring.DISABLE if line - code.co_firstlineno == 2 else None
monitoring.register_callback(3, monitoring.events.LINE, told)
monitoring.set_local_events(3, lined.__code__, monitoring.events.LINE)
other()
print(log, monitoring.get_local_events(3, lined.__code__) == monitoring.events.LINE)
log.clear()
monitoring.restart_events()
other()
monitoring.set_local_events(3, lined.__code__, 0)
other()
print(log)
monitoring.free_tool_id(3)

# --- monitoring_of_everything [3.12+]
import sys
monitoring, events, log = sys.monitoring, sys.monitoring.events, []
monitoring.use_tool_id(4, "all")
def numbers(limit):
    for number in range(limit):
        yield number
def work(limit):
    total = 0
    for number in numbers(limit):
        if number == 1: continue
        total += number
        while total > 3 and number is not None:
            total -= len([1])
    try:
        {}[limit]
    except KeyError:
        total += 1
    finally:
        total += 1
    try: fail()
    except* ValueError: pass
    return [each for each in (total, 2)]
def fail():
    raise ValueError("raised")
def shown(argument):
    return argument if isinstance(argument, int) else type(argument).__name__
NAMES = "PY_START PY_RESUME PY_RETURN PY_YIELD PY_UNWIND LINE BRANCH_LEFT BRANCH_RIGHT CALL C_RETURN EXCEPTION_HANDLED"
chosen = 0
for name in NAMES.split():
    if hasattr(events, name):
        def told(code, *arguments, name=name):
            if code.co_name in ("work", "numbers", "fail") and name != "PY_UNWIND":
                log.append((name, code.co_name, *map(shown, arguments)))
        monitoring.register_callback(4, getattr(events, name), told)
        chosen |= getattr(events, name)
monitoring.set_events(4, chosen | events.C_RAISE)
work(4)
monitoring.set_events(4, 0)
for each in log: print(*each)
monitoring.free_tool_id(4)
try: monitoring.set_events(4, events.LINE)
except ValueError as error: print(error, error.__traceback__.tb_next)

# --- monitoring_callback_that_raises [3.12+]
import sys
monitoring = sys.monitoring
monitoring.use_tool_id(3, "raises")
def attempt():
    found = []
    try:
        found.append(1)
        found.append(2)
    except KeyError as error:
        found.append(error.args)
    return found
def told(code, line):
    if line == code.co_firstlineno + 4: raise KeyError("told")
monitoring.register_callback(3, monitoring.events.LINE, told)
monitoring.set_local_events(3, attempt.__code__, monitoring.events.LINE)
print(attempt())
monitoring.set_local_events(3, attempt.__code__, 0)
print(attempt())
monitoring.free_tool_id(3)

# --- counts_of_cprofile [3.12+]
import cProfile, pstats
def inner(n): return sum(len(str(each)) for each in range(n))
def outer(n): return [inner(n), inner(n)]
profile = cProfile.Profile()
profile.runcall(outer, 5)
for (file, line, name), (calls, primitive, *_) in sorted(pstats.Stats(profile).stats.items(), key=str):
    print(line, name, calls, primitive)
del profile, _
