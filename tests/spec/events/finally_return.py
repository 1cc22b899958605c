def f():
    for i in (1, 2):
        try:
            return i
        finally:
            x = i


r = f()
