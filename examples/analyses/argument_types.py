"""Record the types of arguments and results, and print annotations for the functions.

usage: bytescope run --analysis argument_types:ArgumentTypes script.py      (from this folder)
"""

import bytescope


class ArgumentTypes(bytescope.Analysis):
    """The types that each function was called with and has returned."""

    def __init__(self):
        self.seen = {}

    def enter(self, site, arguments):
        types = self.seen.setdefault((site.file, site.first_line, site.function), {})
        for name, value in arguments.items():
            types.setdefault(name, set()).add(type(value).__name__)

    def leave(self, site, value):
        types = self.seen.setdefault((site.file, site.first_line, site.function), {})
        types.setdefault("return", set()).add("None" if value is None else type(value).__name__)

    def end(self):
        for (_, _, function), types in self.seen.items():
            if "<" not in function.rpartition(".")[2]:
                texts = {name: " | ".join(sorted(each)) for name, each in types.items()}
                result = texts.pop("return", "NoReturn")
                print(f"def {function}({', '.join(f'{n}: {t}' for n, t in texts.items())}) -> {result}")
