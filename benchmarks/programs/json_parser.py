"""A JSON parser that looks at every character: methods, attributes, string subscripts, comparisons."""

RECORD = (
    '{"id": %d, "name": "user \\"%d\\" \\u00e9", "tags": ["a", "bc", "def"], "score": -%d.5e1, '
    '"ok": true, "no": false, "none": null, "nested": {"x": [1, 2, [3, []]], "y": {}}}'
)
DIGITS = "0123456789"
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}
WORDS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}


class Parser:
    def __init__(self, text):
        self.text = text
        self.position = 0

    def peek(self):
        while self.text[self.position] in " \t\r\n":
            self.position += 1
        return self.text[self.position]

    def expect(self, character):
        if self.peek() != character:
            raise ValueError(f"expected {character!r} at {self.position}")
        self.position += 1

    def value(self):
        character = self.peek()
        if character == "{":
            return self.object()
        if character == "[":
            return self.array()
        if character == '"':
            return self.string()
        if character in WORDS:
            word, value = WORDS[character]
            if not self.text.startswith(word, self.position):
                raise ValueError(f"bad word at {self.position}")
            self.position += len(word)
            return value
        return self.number()

    def object(self):
        result = {}
        self.expect("{")
        while self.peek() != "}":
            if result:
                self.expect(",")
                self.peek()
            name = self.string()
            self.expect(":")
            result[name] = self.value()
        self.position += 1
        return result

    def array(self):
        result = []
        self.expect("[")
        while self.peek() != "]":
            if result:
                self.expect(",")
            result.append(self.value())
        self.position += 1
        return result

    def string(self):
        self.expect('"')
        text = self.text
        pieces = []
        position = self.position
        while (character := text[position]) != '"':
            if character == "\\":
                position += 1
                character = text[position]
                if character == "u":
                    pieces.append(chr(int(text[position + 1 : position + 5], 16)))
                    position += 4
                else:
                    pieces.append(ESCAPES[character])
            else:
                pieces.append(character)
            position += 1
        self.position = position + 1
        return "".join(pieces)

    def number(self):
        text = self.text
        start = position = self.position
        is_float = False
        if text[position] == "-":
            position += 1
        while (character := text[position]) in DIGITS or character in ".eE+-":
            if character not in DIGITS:
                is_float = True
            position += 1
        self.position = position
        return float(text[start:position]) if is_float else int(text[start:position])


def run(n):
    """Parse a document of n records."""
    text = "[" + ", ".join(RECORD % (i, i, i) for i in range(n)) + "]"
    total = 0
    for record in Parser(text).value():
        total += record["id"] + len(record["name"]) + len(record["tags"]) + record["score"]
    return total
