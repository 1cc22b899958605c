class Manager:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False


def fail():
    raise KeyError("k")


def no_match():
    try:
        fail()
    except TypeError:
        r = "never"
    except ValueError:
        r = "neither"


def bare():
    try:
        fail()
    except KeyError:
        x = 1
        raise


def named():
    try:
        fail()
    except KeyError as error:
        x = 1
        raise error


def within_with():
    with Manager():
        x = 1
        fail()


def nested_finally():
    try:
        try:
            fail()
        finally:
            x = 1
    finally:
        y = 2


def handled_in_finally():
    try:
        fail()
    finally:
        try:
            raise TypeError("t")
        except TypeError:
            x = 1
        y = 2


def other_from_handler():
    try:
        fail()
    except KeyError:
        x = 1
        raise ValueError("v")


def generator():
    try:
        yield 1
    finally:
        x = 1


def thrown():
    g = generator()
    next(g)
    g.throw(KeyError("g"))


def stopped():
    x = yield 1
    raise StopIteration(x)


def exhausted():
    list(stopped())


for each in no_match, bare, named, within_with, nested_finally, handled_in_finally, other_from_handler, thrown, exhausted:
    try:
        each()
    except (KeyError, ValueError, RuntimeError):
        pass
