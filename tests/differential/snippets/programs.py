# --- expression_parser
import re
class ParseError(Exception): pass
class Parser:
    TOKEN = re.compile(r"\s*(?:(\d+\.?\d*)|(.))")
    def __init__(self, text):
        self.tokens = [(float(n) if "." in n else int(n)) if n else op for n, op in self.TOKEN.findall(text)]
        self.pos = 0
    def peek(self): return self.tokens[self.pos] if self.pos < len(self.tokens) else None
    def next(self): t = self.peek(); self.pos += 1; return t
    def expr(self):
        v = self.term()
        while self.peek() in ("+", "-"): v = v + self.term() if self.next() == "+" else v - self.term()
        return v
    def term(self):
        v = self.factor()
        while self.peek() in ("*", "/"):
            if self.next() == "*": v *= self.factor()
            else:
                d = self.factor()
                if d == 0: raise ParseError("division by zero")
                v /= d
        return v
    def factor(self):
        t = self.next()
        if t == "-": return -self.factor()
        if t == "(":
            v = self.expr()
            if self.next() != ")": raise ParseError(f"expected ) at {self.pos}")
            return v
        if isinstance(t, (int, float)): return t
        raise ParseError(f"unexpected {t!r} at {self.pos}")
def calc(s):
    p = Parser(s); v = p.expr()
    if p.peek() is not None: raise ParseError(f"trailing {p.peek()!r}")
    return v
for s in ("1 + 2 * 3", "(1 + 2) * 3 - -4", "10 / 4 / 5", "2 * (3 + (4 - 1)) * 1.5", "1 / 0", "(1", "1 2", "*"):
    try: print(s, "=", calc(s))
    except ParseError as e: print(s, "!", e)

# --- json_parser
def parse(s):
    i = 0
    def ws():
        nonlocal i
        while i < len(s) and s[i] in " \n\t": i += 1
    def value():
        nonlocal i
        ws()
        match s[i]:
            case "{":
                i += 1; out = {}; ws()
                if s[i] == "}": i += 1; return out
                while True:
                    ws(); k = string(); ws()
                    if s[i] != ":": raise ValueError(f"expected : at {i}")
                    i += 1; out[k] = value(); ws()
                    if s[i] == "}": i += 1; return out
                    if s[i] != ",": raise ValueError(f"expected , at {i}")
                    i += 1
            case "[":
                i += 1; out = []; ws()
                if s[i] == "]": i += 1; return out
                while True:
                    out.append(value()); ws()
                    c = s[i]; i += 1
                    if c == "]": return out
                    if c != ",": raise ValueError(f"expected , at {i - 1}")
            case '"': return string()
            case c if c in "-0123456789":
                j = i
                while i < len(s) and s[i] in "+-.eE0123456789": i += 1
                t = s[j:i]
                return float(t) if set(t) & set(".eE") else int(t)
        for word, v in (("true", True), ("false", False), ("null", None)):
            if s.startswith(word, i): i += len(word); return v
        raise ValueError(f"unexpected {s[i]!r} at {i}")
    def string():
        nonlocal i
        if s[i] != '"': raise ValueError(f"expected string at {i}")
        i += 1; out = []
        while (c := s[i]) != '"':
            if c == "\\":
                i += 1; c = s[i]
                if c == "u": out.append(chr(int(s[i + 1:i + 5], 16))); i += 5; continue
                c = {"n": "\n", "t": "\t"}.get(c, c)
            out.append(c); i += 1
        i += 1
        return "".join(out)
    v = value(); ws()
    if i < len(s): raise ValueError(f"trailing data at {i}")
    return v
print(parse('{"a": [1, -2.5e3, true, null, "x\\n\\u00e9"], "b": {"c": {}, "d": []}}'))
for bad in ('{"a" 1}', "[1 2]", "tru", "1 2", '"abc'):
    try: print(parse(bad))
    except (ValueError, IndexError) as e: print(bad, type(e).__name__, e)

# --- text_adventure
class Room:
    def __init__(self, name, **exits): self.name, self.exits, self.items = name, exits, set()
