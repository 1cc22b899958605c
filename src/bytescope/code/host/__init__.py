"""Facts of the running CPython, and what of its behaviour the rest depends on."""

from bytescope.startup.lazy_modules import put_off

put_off(__name__, "frame_locals")
