"""What the interpreter stands on: recursion limit, budgets, counters, intercepted calls."""
