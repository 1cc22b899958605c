"""An exception that an asynchronous context manager has to do with, and that is awaited meanwhile."""

import types


@types.coroutine
def pause():
    yield


class Manager:
    def __init__(self, swallows):
        self.swallows = swallows

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exception):
        await pause()
        return self.swallows


async def main():
    async with Manager(True):
        raise KeyError("swallowed")
    try:
        async with Manager(False):
            raise KeyError("passed on")
    except KeyError as error:
        print(error)


coroutine = main()
for _ in range(3):
    try:
        coroutine.send(None)
    except StopIteration:
        print("returned")
