"""Planning: from attached analyses to the hooks of each instruction."""
