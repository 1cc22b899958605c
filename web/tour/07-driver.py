# %% [markdown]
# # 7 · Whole programs, and a driver
#
# The machine is done. Now let it work: first on the greatest common divisor
# and some other classics, and then at a prompt, where it keeps what you have
# defined from one statement to the next.

# %% [markdown]
# Here it is, from beginning to end: every line that you have written. Run
# this cell; and later change in it whatever you like.

# %% The machine so far tags=["hide-input"]
import builtins
import dis
import operator
import sys
from typing import NamedTuple

from bytescope_page import Graph
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
        if step.name not in TABLE:
            place = f"{self.code.co_name}, step {self.at}"
            raise UnknownInstruction(f"{step.name} in {place}")
        self.at += 1
        TABLE[step.name](self, step.arg)
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

    def compare_op(self, symbol):
        right = self.pop()
        left = self.pop()
        self.push(COMPARE[symbol](left, right))

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

    def copy(self, depth):
        self.push(self.stack[-depth])

    def swap(self, depth):
        stack = self.stack
        stack[-depth], stack[-1] = stack[-1], stack[-depth]

    def get_iter(self, _):
        self.push(iter(self.pop()))

    def for_iter(self, target):
        for value in self.stack[-1]:
            self.push(value)
            return
        self.pop()
        self.at = target + LOOP_END


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


COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}


def is_jump(name):
    return "JUMP" in name or name == "FOR_ITER"


def jump_step(i):
    name = i.opname
    for word in ("_FORWARD", "_BACKWARD", "_NO_INTERRUPT"):
        name = name.replace(word, "")
    return [Step(name, i.argval)]


for name in dis.opmap:
    if "JUMP" in name:
        RULES[name] = jump_step


RULES["NOT_TAKEN"] = lambda i: []


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


def copy_and_jump(i):
    condition = i.opname.removesuffix("_OR_POP")
    jump = Step(f"POP_{condition}", i.argval)
    return [Step("COPY", 1), jump, Step("POP_TOP")]


RULES["JUMP_IF_TRUE_OR_POP"] = copy_and_jump


RULES["JUMP_IF_FALSE_OR_POP"] = copy_and_jump


LOOP_END = {(3, 11): 0, (3, 12): 1}.get(sys.version_info[:2], 2)


RULES["POP_ITER"] = lambda i: [Step("POP_TOP")]


HELPERS = {"push", "pop", "take", "invoke", "step", "run", "keywords"}


TABLE = {
    name.upper(): function
    for name, function in vars(Machine).items()
    if not name.startswith("_") and name not in HELPERS
}


class UnknownInstruction(Exception):
    pass


def instruction(function):
    TABLE[function.__name__.upper()] = function
    return function


@instruction
def build_tuple(m, count):
    m.push(tuple(m.take(count)))


@instruction
def build_list(m, count):
    m.push(m.take(count))


@instruction
def build_set(m, count):
    m.push(set(m.take(count)))


@instruction
def build_map(m, count):
    items = m.take(2 * count)
    m.push(dict(zip(items[::2], items[1::2])))


@instruction
def build_const_key_map(m, count):
    keys = m.pop()
    m.push(dict(zip(keys, m.take(count))))


@instruction
def list_extend(m, depth):
    values = m.pop()
    m.stack[-depth].extend(values)


@instruction
def set_update(m, depth):
    values = m.pop()
    m.stack[-depth].update(values)


@instruction
def unpack_sequence(m, count):
    values = list(m.pop())
    if len(values) != count:
        raise ValueError(f"{count} values are needed, not {len(values)}")
    m.stack += reversed(values)


@instruction
def store_subscr(m, _):
    value, container, key = m.take(3)
    container[key] = value


@instruction
def delete_subscr(m, _):
    container, key = m.take(2)
    del container[key]


@instruction
def build_slice(m, count):
    m.push(slice(*m.take(count)))


@instruction
def binary_slice(m, _):
    container, start, stop = m.take(3)
    m.push(container[start:stop])


@instruction
def store_slice(m, _):
    value, container, start, stop = m.take(4)
    container[start:stop] = value


@instruction
def store_attr(m, name):
    value, target = m.take(2)
    setattr(target, name, value)


