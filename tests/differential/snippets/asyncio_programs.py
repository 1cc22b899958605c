# --- gather_and_order
import asyncio
log = []
async def worker(name, n):
    for i in range(n):
        log.append((name, i))
        await asyncio.sleep(0)
    return name * n
async def main(): return await asyncio.gather(worker("a", 2), worker("b", 3), worker("c", 1))
print(asyncio.run(main()), log)

# --- queue_producers_consumers
import asyncio
async def producer(q, n):
    for i in range(n):
        await q.put(i)
        await asyncio.sleep(0)
    await q.put(None)
async def consumer(q, out):
    while (item := await q.get()) is not None: out.append(item * item)
async def main():
    q, out = asyncio.Queue(maxsize=2), []
    await asyncio.gather(producer(q, 6), consumer(q, out))
    print(out)
asyncio.run(main())

# --- cancellation
import asyncio
async def sleeper():
    try: await asyncio.sleep(100)
    except asyncio.CancelledError as e:
        print("cancelled", e.args)
        raise
    finally: print("cleanup")
async def stubborn():
    try: await asyncio.sleep(100)
    except asyncio.CancelledError: return "survived"
async def main():
    t = asyncio.create_task(sleeper())
    await asyncio.sleep(0)
    t.cancel("message")
    try: await t
    except asyncio.CancelledError: print("main saw it", t.cancelled())
    s = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    s.cancel()
    print(await s)
asyncio.run(main())

# --- task_group
import asyncio
async def ok(n): await asyncio.sleep(0); return n
async def fail(n): await asyncio.sleep(0); raise ValueError(n)
async def slow():
    try: await asyncio.sleep(100)
    except asyncio.CancelledError: print("slow cancelled"); raise
async def main():
    async with asyncio.TaskGroup() as tg:
        ts = [tg.create_task(ok(i)) for i in range(3)]
    print([t.result() for t in ts])
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(fail(1)); tg.create_task(fail(2)); tg.create_task(slow())
    except* ValueError as eg: print(sorted(e.args for e in eg.exceptions))
asyncio.run(main())

# --- timeout_and_wait
import asyncio
async def main():
    try:
        async with asyncio.timeout(0.01): await asyncio.sleep(10)
    except TimeoutError: print("timed out")
    try: await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except TimeoutError: print("timed out again")
    print(await asyncio.wait_for(asyncio.sleep(0, "value"), 5))
    done, pending = await asyncio.wait([asyncio.create_task(asyncio.sleep(0, i)) for i in range(3)])
    print(sorted(t.result() for t in done), len(pending))
asyncio.run(main())

# --- locks_events_semaphores
import asyncio
async def main():
    lock, event, sem, log = asyncio.Lock(), asyncio.Event(), asyncio.Semaphore(2), []
    async def locked(n):
        async with lock:
            log.append(f"in {n}"); await asyncio.sleep(0); log.append(f"out {n}")
    async def waiter(): await event.wait(); log.append("event")
    async def limited(n):
        async with sem: log.append(n); await asyncio.sleep(0)
    w = asyncio.create_task(waiter())
    await asyncio.gather(*map(locked, range(3)))
    event.set(); await w
    await asyncio.gather(*map(limited, range(4)))
    print(log)
asyncio.run(main())

# --- exceptions_and_tracebacks
import asyncio
async def a(): await asyncio.sleep(0); raise LookupError("deep")
async def b():
    try: await a()
    except LookupError as e: raise RuntimeError("wrapped") from e
async def main():
    r = await asyncio.gather(b(), asyncio.sleep(0, 5), return_exceptions=True)
    print(repr(r[0]), repr(r[0].__cause__), r[1])
    t = r[0].__traceback__
    while t: print(t.tb_frame.f_code.co_name, t.tb_lineno); t = t.tb_next
asyncio.run(main())

# --- uncaught_from_run
import asyncio
async def inner(): return {}["missing"]
async def main(): return await inner()
try: asyncio.run(main())
except KeyError as e:
    t, names = e.__traceback__, []
    while t: names.append(t.tb_frame.f_code.co_name); t = t.tb_next
    print(repr(e), names[-2:])

# --- futures_and_callbacks
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    f = loop.create_future()
    f.add_done_callback(lambda f: print("done", f.result()))
    loop.call_soon(f.set_result, 42)
    print(await f)
    later = loop.create_future()
    loop.call_later(0.001, later.set_result, "later")
    print(await later)
    g = loop.create_future(); g.set_exception(ValueError("x"))
    try: await g
    except ValueError as e: print(e)
    print(await loop.run_in_executor(None, lambda: sum(range(10))), await asyncio.to_thread(str.upper, "abc"))
asyncio.run(main())

# --- contextvars_in_tasks
import asyncio, contextvars
v = contextvars.ContextVar("v", default="default")
async def child(n):
    before = v.get()
    v.set(n)
    await asyncio.sleep(0)
    return before, v.get()
async def main():
    v.set("main")
    print(await asyncio.gather(child(1), child(2)), v.get())
asyncio.run(main())
print(v.get())

# --- streams_between_coroutines
import asyncio
async def handle(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper()); await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    r, w = await asyncio.open_connection(host, port)
    for word in (b"hello\n", b"world\n"):
        w.write(word); await w.drain()
        print(await r.readline())
    w.close(); await w.wait_closed()
    server.close()
asyncio.run(main())

# --- async_iterator_pipeline
import asyncio
async def source(n):
    for i in range(n): await asyncio.sleep(0); yield i
async def mapped(f, it):
    async for x in it: yield f(x)
async def chunks(it, n):
    chunk = []
    async for x in it:
        chunk.append(x)
        if len(chunk) == n: yield chunk; chunk = []
    if chunk: yield chunk
async def main():
    async for c in chunks(mapped(lambda x: x * x, source(7)), 3): print(c)
asyncio.run(main())

# --- task_names_and_current
import asyncio
async def who(): return asyncio.current_task().get_name()
async def main():
    print(await asyncio.create_task(who(), name="first"), len(asyncio.all_tasks()))
    t = asyncio.create_task(who(), name="second")
    print(t.done(), t.get_coro().__name__)
    await t
    print(t.done(), t.result())
asyncio.run(main())

# --- shield_and_done_order
import asyncio
async def main():
    turns, out = [asyncio.Event() for _ in range(5)], []
    async def work(n): await turns[n].wait(); turns[n + 1].set(); return n
    turns[1].set()
    for f in asyncio.as_completed([work(3), work(1), work(2)]): out.append(await f)
    print(out)
    inner = asyncio.create_task(work(1))
    outer = asyncio.shield(inner)
    outer.cancel()
    try: await outer
    except asyncio.CancelledError: print("outer cancelled", inner.cancelled())
    print(await inner)
asyncio.run(main())
