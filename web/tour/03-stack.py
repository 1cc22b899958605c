# %% [markdown]
# # 3 · A machine with a stack
#
# CPython's instructions name no registers and no temporary variables. Each
# takes what it needs from the top of a **stack** and leaves its result there.
# A Python list is all the hardware that we need.

# %% [markdown]
# ## The instructions that we execute
#
# Here is what CPython makes of an expression with two operators.

# %%
from tour_display import bytecode

code = compile("a * (b + 1)", "<tour>", "eval")
bytecode(code)

# %% [markdown]
# CPython changes its instructions with every version: some are split, some
# are joined, some get new names. Our machine should not depend on that.
# Before it executes anything, it *reads* the code: from each of CPython's
# instructions it makes one or more **steps**, a name and an argument,
# according to a small table of rules. An instruction without a rule is taken
# as it is.
#
# The table will grow from chapter to chapter. This is its beginning. An empty
# list means that there is nothing to do; several steps mean that CPython has
# joined what we do one by one.

# %%
import dis
from typing import NamedTuple


class Step(NamedTuple):
    name: str
    arg: object = ...

    def __repr__(self):
        if hasattr(self.arg, "co_name"):
            return f"{self.name} <code {self.arg.co_name}>"
        return self.name if self.arg is ... else f"{self.name} {self.arg!r}"


RULES = {
    "RESUME": lambda i: [],
    "NOP": lambda i: [],
    "LOAD_SMALL_INT": lambda i: [Step("LOAD_CONST", i.argval)],
    "RETURN_CONST": lambda i: [
        Step("LOAD_CONST", i.argval),
        Step("RETURN_VALUE"),
    ],
    "BINARY_OP": lambda i: [Step("BINARY_OP", i.argrepr)],
    "BINARY_SUBSCR": lambda i: [Step("BINARY_OP", "[]")],
}


def as_it_is(i):
    return [Step(i.opname, ... if i.arg is None else i.argval)]


def read(code):
    steps = []
    for i in dis.get_instructions(code):
        steps += RULES.get(i.opname, as_it_is)(i)
    return steps


read(code)

# %% [markdown]
# Only a few rules are used on any one version: `LOAD_SMALL_INT`, for
# instance, is new in Python 3.14, and `BINARY_SUBSCR` has gone there.
#
# **Try it.** Call `read(compile("a[b]", "<tour>", "eval"))`. A subscript is a
# binary operator for us, as it is for Python 3.14.

# %% [markdown]
# ## Stack, constants and names
#
# Now the machine. It has the steps, a number that says which one comes next,
# and the stack. It has *globals* and *locals*, two dictionaries of names,
# which are one and the same outside of functions.
#
# For each kind of step the machine has a method, with the step's name in
# small letters.

# %%
import builtins


class Machine:
    def __init__(self, code, globals, locals=None):
        self.code = code
        self.steps = read(code)
        self.at = 0
        self.stack = []
        self.globals = globals
        self.locals = globals if locals is None else locals
        self.done = False
        self.result = None

    def push(self, value):
        self.stack.append(value)

    def pop(self):
        return self.stack.pop()

    def step(self):
        step = self.steps[self.at]
        self.at += 1
        getattr(self, step.name.lower())(step.arg)
        return step

    def run(self):
        while not self.done:
            self.step()
        return self.result


machine = Machine(code, {"a": 6, "b": 2})
print("stack:", machine.stack, "next:", machine.steps[machine.at])

# %% [markdown]
# It has a stack and knows no instruction yet. We add methods by deriving a
# new `Machine` from the old one. The first ones load and store: a constant, a
# name, and back.


# %%
class Machine(Machine):
    def load_const(self, value):
        self.push(value)

    def load_name(self, name):
        for names in (self.locals, self.globals, vars(builtins)):
            if name in names:
                return self.push(names[name])
        raise NameError(f"name {name!r} is not defined")

    def store_name(self, name):
        self.locals[name] = self.pop()

    def pop_top(self, _):
        self.pop()

    def return_value(self, _):
        self.result = self.pop()
        self.done = True


Machine(compile("a", "<tour>", "eval"), {"a": "found"}).run()

# %% [markdown]
# To return is nothing but to take the value from the stack and stop.
#
# **Try it.** Run `"len"` instead of `"a"`. It is found in the last of the
# three places where names are looked for. Then run `"b"`, which is in none of
# them.

# %% [markdown]
# ## Arithmetic
#
# A binary operator takes two values from the stack. The *right* one was
# pushed last, so it comes off first. Python's own module `operator` has a
# function for each.

# %%
import operator

BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "[]": operator.getitem,
}


class Machine(Machine):
    def binary_op(self, symbol):
        right = self.pop()
        left = self.pop()
        self.push(BINARY[symbol](left, right))


Machine(code, {"a": 6, "b": 2}).run()

