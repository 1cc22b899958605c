"""Taint analysis: which characters of a program's input reach what, and whether they mean anything there.

spans, origins         the shadows: where each character of a text comes from
models/                what operators, and functions written in C, do to them
algebra                these together, for `bytescope.shadow`
policy/                sources, sinks and barriers, in TOML files
syntax/                which characters have a meaning in SQL, shell, HTML, paths, URLs, code
trail, findings        the way from a source to a sink
analysis               the analysis that is attached
report/                findings as text, JSON, SARIF and HTML
"""
