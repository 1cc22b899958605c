"""The weaver: the fast engine, which puts the hooks of a plan into the host's own bytecode."""
