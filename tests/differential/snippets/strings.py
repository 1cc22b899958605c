# --- methods
s = "  Hello, World  "
print(s.strip(), s.lower(), s.split(","), s.strip().partition(", "), s.replace("l", "L", 2), s.find("World"), s.count("o"), s.strip().swapcase(), s.title())
print("a,b,,c".split(","), "a b  c".split(), "abc".center(9, "*"), "7".zfill(3), "abc".startswith(("x", "a")), "abc".endswith("c"), "a\tb".expandtabs(4), "ß".upper(), "ǆ".title())
print("x".join("abc"), "a\nb\r\nc".splitlines(True), "abc".index("c"), "%".isalpha(), "12".isdigit(), "ab1".isalnum(), "removeprefix".removeprefix("remove"), "casefoldß".casefold())
print("abc".maketrans("ab", "xy"), "hello".translate(str.maketrans("l", "L", "h")), "a-b".rpartition("-"), "aXbX".rsplit("X", 1), "é".encode("utf-8"), b"\xc3\xa9".decode())

# --- errors
for s in ("'abc'.index('z')", "'a'.join([1])", "'abc'.split('')", "'a' + 1", "'a' * 1.5", "'%d' % 'x'", "chr(-1)", "ord('')", "'a'.encode('nope')", "b'\\xff'.decode('utf-8')", "'é'.encode('ascii')",
          "'abc'.center('x')", "''.join(5)", "'a'.replace('a')", "int('12x')", "float('')", "'{0}{}'.format(1, 2)", "'a' < 1", "str(b'a', 5)", "'x'.zfill('a')"):
    try: print(eval(s))
    except Exception as e: print(s, "|", type(e).__name__, e)

# --- literals
print("a" 'b' """c
d""", r"\n", "\x41\u00e9\U0001F600\N{SNOWMAN}\101", b"\x00\xff", "tab\tquote\"", 'it''s', rb"\d", u"u", "line\
continued")

# --- number_formats
print(hex(255), oct(8), bin(5), 0b101, 0o17, 0xFF, 1_000_000, 1e3, 1.5e-7, 3j, 0.1 + 0.2, round(1234.5678, 2), round(1234, -2), format(255, "#x"), format(-5, "08b"), f"{1e10:g} {123456789:e} {0.5:%} {1234.5:,.1f} {5:+} {-5: }")
print(int("0b11", 0), int("z", 36), int(" 12 "), float("1e3"), float("inf"), complex("1+2j"), str(1e22), repr(0.1), 10 ** 20, -7 // 2, (255).to_bytes(2, "big"), int.from_bytes(b"\x01\x00", "little"), (5).bit_length(), (2.5).as_integer_ratio(), (0.1).hex())

# --- conversions
print(int(3.99), int(-3.99), float(3), str(None), repr("q'"), bool("False"), list("abc"), tuple([1]), set([1, 1]), dict([("a", 1)]), bytes(3), bytes("é", "utf-8"), ascii("é"), chr(9731), ord("☃"), complex(1, 2))

# --- interning_and_identity
a = "hello"; b = "hel" + "lo"; c = "".join(["hel", "lo"])
print(a == b == c, a is b, [] is [], () is (), "" is "".strip() if False else True)

# --- text_processing
text = """the quick brown fox
jumps over the lazy dog
the end"""
words = {}
for line in text.splitlines():
    for word in line.split(): words[word] = words.get(word, 0) + 1
print(sorted(words.items(), key=lambda kv: (-kv[1], kv[0]))[:4], max(words, key=len), [w[::-1] for w in words][:3], " ".join(w.capitalize() for w in text.split()))

# --- caesar_and_rle
def caesar(s, k): return "".join(chr((ord(c) - 97 + k) % 26 + 97) if c.islower() else c for c in s)
def rle(s):
    out, i = [], 0
    while i < len(s):
        j = i
        while j < len(s) and s[j] == s[i]: j += 1
        out.append(f"{j - i}{s[i]}"); i = j
    return "".join(out)
print(caesar("hello, world", 3), caesar(caesar("hello", 5), -5), rle("aaabccdddd"))

# --- string_building_in_loop
s = ""
for i in range(50): s += chr(97 + i % 26)
t = b""
for i in range(5): t += bytes([i])
print(s, t, len(s))
u = s
u += "!"
print(s is not u, u[-1])

# --- template_and_textwrap
import string, textwrap
print(string.Template("$a ${b}x $$").substitute(a=1, b="two"), textwrap.fill("the quick brown fox jumps over", 12), textwrap.dedent("  a\n    b\n"), string.capwords("a bc"))
class F(string.Formatter):
    def get_value(self, k, a, kw): return f"<{k}>"
print(F().format("{x} {0} {y!r:>8}"))

# --- bytes_methods
b = b"Hello"
print(b[0], b[1:3], b.upper(), b + b"!", b * 2, b"l" in b, 108 in b, b.find(b"l"), b.hex(), bytes.fromhex("ff00"), b.split(b"l"), bytearray(b).pop(), b"%s" % b"x", b.join([b"1", b"2"]), list(b), b < b"Iello")
ba = bytearray(b); ba += b"!"; ba[0] = 104; ba.extend([1, 2]); del ba[-2:]; print(ba, ba == b"hello!")
try: b"a" + "b"
except TypeError as e: print(e)
try: bytes([256])
except ValueError as e: print(e)

# --- regular_expressions
import re
print(re.findall(r"(\w)(\d)", "a1 b2"), re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.split(r"[,;]\s*", "a, b;c"), re.match(r"(?P<y>\d{4})", "2024-01").groupdict(), [m.span() for m in re.finditer("o", "foo boo")], re.fullmatch("a+", "aab"))
try: re.compile("(")
except re.error as e: print(e.msg, e.pos)
