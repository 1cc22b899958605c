"""Views that guests have of themselves: trace functions, audit events, code objects."""
