"""Differential tests: the same program on CPython and on the machine, everything observable compared."""
