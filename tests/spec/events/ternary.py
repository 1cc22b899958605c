x = None
r = "a" if x is None else "b"
