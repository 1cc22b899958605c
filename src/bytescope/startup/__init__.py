"""Start-up of the package: private builtins, lazy modules, cheap stand-ins for parts of the standard library."""
