# --- stacklevels
import warnings
def deep(level): warnings.warn("message", UserWarning, stacklevel=level)
def middle(level):
    deep(level)
def outer(level):
    middle(level)
for level in (1, 2, 3):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        outer(level)
        print(level, [(str(w.message), w.lineno, w.filename, w.category.__name__) for w in caught])

# --- once_per_location
import warnings
def f(): warnings.warn("same")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("default")
    for _ in range(3): f()
    f()
    print(len(caught))
    warnings.warn("same")
    print(len(caught), caught[-1].lineno)

# --- error_filter
import warnings
def f():
    warnings.warn("as error", RuntimeWarning)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try: f()
    except RuntimeWarning as e: print(repr(e), e.__traceback__.tb_next.tb_lineno)
    f()

# --- printed_with_source
import warnings
def f():
    warnings.warn("printed")
    warnings.warn(DeprecationWarning("old thing"), stacklevel=2)
f()

# --- showwarning_and_format
import warnings
warnings.showwarning = lambda message, category, filename, lineno, file=None, line=None: print("shown", category.__name__, message, lineno)
class Mine(Warning): pass
def f(): warnings.warn(Mine("custom"))
f()
warnings.warn_explicit("explicit", UserWarning, "somefile.py", 99)
print(warnings.formatwarning("m", UserWarning, "f.py", 3, "the line"))

# --- registry_in_globals
import warnings
ns = {"__name__": "other", "warnings": warnings}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("default")
    exec(compile("def f():\n    warnings.warn('in other')\nf(); f()", "other.py", "exec"), ns)
    print(len(caught), caught[0].filename, caught[0].lineno, "__warningregistry__" in ns)

# --- warning_from_c
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    compile("1 is 1", "<w>", "eval"); compile("'\\d'", "<w>", "eval")
    print([(w.category.__name__, w.lineno) for w in caught])

# --- warning_from_compiling_in_eval [3.12+]
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    eval("~True")
    exec("a = ~True")
    exec("a = ~True", {})
    exec(b"b = ~True", {}, {})
    (lambda: eval("~True"))()
    [eval("~True") for i in range(1)]
    print([(w.category.__name__, w.filename, w.lineno) for w in caught])

# --- filters_by_module_and_message
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.filterwarnings("ignore", message="skip.*")
    warnings.filterwarnings("ignore", category=FutureWarning, module=__name__)
    warnings.warn("skip this"); warnings.warn("keep this"); warnings.warn("future", FutureWarning)
    print([str(w.message) for w in caught])

# --- in_generators_and_classes
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    def g():
        warnings.warn("from generator", stacklevel=2)
        yield
    for _ in g():
        pass
    class C:
        warnings.warn("class body")
        def __init__(self): warnings.warn("init", stacklevel=2)
    C()
    [C() for _ in
        range(1)]
    print([(str(w.message), w.lineno) for w in caught])
