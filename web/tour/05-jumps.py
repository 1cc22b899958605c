# %% [markdown]
# # 5 · Comparisons, jumps and loops
#
# `if`, `while`, `for`, `and`, `or`: not one of these words is left in
# bytecode. They all become jumps.

# %% [markdown]
# Here is the machine with all that it has learned up to chapter 4. Run this
# cell; there is nothing new in it.

# %% The machine so far tags=["hide-input"]
import builtins
import dis
import operator
from typing import NamedTuple

from tour_display import Moments


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

    def binary_op(self, symbol):
        right = self.pop()
        left = self.pop()
        self.push(BINARY[symbol](left, right))

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

    def push_null(self, _):
        self.push(NULL)

    def take(self, count):
        values = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return values

    def call(self, count):
        arguments = self.take(count)
        function, receiver = self.take(2)
        if function is NULL:
            function, receiver = receiver, NULL
        if receiver is not NULL:
            arguments.insert(0, receiver)
        self.push(self.invoke(function, arguments))

    def invoke(self, function, arguments):
        names, self.keywords = self.keywords, ()
        first = len(arguments) - len(names)
        keywords = dict(zip(names, arguments[first:]))
        return function(*arguments[:first], **keywords)

    def load_attr(self, name):
        self.push(getattr(self.pop(), name))

    keywords = ()

    def kw_names(self, index):
        self.keywords = self.code.co_consts[index]

    def call_kw(self, count):
        self.keywords = self.pop()
        self.call(count)

    def load_fast(self, name):
        if name not in self.locals:
            raise UnboundLocalError(f"{name!r} has no value yet")
        self.push(self.locals[name])

    def store_fast(self, name):
        self.locals[name] = self.pop()

    def load_global(self, name):
        for names in (self.globals, vars(builtins)):
            if name in names:
                return self.push(names[name])
        raise NameError(f"name {name!r} is not defined")

    def make_function(self, _):
        self.push(Function(type(self), self.pop(), self.globals))

    def set_function_attribute(self, flag):
        function = self.pop()
        value = self.pop()
        if flag == 1:
            function.defaults = value
        self.push(function)


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


def watch(machine):
    moments = Moments()
    while not machine.done:
        step = machine.step()
        moments.add(step, machine.stack)
    return moments.picture()


for symbol, function in list(BINARY.items()):
    if symbol != "[]":
        in_place = f"i{function.__name__.strip('_')}"
        BINARY[f"{symbol}="] = getattr(operator, in_place)


RULES["UNARY_POSITIVE"] = lambda i: [Step("INTRINSIC_UNARY_POSITIVE")]


RULES["CALL_INTRINSIC_1"] = lambda i: [Step(i.argrepr)]


class Null:
    def __repr__(self):
        return "NULL"


NULL = Null()


RULES["PRECALL"] = lambda i: []


def and_null(name):
    def rule(i):
        null = [Step("PUSH_NULL")] if i.argrepr != i.argval else []
        return [Step(name, i.argval), *null]

    return rule


RULES["LOAD_ATTR"] = and_null("LOAD_ATTR")


RULES["LOAD_GLOBAL"] = and_null("LOAD_GLOBAL")


RULES["LOAD_METHOD"] = lambda i: [
    Step("LOAD_ATTR", i.argval),
    Step("PUSH_NULL"),
]


RULES["KW_NAMES"] = lambda i: [Step("KW_NAMES", i.arg)]


def two_steps(i):
    names = i.opname.replace("_BORROW", "").replace("FAST_", "FAST ")
    return [Step(*each) for each in zip(names.split(), i.argval)]


RULES["LOAD_FAST_BORROW"] = lambda i: [Step("LOAD_FAST", i.argval)]


RULES["LOAD_FAST_CHECK"] = lambda i: [Step("LOAD_FAST", i.argval)]


RULES["LOAD_FAST_BORROW_LOAD_FAST_BORROW"] = two_steps


RULES["LOAD_FAST_LOAD_FAST"] = two_steps


RULES["STORE_FAST_LOAD_FAST"] = two_steps


RULES["STORE_FAST_STORE_FAST"] = two_steps


class Function:
    def __init__(self, machine, code, globals):
        self.machine = machine
        self.code = code
        self.globals = globals
        self.defaults = ()

    def __repr__(self):
        return f"<your function {self.code.co_name}>"

    def __call__(self, *arguments, **keywords):
        locals = self.bind(arguments, keywords)
        return self.machine(self.code, self.globals, locals).run()

    def bind(self, arguments, keywords):
        code = self.code
        names = code.co_varnames[: code.co_argcount]
        if len(arguments) > len(names):
            raise TypeError(f"{code.co_name}() got too many arguments")
        optional = names[len(names) - len(self.defaults) :]
        locals = dict(zip(optional, self.defaults))
        locals.update(zip(names, arguments))
        locals.update(keywords)
        for name in names:
            if name not in locals:
                raise TypeError(f"{code.co_name}() needs {name!r}")
        return locals


