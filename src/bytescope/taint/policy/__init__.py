"""Policies: sources, sinks, barriers and guards, in TOML files with the vocabulary of CodeQL's models as data."""
