ns = {}
exec("def f(x):\n    return x + 1", ns)
r = eval("f(2)", ns)
