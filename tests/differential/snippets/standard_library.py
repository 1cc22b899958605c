# --- json_roundtrip
import json
data = {"a": [1, 2.5, None, True, "é\n\"q\""], "b": {"c": {}}, "d": []}
print(json.dumps(data, sort_keys=True), json.loads(json.dumps(data)) == data, json.dumps(data, indent=1, ensure_ascii=False))
for bad in ('{"a": }', "[1,]", "nul", '"abc', '{"a" 1}', "[1] x"):
    try: json.loads(bad)
    except json.JSONDecodeError as e: print(e)

# --- csv_and_stringio
import csv, io
out = io.StringIO()
w = csv.DictWriter(out, ["name", "n"]); w.writeheader(); w.writerows([{"name": "a,b", "n": 1}, {"name": 'q"', "n": 2}])
print(out.getvalue(), [dict(r) for r in csv.DictReader(io.StringIO(out.getvalue()))])

# --- collections
from collections import *
d = deque([1, 2, 3], maxlen=3); d.append(4); d.appendleft(0); d.rotate(1)
o = OrderedDict(a=1, b=2); o.move_to_end("a")
c = ChainMap({"x": 1}, {"x": 2, "y": 3})
print(d, o, c["x"], c["y"], dict(c), Counter("hello") + Counter("lo"), Counter(a=3) - Counter(a=1), sorted(Counter("aab").elements()))

# --- datetime_arithmetic
from datetime import *
d = date(2024, 2, 28)
print(d + timedelta(days=2), (date(2024, 12, 25) - d).days, d.strftime("%A"), datetime(2024, 1, 1, 12) < datetime(2024, 1, 2), timedelta(hours=25), datetime.fromisoformat("2024-05-06T07:08:09+02:00").astimezone(timezone.utc), date.fromisocalendar(2024, 1, 1))
try: date(2024, 13, 1)
except ValueError as e: print(e)

# --- argparse
import argparse, contextlib, io
p = argparse.ArgumentParser(prog="tool", description="A tool.")
p.add_argument("file"); p.add_argument("-n", type=int, default=3, help="count"); p.add_argument("--flag", action="store_true"); p.add_argument("rest", nargs="*")
sub = argparse.ArgumentParser(prog="x"); sp = sub.add_subparsers(dest="cmd"); sp.add_parser("go").add_argument("--speed", choices=["slow", "fast"])
print(p.parse_args(["-n", "5", "--flag", "f", "a", "b"]), sub.parse_args(["go", "--speed", "fast"]), p.format_help())
err = io.StringIO()
with contextlib.redirect_stderr(err):
    try: p.parse_args(["f", "-n", "x"])
    except SystemExit as e: print(e.code, err.getvalue())

# --- unittest_run
import unittest, io, sys, re
class T(unittest.TestCase):
    def setUp(self): self.l = [1]
    def test_pass(self): self.assertEqual(self.l, [1])
    def test_fail(self): self.assertEqual({"a": 1}, {"a": 2})
    def test_error(self): [][1]
    def test_raises(self):
        with self.assertRaisesRegex(ValueError, "inv"): int("x")
    @unittest.skip("why")
    def test_skip(self): pass
    def test_sub(self):
        for i in range(3):
            with self.subTest(i=i): self.assertNotEqual(i, 1)
