def f():
    try:
        [][0]
    except IndexError as e:
        raise TypeError("second") from e


try:
    f()
except TypeError:
    pass
