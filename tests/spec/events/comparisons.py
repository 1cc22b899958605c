a, b = 1, 2
r = a < b < 3
s = a in (1, 2)
t = a is not None
u = not a == b