class Game:
    def __init__(self):
        self.rooms = {r.name: r for r in (Room("hall", north="library", east="kitchen"), Room("library", south="hall"), Room("kitchen", west="hall"))}
        self.rooms["kitchen"].items |= {"knife", "lamp"}; self.rooms["library"].items.add("book")
        self.here, self.bag, self.turns = self.rooms["hall"], [], 0
    def do(self, line):
        verb, *rest = line.split()
        handler = getattr(self, f"cmd_{verb}", None)
        if handler is None: return f"I don't know how to {verb}."
        self.turns += 1
        try: return handler(*rest)
        except TypeError: return f"{verb} what?"
        except KeyError as e: return f"You can't: {e}"
    def cmd_look(self): return f"{self.here.name}: exits {', '.join(sorted(self.here.exits))}; items {', '.join(sorted(self.here.items)) or 'none'}"
    def cmd_go(self, where): self.here = self.rooms[self.here.exits[where]]; return self.cmd_look()
    def cmd_take(self, what): self.here.items.remove(what); self.bag.append(what); return f"Taken: {what}"
    def cmd_drop(self, what):
        if what not in self.bag: raise KeyError(what)
        self.bag.remove(what); self.here.items.add(what); return f"Dropped {what}"
    def cmd_inventory(self): return ", ".join(self.bag) or "nothing"
g = Game()
for line in "look/go east/take lamp/take lamp/take/dance/go west/go north/take book/inventory/drop lamp/drop sword/look/go up".split("/"): print(">", line, "\n ", g.do(line))
print(g.turns)

# --- bank_simulation
from dataclasses import dataclass, field
from contextlib import contextmanager
class InsufficientFunds(Exception):
    def __init__(self, need, have): super().__init__(f"need {need}, have {have}"); self.missing = need - have
@dataclass
class Account:
    owner: str
    balance: int = 0
    history: list = field(default_factory=list)
    def deposit(self, n):
        if n <= 0: raise ValueError("amount must be positive")
        self.balance += n; self.history.append(("+", n))
    def withdraw(self, n):
        if n > self.balance: raise InsufficientFunds(n, self.balance)
        self.balance -= n; self.history.append(("-", n))
@contextmanager
def transaction(*accounts):
    saved = [(a, a.balance, list(a.history)) for a in accounts]
    try: yield
    except Exception:
        for a, b, h in saved: a.balance, a.history = b, h
        raise
def transfer(a, b, n):
    with transaction(a, b):
        b.deposit(n); a.withdraw(n)
x, y = Account("x", 100), Account("y")
for n in (30, 80, -5, 70):
    try: transfer(x, y, n); print("ok", x.balance, y.balance)
    except InsufficientFunds as e: print(e, e.missing, x.balance, y.balance)
    except ValueError as e: print(e)
print(x, y)

# --- graph_algorithms
import heapq
from collections import deque, defaultdict
edges = [("a", "b", 4), ("a", "c", 2), ("c", "b", 1), ("b", "d", 5), ("c", "d", 8), ("d", "e", 3)]
graph = defaultdict(dict)
for u, v, w in edges: graph[u][v] = w; graph[v][u] = w
def dijkstra(s):
    dist, todo = {s: 0}, [(0, s)]
    while todo:
        d, u = heapq.heappop(todo)
        if d > dist[u]: continue
        for v, w in sorted(graph[u].items()):
            if (n := d + w) < dist.get(v, float("inf")): dist[v] = n; heapq.heappush(todo, (n, v))
    return dist
def bfs(s):
    seen, q = [s], deque([s])
    while q:
        for v in sorted(graph[q.popleft()]):
            if v not in seen: seen.append(v); q.append(v)
    return seen
def topo(deps):
    out, state = [], {}
    def visit(n, path=()):
        if state.get(n) == 1: raise ValueError("cycle " + "->".join(path + (n,)))
        if state.get(n) == 2: return
        state[n] = 1
        for m in deps.get(n, ()): visit(m, path + (n,))
        state[n] = 2; out.append(n)
    for n in deps: visit(n)
    return out
print(dijkstra("a"), bfs("a"), topo({"app": ["lib", "core"], "lib": ["core"], "core": []}))
try: topo({"a": ["b"], "b": ["c"], "c": ["a"]})
except ValueError as e: print(e)

