"""The commands: one class each, registered under their verbs as the classes are made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from .player import Player
from .world import Container, Direction, Refusal, Room, Trait, listing


class Finished(Exception):
    """The player has left the game."""


class Command(ABC):
    verbs: ClassVar[dict[str, type[Command]]] = {}
    takes_time = True

    def __init_subclass__(cls, verbs: str = "", **options: object) -> None:
        super().__init_subclass__(**options)
        for verb in verbs.split():
            if verb in Command.verbs:
                raise TypeError(f"two commands for {verb!r}")
            Command.verbs[verb] = cls

    def __init__(self, player: Player, *words: str) -> None:
        self.player = player
        self.words = words

    @abstractmethod
    def run(self) -> Iterator[str]:
        """Carry the command out, yielding what the player reads."""

    @classmethod
    def parse(cls, player: Player, line: str) -> Command:
        match line.lower().split():
            case []:
                raise Refusal("Say something.")
            case [word] if Direction.parse(word):
                return Go(player, word)
            case ["pick", "up", *rest]:
                return Take(player, *rest)
            case [verb, *rest] if verb in cls.verbs:
                return cls.verbs[verb](player, *(word for word in rest if word not in ("the", "a", "with", "at")))
            case [verb, *_]:
                raise Refusal(f"You don't know how to {verb}.")
        raise AssertionError(line)


class ItemCommand(Command):
    """A command about one item."""

    def __init__(self, player: Player, *words: str) -> None:
        if not words:
            raise Refusal(f"{type(self).__name__} what?")
        super().__init__(player, *words)
        self.item = player.find(words[0])


class Look(Command, verbs="look l"):
    takes_time = False

    def run(self) -> Iterator[str]:
        yield from describe(self.player, self.player.room, full=True)


class Go(Command, verbs="go walk climb"):
    def run(self) -> Iterator[str]:
        direction = Direction.parse(self.words[0]) if self.words else None
        if direction is None:
            raise Refusal("Which way?")
        room = self.player.room
        if not (door := room.exits.get(direction)):
            raise Refusal(f"You can't go {direction.value} from here.")
        self.player.room = door.beyond(room)
        yield from describe(self.player, self.player.room)


class Take(ItemCommand, verbs="take get"):
    def run(self) -> Iterator[str]:
        self.player.take(self.item)
        yield f"You take the {self.item.name}. (burden {self.player.burden})"


class Drop(ItemCommand, verbs="drop leave"):
    def run(self) -> Iterator[str]:
        try:
            self.player.carried.remove(self.item)
        except ValueError:
            raise Refusal("You don't carry that.") from None
        self.player.room.items.append(self.item)
        yield f"You put the {self.item.name} down."


class Wear(ItemCommand, verbs="wear"):
    def run(self) -> Iterator[str]:
        if Trait.WEARABLE not in self.item.traits:
            raise Refusal(f"You can't wear {self.item}.")
        if self.item not in self.player.carried:
            yield from Take(self.player, *self.words).run()
        self.player.carried.remove(self.item)
        self.player.worn.append(self.item)
        yield f"You put on the {self.item.name}."


class Examine(ItemCommand, verbs="examine x read"):
    takes_time = False

    def run(self) -> Iterator[str]:
        yield self.item.description
        if isinstance(self.item, Container) and not self.item.locked:
            yield self.item.use()


class Use(ItemCommand, verbs="use light open rub"):
    def run(self) -> Iterator[str]:
        was_dark = not self.player.can_see
        yield self.item.use()
        if was_dark and self.player.can_see:
            yield from describe(self.player, self.player.room)


class Unlock(Command, verbs="unlock"):
    def run(self) -> Iterator[str]:
        if len(self.words) != 2:
            raise Refusal("Unlock which way, and with what?")
        direction, key = Direction.parse(self.words[0]), self.player.find(self.words[1])
        door = self.player.room.exits.get(direction) if direction else None
        if door is None:
            raise Refusal("There is no door.")
        yield door.unlock(key)


class Inventory(Command, verbs="inventory i"):
    takes_time = False

    def run(self) -> Iterator[str]:
        yield f"You carry {listing(self.player.carried)}."
        if self.player.worn:
            yield f"You wear {listing(self.player.worn)}."


class Score(Command, verbs="score"):
    takes_time = False

    def run(self) -> Iterator[str]:
        yield f"{self.player.score} points in {self.player.moves} moves."


class Quit(Score, verbs="quit bye"):
    def run(self) -> Iterator[str]:
        yield from super().run()
        raise Finished


def describe(player: Player, room: Room, full: bool = False) -> Iterator[str]:
    if not player.can_see:
        yield "It is dark."
        return
    yield f"-- {room.name} --"
    if full or not room.visited:
        room.visited = True
        yield room.description
    if room.items:
        yield f"You see {listing(room.items)}."
    yield "Ways: " + ", ".join(sorted(direction.value for direction in room.exits))
