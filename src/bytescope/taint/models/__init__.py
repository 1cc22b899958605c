"""Models of native functions: what they do to the shadows of characters."""
