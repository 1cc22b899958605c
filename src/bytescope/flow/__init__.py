"""Static analyses of lowered code: control flow, stack verification, operand kinds, line starts."""
