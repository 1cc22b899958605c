"""Recursive calls and little else."""


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def run(n):
    """The n-th Fibonacci number."""
    return fib(n)
