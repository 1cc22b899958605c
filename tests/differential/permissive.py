"""The world in which a generated program runs: put before its text, so that it is part of the program.

Free names are bound to objects that allow nearly everything, ``note`` reports what a statement raised, ``drive`` calls
and iterates whatever it is given, and ``tick``, which every loop and function of the program starts with, makes sure
that the program ends.
"""

import sys
import types

TICKS = [400]


class OutOfTicks(BaseException):
    """Ends a statement of the program that ran long enough."""


def tick():
    """Count down; when nothing is left, end the loop or function that called."""
    TICKS[0] -= 1
    if TICKS[0] < 0:
        raise OutOfTicks


class Anything:
    """An object on which every operation works and gives another such object, a few levels deep."""

    def __init__(self, depth=3):
        self.depth = depth

    def deeper(self):
        return Anything(self.depth - 1) if self.depth > 0 else 7

    def __call__(self, *args, **kwargs):
        return self.deeper()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.deeper()

    def __getitem__(self, key):
        return self.deeper()

    def __setitem__(self, key, value):
        pass

    def __delitem__(self, key):
        pass

    def __delattr__(self, name):
        pass

    def __iter__(self):
        return iter((self.deeper(), 1))

    def keys(self):
        return ["name_0", "name_1"]

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        return self.depth == 2

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, value, traceback):
        return self.depth == 2

    def __await__(self):
        yield self.depth
        return self.deeper()

    async def __aiter__(self):
        yield self.deeper()
        yield 1

    def __mro_entries__(self, bases):
        return (Base,)

    def __bool__(self):
        return self.depth % 2 == 1

    def __hash__(self):
        return self.depth

    def __index__(self):
        return self.depth

    def __contains__(self, item):
        return self.depth % 2 == 1

    def __format__(self, spec):
        return f"<{self.depth}:{spec}>"

    def __repr__(self):
        return f"<anything {self.depth}>"

    def operate(self, *others):
        return self.deeper()

    __add__ = __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = operate
    __lshift__ = __rshift__ = __and__ = __or__ = __xor__ = __matmul__ = operate
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = operate
    __rlshift__ = __rrshift__ = __rand__ = __ror__ = __rxor__ = __rmatmul__ = operate
    __neg__ = __pos__ = __invert__ = __lt__ = __gt__ = __le__ = __ge__ = __eq__ = operate


class Base:
    """What a class gets as its base when it names an `Anything`."""

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(1)


class Permissive(type):
    """The type of a class on which every operation works."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(3)

    def __contains__(cls, item):
        return True

    def __iter__(cls):
        return iter((Anything(2), Anything(1)))

    def __setattr__(cls, name, value):
        pass

    def operate(cls, *others):
        return Anything(3)

    __getitem__ = __setitem__ = __delitem__ = operate
    __add__ = __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = operate
    __lshift__ = __rshift__ = __and__ = __or__ = __xor__ = __matmul__ = operate
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = operate
    __rlshift__ = __rrshift__ = __rand__ = __ror__ = __rxor__ = __rmatmul__ = operate
    __neg__ = __pos__ = __invert__ = __lt__ = __gt__ = __le__ = __ge__ = operate


class Oops(Exception, metaclass=Permissive):
    """An exception class that programs can name."""


class Everything(types.ModuleType):
    """A module from which everything can be imported."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(2)


NAMES = [f"name_{number}" for number in range(6)]


def refresh():
    """Bind the names that generated programs use, and forget what earlier statements did to them."""
    for depth, name in enumerate(NAMES):
        globals()[name] = Anything(1 + depth % 4)
        sys.modules[name] = Everything(name)
    globals()["name_5"] = Oops
    TICKS[0] = 400


def note(where, error):
    """Print what a statement raised: type, message, places, chain."""
    places = []
    entry = error.__traceback__
    while entry is not None:
        code = entry.tb_frame.f_code
        places.append((code.co_name, entry.tb_lineno, list(code.co_positions())[entry.tb_lasti // 2][2:]))
        entry = entry.tb_next
    print(where, type(error).__name__, error, places, type(error.__context__).__name__, type(error.__cause__).__name__)


def drive(thing):
    """Run whatever can be run of a value: call it, iterate it, await it, look into it."""
    tick()
    try:
        if isinstance(thing, (types.FunctionType, types.MethodType)):
            thing = call(thing)
        if isinstance(thing, type):
            drive_class(thing)
        elif isinstance(thing, (types.GeneratorType, types.CoroutineType)):
            drive_generator(thing)
        elif isinstance(thing, types.AsyncGeneratorType):
            for _ in range(3):
                drive(thing.asend(None).__await__())
        elif not isinstance(thing, (types.FunctionType, Anything)):
            print("value", shown(thing))
    except OutOfTicks:
        raise
    except BaseException as error:
        note("driven", error)


def shown(thing):
    """A value's text that does not depend on where its elements lie in memory."""
    if isinstance(thing, (set, frozenset)):
        return sorted(str(item)[:200] for item in thing)
    return str(thing)[:200]


def call(function):
    """Call a function with as many arguments as it takes."""
    code = function.__code__
    positional = code.co_argcount - isinstance(function, types.MethodType)
    keywords = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    return function(*[Anything(n % 4) for n in range(positional)], **{name: Anything(2) for name in keywords})


def drive_class(cls):
    """Make an instance and drive what the class defines."""
    instance = cls()
    for name, member in list(vars(cls).items()):
        if isinstance(member, types.FunctionType):
            print("method", name)
            drive(types.MethodType(member, instance))


def drive_generator(generator):
    """Step through a generator or coroutine, throw into it, close it."""
    for step in range(4):
        print("step", type(generator.send(None if step == 0 else Anything(step))).__name__)
    print("thrown", type(generator.throw(Oops("thrown"))).__name__)
    generator.close()
