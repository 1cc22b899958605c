"""The analyses that ship."""
