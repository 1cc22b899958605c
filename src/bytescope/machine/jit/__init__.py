"""Traces: straight runs of instructions that are executed often, made into one handler.

A trace does what the handlers of its instructions do, from the same semantics (`isa.lift`) and the same inline forms
(`handlers.operations`), but keeps operands in variables of its own instead of registers. It only ever does what needs
no request and cannot fail. Where a guard does not hold, where a request is needed that it cannot leave itself, or where
something raises, it brings the registers to what they are before that instruction and leaves the instruction to its own
handler. So the handlers stay the definition: of unwinding, of positions, of requests, of everything unusual.

values, guards   what is known of a value, and what need not be asked again
trace_state      which variable has what, and when a reference has to be given up
trace            walks over the instructions and writes the text
templates, inlined_calls   the text of those that are not written like their handlers
deopt            registers and instruction for what was raised inside of a trace
counters         counts how often the starts of traces are passed, and puts traces in the handlers' place
"""

from bytescope.startup.lazy_modules import put_off

put_off(__name__, "values guards trace_state trace templates inlined_calls methods instrumented_trace")
