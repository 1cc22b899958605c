"""Nested loops over small integers."""


def run(n):
    """n * n turns of the inner loop."""
    total = 0
    for i in range(n):
        for j in range(n):
            if (i ^ j) & 1:
                total += i * j
            else:
                total -= j
    k = 0
    while k < n:
        k += 1
        total ^= k
    return total
