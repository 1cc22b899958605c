t = 0
for i in range(3):
    if i == 2:
        break
    t += i