@instruction
def delete_attr(m, name):
    delattr(m.pop(), name)


@instruction
def store_global(m, name):
    m.globals[name] = m.pop()


@instruction
def delete_name(m, name):
    del m.locals[name]


@instruction
def delete_fast(m, name):
    del m.locals[name]


def format_steps(i):
    conversion, has_format = i.argval
    steps = [Step("CONVERT_VALUE", conversion)] if conversion else []
    if not has_format:
        return [*steps, Step("FORMAT_SIMPLE")]
    swap = [Step("SWAP", 2)] if steps else []
    return [*swap, *steps, *swap, Step("FORMAT_WITH_SPEC")]


RULES["FORMAT_VALUE"] = format_steps


@instruction
def convert_value(m, conversion):
    m.push(conversion(m.pop()))


@instruction
def format_simple(m, _):
    m.push(format(m.pop()))


@instruction
def format_with_spec(m, _):
    m.push(format(*m.take(2)))


@instruction
def build_string(m, count):
    m.push("".join(m.take(count)))


@instruction
def list_append(m, depth):
    value = m.pop()
    m.stack[-depth].append(value)


@instruction
def set_add(m, depth):
    value = m.pop()
    m.stack[-depth].add(value)


@instruction
def map_add(m, depth):
    key, value = m.take(2)
    m.stack[-depth][key] = value


@instruction
def load_fast_and_clear(m, name):
    m.push(m.locals.pop(name, NULL))


@instruction
def store_fast(m, name):
    value = m.pop()
    if value is NULL:
        m.locals.pop(name, None)
    else:
        m.locals[name] = value


RULES["PRINT_EXPR"] = lambda i: [Step("INTRINSIC_PRINT"), Step("POP_TOP")]


RULES["LOAD_COMMON_CONSTANT"] = lambda i: [Step("LOAD_CONST", AssertionError)]


RULES["LOAD_ASSERTION_ERROR"] = RULES["LOAD_COMMON_CONSTANT"]


@instruction
def intrinsic_print(m, _):
    sys.displayhook(m.pop())
    m.push(None)


@instruction
def import_name(m, name):
    level, names = m.take(2)
    m.push(__import__(name, m.globals, None, names, level))


@instruction
def import_from(m, name):
    m.push(getattr(m.stack[-1], name))


@instruction
def raise_varargs(m, count):
    if count == 0:
        raise RuntimeError("there is no exception to raise again")
    exception, *cause = m.take(count)
    if cause:
        raise exception from cause[0]
    raise exception


@instruction
def end_for(m, _):
    raise AssertionError("FOR_ITER passes this over")


print(len(RULES), "rules are in the table")

# %% [markdown]
# ## The greatest common divisor
#
# Euclid's algorithm is one of the oldest that we know. It has all that
# matters: arguments, arithmetic, comparisons, jumps, a loop, a result.


# %%
def run(text, names=None):
    names = {} if names is None else names
    Machine(compile(text, "<tour>", "exec"), names).run()
    return names


GCD = """
def gcd(a, b):
    if a < b:
        a, b = b, a
    while b != 0:
        a, b = b, a % b
    return a
"""
gcd = run(GCD)["gcd"]
gcd(1071, 462)

# %%
flow(gcd.code)

# %% [markdown]
# Which way does a run take? Here are all steps of the function `gcd`, with
# the stack after each.

# %%
watch(Machine(gcd.code, gcd.globals, {"a": 8, "b": 12}))

# %% [markdown]
# The same function, instruction by instruction, beside bytescope's machine.

# %%
from tour_display import beside

beside(Machine(gcd.code, gcd.globals, {"a": 8, "b": 12}), RULES)

# %% [markdown]
# **Try it.** Watch it with `a` 12 and `b` 8. One block of the graph is left
# out: which? Then delete `if a < b` and the line after it, and ask for
# `gcd(8, 12)` again. Why is the result the same?

# %% [markdown]
# ## How often?
#
# A machine can count. This one counts how often each step is executed. All
# steps of a block are executed equally often, so the graph can show it.

# %%
from collections import Counter


