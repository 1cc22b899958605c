"""One module of bytescope each."""
