"""A recursion as deep as asked for, to see what a frame costs."""


def down(n, probe, every):
    """Call itself n times; *probe* is called with n at every *every*-th level."""
    if n % every == 0:
        probe(n)
    return down(n - 1, probe, every) if n else 0


def run(n, probe, every):
    return down(n, probe, every)