class Counting(Machine):
    counts = Counter()

    def step(self):
        self.counts[self.code.co_name, self.at] += 1
        return super().step()


def counted(function, *arguments):
    Counting.counts.clear()
    code, globals = function.code, function.globals
    value = Counting(code, globals, function.bind(arguments, {})).run()
    graph = flow(code)
    times = {
        name: Counting.counts[code.co_name, int(name)] for name in graph.nodes
    }
    nodes = {
        name: [f"{times[name]}×", *lines]
        for name, lines in graph.nodes.items()
    }
    return Graph(
        nodes,
        graph.edges,
        caption=f"{code.co_name}{arguments} = {value}",
        marked=[name for name in nodes if times[name] == 0],
    )


counted(gcd, 1071, 462)

# %% [markdown]
# That is a *profile*, block by block. Blocks that were executed 0 times are
# marked. To look for those is to measure *coverage*.
#
# **Try it.** Find two numbers below 100 for which the loop goes round most
# often. (Neighbours among the Fibonacci numbers are the worst case.)

# %% [markdown]
# ## More programs
#
# Each of these ends with a name `result`. CPython executes the same text, and
# the two have to agree.

# %%
from bytescope_page import Table

PROGRAMS = {
    "Fibonacci": """
a, b = 0, 1
result = []
while a < 100:
    result.append(a)
    a, b = b, a + b
""",
    "primes": """
def primes(limit):
    prime = [True] * limit
    found = []
    for n in range(2, limit):
        if prime[n]:
            found.append(n)
            for multiple in range(n * n, limit, n):
                prime[multiple] = False
    return found

result = primes(30)
""",
    "Collatz": """
def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count

result = max(range(1, 16), key=steps), steps(9)
""",
    "towers of Hanoi": """
def hanoi(n, start="A", end="C", other="B"):
    if n == 0:
        return []
    before = hanoi(n - 1, start, other, end)
    after = hanoi(n - 1, other, end, start)
    return before + [start + end] + after

result = " ".join(hanoi(3))
""",
    "binary search": """
def find(item, items):
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle] < item:
            low = middle + 1
        else:
            high = middle
    return low if low < len(items) and items[low] == item else None

squares = [n * n for n in range(50)]
result = find(1681, squares), find(1682, squares)
""",
    "letters": """
text = "every operation visible and replaceable"
counts = {}
for letter in text:
    if letter != " ":
        counts[letter] = counts.get(letter, 0) + 1
most = sorted(counts, key=lambda letter: (-counts[letter], letter))
result = ", ".join([f"{each} {counts[each]}" for each in most[:4]])
""",
}

rows = []
for name, text in PROGRAMS.items():
    mine = run(text)["result"]
    names = {}
    exec(text, names)
    rows.append((name, mine, mine == names["result"]))
Table(rows, head=["program", "result", "as CPython"])

# %% [markdown]
# Where `max` and `sorted` call a `key`, C code calls a function of your
# machine.
#
# **Try it.** Add a program of your own. If it stops with an
# `UnknownInstruction`, you know from chapter 6 what to do.

# %% [markdown]
# ## Functions that exist already
#
# A function that Python itself has made has a code object as well, its
# `__code__`. Our machine can execute that.


# %%
def call(function, *arguments):
    names = function.__globals__
    mine = Function(Machine, function.__code__, names)
    mine.defaults = function.__defaults__ or ()
    return mine(*arguments)


def my_add(a, b=1):
    return a + b


import colorsys

print(call(my_add, 2, 3), call(my_add, 2))
print(call(colorsys.rgb_to_hsv, 0.5, 0.25, 0.25))

# %% [markdown]
# The last one is a function of the standard library, which converts colours.
# It was not written for your machine. (What a function calls in turn is
# executed by CPython here, since `invoke` simply calls it.)
#
# **Try it.** Write `import bisect` and `call(bisect.bisect, [60, 70, 80, 90],
# 75)`. That raises an `AttributeError`: `bisect.bisect` is written in C and
# has no code object. No bytecode machine can look into it.

# %% [markdown]
# ## A driver
#
# At Python's prompt, a statement may use what an earlier one has defined. The
# machine needs no change for that: a *driver* keeps one dictionary of globals
# and gives it to every piece of code, in the three modes of chapter 1.


