# --- import_forms
import sys, os.path, collections.abc as abc, json as j
from os import path as p, sep
from math import (pi,
    e)
import xml.dom.minidom
print(os.path is p, j.dumps([1]), abc.Mapping.__name__, round(pi + e, 3), xml.dom.minidom.__name__, sep == os.sep, sys is sys.modules["sys"])

# --- import_errors
for s in ("import nothing_here", "import json.nothing", "from json import nothing", "from json import dumps, nothing", "from nothing import x", "import json.dumps", "from . import x", "from .. import y",
          "from .mod import z"):
    try: exec(s, {"__name__": "__main__"})
    except Exception as e: print(s, "|", type(e).__name__, e, getattr(e, "name", None))

# --- package
import sys, tempfile, pathlib, importlib
d = pathlib.Path(tempfile.mkdtemp())
(d / "pkgone" / "sub").mkdir(parents=True)
(d / "pkgone" / "__init__.py").write_text("print('init pkgone')\nfrom . import a\nfrom .sub import *\nVALUE = a.A + 1\n__all__ = ['VALUE', 'a']\n")
(d / "pkgone" / "a.py").write_text("A = 10\ndef f():\n    from .sub.deep import DEEP\n    from . import sub\n    return DEEP, __name__, __package__, sub.__name__\n")
(d / "pkgone" / "sub" / "__init__.py").write_text("from ..a import A as up\n_private = 1\npublic = up * 2\n")
(d / "pkgone" / "sub" / "deep.py").write_text("DEEP = 'deep'\nfrom ... import pkgone\n" if False else "DEEP = 'deep'\nfrom .. import a as sibling\nN = sibling.A\n")
sys.path.insert(0, str(d)); importlib.invalidate_caches()
import pkgone
from pkgone import *
import pkgone.sub.deep as dd
print(VALUE, a.f(), pkgone.public, hasattr(pkgone, "_private"), dd.N, pkgone.sub.deep.DEEP, "public" in globals())

# --- star_import
import sys, types
m = types.ModuleType("starred")
m.__dict__.update(a=1, _b=2, c=3)
sys.modules["starred"] = m
from starred import *
print(a, c, "_b" in globals())
m.__all__ = ["_b", "a"]
from starred import *
print(_b)
m.__all__ = ["a", "missing"]
try: from starred import *
except AttributeError as e: print(e)
m.__all__ = [5]
try: from starred import *
except TypeError as e: print(e)

# --- module_getattr
import sys, tempfile, pathlib, importlib
d = pathlib.Path(tempfile.mkdtemp())
(d / "lazymod.py").write_text("def __getattr__(name):\n    if name == 'bad': raise AttributeError('no ' + name)\n    return name.upper()\ndef __dir__(): return ['x', 'y']\nreal = 1\n")
sys.path.insert(0, str(d)); importlib.invalidate_caches()
import lazymod
from lazymod import anything, real
print(lazymod.foo, anything, real, dir(lazymod))
try: from lazymod import bad
except ImportError as e: print(str(e).split(" (")[0])
try: lazymod.bad
except AttributeError as e: print(e)

# --- exception_during_import
import sys, tempfile, pathlib, importlib, traceback
d = pathlib.Path(tempfile.mkdtemp())
(d / "brokenmod.py").write_text("x = 1\ndef f():\n    return x / 0\nf()\n")
(d / "syntaxmod.py").write_text("def f(:\n")
sys.path.insert(0, str(d)); importlib.invalidate_caches()
try: import brokenmod
except ZeroDivisionError as e: print([(s.name, s.lineno, s.line) for s in traceback.extract_tb(e.__traceback__)])
print("brokenmod" in sys.modules)
try: import syntaxmod
except SyntaxError as e: print(e.msg, e.lineno)

# --- circular_imports
import sys, tempfile, pathlib, importlib
d = pathlib.Path(tempfile.mkdtemp())
(d / "circ_a.py").write_text("import circ_b\nA = 1\ndef get(): return circ_b.B\n")
(d / "circ_b.py").write_text("import circ_a\nB = 2\nSEEN = hasattr(circ_a, 'A')\n")
(d / "circ_c.py").write_text("from circ_d import D\nC = 1\n")
(d / "circ_d.py").write_text("from circ_c import C\nD = 2\n")
sys.path.insert(0, str(d)); importlib.invalidate_caches()
import circ_a, circ_b
print(circ_a.get(), circ_b.SEEN)
try: import circ_c
except ImportError as e: print(str(e).split(" (most")[0].split(" (/")[0])

# --- dunder_import_and_importlib
import importlib, string, sys
print(__import__("os.path").__name__, __import__("os.path", fromlist=["join"]).__name__ in ("posixpath", "ntpath"), importlib.import_module("json.decoder").__name__)
import builtins
original = builtins.__import__
calls = []
def hook(name, globals=None, locals=None, fromlist=(), level=0):
    calls.append((name, fromlist, level))
    return original(name, globals, locals, fromlist, level)
builtins.__import__ = hook
try:
    import string
    from string import digits, hexdigits as h
    import os.path as q
finally: builtins.__import__ = original
print(calls[:1], [c for c in calls if c[0] in ("string", "os.path")])

# --- reload_and_reexecution
import sys, tempfile, pathlib, importlib
d = pathlib.Path(tempfile.mkdtemp())
f = d / "changing.py"
f.write_text("try: n += 1\nexcept NameError: n = 0\ndef g(): return 'old', n\n")
sys.path.insert(0, str(d)); importlib.invalidate_caches()
import changing
old = changing.g
importlib.reload(changing)
print(changing.n, old is changing.g, old())
del sys.modules["changing"]
import changing as again
print(again.n, again is changing)