out = io.StringIO()
r = unittest.TextTestRunner(out, verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
print(r.testsRun, len(r.failures), len(r.errors), len(r.skipped)); print(re.sub(r"in [\d.]+s", "in ?s", out.getvalue()))

# --- doctest_run
import doctest, io, contextlib
def double(x):
    """
    >>> double(2)
    4
    >>> double("a")
    'aa'
    >>> double(None)
    Traceback (most recent call last):
    TypeError: unsupported operand type(s) for *: 'NoneType' and 'int'
    >>> double(3)
    7
    """
    return x * 2
out = io.StringIO()
runner = doctest.DocTestRunner(verbose=False)
test = doctest.DocTestFinder().find(double, "double", globs={"double": double})[0]
with contextlib.redirect_stdout(out): runner.run(test)
print(runner.tries, runner.failures); print(out.getvalue().split("File")[0], "Expected" in out.getvalue())

# --- logging_output
import logging, io
s = io.StringIO()
h = logging.StreamHandler(s); h.setFormatter(logging.Formatter("%(levelname)s:%(funcName)s:%(lineno)d:%(message)s"))
log = logging.getLogger("snippet"); log.addHandler(h); log.setLevel("INFO"); log.propagate = False
def worker():
    log.debug("no"); log.info("value %d", 5)
    try: 1 / 0
    except ZeroDivisionError: log.exception("failed")
worker(); log.warning("module level", stack_info=False)
print(s.getvalue()); log.removeHandler(h)

# --- itertools_and_functools
from itertools import *
from functools import *
print(list(product("ab", [1, 2])), list(permutations([1, 2, 3], 2))[:3], list(combinations("abc", 2)), list(chain("a", [1])), list(zip_longest([1], "ab", fillvalue="-")), list(accumulate([1, 2, 3], lambda a, b: a * b)), list(compress("abc", [1, 0, 1])), list(pairwise("abc")), list(islice(cycle("ab"), 5)), list(dropwhile(lambda x: x < 2, [1, 2, 1])), list(filterfalse(lambda x: x % 2, range(4))), [(k, len(list(g))) for k, g in groupby("aabc")])

# --- decimal_and_fractions
from decimal import *
from fractions import Fraction
getcontext().prec = 10
print(Decimal(1) / 3, Decimal("1.10") + Decimal("2.2"), Decimal("NaN"), Fraction(3, 4) + Fraction(1, 4), Fraction("0.125"), Decimal("2").sqrt(), Fraction(1, 3) < 0.34)
with localcontext() as c: c.prec = 3; print(Decimal(2) / 3)
try: Decimal(1) / 0
except ZeroDivisionError as e: print(type(e).__name__)
try: Decimal("x")
except InvalidOperation as e: print(type(e).__name__)

# --- pathlib_and_tempfile
import pathlib, tempfile, os, shutil
with tempfile.TemporaryDirectory() as d:
    p = pathlib.Path(d); (p / "a").mkdir(); (p / "a" / "x.txt").write_text("one\ntwo\n"); (p / "y.py").touch()
    print(sorted(str(q.relative_to(p)) for q in p.rglob("*")), (p / "a" / "x.txt").read_text().split(), p.joinpath("y.py").suffix, [r[1:] for r in os.walk(d)][0], pathlib.PurePosixPath("/a/b/../c").parts)
    with open(p / "a" / "x.txt") as f: print([line.strip() for line in f], f.closed)
    with open(p / "b", "wb") as f: f.write(b"\x00\x01"); print(f.tell())
print(os.path.exists(d)); del d

# --- ast_and_tokenize
import ast, tokenize, io
class V(ast.NodeVisitor):
    def __init__(self): self.names = []
    def visit_Name(self, n): self.names.append(n.id); self.generic_visit(n)
v = V(); v.visit(ast.parse("a = b + c(d)")); print(v.names, ast.unparse(ast.parse("x=1;y = [i for i in x if i]")), ast.dump(ast.parse("1+2", mode="eval")))
print([t.string for t in tokenize.generate_tokens(io.StringIO("x = 1 # c\n").readline)])

# --- random_and_statistics
import random, statistics
r = random.Random(42)
print(r.randint(1, 100), r.choice("abc"), [round(r.random(), 6) for _ in range(2)], r.sample(range(10), 3), statistics.mean([1, 2, 3, 4]), statistics.median([3, 1, 2]), round(statistics.stdev([1, 2, 3, 4]), 6), statistics.mode("aab"))
l = list(range(8)); r.shuffle(l); print(l)

# --- html_and_xml
from html.parser import HTMLParser
import xml.etree.ElementTree as ET
class P(HTMLParser):
    def handle_starttag(self, t, a): print("start", t, a)
    def handle_endtag(self, t): print("end", t)
    def handle_data(self, d): print("data", repr(d))
P().feed("<p class='x'>Hi <b>there</b></p>")
root = ET.fromstring("<r><a k='1'>t</a><a k='2'/></r>")
print([(e.tag, e.get("k"), e.text) for e in root.iter("a")], ET.tostring(root), root.find("a[@k='2']").attrib)

# --- configparser_and_shlex
import configparser, shlex
c = configparser.ConfigParser(); c.read_string("[a]\nx = 1\ny = %(x)s2\n[b]\nflag = yes\n")
print(c.sections(), c.getint("a", "y"), c.getboolean("b", "flag"), dict(c["a"]), shlex.split("a 'b c' \"d\\\"e\" f"))
try: c.get("z", "q")
except configparser.NoSectionError as e: print(e)

# --- email_and_urllib
from email.message import EmailMessage
from email import message_from_string
from urllib.parse import urlparse, urlencode, quote, parse_qs
m = EmailMessage(); m["Subject"] = "Hé"; m["To"] = "a@b.c"; m.set_content("body\n")
print(m["Subject"], message_from_string("A: 1\nB: 2\n\nbody")["b"], urlparse("http://h:80/p?q=1#f").port, urlencode({"a": "b c"}), quote("é/"), parse_qs("a=1&a=2"))

# --- pprint_and_reprlib
import pprint, reprlib
pprint.pprint({"key%d" % i: list(range(8)) for i in range(4)}, width=40)
print(reprlib.repr(list(range(100))), pprint.pformat([{"a": (1, 2)}]), pprint.isreadable(5))
class R:
    @reprlib.recursive_repr("<...>")
    def __repr__(self): return f"R({self.x!r})"
r = R(); r.x = r; print(r)

# --- subprocess_and_os
import subprocess, sys, os
r = subprocess.run([sys.executable, "-c", "import sys; print(sys.argv[1]); sys.exit(3)", "arg"], capture_output=True, text=True)
print(r.returncode, r.stdout)
try: subprocess.run([sys.executable, "-c", "raise SystemExit(2)"], check=True)
except subprocess.CalledProcessError as e: print(e.returncode)
os.environ["SNIPPET_VAR"] = "1"; print(os.environ.pop("SNIPPET_VAR"), os.environ.get("SNIPPET_VAR"))

# --- selectors_and_sockets
import socket, selectors
a, b = socket.socketpair()
sel = selectors.DefaultSelector(); sel.register(b, selectors.EVENT_READ, lambda s: s.recv(10))
a.sendall(b"hello")
for key, mask in sel.select(5): print(key.data(key.fileobj))
sel.close(); a.close(); b.close()

# --- code_module_console
import code, io, contextlib
class C(code.InteractiveConsole):
    def write(self, data): out.append(data)
out = []
c = C({"__name__": "console"})
buffer = io.StringIO()
with contextlib.redirect_stdout(buffer):
    print([c.push(l) for l in ("x = 5", "x * 2", "def f():", "    return x", "", "f()", "1 +", "", "for i in range(2): i", "")])
print(buffer.getvalue(), [o.splitlines()[-1] for o in out if o.strip()])
