# --- sorted_keys
words = ["banana", "Apple", "cherry", "date"]
print(sorted(words, key=str.lower), sorted(words, key=len), sorted(words, key=lambda w: (-len(w), w)), sorted(range(6), key=lambda x: x % 3))
class K:
    def __init__(self, v): self.v = v
    def __lt__(self, o): calls.append((self.v, o.v)); return self.v < o.v
calls = []
print([k.v for k in sorted([K(3), K(1), K(2)])], calls)
print(min(words, key=lambda w: w[1]), max([], default="none", key=lambda x: x))
l = [3, 1, 2]; l.sort(key=lambda x: -x, reverse=True); print(l)

# --- sort_sees_list_empty
l = [3, 1, 2]
def key(x): seen.append(list(l)); return x
seen = []
l.sort(key=key)
print(l, seen)
def modify(x): l.append(x); return x
try: l.sort(key=modify)
except ValueError as e: print(e)

# --- key_function_raises
def key(x):
    if x == 2: raise LookupError("two")
    return x
def run():
    return max([1, 2, 3],
               key=key)
run()

# --- map_filter_zip_lazy
def f(x): print("f", x); return x * 2
m = map(f, [1, 2, 3])
print("made", next(m))
print(list(m), list(filter(None, [0, 1, "", "a"])), list(filter(lambda x: x % 2, range(5))), list(map(lambda a, b: a + b, [1, 2], [10, 20, 30])))
for x in map(f, filter(lambda x: x > 1, [1, 2])): print(x)

# --- map_with_raising_function
def f(x): return 1 / x
m = map(f, [1, 0, 2])
print(next(m))
try: next(m)
except ZeroDivisionError as e: print(e)
print(next(m))
list(map(f, [0]))

# --- reduce_and_cmp_to_key
from functools import reduce, cmp_to_key
print(reduce(lambda a, b: a * 10 + b, [1, 2, 3]), reduce(lambda a, b: a + [b], "ab", []))
def compare(a, b): calls.append((a, b)); return (a > b) - (a < b)
calls = []
print(sorted([3, 1, 2], key=cmp_to_key(compare)), calls)
try: reduce(lambda a, b: a, [])
except TypeError as e: print(e)

# --- re_callbacks
import re
n = 0
def repl(m):
    global n
    n += 1
    return f"<{m.group(0)}:{n}>"
print(re.sub(r"\d+", repl, "a1b22c333"), re.sub("x", lambda m: m.group().upper(), "xyx"))
def bad(m): raise KeyError(m.group())
try: re.sub("a", bad, "banana")
except KeyError as e: print(e)

# --- json_callbacks
import json
print(json.loads('{"a": [1, 2.5]}', object_hook=lambda d: sorted(d.items()), parse_float=lambda s: f"F{s}", parse_int=lambda s: f"I{s}"))
class Enc(json.JSONEncoder):
    def default(self, o): return {"set": sorted(o)} if isinstance(o, set) else super().default(o)
print(json.dumps({"x": {2, 1}}, cls=Enc), json.dumps([1 + 2j], default=str))
try: json.dumps({"a": object})
except TypeError as e: print(e)

# --- defaultdict_and_counter
from collections import defaultdict, Counter, OrderedDict, deque, ChainMap, UserDict, UserList
made = []
def factory(): made.append(1); return len(made)
d = defaultdict(factory)
d["a"], d["b"], d["a"]
print(dict(d), d.get("zz"), Counter("abca").most_common(1))
class D(dict):
    def __missing__(self, k): return k * 2
print(D()["ab"], D().get("ab"), "%(x)s" % D())
class U(UserDict):
    def __setitem__(self, k, v): super().__setitem__(k, v * 10)
u = U(a=1); u["b"] = 2; u.update(c=3); print(u)

# --- dict_and_set_with_guest_hash
class H:
    def __init__(self, v): self.v = v
    def __hash__(self): log.append("hash"); return hash(self.v)
    def __eq__(self, o): log.append("eq"); return self.v == o.v
log = []
s = {H(1), H(1), H(2)}
d = {H(1): "a"}
print(len(s), d[H(1)], H(3) in s, log.count("hash"), log.count("eq"))
class BadHash:
    def __hash__(self): raise RuntimeError("no hash")
