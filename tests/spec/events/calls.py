def f(a, b=2, *args, c, **kw):
    return a + b


f(1, c=3)
f(1, 5, 6, c=4, d=7)
f(*(1, 2), **{"c": 3})
