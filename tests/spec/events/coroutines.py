async def inner(x):
    return x + 1


async def outer():
    return await inner(1)


c = outer()
try:
    c.send(None)
except StopIteration as stop:
    r = stop.value