for a in (lambda: {BadHash()}, lambda: {BadHash(): 1}, lambda: {}.get(BadHash()), lambda: BadHash() in set()):
    try: a()
    except RuntimeError as e: print(e)

# --- partialmethod_and_cached
from functools import partialmethod, partial, cached_property
class C:
    def set(self, k, v): return k, v
    on = partialmethod(set, "on")
    p = partial(lambda *a: a, 1)
print(C().on(5), C().p(2))

# --- str_methods_with_guest_objects
class S:
    def __str__(self): return "S!"
    def __repr__(self): return "R!"
    def __iter__(self): return iter(["a", "b"])
    def __len__(self): return 2
    def __getitem__(self, k): return f"item {k}"
print("-".join(S()), "{0[x]} {0}".format(S()), "%s" % S(), str(S()), "%(k)s" % S(), f"{[S()]}", "abc".translate({97: "z", 98: None}))
print("abc".translate(type("T", (), {"__getitem__": lambda s, i: chr(i + 1)})()))

# --- iterators_from_c
it = iter(lambda c=[0]: c.__setitem__(0, c[0] + 1) or c[0], 4)
print(list(it), list(enumerate(x * 2 for x in range(2))), dict(map(lambda kv: kv[::-1], {"a": 1}.items())), sum((x for x in range(4)), 10), any(map(lambda x: x > 2, [1, 3])))
print(list(zip(*map(lambda r: (r, r * r), range(3)))), "".join(c.upper() for c in "abc"), bytes(x for x in range(3)), [*map(str, range(3))])

# --- atexit_like_and_hooks
import sys, io
class W(io.StringIO):
    def write(self, s): log.append(s); return len(s)
log = []
old = sys.stdout; sys.stdout = W()
try: print("a", 1, end="!")
finally: sys.stdout = old
print(log)
class File:
    def write(self, s): raise OSError("disk full")
try: print("x", file=File())
except OSError as e: print(e)
print("x", file=None)
class NoWrite: pass
try: print("x", file=NoWrite())
except AttributeError as e: print(e)

# --- heapq_bisect_with_guest_comparison
import heapq, bisect
class P:
    def __init__(self, n): self.n = n
    def __lt__(self, o): return self.n > o.n
    def __repr__(self): return f"P{self.n}"
h = [P(i) for i in (3, 1, 4, 1, 5)]
heapq.heapify(h)
print([heapq.heappop(h) for _ in range(5)], bisect.bisect([1, 3, 5], 3), bisect.bisect([10, 20], 2, key=lambda x: x // 10), heapq.nlargest(2, "abc", key=ord))

# --- operator_functions_on_guest_objects
import operator as op
class V:
    def __init__(self, v): self.v = v
    def __add__(self, o): return V(self.v + o.v)
    def __eq__(self, o): return self.v == o.v
    def __index__(self): return self.v
    def __call__(self, *a): return a
    def __getitem__(self, i): return i
    def __contains__(self, i): return i == self.v
print(op.add(V(1), V(2)).v, op.eq(V(1), V(1)), op.index(V(5)), op.getitem(V(1), 2), op.contains(V(1), 1), op.call(V(1), 2) if hasattr(op, "call") else (2,), op.iadd([1], [2]), op.not_(V(0)))

# --- struct_array_memoryview
import struct, array
class I:
    def __index__(self): return 7
print(struct.pack(">HI", I(), 5), array.array("i", (x * x for x in range(4))).tolist(), memoryview(b"abc")[I() - 6 if False else 1], bytearray(I()), bytes([I()]))

# --- copy_reduce_callbacks
import copy, pickle
class C:
    def __init__(self, v): self.v = v
    def __getstate__(self): print("getstate"); return {"v": self.v + 1}
    def __setstate__(self, s): print("setstate", s); self.__dict__.update(s)
    def __deepcopy__(self, memo): print("deepcopy"); return C(copy.deepcopy(self.v, memo))
print(copy.deepcopy([C(1)])[0].v, pickle.loads(pickle.dumps(C(5))).v)