# %%
class Driver:
    def __init__(self, machine=Machine):
        self.machine = machine
        self.names = {"__name__": "__main__"}

    def execute(self, text, mode):
        code = compile(text, "<driver>", mode)
        return self.machine(code, self.names).run()

    def exec(self, text):
        self.execute(text, "exec")

    def eval(self, text):
        return self.execute(text, "eval")

    def single(self, text):
        self.execute(text, "single")


driver = Driver()
driver.exec("def twice(n):\n    return n + n")
driver.exec("a = twice(20)")
driver.single("a; a + 2")
driver.eval("[twice(each) for each in (1, 'ab', (a,))]")

# %% [markdown]
# Functions keep the dictionary, too. That is why `area` sees a global that is
# defined only after it:

# %%
driver.exec("def area(r):\n    return pi * r * r")
for definition in ("pi = 3", "pi = 3.14159"):
    driver.exec(definition)
    print(definition, "->", driver.eval("area(10)"))

# %% [markdown]
# **Try it.** Make a second driver and ask it for `area(10)`: a `NameError`,
# as it should be. Then let both share their `names`.

# %% [markdown]
# ## A prompt
#
# For a prompt, only one thing is missing: it has to go on after an error.


# %%
def session(text, driver):
    for line in text.strip().splitlines():
        print(">>>", line)
        try:
            driver.single(line + "\n")
        except Exception as error:
            print(f"{type(error).__name__}: {error}")


session(
    """
n = 6
n * 7
n * undefined
def fact(n): return n * fact(n - 1) if n else 1
fact(n), fact(20)
fact("n")
sum([fact(n) for n in range(5)])
""",
    Driver(),
)

# %% [markdown]
# **Try it.** Write lines of your own, and then give `session` the driver
# `Driver(Counting)`. Afterwards look into `Counting.counts`.

# %% [markdown]
# ## Enough is enough
#
# A machine of our own need not run for ever. This one stops after a number of
# steps, whatever the program does.


# %%
class TooLong(Exception):
    pass


class Limited(Machine):
    left = 0

    def step(self):
        Limited.left -= 1
        if Limited.left < 0:
            raise TooLong(f"stopped in {self.code.co_name}")
        return super().step()


Limited.left = 1000
session(
    """
sum([n for n in range(10)])
while True: pass
""",
    Driver(Limited),
)

# %% [markdown]
# **Try it.** Limit the depth of calls instead: derive a machine whose `run`
# counts how many of it are under way, and raises an exception beyond 20.

# %% [markdown]
# ## What is left out
#
# Here is a list of what your machine cannot do yet, in its own words.

# %%
LEFT_OUT = {
    "a closure": "def outer(n):\n    return lambda: n\n",
    "a class": "class C:\n    pass\n",
    "a generator": "def g():\n    yield 1\n",
    "with": "with open('x') as file:\n    pass\n",
    "match": "match {}:\n    case {'a': a}:\n        pass\n",
    "a handler": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    pass\n",
    "*args": "print(*'abc')\n",
}


def steps_of(code):
    names = {step.name for step in read(code)}
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            names |= steps_of(constant)
    return names


Table(
    [
        (
            name,
            sorted(steps_of(compile(text, "<tour>", "exec")) - TABLE.keys()),
        )
        for name, text in LEFT_OUT.items()
    ],
    head=["program", "not in the table"],
    code=[1],
)

# %% [markdown]
# A handler needs something more: no jump in the bytecode leads to it. The
# code object has a table for that, in which the machine looks up where to go
# on after an exception.
#
# **Try it.** Give your machine closures. `MAKE_CELL` puts a list into the
# locals, empty or with the argument of that name in it; `LOAD_DEREF` and
# `STORE_DEREF` load and store the item of that list. `SET_FUNCTION_ATTRIBUTE
# 8` gives the function a tuple of such lists, and its `bind` puts them into
# the locals, under the names in `co_freevars`. Then `COPY_FREE_VARS` has
# nothing left to do.

# %% [markdown]
# A program is text, the compiler makes instructions of it, and the machine
# that executes them decides what they mean. In the next chapter, that is
# another machine.