def function_steps(i):
    flags = [flag for flag in (8, 4, 2, 1) if (i.arg or 0) & flag]
    attributes = [Step("SET_FUNCTION_ATTRIBUTE", flag) for flag in flags]
    return [Step("MAKE_FUNCTION"), *attributes]


RULES["MAKE_FUNCTION"] = function_steps

print(len(RULES), "rules are in the table")

# %% [markdown]
# ## Comparisons
#
# A comparison takes two values and pushes the answer. (Mostly that is True or
# False, but a class may define its own answer; arrays do.)

# %%
COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}


class Machine(Machine):
    def compare_op(self, symbol):
        right = self.pop()
        left = self.pop()
        self.push(COMPARE[symbol](left, right))


watch(Machine(compile("a + 1 < b", "<tour>", "eval"), {"a": 3, "b": 4}))

# %% [markdown]
# **Try it.** Compare `"a < b"` with `{"a": "apple", "b": "Banana"}`: it is
# False, since capitals come first. Now let `COMPARE["<"]` be a function that
# compares `left.lower()` with `right.lower()`, and it is True.

# %% [markdown]
# ## Jumps
#
# A jump changes what comes next: that is all. In CPython its argument is a
# distance, in units of two bytes. `dis` computes the offset that it goes to,
# and we need the number of a step. So `read` now remembers which step each
# offset has become.


# %%
def is_jump(name):
    return "JUMP" in name or name == "FOR_ITER"


def read(code):
    steps = []
    first_step = {}
    for i in dis.get_instructions(code):
        first_step[i.offset] = len(steps)
        steps += RULES.get(i.opname, as_it_is)(i)
    return [
        step._replace(arg=first_step[step.arg])
        if is_jump(step.name)
        else step
        for step in steps
    ]


def jump_step(i):
    name = i.opname
    for word in ("_FORWARD", "_BACKWARD", "_NO_INTERRUPT"):
        name = name.replace(word, "")
    return [Step(name, i.argval)]


for name in dis.opmap:
    if "JUMP" in name:
        RULES[name] = jump_step
RULES["NOT_TAKEN"] = lambda i: []


class Machine(Machine):
    def jump(self, target):
        self.at = target

    def pop_jump_if_false(self, target):
        if not self.pop():
            self.at = target

    def pop_jump_if_true(self, target):
        if self.pop():
            self.at = target

    def pop_jump_if_none(self, target):
        if self.pop() is None:
            self.at = target

    def pop_jump_if_not_none(self, target):
        if self.pop() is not None:
            self.at = target


code = compile("'yes' if a < b else 'no'", "<tour>", "eval")
read(code)

# %%
watch(Machine(code, {"a": 3, "b": 4}))

# %%
watch(Machine(code, {"a": 4, "b": 3}))

# %% [markdown]
# Two runs, two ways through the same code. Forwards or backwards makes no
# difference to us; CPython has instructions for both, since distances are
# never negative there, and it looks for signals when it jumps backwards.
#
# **Try it.** Make `pop_jump_if_false` jump if the value is *true*, and run
# that cell and the two after it. One `not` left out, and every decision is
# turned round.

# %% [markdown]
# ## The control-flow graph
#
# Instructions that are always executed one after the other are a **basic
# block**. A block begins at the target of each jump, and after each jump.
# Blocks with arrows between them are the **control-flow graph**: all possible
# paths, at a glance.

# %%
from bytescope_page import Graph


def flow(code):
    steps = read(code)
    starts = {0}
    for at, step in enumerate(steps):
        if is_jump(step.name):
            starts |= {step.arg, at + 1}
        elif step.name == "RETURN_VALUE":
            starts.add(at + 1)
    starts = sorted(starts - {len(steps)})
    nodes, edges = {}, []
    for start, end in zip(starts, [*starts[1:], len(steps)]):
        last = steps[end - 1]
        nodes[str(start)] = [f"{at}  {steps[at]}" for at in range(start, end)]
        if is_jump(last.name):
            edges.append((str(start), str(last.arg), "jump"))
        if last.name not in ("JUMP", "RETURN_VALUE"):
            edges.append((str(start), str(end), "next"))
    return Graph(nodes, edges)


