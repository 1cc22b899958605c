"""What analyses cost: each on every engine of bytescope, and the peers that do something comparable."""
