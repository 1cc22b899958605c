"""Support of the interpreter: recursion limit, budgets, counters, intercepted calls."""
