"""Pipelines of generators: yield, yield from, send, comprehensions, early closing."""


def numbers(n):
    value = 7
    for _ in range(n):
        value = value * 1103515245 + 12345 & 0x7FFFFFFF
        yield value >> 8


def chunks(source, size):
    chunk = []
    for item in source:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def flatten(tree):
    for node in tree:
        if isinstance(node, list):
            yield from flatten(node)
        else:
            yield node


def running_mean():
    total = 0
    count = 0
    mean = None
    while True:
        value = yield mean
        total += value
        count += 1
        mean = total // count


def merge(left, right):
    """The items of two sorted sources in order."""
    a, b = next(left, None), next(right, None)
    while a is not None and b is not None:
        if a <= b:
            yield a
            a = next(left, None)
        else:
            yield b
            b = next(right, None)
    if a is not None:
        yield a
        yield from left
    if b is not None:
        yield b
        yield from right


def take(source, n):
    try:
        for _, item in zip(range(n), source, strict=False):
            yield item
    finally:
        source.close()


def run(n):
    """Send n numbers through the pipelines."""
    mean = running_mean()
    next(mean)
    last = 0
    for chunk in chunks((x for x in numbers(n) if x & 3), 8):
        last = mean.send(sum(x & 0xFF for x in chunk))
    tree = [[1, [2, 3]], list(numbers(5)), [[[]], [[4]]]]
    total = sum(sum(flatten(tree)) & 0xFFFF for _ in range(n // 20))
    merged = merge(iter(sorted(numbers(n // 4))), iter(sorted(x ^ 1 for x in numbers(n // 4))))
    first = sum(take(merged, n // 3))
    return last, total, first
