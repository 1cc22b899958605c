a = 3
b = a + 4 * a
c = -b
b -= 1
