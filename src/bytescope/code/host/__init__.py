"""Facts of the running CPython, and what of its behaviour the rest depends on."""
