def f(x):
    match x:
        case [a, b]:
            return a
        case {"k": v}:
            return v
        case int() | str():
            return "scalar"
        case _:
            return None


r = f([1, 2]), f({"k": 3}), f("s"), f(1.5)
