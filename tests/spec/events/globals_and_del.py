x = 1


def f():
    global x
    x += 1
    y = x
    del y


f()
del x
