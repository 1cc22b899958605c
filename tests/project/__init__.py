"""The project's own files and the package as a whole."""
