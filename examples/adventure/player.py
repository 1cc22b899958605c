"""The player: what is carried, what is worn, what can be seen from here."""

from collections.abc import Iterator
from contextlib import contextmanager

from .world import Item, Lamp, Refusal, Room, Trait, visible


class Burden:
    """A number that an owner's items add up to; refuses to go above its limit."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __get__(self, player: "Player | None", owner: type) -> "int | Burden":
        if player is None:
            return self
        return sum(item.weight for item in player.carried)

    def __set__(self, player: "Player", value: int) -> None:
        raise AttributeError(f"{self.name} follows from what is carried")


class Player:
    burden = Burden(limit=7)

    def __init__(self, room: Room) -> None:
        self.room = room
        self.carried: list[Item] = []
        self.worn: list[Item] = []
        self.moves = 0

    @property
    def score(self) -> int:
        treasures = [item for item in self.carried if Trait.TREASURE in item.traits]
        return 10 * len(treasures) + 5 * bool(self.worn) - self.moves // 10

    @property
    def can_see(self) -> bool:
        return not self.room.dark or any(item.lit for item in self.within_reach())

    def within_reach(self) -> Iterator[Item]:
        yield from visible(self.carried)
        yield from self.worn
        yield from self.room.all_items()

    def find(self, name: str) -> Item:
        for item in self.within_reach():
            if item.name == name and (self.can_see or item in self.carried or isinstance(item, Lamp)):
                return item
        if name in Item.known:
            raise Refusal(f"There is no {name} here.")
        raise Refusal(f"You don't know what a {name} is.")

    def take(self, item: Item) -> None:
        if item in self.carried:
            raise Refusal("You have that already.")
        if not item.portable:
            raise Refusal(f"The {item.name} won't move.")
        if self.burden + item.weight > type(self).burden.limit:
            raise Refusal("You carry too much already.")
        for place in self._places():
            if item in place:
                place.remove(item)
                break
        self.carried.append(item)

    def _places(self) -> Iterator[list[Item]]:
        yield self.room.items
        for item in visible(self.room.items):
            if hasattr(item, "contents"):
                yield item.contents

    @contextmanager
    def turn(self) -> Iterator[list[str]]:
        """One move: lamps burn afterwards, unless the move was refused."""
        events: list[str] = []
        yield events
        self.moves += 1
        for item in self.within_reach():
            if isinstance(item, Lamp) and (noticed := item.burn()):
                events.append(noticed)
