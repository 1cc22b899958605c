"""Woven code that propagates shadows."""
