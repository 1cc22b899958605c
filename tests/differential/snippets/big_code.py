# --- many_locals
names = [f"v{i}" for i in range(400)]
source = "def f():\n" + "".join(f"    {n} = {i}\n" for i, n in enumerate(names)) + f"    del v300\n    v299 += v0 + v399\n    return v299, v398, len(locals())\n"
exec(source)
print(f())

# --- many_constants
exec("def f():\n    return [" + ", ".join(str(i * 1000 + 0.5) for i in range(600)) + "]\n")
print(sum(f()), f()[300:303])

# --- many_names_and_globals
for i in range(400): globals()[f"g{i}"] = i
exec("def f():\n    global g5\n    g5 = 0\n    return " + " + ".join(f"g{i}" for i in range(400)) + "\n")
print(f())
exec("class Big:\n" + "".join(f"    a{i} = {i}\n" for i in range(400)))
exec("def h(o): return " + " + ".join(f"o.a{i}" for i in range(400)) + "\n")
print(h(Big))

# --- long_jumps
body = "".join(f"        if x == {i}: total += {i}\n" for i in range(500))
exec("def f(n):\n    total = 0\n    for x in range(n):\n" + body + "        if total > 100000: break\n    else:\n        return 'all', total\n    return 'broke', total\n")
print(f(10), f(500))

# --- long_try_and_with
body = "".join(f"            x = x + {i}\n" for i in range(400))
exec("def f(fail):\n    x = 0\n    try:\n        try:\n" + body + "            if fail: raise ValueError(x)\n        finally:\n            x = -x\n    except ValueError as e:\n        return e.args, x\n    else:\n        return x\n")
print(f(True), f(False))

# --- many_cells
exec("def f():\n" + "".join(f"    c{i} = {i}\n" for i in range(300)) + "    def g():\n        nonlocal c299\n        c299 += 1\n        return " + " + ".join(f"c{i}" for i in range(300)) + "\n    return g(), c299\n")
print(f())

# --- deep_expression
print(eval("+".join(["1"] * 300)), eval("(" * 60 + "1" + ")" * 60), eval("[" * 50 + "]" * 50), eval("-" * 51 + "1"))
print(eval(" and ".join(["1"] * 300)), eval(" or ".join(["0"] * 300)), eval("1 " + "< 2 " * 0 + " < ".join([""] + [str(i) for i in range(2, 200)])))
print(eval("f(" * 50 + "0" + ")" * 50, {"f": lambda x: x + 1}))

# --- deep_statements
depth = 18
exec("def f():\n" + "".join("    " * (i + 1) + f"for a{i} in (1,):\n" for i in range(depth)) + "    " * (depth + 1) + "return a0 + a" + str(depth - 1) + "\n")
print(f())
exec("def g(x):\n" + "".join("    " * (i + 1) + f"if x > {i}:\n" for i in range(30)) + "    " * 31 + "return 'deep'\n    return 'shallow'\n")
print(g(50), g(20))

# --- nested_functions_deep
source = ""
for i in range(18): source += "    " * i + f"def f{i}(x{i}):\n"
source += "    " * 18 + "return " + " + ".join(f"x{i}" for i in range(18)) + "\n"
for i in reversed(range(18)):
    if i: source += "    " * i + f"return f{i}(x{i - 1} + 1)\n"
exec(source)
print(f0(1))

# --- big_displays
print(len(eval("[" + ", ".join("x" for _ in range(3000)) + "]", {"x": 1})), len(eval("{" + ", ".join(f"x + {i}: x" for i in range(1000)) + "}", {"x": 1})), len(eval("{" + ", ".join(f"x + {i}" for i in range(1000)) + "}", {"x": 1})))
print(len(eval("(" + ", ".join(f"*x, {i}" for i in range(200)) + ")", {"x": [1, 2]})), eval("''.join([" + ", ".join(f"f'{{x}}{i}'" for i in range(300)) + "])", {"x": "a"})[-6:])

# --- long_elif_chain
exec("def f(x):\n    if x == 'none': return -1\n" + "".join(f"    elif x == 'k{i}': return {i}\n" for i in range(400)) + "    else: return 'else'\n")
print(f("k0"), f("k399"), f("zz"), f("none"))

# --- big_class
exec("class C:\n" + "".join(f"    def m{i}(self): return {i} + self.base\n" for i in range(300)) + "    base = 1000\n")
c = C()
print(sum(getattr(c, f"m{i}")() for i in range(300)), c.m299())

# --- big_keyword_calls_and_defaults
exec("def f(" + ", ".join(f"a{i}={i}" for i in range(260)) + "): return a0 + a259\n")
print(f(), f(a259=1), eval("f(" + ", ".join(f"a{i}=1" for i in range(260)) + ")"))
exec("def g(*, " + ", ".join(f"k{i}={i}" for i in range(260)) + ", **rest): return k259, len(rest)\n")
print(g(extra=1, k259="x"))

# --- exceptions_far_down
exec(compile("def f(n):\n" + "".join(f"    x{i} = {i}\n" for i in range(1000)) + "    return 1 / n\n", "<long>", "exec"))
try: f(0)
except ZeroDivisionError as e: print(e.__traceback__.tb_next.tb_lineno)
exec(compile("def g():\n    return [" + ",\n    ".join("1" for _ in range(700)) + ",\n    undefined]\n", "<long>", "exec"))
try: g()
except NameError as e: print(e.__traceback__.tb_next.tb_lineno)

# --- long_line_columns
exec(compile("def f(x): return " + " + ".join(["x"] * 200) + " + None\n", "<wide>", "exec"))
try: f(1)
except TypeError as e:
    tb = e.__traceback__.tb_next
    print(list(tb.tb_frame.f_code.co_positions())[tb.tb_lasti // 2])

# --- big_generator
exec("def g():\n" + "".join(f"    x = yield {i}\n    if x: yield x\n" for i in range(300)))
it = g()
print(next(it), it.send("a"), next(it), len(list(it)))

# --- big_numbers_and_strings
print(len(str(10 ** 3000)), hash("x" * 10000) == hash("x" * 10000), 0xFFFFFFFFFFFFFFFFFFFF, -2 ** 63, 1e308, 123456789012345678901234567890 % 97, ("ab" * 5000).count("ba"))
