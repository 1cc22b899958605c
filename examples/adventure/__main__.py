"""Read commands from standard input, one a line, and play. A line ``! word`` checks that word is in the last answer."""

import sys
from collections.abc import Iterable, Iterator

from . import story
from .commands import Command, Finished, Look
from .player import Player
from .world import Refusal


class Game:
    def __init__(self) -> None:
        self.player = Player(story.build())
        self.answer: list[str] = []
        self.unmet: list[str] = []

    def play(self, lines: Iterable[str]) -> Iterator[str]:
        """Answer each of *lines* with lines of text."""
        yield from Look(self.player).run()
        try:
            for line in lines:
                line = line.strip()
                if line.startswith("!"):
                    self.expect(line[1:].strip())
                    continue
                if not line or line.startswith("#"):
                    continue
                yield f"\n> {line}"
                self.answer = []
                for text in self.respond(line):
                    self.answer.append(text)
                    yield text
        except Finished:
            yield "Farewell."
        else:
            yield "The sea closes over the end of the script."

    def respond(self, line: str) -> Iterator[str]:
        try:
            command = Command.parse(self.player, line)
            if not command.takes_time:
                yield from command.run()
                return
            with self.player.turn() as events:
                yield from command.run()
            yield from events
        except Refusal as refusal:
            yield str(refusal)

    def expect(self, word: str) -> None:
        if not any(word in line for line in self.answer):
            self.unmet.append(word)


def main() -> int:
    game = Game()
    for line in game.play(sys.stdin):
        print(line)
    for word in game.unmet:
        print(f"expected in an answer: {word!r}", file=sys.stderr)
    return 1 if game.unmet else 0


if __name__ == "__main__":
    sys.exit(main())
