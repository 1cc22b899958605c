"""Benchmarks: every engine against plain CPython in the same run. `python -m benchmarks --help` says how."""
