"""The reference engine: interprets guest code, one instruction after the other, in resident frames."""

from bytescope.startup.lazy_modules import put_off

put_off(__name__, "protocols")
