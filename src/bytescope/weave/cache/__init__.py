"""Woven code on disk."""