flow(code)

# %% [markdown]
# **Try it.** Draw the graph of `"1 if a else 2 if b else 3"`. How many blocks
# return?

# %% [markdown]
# ## `and` and `or`
#
# `a or b` is `a` if that counts as true, and `b` is not even computed then.
# The value is needed twice, to be tested and as the result: so it is copied
# before the test. `COPY 1` pushes what is on top once more, and `SWAP 2`
# exchanges the two values on top.
#
# Python 3.11 has one instruction for that, which a rule takes apart.


# %%
def copy_and_jump(i):
    condition = i.opname.removesuffix("_OR_POP")
    jump = Step(f"POP_{condition}", i.argval)
    return [Step("COPY", 1), jump, Step("POP_TOP")]


RULES["JUMP_IF_TRUE_OR_POP"] = copy_and_jump
RULES["JUMP_IF_FALSE_OR_POP"] = copy_and_jump


class Machine(Machine):
    def copy(self, depth):
        self.push(self.stack[-depth])

    def swap(self, depth):
        stack = self.stack
        stack[-depth], stack[-1] = stack[-1], stack[-depth]


code = compile("a or b", "<tour>", "eval")
watch(Machine(code, {"a": 0, "b": "second"}))

# %%
names = {"a": "first"}
print(Machine(code, names).run(), "- and b is not even defined")
between = compile("0 < n < 10", "<tour>", "eval")
print([Machine(between, {"n": n}).run() for n in (-5, 5, 15)])

# %% [markdown]
# A chain of comparisons is an `and` as well, in which the middle is computed
# only once.
#
# **Try it.** Watch `"f(1) < f(5) < f(3)"` with a function `f` that prints its
# argument and returns it. Each number is printed once.

# %% [markdown]
# ## Loops
#
# A `while` loop is a jump backwards. There is nothing to add to the machine.

# %%
POWER = """
n = 3
power = 1
while n > 0:
    power = power * 2
    n = n - 1
"""
code = compile(POWER, "<tour>", "exec")
names = {}
Machine(code, names).run()
print(names)
flow(code)

# %% [markdown]
# You see the loop as a cycle in the graph. On Python 3.11 to 3.13 the
# condition is there twice, before the loop and again at its end: the compiler
# copied it, which saves a jump in each round.
#
# **Try it.** Add `if power == 4: break` to the loop, and draw it again. One
# arrow now leaves the cycle.

# %% [markdown]
# A `for` loop needs an iterator, which stays on the stack as long as the loop
# lasts. `FOR_ITER` pushes its next value, or leaves the loop when there is
# none.
#
# What comes after the last round has changed with each version. Here the
# machine drops the iterator itself and passes over what newer versions have
# at that place: nothing in 3.11, `END_FOR` in 3.12, and two instructions
# since 3.13.

# %%
import sys

LOOP_END = {(3, 11): 0, (3, 12): 1}.get(sys.version_info[:2], 2)

RULES["POP_ITER"] = lambda i: [Step("POP_TOP")]


class Machine(Machine):
    def get_iter(self, _):
        self.push(iter(self.pop()))

    def for_iter(self, target):
        for value in self.stack[-1]:
            self.push(value)
            return
        self.pop()
        self.at = target + LOOP_END


SUM = """
total = 0
for n in values:
    total += n
"""
code = compile(SUM, "<tour>", "exec")
watch(Machine(code, {"values": (30, 12)}))

# %% [markdown]
# Step through it, and watch the mark on the left: it jumps back, and comes to
# the same instructions once more. bytescope jumps where you do.

# %%
from tour_display import beside

beside(Machine(code, {"values": (3, 4)}), RULES)

# %% [markdown]
# **Try it.** Give it `"values": "ab"` and, in `SUM`, begin with `total = ""`.
# Then put a loop into the loop, and watch two iterators on the stack.

# %% [markdown]
# ## Recursion
#
# Calls and jumps together are all it takes to compute whatever can be
# computed.

# %%
FACTORIAL = """
def factorial(n):
    if n < 2:
        return 1
    return n * factorial(n - 1)
"""
names = {}
Machine(compile(FACTORIAL, "<tour>", "exec"), names).run()
names["factorial"](20)

# %%
flow(names["factorial"].code)

# %% [markdown]
# **Try it.** Ask for `factorial(1000)`. Each of your frames costs several
# frames of Python's, so its limit for recursion is met early: a
# `RecursionError`. CPython's own machine calls Python functions without
# recursion of its own in C. How could yours? (Keep a list of frames, and let
# `run` execute the last of it.)
