"""The terminal debugger: a recording, or a program that runs, stepped through in both directions by keys."""
