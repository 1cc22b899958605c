"""Other projects' own test suites, run natively and under bytescope, and compared (``python -m tests.ecosystem``)."""
