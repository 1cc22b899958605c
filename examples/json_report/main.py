"""Read the catalogue of a lending library with a hand-written JSON parser and print a report.

usage: python main.py library.json [--check]

``--check`` also parses the file with the standard library and compares.
"""

import sys
from collections import Counter, defaultdict
from pathlib import Path

import jsonparser


def depth(value):
    """How deeply *value* is nested: 0 for a scalar."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return 0
    return 1 + max(map(depth, value), default=0)


def count_kinds(value, kinds):
    kinds[type(value).__name__] += 1
    if isinstance(value, dict):
        for item in value.values():
            count_kinds(item, kinds)
    elif isinstance(value, list):
        for item in value:
            count_kinds(item, kinds)
    return kinds


def report(library):
    books = library["books"]
    yield f"{library['name']}, {library['city']}: {len(books)} books"
    yield ""
    by_subject = defaultdict(list)
    for book in books:
        for subject in book["subjects"]:
            by_subject[subject].append(book)
    yield f"{'subject':<16}{'books':>6}{'copies':>8}{'rating':>8}"
    for subject, found in sorted(by_subject.items(), key=lambda item: (-len(item[1]), item[0]))[:8]:
        ratings = [book["rating"] for book in found if book["rating"] is not None]
        copies = sum(copy["count"] for book in found for copy in book["copies"])
        yield f"{subject:<16}{len(found):>6}{copies:>8}{sum(ratings) / len(ratings):>8.2f}"
    yield ""
    authors = Counter(author["name"] for book in books for author in book["authors"])
    yield "most books: " + ", ".join(f"{name} ({count})" for name, count in authors.most_common(4))
    best = max((book for book in books if book["rating"] is not None), key=lambda book: (book["rating"], book["title"]))
    yield f"best rated: {best['title']!r} with {best['rating']}"
    lent = sum(loan["returned"] is None for book in books for loan in book["loans"])
    yield f"on loan: {lent}"
    kinds = count_kinds(library, Counter())
    yield "values: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    yield f"depth: {depth(library)}"


def main(arguments):
    path, *options = arguments
    text = Path(path).read_text(encoding="utf-8")
    try:
        library = jsonparser.parse(text)
    except jsonparser.JSONSyntaxError as error:
        print(f"{Path(path).name}: {error}", file=sys.stderr)
        return 2
    for line in report(library):
        print(line)
    if "--check" in options:
        import json

        print("as the standard library reads it:", json.loads(text) == library)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
