"""Byte layout of code objects: instructions, exception table, line table."""
