"""How code objects are laid out in bytes: instructions, exception table, line table."""
