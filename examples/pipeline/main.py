"""An asyncio program: feeds of log lines flow through a queue to workers that add them up.

usage: python main.py access.log

The order of what happens is fixed by queues, events and locks and never by the clock, so the output is the same on
every run, however slow the machine is.
"""

import asyncio
import sys
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

WORKERS = 3


class Malformed(Exception):
    """A line that is no request."""


@dataclass(frozen=True)
class Request:
    host: str
    method: str
    path: str
    status: int
    size: int

    @classmethod
    def parse(cls, line):
        try:
            host, method, path, status, size = line.split()
            return cls(host, method, path, int(status), int(size))
        except ValueError as error:
            raise Malformed(line) from error


@dataclass
class Totals:
    by_status: Counter = field(default_factory=Counter)
    by_host: Counter = field(default_factory=Counter)
    traffic: int = 0
    malformed: list = field(default_factory=list)

    def add(self, request):
        self.by_status[request.status] += 1
        self.by_host[request.host] += request.size
        self.traffic += request.size


class Feed:
    """An asynchronous iterator over every *step*-th line, starting at *start*."""

    def __init__(self, lines, start, step):
        self.lines = iter(lines[start::step])
        self.delivered = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        await asyncio.sleep(0)
        for line in self.lines:
            self.delivered += 1
            return line
        raise StopAsyncIteration


async def batches(feed, size):
    """An asynchronous generator of lists of at most *size* lines."""
    batch = []
    try:
        async for line in feed:
            batch.append(line)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch
    finally:
        await asyncio.sleep(0)
        print(f"feed closed after {feed.delivered} lines")


async def produce(number, lines, queue):
    async for batch in batches(Feed(lines, number, 2), size=20 + 10 * number):
        await queue.put(batch)
    return number


async def consume(queue, totals, lock):
    handled = 0
    while (batch := await queue.get()) is not None:
        for line in batch:
            try:
                request = Request.parse(line)
            except Malformed as error:
                totals.malformed.append((str(error), type(error.__cause__).__name__))
                continue
            async with lock:
                totals.add(request)
        handled += 1
        queue.task_done()
    return handled


@asynccontextmanager
async def workers(queue, totals):
    lock = asyncio.Lock()
    tasks = [asyncio.create_task(consume(queue, totals, lock), name=f"worker-{n}") for n in range(WORKERS)]
    try:
        yield tasks
        await queue.join()
    finally:
        for _ in tasks:
            await queue.put(None)
        handled = await asyncio.gather(*tasks)
        print(f"{len(tasks)} workers handled {sum(handled)} batches")


async def timeouts():
    """What happens to those who wait for something that never comes."""
    never = asyncio.Event()

    async def patient(name):
        try:
            await never.wait()
        except asyncio.CancelledError:
            print(f"{name} is told to stop")
            raise

    try:
        await asyncio.wait_for(patient("wait_for"), timeout=0.01)
    except TimeoutError:
        print("wait_for: time is up")
    try:
        async with asyncio.timeout(0.01):
            await patient("timeout")
    except TimeoutError:
        print("timeout: time is up")
    task = asyncio.create_task(patient("shielded"))
    try:
        await asyncio.wait_for(asyncio.shield(task), 0.01)
    except TimeoutError:
        print("the shielded task is", "done" if task.done() else "still waiting")
    task.cancel("enough")
    print(await asyncio.gather(task, return_exceptions=True))


async def failures():
    """A group whose tasks fail in two ways."""

    async def fail(error):
        await asyncio.sleep(0)
        raise error

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(ValueError("first")))
            group.create_task(fail(KeyError("second")))
    except* ValueError as errors:
        print("values:", errors.exceptions)
    except* KeyError as errors:
        print("keys:", errors.exceptions)


async def first_of(feed, predicate):
    """The first line that fits; leaves the generator before its end and closes it."""
    source = batches(feed, 8)
    try:
        async for batch in source:
            for line in batch:
                if predicate(line):
                    return line
    finally:
        await source.aclose()


async def main(path):
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    queue = asyncio.Queue(maxsize=2)
    totals = Totals()
    async with workers(queue, totals) as tasks:
        print("started", [task.get_name() for task in tasks])
        print("feeds", await asyncio.gather(*(produce(n, lines, queue) for n in range(2))))
    print("status", sorted(totals.by_status.items()))
    print("hosts", totals.by_host.most_common(3))
    print("traffic", totals.traffic)
    print("malformed", sorted(totals.malformed))
    print("first error:", await first_of(Feed(lines, 0, 1), lambda line: " 500 " in line))
    paths = {line.split()[2] async for line in Feed(lines, 0, 7) if line.count(" ") == 4}
    print(len(paths), "paths in a sample, for instance", min(paths))
    await timeouts()
    await failures()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