# --- import_in_function_and_class
def f():
    import math as m, os.path
    from math import floor as fl
    return m.ceil(1.5), fl(1.5), os.path.basename("a/b"), sorted(locals())
class C:
    import math
    from math import sqrt as root
    s = root(16)
print(f(), C.s, C.math.__name__, C().root(9))

# --- dunder_names
print(__name__, __doc__, "__builtins__" in globals())
import sys, tempfile, pathlib, importlib
d = pathlib.Path(tempfile.mkdtemp())
(d / "dunder.py").write_text('"""The doc."""\nfrom __future__ import annotations\nname, spec, pkg = __name__, __spec__.name, __package__\ndef f(x: undefined) -> 5: pass\n')
sys.path.insert(0, str(d)); importlib.invalidate_caches()
import dunder
print(dunder.__doc__, dunder.name, dunder.spec, repr(dunder.pkg), dunder.f.__annotations__, dunder.__file__ == str(d / "dunder.py"), dunder.__loader__ is not None)

# --- namespace_package_and_meta_path
import sys, tempfile, pathlib, importlib, importlib.abc, importlib.util
d = pathlib.Path(tempfile.mkdtemp())
(d / "nspkg").mkdir(); (d / "nspkg" / "inner.py").write_text("X = __package__\n")
sys.path.insert(0, str(d)); importlib.invalidate_caches()
import nspkg.inner
print(nspkg.inner.X, nspkg.__file__ if hasattr(nspkg, "__file__") else None)
class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_loader(name, self) if name == "invented_mod" else None
    def create_module(self, spec): return None
    def exec_module(self, module): exec("def f(): return 'made up', __name__", module.__dict__)
sys.meta_path.append(Finder())
import invented_mod
sys.meta_path.pop()
print(invented_mod.f())

# --- relative_beyond_top
import sys, tempfile, pathlib, importlib
d = pathlib.Path(tempfile.mkdtemp())
(d / "relpkg").mkdir(); (d / "relpkg" / "__init__.py").write_text(""); (d / "relpkg" / "m.py").write_text("from ... import x\n"); (d / "relpkg" / "n.py").write_text("from .missing import x\n"); (d / "relpkg" / "o.py").write_text("from . import missing\n")
sys.path.insert(0, str(d)); importlib.invalidate_caches()
for n in "mno":
    try: importlib.import_module("relpkg." + n)
    except ImportError as e: print(type(e).__name__, str(e).split(" (/")[0])

# --- functions_of_imported_modules
import sys, tempfile, pathlib, importlib, traceback
d = pathlib.Path(tempfile.mkdtemp())
(d / "helper_mod.py").write_text("class Base:\n    def run(self, f):\n        return f(self)\n\ndef gen(n):\n    while n:\n        n -= 1\n        yield n\n\ndef fail(x):\n    return x.missing\n")
sys.path.insert(0, str(d)); importlib.invalidate_caches()
from helper_mod import Base, gen, fail
class D(Base):
    def run(self, f): return super().run(f), sum(gen(4))
print(D().run(lambda s: type(s).__name__))
try: fail(1)
except AttributeError as e: print([(s.name, s.lineno, s.line, s.colno) for s in traceback.extract_tb(e.__traceback__)])

# --- builtins_of_imported_modules [process]
import builtins, colorsys, sched, sys
for name in "colorsys", "sched":
    print(name, sys.modules[name].__builtins__ is vars(builtins))
original = builtins.max
builtins.max = lambda *args: print("replaced") or original(*args)
try: print(colorsys.rgb_to_hsv(0.5, 0.5, 0.5))
finally: builtins.max = original

# --- lazy_imports [3.15+]
import sys, types
lazy import wave
lazy from colorsys import rgb_to_hls as convert, hls_to_rgb
lazy import xml.dom.minidom as dom
print([type(globals()[name]).__name__ for name in ("wave", "convert", "hls_to_rgb", "dom")], "wave" in sys.modules)
def use():
    return wave.__name__, convert.__name__
print(use(), type(globals()["wave"]) is types.ModuleType, type(globals()["hls_to_rgb"]).__name__)
class Body:
    name = dom.__name__
    print(type(globals()["dom"]).__name__)
print(Body.name, (lambda: hls_to_rgb.__name__)())

# --- lazy_imports_that_fail [3.15+]
lazy import no_module_of_this_name
lazy from colorsys import nothing_of_this_name
def use(name):
    try:
        return eval(name)
    except ImportError as error:
        print(type(error).__name__, error, "|", type(error.__cause__).__name__, error.__cause__)
use("no_module_of_this_name"), use("no_module_of_this_name"), use("nothing_of_this_name")
print(type(globals()["no_module_of_this_name"]).__name__)

# --- all_imports_lazy [3.15+]
import sys
sys.set_lazy_imports("all")
import chunk_that_is_nowhere, colorsys
print(type(globals()["colorsys"]).__name__, sys.get_lazy_imports())
def use():
    import nothing_like_it
try:
    use()
except ImportError as error:
    print(error)
sys.set_lazy_imports("normal")
print(colorsys.__name__, type(globals()["colorsys"]).__name__)

# --- the_module_of_template_strings_once_more [3.14+]
import sys
import string.templatelib
first = sys.modules.pop("string.templatelib")
import string.templatelib
print(string.templatelib is first, string.templatelib.Template is first.Template)
