"""How Sphinx builds the documentation."""

import shutil
from pathlib import Path

import bytescope

project = "bytescope"
author = "The bytescope developers"
copyright = "The bytescope developers"
version = release = bytescope.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
nitpicky = True
nitpick_ignore_regex = [
    ("py:class", r"(collections\.abc|os|threading|types)\.\w+"),  # CPython's own, whose pages are not here
    ("py:class", r"Asked|Policy|Readers|bytescope\.taint\.(findings\.Passage|origins\.Place)"),  # explained where used
    ("py:class", r"Engine|Globs|Lines|Opcodes|Threads|Where|[PR](\.\w+)?"),  # aliases, explained where used
    ("py:class", r"bytescope\.machine\.vm\.Running"),  # a context manager, as `VM.running` says
]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"bytescope {release}"


def _add_page(app, problem):
    """Put the notebook's page beside the documentation, where it was built."""
    built = Path(bytescope.__file__).parent / "playground" / "static"
    if problem is None and app.builder.format == "html" and built.is_dir():
        shutil.copytree(built, Path(app.outdir) / "playground", dirs_exist_ok=True)


def setup(app):
    app.connect("build-finished", _add_page)
