"""Code objects taken apart and put together again."""