# --- brainfuck_interpreter
def run(src, data=""):
    stack, jumps, tape, p, i, out, inp = [], {}, [0] * 30, 0, 0, [], iter(data)
    for n, c in enumerate(src):
        if c == "[": stack.append(n)
        elif c == "]": jumps[n] = stack.pop(); jumps[jumps[n]] = n
    while i < len(src):
        match src[i]:
            case ">": p += 1
            case "<": p -= 1
            case "+": tape[p] = (tape[p] + 1) % 256
            case "-": tape[p] = (tape[p] - 1) % 256
            case ".": out.append(chr(tape[p]))
            case ",": tape[p] = ord(next(inp, "\0"))
            case "[" if not tape[p]: i = jumps[i]
            case "]" if tape[p]: i = jumps[i]
        i += 1
    return "".join(out)
print(run("++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------."), run(",[.,]", "echo"))

# --- matrix_and_gauss
def solve(a, b):
    n = len(a); m = [row[:] + [x] for row, x in zip(a, b)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(m[r][i]))
        if abs(m[pivot][i]) < 1e-12: raise ArithmeticError("singular")
        m[i], m[pivot] = m[pivot], m[i]
        for r in range(n):
            if r != i:
                f = m[r][i] / m[i][i]
                m[r] = [x - f * y for x, y in zip(m[r], m[i])]
    return [round(m[i][n] / m[i][i], 6) for i in range(n)]
print(solve([[2, 1], [1, 3]], [3, 5]), solve([[1, 2, 3], [0, 1, 4], [5, 6, 0]], [1, 2, 3]))
try: solve([[1, 2], [2, 4]], [1, 2])
except ArithmeticError as e: print(e)

