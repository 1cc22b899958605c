# --- join_and_results
import threading
results = {}
def work(n):
    total = 0
    for i in range(n): total += i
    results[n] = total
ts = [threading.Thread(target=work, args=(n,)) for n in (10, 100, 1000)]
for t in ts: t.start()
for t in ts: t.join()
results = dict(sorted(results.items()))
print(results)

# --- locked_counter
import threading
lock, n = threading.Lock(), 0
def bump():
    global n
    for _ in range(200):
        with lock: n += 1
ts = [threading.Thread(target=bump) for _ in range(4)]
[t.start() for t in ts]; [t.join() for t in ts]
print(n)

# --- exception_in_thread
import threading
seen = []
old, threading.excepthook = threading.excepthook, lambda a: seen.append((a.exc_type.__name__, str(a.exc_value), a.thread.name))
def fail(): raise ValueError("in thread")
t = threading.Thread(target=fail, name="T-1"); t.start(); t.join()
threading.excepthook = old
print(seen)

# --- exception_in_thread_printed
import threading
def inner(x): return x / 0
def fail(): return inner(1)
t = threading.Thread(target=fail, name="worker")
t.start(); t.join()
print("main goes on")

# --- thread_locals_and_subclass
import threading
local = threading.local(); local.v = "main"
class W(threading.Thread):
    def __init__(self, v): super().__init__(); self.v = v
    def run(self): local.v = self.v; self.out = local.v
ws = [W(i) for i in range(3)]
for w in ws: w.start()
for w in ws: w.join()
print([w.out for w in ws], local.v)

# --- queue_pipeline
import threading, queue
q, out = queue.Queue(), queue.Queue()
def worker():
    while True:
        item = q.get()
        if item is None: break
        out.put((item, item ** 2))
ts = [threading.Thread(target=worker) for _ in range(3)]
for t in ts: t.start()
for i in range(10): q.put(i)
for _ in ts: q.put(None)
for t in ts: t.join()
print(sorted(out.get() for _ in range(10)))

# --- executor
from concurrent.futures import ThreadPoolExecutor, as_completed
def f(x):
    if x == 3: raise LookupError(x)
    return x * 10
with ThreadPoolExecutor(2) as ex:
    print(list(ex.map(f, range(3))))
    fs = [ex.submit(f, i) for i in range(5)]
    print([g.result() if not g.exception() else repr(g.exception()) for g in fs], sorted(g.exception() is None for g in as_completed(fs)))

# --- event_condition_barrier
import threading
log, ready, cond, items = [], threading.Event(), threading.Condition(), []
def waiter(): ready.wait(); log.append("released")
def consumer():
    with cond:
        while not items: cond.wait()
        log.append(items.pop())
ts = [threading.Thread(target=waiter), threading.Thread(target=consumer)]
for t in ts: t.start()
with cond: items.append("item"); cond.notify()
ts[1].join(); ready.set(); ts[0].join()
print(log)

# --- generators_across_threads
import threading
def g():
    for i in range(3): yield i, threading.current_thread().name
it, out = g(), []
for name in "ab":
    t = threading.Thread(target=lambda: out.append(next(it)), name=name); t.start(); t.join()
print(out, next(it)[0])

# --- timer_and_daemon
import threading
done = threading.Event()
threading.Timer(0.01, done.set).start()
print(done.wait(10), threading.current_thread() is threading.main_thread())
t = threading.Thread(target=lambda: None, daemon=True); t.start(); t.join()
print(t.daemon, t.is_alive())

# --- contextvars
import contextvars
v = contextvars.ContextVar("v", default=0)
def f(x):
    token = v.set(x)
    try: return v.get(), contextvars.copy_context().run(g)
    finally: v.reset(token)
def g(): v.set(v.get() * 2); return v.get()
print(f(5), v.get())
ctx = contextvars.copy_context()
ctx.run(v.set, 9)
print(ctx[v], v.get(), ctx.run(lambda: v.get()))

# --- recursion_in_thread
import threading
out = []
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
def run():
    try: out.append(depth(500))
    except RecursionError: out.append("recursion")
    def forever(): return forever()
    try: forever()
    except RecursionError as e: out.append(str(e)[:32])
t = threading.Thread(target=run); t.start(); t.join()
print(out)
