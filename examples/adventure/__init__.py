"""A small text adventure: the lighthouse at Skerry Point. Play it with ``python -m adventure`` from ``examples/``."""