# --- game_of_life_and_queens
def step(cells):
    from collections import Counter
    n = Counter((x + dx, y + dy) for x, y in cells for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
    return {c for c, k in n.items() if k == 3 or k == 2 and c in cells}
glider = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
for _ in range(4): glider = step(glider)
print(sorted(glider))
def queens(n, rows=()):
    if len(rows) == n: yield rows
    else:
        for r in range(n):
            if all(r != q and abs(r - q) != len(rows) - c for c, q in enumerate(rows)): yield from queens(n, rows + (r,))
print(sum(1 for _ in queens(6)), next(queens(8)))

# --- event_system
class Event:
    def __set_name__(self, owner, name): self.name = "_on_" + name
    def __get__(self, obj, owner=None):
        if obj is None: return self
        return obj.__dict__.setdefault(self.name, Handlers())
class Handlers(list):
    def __iadd__(self, f): self.append(f); return self
    def __isub__(self, f): self.remove(f); return self
    def __call__(self, *a, **k): return [f(*a, **k) for f in list(self)]
    def __set__(self, *a): pass
class Button:
    clicked = Event()
    def __setattr__(self, k, v):
        if k != "clicked": super().__setattr__(k, v)
b = Button(); log = []
def once(x): log.append(("once", x)); b.clicked.remove(once)
b.clicked += once
b.clicked += lambda x: log.append(("always", x)) or len(log)
print(b.clicked(1), b.clicked(2), log, len(b.clicked))

# --- lru_linked_list
class Node:
    __slots__ = "key", "value", "prev", "next"
class LRU:
    def __init__(self, size):
        self.size, self.map, self.head = size, {}, Node(); self.head.prev = self.head.next = self.head
    def _unlink(self, n): n.prev.next, n.next.prev = n.next, n.prev
    def _front(self, n): n.next, n.prev = self.head.next, self.head; self.head.next.prev = n; self.head.next = n
    def __getitem__(self, k): n = self.map[k]; self._unlink(n); self._front(n); return n.value
    def __setitem__(self, k, v):
        if k in self.map: n = self.map[k]; self._unlink(n)
        else:
            n = self.map[k] = Node(); n.key = k
            if len(self.map) > self.size: old = self.head.prev; self._unlink(old); del self.map[old.key]
        n.value = v; self._front(n)
    def __iter__(self):
        n = self.head.next
        while n is not self.head: yield n.key, n.value; n = n.next
    def __contains__(self, k): return k in self.map
c = LRU(2); c["a"] = 1; c["b"] = 2; c["a"]; c["c"] = 3; c["a"] = 10
print(list(c), "b" in c)
try: c["b"]
except KeyError as e: print(e)

# --- tiny_lisp
import operator as op, math
def tokenize(s): return s.replace("(", " ( ").replace(")", " ) ").split()
def read(t):
    if not t: raise SyntaxError("unexpected end")
    x = t.pop(0)
    if x == "(":
        l = []
        while t[0] != ")": l.append(read(t))
        t.pop(0); return l
    if x == ")": raise SyntaxError("unexpected )")
    for k in (int, float):
        try: return k(x)
        except ValueError: pass
    return x
class Env(dict):
    def __init__(self, ps=(), args=(), outer=None): super().__init__(zip(ps, args)); self.outer = outer
    def find(self, k):
        e = self
        while e is not None and k not in e: e = e.outer
        if e is None: raise NameError(k)
        return e
G = Env(); G.update({"+": op.add, "-": op.sub, "*": op.mul, "<": op.lt, "=": op.eq, "list": lambda *a: list(a), "car": lambda l: l[0], "cdr": lambda l: l[1:], "null?": lambda l: not l})
def ev(x, e=G):
    while True:
        match x:
            case str(): return e.find(x)[x]
            case int() | float(): return x
            case ["quote", q]: return q
            case ["if", c, a, b]: x = a if ev(c, e) else b
            case ["define", n, v]: e[n] = ev(v, e); return None
            case ["lambda", ps, body]: return lambda *a, ps=ps, body=body, e=e: ev(body, Env(ps, a, e))
            case [f, *args]: return ev(f, e)(*(ev(a, e) for a in args))
            case _: raise SyntaxError(x)
for s in ("(define fact (lambda (n) (if (< n 2) 1 (* n (fact (- n 1))))))", "(fact 20)", "(define map (lambda (f l) (if (null? l) (quote ()) (+ (list (f (car l))) (map f (cdr l))))))", "(map (lambda (x) (* x x)) (quote (1 2 3)))", "(undefined 1)", "(", ")"):
    try: print(ev(read(tokenize(s))))
    except (NameError, SyntaxError, IndexError) as e: print(type(e).__name__, e)

# --- state_machine_and_visitors
class Visitor:
    def visit(self, node, *a):
        for k in type(node).__mro__:
            if m := getattr(self, f"visit_{k.__name__}", None): return m(node, *a)
        raise NotImplementedError(type(node).__name__)
class Printer(Visitor):
    def visit_int(self, n): return str(n)
    def visit_list(self, l, sep=", "): return "[" + sep.join(self.visit(x) for x in l) + "]"
    def visit_object(self, o): return f"<{o}>"
    def visit_dict(self, d): return "{" + "; ".join(f"{k}={self.visit(v)}" for k, v in sorted(d.items())) + "}"
print(Printer().visit([1, True, "s", {"b": [2], "a": None}]))
def machine(text):
    state, out, word = "start", [], ""
    for c in text + "\0":
        match state, c:
            case "start", c if c.isalpha(): state, word = "word", c
            case "start", c if c.isdigit(): state, word = "num", c
            case "word", c if c.isalnum(): word += c
            case "num", c if c.isdigit(): word += c
            case ("word" | "num") as k, _:
                out.append((k, word)); state = "start"
            case _: pass
    return out
print(machine("abc 12x y3 45 z"))

# --- scheduler_with_generators
class Sleep:
    def __init__(self, t): self.t = t
class Scheduler:
    def __init__(self): self.now, self.queue, self.n, self.log = 0, [], 0, []
    def spawn(self, g): self.add(0, g)
    def add(self, d, g, v=None): self.n += 1; self.queue.append((self.now + d, self.n, g, v)); self.queue.sort(key=lambda q: q[:2])
    def run(self):
        while self.queue:
            self.now, _, g, v = self.queue.pop(0)
            try: r = g.throw(v) if isinstance(v, Exception) else g.send(v)
            except StopIteration as e: self.log.append((self.now, g.__name__, "done", e.value)); continue
            except Exception as e: self.log.append((self.now, g.__name__, type(e).__name__)); continue
            if isinstance(r, Sleep): self.add(r.t, g, self.now)
            elif isinstance(r, str): self.log.append((self.now, r)); self.add(0, g)
            else: self.add(1, g, TypeError(f"bad yield {r!r}"))
def a():
    t = yield Sleep(3)
    yield f"a woke after {t}"
    return "a result"
def b():
    for i in range(3):
        yield Sleep(2)
        yield f"b {i}"
def c():
    try: yield 5
    except TypeError as e: yield str(e)
    raise ValueError
s = Scheduler()
for g in (a, b, c): s.spawn(g())
s.run()
for l in s.log: print(l)
