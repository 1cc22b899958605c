a = [x * x for x in range(3) if x]
b = {x: -x for x in (1, 2)}
c = {x for x in "aa"}
