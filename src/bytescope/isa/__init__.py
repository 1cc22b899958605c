"""The version-independent instruction set: instructions, primitives, their semantics, control flow and verifier."""
