"""Lowering of the raw opcodes of every supported CPython to version-independent instructions."""
