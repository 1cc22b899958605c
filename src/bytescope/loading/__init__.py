"""Finding, compiling and importing programs, whichever engine executes them."""
