# %% [markdown]
# # 4 · Calls
#
# So far our machine computes with values that it was given. Now it learns to
# call functions: first those of Python, then functions that it makes itself.

# %% [markdown]
# This cell has the machine of chapter 3, put together into one class. Run it;
# there is nothing new in it.

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

print(len(RULES), "rules are in the table")

# %% [markdown]
# ## Arguments on the stack
#
# A call is an operation like any other. The function is pushed, then the
# arguments, and `CALL` says how many of those there are.

# %%
from tour_display import bytecode

code = compile("max(a, b)", "<tour>", "eval")
bytecode(code)

# %% [markdown]
# What is `PUSH_NULL`? With each function CPython keeps a second place on the
# stack. When a method is called, the object that it belongs to is put there,
# so that no bound method has to be made only to be thrown away. For any other
# function it holds NULL, which is nothing at all, not even `None`.
#
# Up to Python 3.12 the NULL lies below the function, since 3.13 above it. One
# more `if` is enough to accept both orders.


# %%
class Null:
    def __repr__(self):
        return "NULL"


NULL = Null()

RULES["PRECALL"] = lambda i: []


class Machine(Machine):
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
        return function(*arguments)


watch(Machine(code, {"a": 3, "b": 4}))

# %% [markdown]
# Step through it beside bytescope's machine. It has a NULL on its stack, too,
# in the same place: it executes the same code.

# %%
from tour_display import beside

beside(Machine(code, {"a": 3, "b": 4}), RULES)

# %% [markdown]
# `max` is one of CPython's own functions, written in C. We do not look
# inside; we call it. What Python can do already, our machine need not do
# again.
#
# **Try it.** Watch `"max(a, min(b, a))"`. The stack holds the outer call,
# half prepared, while the inner one is performed. That is why the function is
# pushed before its arguments.

# %% [markdown]
# ## Methods
#
# A method is an attribute. The machine gets it by `getattr`, which binds it
# to its object, and leaves the second place empty. A rule makes two steps of
# one instruction, if CPython says that the attribute is to be called. `dis`
# shows that: what it displays is then more than the mere name.


# %%
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


class Machine(Machine):
    def load_attr(self, name):
        self.push(getattr(self.pop(), name))


code = compile("text.strip().upper()", "<tour>", "eval")
watch(Machine(code, {"text": "  stack "}))

# %% [markdown]
# **Try it.** Run `"text.strip"` without the call. There is no NULL then, and
# the result is a bound method. Compare `bytecode` of both.

# %% [markdown]
# ## Keywords
#
# Arguments by keyword are pushed like the others, and a tuple of their names
# comes with the call. In older versions an instruction of its own announces
# the names; since 3.13 they are on top of the stack.

# %%
RULES["KW_NAMES"] = lambda i: [Step("KW_NAMES", i.arg)]


class Machine(Machine):
    keywords = ()

    def kw_names(self, index):
        self.keywords = self.code.co_consts[index]

    def call_kw(self, count):
        self.keywords = self.pop()
        self.call(count)

    def invoke(self, function, arguments):
        names, self.keywords = self.keywords, ()
        first = len(arguments) - len(names)
        keywords = dict(zip(names, arguments[first:]))
        return function(*arguments[:first], **keywords)


text = "print(a, b, sep='-', end='.\\n')"
watch(Machine(compile(text, "<tour>", "eval"), {"a": 3, "b": 4}))

# %% [markdown]
# The line above the picture is what `print` printed: the machine really
# called it.
#
# **Try it.** Derive a machine whose `invoke` raises a `PermissionError` when
# the function is `open`, and calls `super().invoke(...)` otherwise. You have
# written a sandbox in six lines. It has holes: `list(map(open, files))` calls
# `open` from C, where your machine does not see it.

# %% [markdown]
# ## Functions of our own
#
# A `def` statement is executed, too. It takes a code object from the
# constants, makes a function from it, and stores that under a name.

# %%
DOUBLE = """
def double(n):
    twice = n + n
    return twice

double(21)
"""
module = compile(DOUBLE, "<tour>", "exec")
bytecode(module)

# %%
double = next(c for c in module.co_consts if hasattr(c, "co_code"))
bytecode(double)

# %% [markdown]
# Inside the function, local variables have instructions of their own, whose
# names contain `FAST`: in CPython they are not in a dictionary but in an
# array. Some do the work of two.


# %%
def two_steps(i):
    names = i.opname.replace("_BORROW", "").replace("FAST_", "FAST ")
    return [Step(*each) for each in zip(names.split(), i.argval)]


RULES["LOAD_FAST_BORROW"] = lambda i: [Step("LOAD_FAST", i.argval)]
RULES["LOAD_FAST_CHECK"] = lambda i: [Step("LOAD_FAST", i.argval)]
RULES["LOAD_FAST_BORROW_LOAD_FAST_BORROW"] = two_steps
RULES["LOAD_FAST_LOAD_FAST"] = two_steps
RULES["STORE_FAST_LOAD_FAST"] = two_steps
RULES["STORE_FAST_STORE_FAST"] = two_steps


class Machine(Machine):
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


read(double)

# %% [markdown]
# And the function? When it is called, a **frame** is needed: a stack, a place
# in the code, and local variables, the arguments to begin with. We have a
# class for exactly that. A frame is another `Machine`.


# %%
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


class Machine(Machine):
    def make_function(self, _):
        self.push(Function(type(self), self.pop(), self.globals))

    def set_function_attribute(self, flag):
        function = self.pop()
        value = self.pop()
        if flag == 1:
            function.defaults = value
        self.push(function)


watch(Machine(module, {}))

# %% [markdown]
# `make_function` gives the function `type(self)`, so that its frames are
# machines of the same kind as the one that has made it. If a derived machine
# reports something, it does so in every frame:


# %%
class Indented(Machine):
    depth = 0

    def step(self):
        step = self.steps[self.at]
        print("  " * Indented.depth + f"{self.code.co_name}: {step}")
        return super().step()

    def run(self):
        Indented.depth += 1
        try:
            return super().run()
        finally:
            Indented.depth -= 1


SQUARES = """
def square(n):
    return n * n

def difference(a, b=1):
    return square(a) - square(b)

d = difference(6)
"""
names = {}
Indented(compile(SQUARES, "<tour>", "exec"), names).run()
names["d"]

# %% [markdown]
# A call goes one level deeper, a return comes back. The stack of frames is
# simply Python's own, since one `run` calls the next.
#
# **Try it.** Change the last line of `SQUARES` to `d = difference(b=2, a=6)`,
# then to `d = difference()`. Is the message of the `TypeError` good enough?
# CPython's says how many arguments are missing, and all their names.

# %% [markdown]
# ## Called from outside
#
# Our functions have a method `__call__`. So all code can call them, C code as
# well: here it is `sorted`, which knows nothing of our machine.

# %%
names = {"words": ["fig", "banana", "apple"]}
text = """
def last(word):
    return word[-1]

words = sorted(words, key=last)
"""
Indented(compile(text, "<tour>", "exec"), names).run()
names["words"]

# %% [markdown]
# **Try it.** Replace `last` by `lambda word: len(word)`. A lambda is a
# function without a name, and is made by the same instruction. Then let an
# inner function use a variable of an outer one. That takes *cells*, which our
# machine does not have: the `AttributeError` names the first missing method.
