"""What the world is made of: directions, items, rooms and the light that some items give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, Flag, auto
from typing import ClassVar


class Direction(Enum):
    NORTH = "north"
    SOUTH = "south"
    EAST = "east"
    WEST = "west"
    UP = "up"
    DOWN = "down"

    @property
    def opposite(self) -> Direction:
        return _OPPOSITES[self]

    @classmethod
    def parse(cls, word: str) -> Direction | None:
        """The direction that *word* names, in full or by its first letter."""
        return next((d for d in cls if word in (d.value, d.value[0])), None)


_OPPOSITES = {
    a: b
    for one, other in (("NORTH", "SOUTH"), ("EAST", "WEST"), ("UP", "DOWN"))
    for a, b in ((Direction[one], Direction[other]), (Direction[other], Direction[one]))
}


class Trait(Flag):
    NONE = 0
    PORTABLE = auto()
    WEARABLE = auto()
    TREASURE = auto()


class Refusal(Exception):
    """The player asked for something that the world does not allow; the message says why."""


@dataclass(eq=False)
class Item:
    name: str
    description: str
    weight: int = 1
    traits: Trait = Trait.PORTABLE
    known: ClassVar[dict[str, Item]] = {}

    def __post_init__(self) -> None:
        Item.known[self.name] = self

    def __str__(self) -> str:
        article = "an" if self.name[0] in "aeiou" else "a"
        return f"{article} {self.name}"

    @property
    def portable(self) -> bool:
        return Trait.PORTABLE in self.traits

    @property
    def lit(self) -> bool:
        return False

    def use(self) -> str:
        raise Refusal(f"You turn the {self.name} over in your hands. Nothing happens.")


@dataclass(eq=False)
class Lamp(Item):
    oil: int = 11
    burning: bool = field(default=False, repr=False)

    @property
    def lit(self) -> bool:
        return self.burning and self.oil > 0

    def use(self) -> str:
        if not self.oil:
            raise Refusal("The lamp is dry.")
        self.burning = not self.burning
        return "The lamp flares up." if self.burning else "You put the lamp out."

    def burn(self) -> str | None:
        """One turn passes; what the player notices of it."""
        if not self.lit:
            return None
        self.oil -= 1
        return {0: "The lamp goes out.", 2: "The flame is getting low."}.get(self.oil)


@dataclass(eq=False)
class Key(Item):
    opens: str = ""

    def use(self) -> str:
        raise Refusal(f"Say what to unlock with the {self.name}.")


@dataclass(eq=False)
class Container(Item):
    contents: list[Item] = field(default_factory=list)
    locked: bool = False

    def __iter__(self) -> Iterator[Item]:
        return iter(self.contents)

    def __len__(self) -> int:
        return len(self.contents)

    def __bool__(self) -> bool:
        return True

    def use(self) -> str:
        if self.locked:
            raise Refusal(f"The {self.name} is locked.")
        if not self:
            raise Refusal("Something is very wrong with this container.")
        return f"Inside the {self.name}: {listing(self)}."


@dataclass(eq=False)
class Room:
    name: str
    description: str
    dark: bool = False
    exits: dict[Direction, Door] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    visited: bool = False

    def connect(self, direction: Direction, other: Room, *, door: Door | None = None) -> Room:
        door = door or Door()
        door.sides = (self, other)
        self.exits[direction] = other.exits[direction.opposite] = door
        return other

    def __contains__(self, item: Item) -> bool:
        return any(found is item for found in self.all_items())

    def all_items(self) -> Iterator[Item]:
        """Everything in the room, what lies in open containers included."""
        yield from visible(self.items)


@dataclass(eq=False)
class Door:
    lock: str | None = None
    sides: tuple[Room, ...] = ()

    def beyond(self, room: Room) -> Room:
        first, second = self.sides
        if self.lock:
            raise Refusal("The door is locked.")
        return second if room is first else first

    def unlock(self, key: Item) -> str:
        match key, self.lock:
            case _, None:
                raise Refusal("It is not locked.")
            case Key(opens=which), lock if which == lock:
                self.lock = None
                return "The lock turns with a groan."
            case Item(name=name), _:
                raise Refusal(f"The {name} does not fit.")
        raise AssertionError("a key that is no item")


def visible(items: list[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        if isinstance(item, Container) and not item.locked:
            yield from visible(item.contents)


def listing(things: Iterator[object] | Container | list[Item]) -> str:
    """``a, b and c``, or ``nothing``."""
    match [str(thing) for thing in things]:
        case []:
            return "nothing"
        case [only]:
            return only
        case [*first, last]:
            return f"{', '.join(first)} and {last}"
    raise AssertionError
