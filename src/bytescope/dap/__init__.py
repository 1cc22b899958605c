"""The debug adapter: a client of the Debug Adapter Protocol debugs a program forwards and backwards.

A program is recorded in a process of its own; what the client asks for is answered from the recording.
"""
