"""A JSON parser written by hand: one class, one method per kind of value, errors with line and column."""

import re

WHITESPACE = " \t\n\r"
DIGITS = "0123456789"
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}
LITERALS = (("true", True), ("false", False), ("null", None))
PLAIN = re.compile(r'[^"\\\x00-\x1f]+')
MAX_NESTING = 200


class JSONSyntaxError(ValueError):
    """The text is not JSON. Carries the place: ``line`` and ``column`` count from 1."""

    def __init__(self, message, text, position):
        self.message = message
        self.line = text.count("\n", 0, position) + 1
        self.column = position - text.rfind("\n", 0, position)
        super().__init__(f"line {self.line}, column {self.column}: {message}")


class Parser:
    """Recursive descent over a string; ``position`` is the next character to read."""

    def __init__(self, text):
        self.text = text
        self.position = 0
        self.nesting = 0

    def document(self):
        value = self.value()
        self.skip_whitespace()
        if self.position != len(self.text):
            self.fail("text after the end of the document")
        return value

    def value(self):
        character = self.peek()
        if character == "{":
            return self.nested(self.object)
        if character == "[":
            return self.nested(self.array)
        if character == '"':
            return self.string()
        if character == "-" or character in DIGITS:
            return self.number()
        for word, value in LITERALS:
            if self.text.startswith(word, self.position):
                self.position += len(word)
                return value
        self.fail(f"expected a value, found {character!r}")

    def nested(self, rule):
        self.nesting += 1
        try:
            if self.nesting > MAX_NESTING:
                self.fail("nested too deeply")
            return rule()
        finally:
            self.nesting -= 1

    def object(self):
        return dict(self.items("{", "}", self.member))

    def array(self):
        return list(self.items("[", "]", self.value))

    def items(self, opening, closing, item):
        self.expect(opening)
        if self.accept(closing):
            return
        while True:
            yield item()
            if self.accept(closing):
                return
            self.expect(",")

    def member(self):
        if self.peek() != '"':
            self.fail("expected a name in double quotes")
        name = self.string()
        self.expect(":")
        return name, self.value()

    def string(self):
        text = self.text
        position = self.position + 1
        pieces = []
        while True:
            match = PLAIN.match(text, position)
            if match:
                pieces.append(match.group())
                position = match.end()
            if position >= len(text):
                self.fail("string without end")
            character = text[position]
            if character == '"':
                self.position = position + 1
                return "".join(pieces)
            if character != "\\":
                self.position = position
                self.fail("control character in a string")
            self.position = position
            pieces.append(self.escape())
            position = self.position

    def escape(self):
        letter = self.text[self.position + 1 : self.position + 2]
        if letter == "u":
            code = self.code_unit(self.position)
            if 0xD800 <= code < 0xDC00 and self.text[self.position : self.position + 2] == "\\u":
                low = self.code_unit(self.position)
                if not 0xDC00 <= low < 0xE000:
                    self.fail("half a surrogate pair")
                code = 0x10000 + ((code & 0x3FF) << 10 | low & 0x3FF)
            return chr(code)
        try:
            plain = ESCAPES[letter]
        except KeyError:
            self.fail(f"unknown escape \\{letter}")
        self.position += 2
        return plain

    def code_unit(self, position):
        digits = self.text[position + 2 : position + 6]
        try:
            code = int(digits, 16)
        except ValueError:
            self.fail(f"bad hexadecimal digits {digits!r}")
        self.position = position + 6
        return code

    def number(self):
        start = self.position
        self.accept_character("-")
        if not self.accept_character("0"):
            self.digits()
        is_float = False
        if self.accept_character("."):
            is_float = True
            self.digits()
        if self.accept_character("eE"):
            is_float = True
            self.accept_character("+-")
            self.digits()
        literal = self.text[start : self.position]
        return float(literal) if is_float else int(literal)

    def digits(self):
        start = position = self.position
        text, end = self.text, len(self.text)
        while position < end and text[position] in DIGITS:
            position += 1
        if position == start:
            self.fail("expected a digit")
        self.position = position

    def accept_character(self, characters):
        character = self.text[self.position : self.position + 1]
        if character and character in characters:
            self.position += 1
            return True
        return False

    def skip_whitespace(self):
        text, position, end = self.text, self.position, len(self.text)
        while position < end and text[position] in WHITESPACE:
            position += 1
        self.position = position

    def peek(self):
        self.skip_whitespace()
        if self.position >= len(self.text):
            self.fail("the text ends too early")
        return self.text[self.position]

    def accept(self, character):
        if self.peek() == character:
            self.position += 1
            return True
        return False

    def expect(self, character):
        if not self.accept(character):
            self.fail(f"expected {character!r}, found {self.peek()!r}")

    def fail(self, message):
        raise JSONSyntaxError(message, self.text, self.position)


def parse(text):
    """Return the value that the JSON document *text* describes; raise JSONSyntaxError if it is none."""
    return Parser(text).document()
