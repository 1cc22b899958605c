"""Finding, compiling and importing programs, whichever engine executes them."""

from bytescope.startup.lazy_modules import put_off

put_off(__name__, "functions")
