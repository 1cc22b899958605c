"""``python -m tests.conformance.report FILE...``: puts the figures of runs into docs/conformance.md."""

import argparse
import json
import re
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
EXPLAINED = 60  # excused tests are listed up to this number


def figures(runs: list[dict]) -> str:
    """The figures as Markdown: a table of the runs, then each known difference with its reason."""
    columns = "CPython|tier|level|engine|modules clean|pass natively|of these pass here|known differences".split("|")
    rows = [columns, ["---"] * len(columns)]
    for run in sorted(runs, key=lambda run: (run["engine"], run["release"], run["level"], run["tier"])):
        kept = run["native"] - run["lost"] - run["excused"]
        share = f"{100 * kept / run['native']:.2f} %" if run["native"] else "-"
        clean, passing = f"{run['clean']} of {run['modules']}", f"{kept} ({share})"
        figures = clean, str(run["native"]), passing, str(run["excused"])
        rows.append([run["release"], run["tier"], run["level"], run["engine"], *figures])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, "", *_known(runs)])


def _known(runs: Iterable[dict]) -> list[str]:
    """The excused tests by reason, each reason once."""
    by_reason: dict[str, set[str]] = {}
    for run in runs:
        for test, reason in run["verdict"]["excused"].items():
            by_reason.setdefault(reason, set()).add(test)
    if not by_reason:
        return []
    lines = ["Known differences:", ""]
    for reason, tests in sorted(by_reason.items()):
        shown = sorted(test.removeprefix("test.") for test in tests)
        more = f" and {len(shown) - EXPLAINED} more" if len(shown) > EXPLAINED else ""
        lines.append(f"- {reason}: " + ", ".join(f"`{test}`" for test in shown[:EXPLAINED]) + more)
    return lines


def update(page: str, text: str) -> str:
    """The page with its figures replaced; they go to its end when it has none yet."""
    block = f"{BEGIN}\n{text.strip()}\n{END}"
    if BEGIN in page:
        return re.sub(f"{BEGIN}.*?{END}", lambda _: block, page, flags=re.DOTALL)
    return f"{page.rstrip()}\n\n## The last figures\n\n{block}\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.report", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="written by a run's --json")
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    latest = {}
    for file in options.files:
        for run in json.loads(file.read_text()):
            latest[run["version"], run["level"], run["tier"], run["engine"]] = run
    options.page.write_text(update(options.page.read_text(), figures(list(latest.values()))))


if __name__ == "__main__":
    main()
