a, b = 1, 2
c, *d = "xyz"
(e, f), g = (1, 2), 3
