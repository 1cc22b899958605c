"""Assembling bytecode for the running CPython."""
