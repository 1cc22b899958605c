"""Code objects taken apart and put together again: the only place that knows the versions of CPython."""
