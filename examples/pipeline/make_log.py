"""Write access.log: the requests that the example adds up. The same text on every run."""

import random
from pathlib import Path

PATHS = ["/", "/index.html", "/about", "/img/logo.svg", "/api/items", "/api/items/17", "/login", "/feed.xml"]
BROKEN = ["tea.example GET", "kettle.example GET /brew 418 teapot", "- - -"]


def main():
    rng = random.Random(7)
    lines = [
        f"{rng.choice('amber birch cedar dune ember'.split())}.example {rng.choice(['GET', 'GET', 'POST'])} "
        f"{rng.choice(PATHS)} {rng.choice([200, 200, 200, 204, 301, 404, 500])} {rng.randrange(20, 9000)}"
        for _ in range(400)
    ]
    for number, line in enumerate(BROKEN, 1):
        lines.insert(100 * number, line)
    Path(__file__).with_name("access.log").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
