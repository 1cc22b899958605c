def sign(n):
    if n < 0:
        return -1
    elif n:
        return 1
    return 0


r = [sign(-2), sign(0), sign(3)]