# %% [markdown]
# That is a virtual machine. Let us look at it while it works. `watch`
# executes step by step and keeps what is on the stack after each.

# %%
from tour_display import Moments


def watch(machine):
    moments = Moments()
    while not machine.done:
        step = machine.step()
        moments.add(step, machine.stack)
    return moments.picture()


watch(Machine(code, {"a": 6, "b": 2}))

# %% [markdown]
# Yours is not the only machine for this code. Here is the same run in three:
# CPython's bytecode as `dis` shows it, your machine, and bytescope's, which
# chapter 8 is about. Go through it with the buttons, or with the keys `n` and
# `p`: one instruction, and what each of them does for it.

# %%
from tour_display import beside

beside(Machine(code, {"a": 6, "b": 2}), RULES)

# %% [markdown]
# Parentheses are not needed on a stack: what has to be computed first is
# simply pushed last. This is what is called *postfix* notation: `a b 1 + *`.
#
# **Try it.** Watch `"a - b - c"` and `"a - (b - c)"` with three names. How
# deep does the stack get in each? Then make `a` a string and `b` a number,
# and see which step raises the `TypeError`.

# %% [markdown]
# The operators that work in place, such as `+=`, are other functions: a list
# that gets longer by `+=` stays the same list.

# %%
for symbol, function in list(BINARY.items()):
    if symbol != "[]":
        in_place = f"i{function.__name__.strip('_')}"
        BINARY[f"{symbol}="] = getattr(operator, in_place)

names = {"basket": ["egg"], "more": ["milk"], "n": 40}
shelf = names["basket"]
text = "basket += more; n += 2"
watch(Machine(compile(text, "<tour>", "exec"), names))

# %%
shelf, shelf is names["basket"], names["n"]

# %% [markdown]
# **Try it.** Write `basket = basket + more` instead. Now `shelf` stays as it
# was.

# %% [markdown]
# ## Truth
#
# Operators with one operand, tests of identity and of membership: again each
# takes from the stack and pushes. The argument of `IS_OP` and `CONTAINS_OP`
# is 1 if the answer is to be negated, for `is not` and `not in`.
#
# `TO_BOOL` asks a value whether it counts as true. Up to Python 3.12 the
# instructions that needed to know did so themselves.

# %%
RULES["UNARY_POSITIVE"] = lambda i: [Step("INTRINSIC_UNARY_POSITIVE")]
RULES["CALL_INTRINSIC_1"] = lambda i: [Step(i.argrepr)]


class Machine(Machine):
    def to_bool(self, _):
        self.push(bool(self.pop()))

    def unary_not(self, _):
        self.push(not self.pop())

    def unary_negative(self, _):
        self.push(-self.pop())

    def unary_invert(self, _):
        self.push(~self.pop())

    def intrinsic_unary_positive(self, _):
        self.push(+self.pop())

    def is_op(self, inverted):
        right = self.pop()
        left = self.pop()
        self.push((left is right) != bool(inverted))

    def contains_op(self, inverted):
        container = self.pop()
        item = self.pop()
        self.push((item in container) != bool(inverted))


watch(Machine(compile("not a", "<tour>", "eval"), {"a": []}))

# %% [markdown]
# An empty list counts as false, so `not a` is true. And a few more, beside
# what CPython itself says:

# %%
from bytescope_page import Table

names = {"a": 7, "b": [7, 8], "n": None}
texts = [
    "-a",
    "+a",
    "~a",
    "not a",
    "a in b",
    "a not in b",
    "n is None",
    "n is not None",
    "not (a in b) is n",
]
rows = []
for text in texts:
    code = compile(text, "<tour>", "eval")
    rows.append((text, Machine(code, names).run(), eval(code, names)))
Table(rows, head=["expression", "your machine", "CPython"], code=[0])

# %% [markdown]
# `and` and `or` are missing. They are more than operators on a stack:
# sometimes their right side is not computed at all. That takes a jump, and
# jumps come in chapter 5.
#
# **Try it.** Put `"a < 8"` among the texts. Your machine stops with an
# `AttributeError` that names the method that it lacks, `compare_op`. You
# could write it now; its argument is the operator, `'<'`. Then compare with
# what chapter 5 does.

# %% [markdown]
# ## What a hook is
#
# Everything that a program computes now goes through a few methods of ours.
# To watch it, or to change it, we need not touch the program. Here is a
# machine that reports each operation before it is done.


# %%
class Reporting(Machine):
    def binary_op(self, symbol):
        left, right = self.stack[-2:]
        print(left, symbol, right)
        super().binary_op(symbol)


Reporting(compile("a * a + b[0]", "<tour>", "eval"), names).run()

# %% [markdown]
# A function that is called when a machine performs an operation is a
# **hook**. Hooks are a good reason to have a machine of one's own, and
# chapter 9 is about nothing else.
#
# **Try it.** Write a `Careful` machine, on which a division by zero gives 0
# instead of a `ZeroDivisionError`.
