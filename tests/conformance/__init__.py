"""CPython's own regression tests, run natively and inside bytescope, and compared (``python -m tests.conformance``)."""
