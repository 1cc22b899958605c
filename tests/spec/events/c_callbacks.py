r = sorted([3, 1, 2], key=lambda n: -n)
s = list(map(str.upper, "ab"))
t = max("ab", "c", key=len)
