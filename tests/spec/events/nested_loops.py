r = []
for i in "ab":
    for j in (1, 2):
        r.append(i * j)
