"""Programs that define behaviour."""
