"""Models of builtin functions and methods: what calls of them do to shadows."""
