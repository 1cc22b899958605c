def count(n):
    while n:
        got = yield n
        n = n - 1 if got is None else got


g = count(2)
r = [next(g), g.send(5), next(g)]
g.close()
