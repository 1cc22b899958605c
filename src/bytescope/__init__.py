"""A Python virtual machine in Python that makes every operation of a running program visible and replaceable."""

__version__ = "0.1.0"
