def outer(n):
    def inner(m):
        nonlocal n
        n += m
        return n

    return inner


add = outer(1)
add(2)
add(3)
