"""The trace compiler: compiles hot straight-line runs of instructions to one handler.

A trace does what the handlers of its instructions do, from the same semantics (`isa.lift`) and the same inline forms
(`handlers.operations`), but keeps operands in local variables instead of registers. It does nothing that needs a
request or can fail. Where a guard fails, where it cannot push a request itself, or where something raises, it restores
the registers to their state before that instruction and resumes with the instruction's handler (a side exit). So the
handlers remain the definition of unwinding, positions, requests and everything unusual.

values, guards             inferred types of values; guards that need not be tested again
trace_state                which variable holds which operand, and when a reference must be dropped
trace                      the walk over the instructions
templates, inlined_calls   text of the instructions and primitives that differ from their handlers
instrumented_trace         text of instrumented instructions
methods, entries           method-JIT entries: functions called without a frame
deopt                      deoptimisation on exceptions
counters                   hotness counters, and the installation of traces
unit                       the part of a program that the compiler reads
"""

from bytescope.startup.lazy_modules import put_off

put_off(__name__, "values guards trace_state trace templates inlined_calls methods instrumented_trace")
