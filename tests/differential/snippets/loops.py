# --- for_else
for n in range(5):
    if n == 3: break
else:
    print("never")
for n in range(3):
    pass
else:
    print("else", n)
for n in []:
    print("never")
else:
    print("empty else", n)

# --- while_else
n = 0
while n < 3:
    n += 1
else:
    print("done", n)
while True:
    n -= 1
    if n < 0: break
else:
    print("never")
print(n)

# --- nested_break_continue
out = []
for i in range(5):
    if i == 1: continue
    for j in range(5):
        if j == 2: continue
        if j == 4: break
        if i == 3 and j == 1: break
        out.append((i, j))
    else:
        out.append("else")
    if i == 4: break
else:
    out.append("outer else")
print(out)

# --- continue_in_try
out = []
for i in range(6):
    try:
        if i % 2: continue
        if i == 4: break
        out.append(i)
    finally:
        out.append(f"f{i}")
print(out)

# --- loop_variable_survives
for i in range(3): pass
print(i)
for i, (a, *b) in enumerate([(1, 2, 3), (4,)]):
    print(i, a, b)
print(i, a, b)

# --- targets_of_every_kind
class O: pass
o, d, l = O(), {}, [0, 0]
for o.x in range(3): pass
for d["k"] in "ab": pass
for l[1] in (7, 8): pass
for l[0], d["z"] in [(1, 2), (3, 4)]: pass
for d["s"], *o.rest in ["abc", "de"]: pass
print(o.x, d, l, o.rest)

# --- iterating_while_changing
items = [1, 2, 3]
for item in items:
    if len(items) < 8: items.append(item * 10)
print(items)
d = {1: 1}
try:
    for k in d: d[k + 1] = 1
except RuntimeError as error:
    print(error)
s = {1}
try:
    for k in s: s.add(k + 1)
except RuntimeError as error:
    print(error)

# --- custom_iterator
class Countdown:
    def __init__(self, n): self.n = n
    def __iter__(self): print("iter"); return self
    def __next__(self):
        self.n -= 1
        if self.n < 0: raise StopIteration("value")
        return self.n
for x in Countdown(3): print(x)
print(list(Countdown(2)), max(Countdown(4)), [*Countdown(2)])

# --- iter_by_getitem
class Seq:
    def __getitem__(self, i):
        if i == 3: raise StopIteration
        return i
for x in Seq(): print(x)
class Seq2:
    def __getitem__(self, i):
        if i == 2: raise KeyError("stop")
        return i
try:
    for x in Seq2(): print(x)
except KeyError as error:
    print(repr(error))

# --- not_iterable
for thing in (5, None, len, 1.5):
    try:
        for x in thing: print(x)
    except TypeError as error:
        print(error)
class Bad:
    def __iter__(self): return 5
try:
    for x in Bad(): pass
except TypeError as error:
    print(error)

# --- next_raises
class N:
    def __iter__(self): return self
    def __next__(self): raise ValueError("in next")
def use():
    total = 0
    for value in N():
        total += value
    return total
use()

# --- iter_raises
class N:
    def __iter__(self): raise ValueError("in iter")
def use():
    return [value for
            value in N()]
use()

# --- two_argument_iter
values = iter([3, 1, 4, 1, 5])
print(list(iter(lambda: next(values), 4)))

# --- return_from_loops
def find(rows, wanted):
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if cell == wanted: return i, j
    else:
        return None
print(find([[1, 2], [3, 4]], 3), find([[1]], 9))

# --- while_with_complex_condition
a, b, steps = 1071, 462, 0
while b and steps < 100:
    a, b = b, a % b
    steps += 1
print(a, steps)

# --- zip_enumerate_reversed
for i, (a, b) in enumerate(zip("abc", reversed(range(3))), start=10): print(i, a, b)
try:
    for a, b in zip([1, 2], [1], strict=True): print(a, b)
except ValueError as error:
    print(error)

# --- delete_in_loop
names = {"a": 1, "b": 2, "c": 3}
for name in list(names):
    value = names[name]
    if value % 2: del names[name]
    del value
print(names, "value" in globals())

# --- loop_over_strings_bytes_dicts_sets
for c in "aé😀": print(c, end=";")
for n in b"ab": print(n, end=";")
for k in {"x": 1, "y": 2}: print(k, end=";")
for k, v in {"x": 1, "y": 2}.items(): print(k, v, end=";")
for n in range(10, 0, -3): print(n, end=";")
for n in memoryview(b"xy"): print(n, end=";")
print()

# --- deep_loop_nest
total = 0
for a in range(2):
    for b in range(2):
        for c in range(2):
            for d in range(2):
                for e in range(2):
                    for f in range(2):
                        for g in range(2):
                            for h in range(2):
                                if a ^ b ^ c ^ d ^ e ^ f ^ g ^ h: continue
                                total += 1
print(total)

# --- break_through_with_and_try
class CM:
    def __enter__(self): print("enter"); return self
    def __exit__(self, *exc): print("exit", exc[0])
for i in range(3):
    with CM():
        try:
            if i == 1: break
            continue
        finally:
            print("finally", i)
print("after", i)

# --- infinite_generator_loop
def naturals():
    n = 0
    while True:
        yield n
        n += 1
out = []
for n in naturals():
    if n % 3: continue
    if n > 12: break
    out.append(n)
print(out)

# --- sieve
def primes(limit):
    sieve = bytearray([1]) * (limit + 1)
    for n in range(2, int(limit ** 0.5) + 1):
        if sieve[n]:
            sieve[n * n::n] = bytes(len(range(n * n, limit + 1, n)))
    return [n for n in range(2, limit + 1) if sieve[n]]
print(primes(100), len(primes(2000)))

# --- collatz
longest = (0, 0)
for start in range(1, 300):
    n, length = start, 1
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        length += 1
    if length > longest[0]: longest = (length, start)
print(longest)
