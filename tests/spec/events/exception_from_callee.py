def low():
    raise KeyError("k")


def middle():
    try:
        low()
    finally:
        x = 1


try:
    middle()
except (TypeError, LookupError):
    r = "caught"
