# --- deep_delegation
import sys
sys.setrecursionlimit(3000)
def g(n):
    if n: yield from g(n - 1)
    else: yield 1
try: print(list(g(900)))
except RecursionError: print("rec")
def h(n):
    if n: yield from h(n - 1)
    else: raise ValueError("deep")
try: list(h(500))
except ValueError as e: print(e)

# --- deep_awaiting
async def f(n): return n and 1 + await f(n - 1)
try: f(700).send(None)
except StopIteration as e: print(e.value)

# --- list_subclass_reads
class L(list):
    def __iter__(self): print("iter"); return super().__iter__()
    def __len__(self): print("len"); return super().__len__()
    def __getitem__(self, i): print("get", i); return super().__getitem__(i)
l = L([1, 2, 3])
a, b, c = l
print(*l); print([*l], l[0], l[1:], 2 in l, bool(l)); x = [0] + l; x += l
print({**{}}, max(l), sum(l), list(map(str, l)), sorted(l), l == [1,2,3])
def f(*a): return a
f(*l)
for i in l: pass
match l:
    case [p, *q]: print(p, q)

# --- dict_subclass
class D(dict):
    def __getitem__(self, k): print("get", k); return dict.__getitem__(self, k)
    def keys(self): print("keys"); return dict.keys(self)
    def __iter__(self): print("iter"); return dict.__iter__(self)
    def get(self, k, d=None): print("dget", k); return dict.get(self, k, d)
    def __contains__(self, k): print("in", k); return dict.__contains__(self, k)
d = D(a=1, b=2)
def f(**k): return k
print(f(**d), {**d}, dict(d), "%(a)s" % d, "{a}".format_map(d), "a" in d)
match d:
    case {"a": x, **rest}: print(x, rest)
x, y = d
d["a"] += 5

# --- int_subclass
class I(int):
    def __add__(self, o): print("add"); return I(int(self) + o)
    def __eq__(self, o): print("eq"); return int(self) == o
    def __hash__(self): print("hash"); return 1
    def __bool__(self): print("bool"); return False
    def __index__(self): print("index"); return 2
    def __lt__(self, o): print("lt"); return True
    def __str__(self): return "I!"
    def __format__(self, s): return "F" + s
i = I(3)
print(i + 1, i == 3, {i: 1}, not i, [1,2,3,4][i], i < 5, f"{i} {i!s} {i!r} {i:x}", "%d" % i, range(i), [0] * i, i in [3], i and 1, 1 if i else 2)
while i: break
sum([i, i]); i += 1

# --- str_subclass
class S(str):
    def __eq__(self, o): print("eq"); return True
    def __hash__(self): return hash(str(self))
    def __add__(self, o): return "added"
    def __contains__(self, o): print("contains"); return True
    def __mod__(self, o): return "mod"
    def __getitem__(self, i): return "item"
    def __iter__(self): return iter("xy")
    def __format__(self, s): return "fmt"
    def join(self, x): return "joined"
s = S("abc")
print(s + "x", "x" + s, s % 1, s[0], s == "q", "z" in s, [*s], f"{s}", s.join([]), "".join([s]), s.upper(), getattr({"abc": 1}, "get")(s))
s += "b"; print(s)
print({S("k"): 1}.get("k"), S("k") in {"k"})

# --- float_and_tuple_subclasses
class F(float):
    def __mul__(self, o): return "mul"
    def __rmul__(self, o): return "rmul"
print(F(2) * 3, 3 * F(2), 3.0 * F(2), F(2) + 1, -F(2), F(1) == 1)
class T(tuple):
    def __len__(self): return 99
    def __getitem__(self, i): return "got"
    def __add__(self, o): return "tadd"
    def __contains__(self, x): return True
t = T((1, 2))
a, b = t
print(a, b, t[0], t + (3,), (0,) + t, 5 in t, len(t), [*t], t[0:1])

# --- bytes_subclasses
class B(bytes):
    def __getitem__(self, i): return "b!"
b = B(b"xyz"); print(b[0], b[:1], b + b"a", b"a" + b, 120 in b)
class BA(bytearray):
    def __setitem__(self, i, v): print("set", i, v)
    def __delitem__(self, i): print("del", i)
    def __iadd__(self, o): print("iadd"); return self
x = BA(b"abc"); x[0] = 5; del x[1]; x += b"z"; print(x)

# --- list_subclass_writes
class LL(list):
    def __setitem__(self, i, v): print("set", i, v); super().__setitem__(i, v)
    def __delitem__(self, i): print("del", i); super().__delitem__(i)
    def __iadd__(self, o): print("iadd"); return super().__iadd__(o)
    def append(self, x): print("append"); super().append(x)
l = LL([1, 2, 3]); l[0] = 9; l[1:2] = [5]; l[0] += 1; del l[0]; del l[:1]; l += [1]; l.append(2); l *= 2; print(l)
