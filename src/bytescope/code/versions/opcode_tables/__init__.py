"""Opcodes of each version as data, written by `tools/opcode_table.py`."""
