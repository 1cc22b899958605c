# --- slices_of_sequences
l = list(range(10))
print(l[2:5], l[:3], l[7:], l[::3], l[::-1], l[-3:], l[:-7], l[8:2:-2], l[5:2], l[100:], l[-100:2], l[:], l[slice(1, 4)])
print("abcdef"[1:4], (1, 2, 3)[::-1], b"abc"[1:], range(10)[2:8:3], "abc"[-1], bytearray(b"xyz")[::2])

# --- slice_assignment_and_deletion
l = list(range(10))
l[2:4] = "ab"; print(l)
l[5:5] = [100, 200]; print(l)
l[::3] = range(4); print(l)
del l[1:3]; print(l)
del l[::2]; print(l)
l[:] = []; print(l)
l[5:] = (1, 2); print(l)
l[:1] += ["x"]; print(l)
b = bytearray(b"hello"); b[1:3] = b"EY"; del b[-1]; print(b)

# --- slice_errors
l = [1, 2, 3, 4]
for s in ("l[::2] = [1]", "l[1:2] = 5", "l['a':]", "l[1.5]", "l[::0]", "l[[1]]", "del l[10]", "l[10] = 1", "'abc'[1:2] = 'x'", "(1, 2)[0] = 1", "del 'abc'[0]", "l[1, 2]", "{}[[]]", "None[1:2]", "5[0] = 1", "del 5[0]"):
    try: exec(s)
    except Exception as e: print(s, "|", type(e).__name__, e)

# --- getitem_receives
class G:
    def __getitem__(self, k): return k
    def __setitem__(self, k, v): print("set", k, v)
    def __delitem__(self, k): print("del", k)
g = G()
print(g[1], g[1:2], g[::], g[1, 2], g[1:2, ...], g[()], g[1,], g[:, 5], g[*[1, 2], 3], g["a":"b":"c"], g[g[None]], g[lambda: 1].__name__)
g[1:2] = 3; g[...] = 4; g[1, 2:3] = 5; g[()] = 6
del g[1:], g[0, 1]
g[0,] += (1,)
g[1:2] = g[2:3] = "chained"

# --- slice_objects
s = slice(1, 10, 2)
print(s.start, s.stop, s.step, s.indices(5), s == slice(1, 10, 2), repr(slice(None)), slice(3) < slice(4))
class I:
    def __index__(self): print("index"); return 2
print([10, 20, 30, 40][I():], "abcdef"[:I():I()])
try: [1][I:]
except TypeError as e: print(e)

# --- custom_sequence
class Seq:
    def __init__(self, *a): self.a = a
    def __len__(self): return len(self.a)
    def __getitem__(self, i):
        if isinstance(i, slice): return Seq(*self.a[i])
        return self.a[i]
    def __repr__(self): return f"Seq{self.a}"
s = Seq(1, 2, 3, 4)
print(s[1:3], s[-1], s[::-1], list(s), list(reversed(s)), 3 in s, s[:2][0], [*s[2:]])
try: s[10]
except IndexError as e: print(e)

# --- dict_subscripts
d = {}
d["a"] = d["b"] = []
d["a"].append(1)
d[1, 2] = "tuple"; d[1.0] = "float"; d[True] = "bool"; d[None] = "none"; d[frozenset([1])] = "fs"
print(d)
for k in ("zz", (1,), 5.5):
    try: d[k]
    except KeyError as e: print(repr(e), e.args)
class K(dict):
    def __missing__(self, k): self[k] = len(self); return self[k]
k = K(); k["a"], k["b"]; k["c"] += 10; print(k)

# --- class_getitem_and_types
print(list[int], dict[str, int], tuple[int, ...], type[int], list[int][0:1] if False else "", int | None, list["x"].__args__)
try: int[0]
except TypeError as e: print(e)
x = [1, [2, [3, [4]]]]
print(x[1][1][1][0]); x[1][1][1][0] = 5; x[1][1][1][0] += 1; print(x); del x[1][1][1]; print(x)

# --- nested_structures
data = {"users": [{"name": "a", "tags": ["x", "y"]}, {"name": "b", "tags": []}]}
data["users"][0]["tags"][1:] = ["z", "w"]
data["users"][1]["tags"] += ["new"]
data["users"][-1]["name"] *= 3
data.setdefault("count", {})["n"] = len(data["users"])
print(data, [u["name"] for u in data["users"] if "z" in u["tags"]])
data["users"][5]["name"]

# --- string_and_bytes_indexing
s = "héllo😀"
print(s[1], s[-1], s[1:3], s[::-1], len(s), [c for c in s][5], s.encode()[1], s[0] == "h")
for bad in (lambda: s[10], lambda: s["a"], lambda: b"a"[5], lambda: s[1.0]):
    try: bad()
    except Exception as e: print(type(e).__name__, e)

# --- memoryview_and_array
import array
m = memoryview(bytearray(b"abcdef"))
m[0] = 65; m[2:4] = b"ZZ"
print(bytes(m), m[1:3].tobytes(), m[::2].tolist(), array.array("i", [1, 2, 3])[1:], m[-1])
try: m[0] = 999
except ValueError as e: print(e)
