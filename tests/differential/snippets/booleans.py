# --- short_circuit
def t(name, value):
    print(name, end=" ")
    return value
print(t("a", 0) or t("b", []) or t("c", "last"))
print(t("a", 1) and t("b", "") and t("c", 3))
print(t("a", 0) or t("b", 2) and t("c", 3))
print(not t("a", 0) and not t("b", 0))

# --- custom_bool
class B:
    def __init__(self, value): self.value = value
    def __bool__(self): print("bool", self.value); return self.value
    def __repr__(self): return f"B({self.value})"
print(B(True) and B(False), B(False) or B(True), not B(True), B(False) and B(True))
if B(True) and not B(False): print("taken")
while B(False): print("never")
print([x for x in (B(True), B(False)) if x], 1 if B(False) else 2)

# --- bool_by_len
class L:
    def __init__(self, n): self.n = n
    def __len__(self): print("len", self.n); return self.n
print(bool(L(0)), bool(L(3)), L(0) or "empty", not L(1))

# --- bool_wrong_type
class W:
    def __bool__(self): return 1
try:
    if W(): print("no")
except TypeError as error:
    print(error)
class X:
    def __len__(self): return -1
try:
    not X()
except ValueError as error:
    print(error)
class Y:
    def __len__(self): return "a"
try:
    bool(Y())
except TypeError as error:
    print(error)

# --- bool_raises_uncaught
class R:
    def __bool__(self): raise RuntimeError("undecided")
def decide(flag):
    if (1 and
            flag):
        return "yes"
    return "no"
decide(R())

# --- bool_raises_everywhere
class R:
    def __bool__(self): raise RuntimeError("undecided")
r = R()
for text in ("not r", "r and 1", "r or 1", "1 if r else 2", "[x for x in [1] if r]", "all([r])", "any([r])",
             "1 and r and 2", "(lambda: r or 0)()", "r if r else r"):
    try:
        eval(text)
    except RuntimeError as error:
        print(text, "|", error)

# --- conditional_expression_nested
def grade(n): return "A" if n > 90 else "B" if n > 80 else "C" if n > 70 else "D"
print([grade(n) for n in (95, 85, 75, 65)])

# --- conditional_lambda
f = lambda x: (lambda: "pos") if x > 0 else (lambda: "neg") if x < 0 else (lambda: "zero")
print(f(1)(), f(-1)(), f(0)())

# --- conditions_with_none
def pick(a, b=None, c=None):
    return a if a is not None else b if b is not None else c
print(pick(1), pick(None, 2), pick(None, None, 3), pick(None), pick(0, 5))

# --- boolean_in_loops
def search(items, limit):
    i = 0
    while i < len(items) and items[i] != limit and not items[i] is None:
        i += 1
    return i
print(search([1, 2, 3], 3), search([1, None, 3], 3), search([], 1))

# --- any_all_short_circuit
def gen():
    for i in range(5):
        print("gen", i)
        yield i
print(any(x > 1 for x in gen()))
print(all(x < 1 for x in gen()))

# --- value_of_mixed_chain
print(0 or 1 and 2 or 3, "" or None or 0, [] and 1, 1 and [], not [] or 5, None or (), (0 or {}) and 7)

# --- assert_statement
assert 1 + 1 == 2, "never"
def check(n):
    assert n > 0, f"n is {n}"
    assert n < 10, ("too", "large")
    assert isinstance(n, int)
for n in (5, -1, 50, 1.5):
    try:
        check(n)
    except AssertionError as error:
        print(repr(error), error.args)

# --- assert_with_shadowed_name
AssertionError_ = AssertionError
AssertionError = ValueError
try:
    assert False, "which one"
except AssertionError_ as error:
    print(type(error).__name__, error)

# --- assert_uncaught
value = {"a": [1, 2]}
assert value["a"][0] == 1 and value["a"][1] == 3, "second is " + str(value["a"][1])
