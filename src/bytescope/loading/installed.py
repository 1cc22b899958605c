"""Installed packages: the modules in the site folders of the running Python, whatever other folders are named."""

from __future__ import annotations

import os
import sys

from bytescope.startup.stdlib_lite import cache


@cache
def site_folders() -> tuple[str, ...]:
    """Return the folders that packages are installed into, with a separator at the end, as they are and resolved."""
    import site

    found = site.getsitepackages(list({sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}))
    if site.ENABLE_USER_SITE:
        found.append(site.getusersitepackages())
    return tuple({os.path.join(each, "") for folder in found for each in (folder, os.path.realpath(folder))})


def is_installed(path: str) -> bool:
    """Return True if a file, by its absolute path, belongs to an installed package."""
    return path.startswith(site_folders())
