def g():
    try:
        yield 1
    except ValueError:
        yield 2


it = g()
next(it)
r = it.throw(ValueError("in"))
