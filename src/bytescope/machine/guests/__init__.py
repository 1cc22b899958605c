"""What guests see of themselves: trace functions, audit events, code objects."""
