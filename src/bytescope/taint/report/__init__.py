"""Findings for people and for other programs: as text, in SARIF, as a page."""
