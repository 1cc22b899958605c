def twice(f):
    def call(x):
        return f(f(x))

    return call


@twice
def inc(x):
    return x + 1


r = inc(1)
