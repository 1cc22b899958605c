async def numbers():
    yield 1
    yield 2


class M:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        return False


async def main():
    total = 0
    async with M():
        async for n in numbers():
            total += n
    return total


c = main()
try:
    c.send(None)
except StopIteration as stop:
    r = stop.value
