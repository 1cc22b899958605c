"""The project's own benchmark programs: each module has `run(n)`, which does n units of work and returns its result.

They are classic algorithms in ordinary Python and import nothing but each what it needs from the standard library.
"""
