def bad(x):
    return len(x)


r = []
for value in ("ab", 3):
    try:
        r.append(1 + bad(value))
    except TypeError:
        r.append(None)
