"""Many calls of one kind, to see whether they leave anything behind."""


def function(a, b=2, *rest, key=None):
    return a + b


class Thing:
    def method(self, value):
        self.value = value
        return self


def generate():
    yield 1
    yield 2


def fail(value):
    try:
        raise ValueError(value)
    finally:
        value = None


def outer(value):
    def inner():
        return value

    return inner


def call(n):
    for i in range(n):
        function(i, 3, i, key=i)


def method(n):
    for i in range(n):
        Thing().method(i)


def generator(n):
    for _ in range(n):
        left = generate()
        next(left)
        sum(generate())


def exception(n):
    for i in range(n):
        try:
            fail(i)
        except ValueError:
            pass


def closure(n):
    for i in range(n):
        outer(i)()


def make_class(n):
    for i in range(n):

        class Local(Thing):
            def method(self, value):
                return super().method(value)

        Local().method(i)


def execute(n):
    for _ in range(n):
        exec("def f(x): return x + 1\nassert f(1) == 2", {})


KINDS = {"call": call, "method": method, "generator": generator, "exception": exception, "closure": closure,
         "class": make_class, "exec": execute}  # fmt: skip


def run(n, kind):
    KINDS[kind](n)
