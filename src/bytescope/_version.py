"""The version of bytescope: declared here, read by the build."""

__version__ = "0.1.0"
