import asyncio


async def work(n):
    await asyncio.sleep(0)
    return n


async def main():
    a = asyncio.create_task(work(1), name="a")
    b = asyncio.create_task(work(2), name="b")
    return await a + await b


loop = asyncio.new_event_loop()
r = loop.run_until_complete(loop.create_task(main(), name="main"))
loop.close()
