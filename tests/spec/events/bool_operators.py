def f(a, b):
    return a and b or "none"


r = f(1, 2), f(0, 2), f(1, "")
