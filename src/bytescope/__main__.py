"""`python -m bytescope`."""

from bytescope.cli import main

main()
