def inner():
    x = yield 1
    return x


def outer():
    r = yield from inner()
    yield r


g = outer()
next(g)
r = g.send("sent")
g.close()
