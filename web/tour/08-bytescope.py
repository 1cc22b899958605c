# %% [markdown]
# # 8 · The same on bytescope
#
# bytescope is a machine like yours. It reads CPython's bytecode, turns it
# into steps of its own, and executes them with a stack. But it does so for
# all of Python. In this chapter we give it what you gave to yours.

# %% [markdown]
# ## A driver that you know
#
# A `bytescope.VM` has the three methods of your driver, and keeps its names
# in `globals`.

# %%
import bytescope

vm = bytescope.VM()
vm.exec("def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a")
vm.single("gcd(1071, 462)")
vm.eval("[gcd(n, 12) for n in range(1, 13)]")

# %% [markdown]
# So what you have written for one can be given to the other:

# %%
from bytescope_page import Table


def on_bytescope(text):
    vm = bytescope.VM()
    vm.exec(text)
    return vm.globals["result"]


def on_cpython(text):
    names = {"__name__": "__main__"}
    exec(text, names)
    return names["result"]


FIBONACCI = """
a, b = 0, 1
result = []
while a < 100:
    result.append(a)
    a, b = b, a + b
"""
HANOI = """
def hanoi(n, start="A", end="C", other="B"):
    if n == 0:
        return 0
    before = hanoi(n - 1, start, other, end)
    return before + 1 + hanoi(n - 1, other, end, start)

result = hanoi(8)
"""
Table(
    [
        (name, on_bytescope(text), on_cpython(text))
        for name, text in [("Fibonacci", FIBONACCI), ("Hanoi", HANOI)]
    ],
    head=["program", "bytescope", "CPython"],
)

# %% [markdown]
# **Try it.** Add one of the programs of chapter 7, or one of your own. What
# does `vm.eval("vm")` say, and why?

# %% [markdown]
# ## What you left out
#
# Now programs that your machine did not execute.

# %%
MORE = {
    "a closure": """
def counter():
    n = 0
    def more():
        nonlocal n
        n += 1
        return n
    return more

more = counter()
result = more(), more(), more()
""",
    "a class": """
class Money:
    def __init__(self, cents):
        self.cents = cents
    def __add__(self, other):
        return Money(self.cents + other.cents)
    def __repr__(self):
        return f"{self.cents / 100:.2f}"

result = repr(Money(1999) + Money(1))
""",
    "a handler": """
try:
    result = 1 / 0
except ZeroDivisionError as error:
    result = str(error)
finally:
    result += "!"
""",
    "a generator": """
def halves(n):
    while n >= 1:
        yield n
        n //= 2

result = list(halves(8))
""",
    "with": """
from contextlib import nullcontext

with nullcontext("inside") as result:
    pass
""",
    "match": """
match {"kind": "circle", "r": 2}:
    case {"kind": "circle", "r": r}:
        result = 3 * r * r
    case _:
        result = None
""",
}


Table(
    [
        (name, on_bytescope(text), on_cpython(text))
        for name, text in MORE.items()
    ],
    head=["program", "bytescope", "CPython"],
)

# %% [markdown]
# Most of these need a few instructions. Two need an idea.
#
# **Exceptions.** A code object has a table of regions: if something is raised
# between these two offsets, cut the stack to this depth, push the exception,
# and go on at that offset. It is called the exception table, and thanks to it
# a `try` costs nothing until something is raised.
#
# **Generators.** A frame that stops in the middle and goes on later must keep
# its stack and its place. Yours do already, being objects. But `run` would
# have to return before the end, and be called again.
#
# **Try it.** Write a generator that runs for ever, `while True: yield n; n +=
# 1`, and take its first three values with `itertools.islice`. Who drives
# whom?

# %% [markdown]
# ## Rules for all versions
#
# Your table of rules hides what is different between versions of Python.
# bytescope does the same; it is called *lowering*. Which instructions of its
# own does it execute? If asked to, a VM counts them by kind.

# %%
counting = bytescope.VM(count_kinds=True)
counting.exec(HANOI)
Table(
    sorted(counting.kinds.items(), key=lambda item: (-item[1], item[0])),
    head=["instruction", "times"],
    code=[0],
)

# %% [markdown]
# You could have guessed what most of them do. There are about a hundred, and
# they are the same for all supported versions of CPython, however those
# change their own. (How often each is used may differ: the compilers do.)
#
# **Try it.** Count the programs in `MORE`. Which instructions does `match`
# use that no other program has?

# %% [markdown]
# ## Real functions
#
# One thing is different. Your `Function` is an object with a `__call__`.
# bytescope makes real Python functions, and C code, `inspect`, `pickle` and
# frameworks treat them as such.

# %%
import inspect

gcd = vm.globals["gcd"]
print(type(gcd).__name__, inspect.signature(gcd))
print("executed by bytescope:", bytescope.is_guest(gcd))
sorted([8, 9, 10, 11, 12], key=lambda n: gcd(n, 12))

# %% [markdown]
# And the other way round, any function that exists can be *called* on
# bytescope. For everybody else it stays what it is.

# %%
import bisect


def grade(score):
    return "FDCBA"[bisect.bisect([60, 70, 80, 90], score)]


[vm.call(grade, score) for score in (33, 71, 99)]

# %% [markdown]
# An exception has the traceback that it has on CPython: the lines of the
# program, and nothing of the machine that executed them.

# %%
import traceback

PROGRAM = """
def third(items):
    return items[3]

def first(items):
    return third(items)

first("abc")
"""
try:
    vm.exec(compile(PROGRAM, "<program>", "exec"))
except IndexError as error:
    for entry in traceback.extract_tb(error.__traceback__):
        if entry.filename == "<program>":
            print("line", entry.lineno, "in", entry.name)
    print(f"{type(error).__name__}: {error}")

# %% [markdown]
# **Try it.** Let your own machine of chapter 7 execute `PROGRAM`. Its
# traceback is full of `step` and `run`. Which method knows enough to say the
# line of the program? (In `dis`, each instruction has `positions`.)

# %% [markdown]
# ## Limits
#
# Like your `Limited` machine, a VM can be given limits.

# %%
limited = bytescope.VM(max_instructions=10_000)
STUBBORN = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
try:
    limited.exec(STUBBORN)
except bytescope.BudgetExceeded as limit:
    print("BudgetExceeded:", limit)

# %% [markdown]
# The program tries to catch whatever may come, and does not catch this: code
# that the VM executes cannot catch a limit.
#
# **Try it.** There are `max_depth`, for calls within calls, and `timeout`, in
# seconds. Stop `def f(): f()` by the first.

# %% [markdown]
# ## One question is left
#
# To look at an operation, you replaced a method of your machine, or an entry
# of its table. How do you get between the operations of a program that
# bytescope executes? That is what the next chapter is about.
