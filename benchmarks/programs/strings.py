"""Work on text: splitting, joining, formatting, slicing, searching, translating, regular expressions."""

import re
from collections import Counter

TEXT = """It was the best of ropes, it was the worst of ropes; it was the season of Light-ships, it was the season of
Fog. We had 17 anchors before us, we had 3,250 fathoms below us; the harbour-master (who was deaf) wrote: "all's well".
"""
WORD = re.compile(r"[a-z]+(?:[-'][a-z]+)*", re.IGNORECASE)
VOWELS = frozenset("aeiou")
SHIFT = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")


def syllables(word):
    count = 0
    previous = False
    for letter in word:
        vowel = letter in VOWELS
        if vowel and not previous:
            count += 1
        previous = vowel
    return count


def wrap(words, width):
    line = ""
    for word in words:
        if len(line) + len(word) + 1 > width:
            yield line
            line = word
        else:
            line = line + " " + word if line else word
    if line:
        yield line


def is_palindrome(text):
    letters = [letter for letter in text.lower() if letter.isalpha()]
    return letters == letters[::-1]


def distance(a, b):
    """How many letters have to be changed, put in or taken out to turn *a* into *b*."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def run(n):
    """Count, wrap, encode and compare the words of n copies of a text."""
    counts = Counter()
    lines = 0
    checksum = 0
    for number in range(n):
        text = TEXT.replace("17", str(number)).translate(SHIFT).translate(SHIFT)
        words = [word.lower() for word in WORD.findall(text)]
        counts.update(words)
        for line in wrap(text.split(), 30 + number % 20):
            lines += 1
            head, _, tail = line.partition(" ")
            checksum = (checksum * 31 + len(f"{head:>12}|{tail!r:<40}|{lines:04d}")) % 1_000_003
        for word in words[::5]:
            checksum += syllables(word) + is_palindrome(word) + word.startswith(("th", "wa")) + word.find("s")
        checksum += distance(words[number % 7], words[-1])
    return lines, checksum, counts.most_common(3), "".join(sorted(counts, key=len)[-1])
