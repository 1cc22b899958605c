"""The versions of CPython, one module each: what its bytecode means, and how it behaves where that differs.

A version's module builds on its predecessor's and says only what is new. It depends on no host: each can be imported on
every Python. `bytescope.code.host.facts` loads the one that is running, and with it the versions before.
"""
