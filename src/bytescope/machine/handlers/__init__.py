"""Handlers: one function for each instruction of a linked program."""
