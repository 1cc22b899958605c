"""Write library.json: the catalogue that the example reads. The same text on every run."""

import json
import random
import re
from datetime import date, timedelta
from pathlib import Path

ADJECTIVES = "Quiet Long Small Hidden Northern Burning Patient Blue Hollow Second Last Salt Paper Iron Distant".split()
NOUNS = "Harbour Orchard Machine Winter Garden Letter Bridge Compiler Mountain Lantern River Clock Island Atlas".split()
FORENAMES = "Ada Émile Noor Jörg Mei Tomás Ingrid Kwame Zoë Piotr Leilâ Hugo Yui Săndel".split()
SURNAMES = "Ashdown Brøgger Castellanos Dvořák Eyskens Fournier Grünwald Hayashi Ibáñez Jónsson Okafor Saarinen".split()
SUBJECTS = "travel history poetry mathematics cookery gardening mystery astronomy music engineering seafaring".split()
PLACES = ["main hall", "annex", "bookmobile \u2116 2", "store \\ cellar"]
REMARKS = [
    None,
    "spine repaired",
    'dedication: "for E. \u2013 always"',
    "map missing\n(reported)",
    "signed \U0001f58b",
    "",
]


def make_author(rng):
    born = rng.randint(1880, 1985)
    return {"name": f"{rng.choice(FORENAMES)} {rng.choice(SURNAMES)}", "born": born, "living": born > 1940}


def make_loan(rng):
    start = date(2024, 1, 1) + timedelta(days=rng.randrange(600))
    returned = (start + timedelta(days=rng.randint(1, 60))).isoformat() if rng.random() < 0.7 else None
    return {"reader": rng.randrange(1000, 9999), "since": start.isoformat(), "returned": returned}


def make_book(rng, number, authors):
    return {
        "id": number,
        "title": f"The {rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}",
        "authors": rng.sample(authors, rng.choice([1, 1, 1, 2])),
        "subjects": rng.sample(SUBJECTS, rng.randint(1, 3)),
        "rating": round(rng.uniform(1, 5), 2) if rng.random() < 0.9 else None,
        "weight": rng.uniform(1e-1, 3),
        "copies": [
            {"place": place, "count": rng.randint(1, 6), "reference": rng.random() < 0.2}
            for place in rng.sample(PLACES, rng.randint(1, 2))
        ],
        "loans": [make_loan(rng) for _ in range(rng.randrange(4))],
        "remark": rng.choice(REMARKS),
    }


def main():
    rng = random.Random(1951)
    authors = [make_author(rng) for _ in range(40)]
    library = {
        "name": "Öffentliche Leihbibliothek",
        "city": "Lüneburg",
        "position": [53.2464, 10.4115],
        "books": [make_book(rng, 100_000 + number, authors) for number in range(190)],
    }
    text = json.dumps(library, indent=1)
    text = re.sub(r"\n {3,}|\n {2}(?=\})", " ", text)  # one line a book
    Path(__file__).with_name("library.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
