"""How the package starts: private builtins, lazy modules, cheap stand-ins for parts of the standard library."""
