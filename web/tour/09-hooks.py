# %% [markdown]
# # 9 · Primitives and hooks
#
# In chapter 6 a hook was a function in a table: it was called for an
# instruction, saw the stack, and could change it. bytescope has an interface
# for that, and it does not show stacks. It shows what is *done to values*.

# %% [markdown]
# ## Instructions and primitives
#
# Most instructions merely move something: from a variable onto the stack,
# from the stack into a variable, from here to there. Values are acted on by
# the **primitives**: to add, to compare, to call, to get an attribute, to
# take the next item, to test for truth. Whatever a program does, it does by
# these.
#
# For each primitive there are two **events**: before it is performed, and
# after. In addition there are events for the control flow: a function is
# entered, a line begins, a branch is decided.

# %%
from collections import Counter

import bytescope
from bytescope_page import Graph, Table

print(*sorted({event.kind for event in bytescope.EVENTS.values()}))
SOME = ["before_binary", "binary", "compare", "getitem", "call", "store_name"]
SOME += ["enter", "leave", "branch", "loop"]
Table(
    [
        (name, ", ".join(event.parameters), event.replace)
        for name, event in bytescope.EVENTS.items()
        if name in SOME
    ],
    head=["event", "what it is given", "what can be replaced"],
    code=[0, 1],
)

# %% [markdown]
# **Try it.** Print the `summary` of all events whose `kind` is `"control"`.

# %% [markdown]
# ## An analysis
#
# An analysis is a class with methods that are named like events. It defines
# those that it wants, and no others: an event that nobody wants costs
# nothing.


# %%
class Arithmetic(bytescope.Analysis):
    def binary(self, site, op, left, right, result):
        print(f"line {site.line}: {left} {op} {right} = {result}")


def observe(analysis, text, **names):
    vm = bytescope.VM()
    vm.globals.update(names)
    code = compile(text, "<program>", "exec")
    with bytescope.attach(analysis, files=["<program>"]):
        vm.exec(code)
    return vm.globals


GCD = """
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a

result = gcd(1071, 462) + n
"""
observe(Arithmetic(), GCD, n=0)["result"]

# %% [markdown]
# `attach` brings program and analysis together. With `files` we say which
# code we mean. There are other filters: `functions`, `lines`, `include` for
# modules.
#
# **Try it.** Add `functions=["gcd"]` to the call of `attach`. The addition in
# the last line is not reported any more. (Take it out again; the cells below
# use `observe`, too.)

# %% [markdown]
# ## Where: sites
#
# Each event comes with a **site**, the place in the program. There is one
# object for each instruction, so sites can be compared and be keys of a
# table. A site knows its function, its line, the loops around it, and the
# branches that it depends on.


# %%
class Places(bytescope.Analysis):
    def __init__(self):
        self.times = Counter()

    def binary(self, site, op, left, right, result):
        self.times[site] += 1

    inplace = binary


NESTED = """
total = 0
for row in range(4):
    base = row * 10
    for column in range(5):
        if column % 2:
            total += base + column
"""
places = Places()
observe(places, NESTED)
Table(
    [
        (site.line, site.instruction, len(site.loops), times)
        for site, times in places.times.items()
    ],
    head=["line", "instruction", "loops around it", "times"],
    code=[1],
)

# %% [markdown]
# **Try it.** Show `len(site.branches)` as well. Only what depends on the `if`
# has one more than its neighbours.

# %% [markdown]
# ## Control: who calls whom
#
# `enter` comes with the arguments by name, `leave` with the value. If we keep
# a list of what was entered and not left, its last item is the caller.


# %%
class Calls(bytescope.Analysis):
    def __init__(self):
        self.active = []
        self.edges = Counter()

    def enter(self, site, arguments):
        if self.active:
            self.edges[self.active[-1], site.function] += 1
        self.active.append(site.function)

    def leave(self, site, value):
        self.active.pop()

    unwind = leave

    def graph(self):
        names = {name: name for edge in self.edges for name in edge}
        edges = [(*edge, f"{n}×") for edge, n in self.edges.items()]
        return Graph(names, edges)


PARITY = """
def is_even(n):
    return True if n == 0 else is_odd(n - 1)

def is_odd(n):
    return False if n == 0 else is_even(n - 1)

def count(numbers):
    return len(list(filter(is_even, numbers)))

result = count(range(6))
"""
calls = Calls()
observe(calls, PARITY)
calls.graph()

# %% [markdown]
# In the text, `count` does not call `is_even`: `filter` does, which is C
# code. It is in the graph all the same, since the event belongs to the
# function that is entered.
#
# **Try it.** Print `" " * len(self.active)`, function and arguments in
# `enter`, and you have the tree of calls.

# %% [markdown]
# ## To change what happens
#
# A method may return `bytescope.Replace(value)`. Before a primitive, that
# means: do not perform it, this is its result. After it: take this result
# instead.


# %%
class Careful(bytescope.Analysis):
    def before_binary(self, site, op, left, right):
        if op in ("/", "//", "%") and right == 0:
            print(f"line {site.line}: {left} {op} 0 is taken to be 0")
            return bytescope.Replace(0)


MEAN = """
def mean(numbers):
    return sum(numbers) / len(numbers)

result = [mean(each) for each in ([1, 2, 6], [], [5])]
"""
observe(Careful(), MEAN)["result"]

# %% [markdown]
# Perhaps you wrote the same for your machine in chapter 3. There it worked
# for what that machine could execute; here it works for any Python program.
#
# **Try it.** Write an analysis with `before_call(self, site, function, args,
# kwargs)` that makes `time.sleep` return at once, and one with `branch(self,
# site, value, condition)` that returns `bytescope.Replace(not condition)`.
# The second is best tried on a program without loops.

# %% [markdown]
# ## Enough
#
# Often an analysis wants to know something only once. Which lines were
# executed? After the first time there is nothing new to learn at a site.
# `ENOUGH` says that, and from then on the event costs nothing there.


# %%
class Lines(bytescope.Analysis):
    def __init__(self):
        self.seen = Counter()

    def line(self, site):
        self.seen[site.line] += 1
        return bytescope.ENOUGH


GRADE = """
def grade(score):
    if score >= 90:
        return "A"
    if score >= 60:
        return "C"
    return "F"

result = [grade(score) for score in (95, 91, 40, 99, 12)]
"""
lines = Lines()
observe(lines, GRADE)
rows = [
    ("executed" if lines.seen[number] else "", text)
    for number, text in enumerate(GRADE.splitlines(), 1)
]
Table(rows, head=["", "text"], code=[1])

# %% [markdown]
# That is line coverage, in six lines.
#
# **Try it.** Return nothing instead of `ENOUGH`, and print `lines.seen`. Now
# it is how often each line was executed.

# %% [markdown]
# ## How is it done?
#
# There are two engines that deliver these events, and they deliver the same.
# One is the interpreter behind `VM`: where an instruction is observed,
# another function is executed for it, just as with your table in chapter 6.
# The other one weaves calls of the hooks into the bytecode, by editing code
# objects as you did in chapter 2, and lets CPython execute the result.
#
# An analysis does not know which of them it works on. In the next chapter you
# write one.
