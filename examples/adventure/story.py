"""The map of Skerry Point and everything that lies about in it."""

from .world import Container, Direction, Door, Item, Key, Lamp, Room, Trait


def build() -> Room:
    """Build the world anew and return the room where the game starts."""
    jetty = Room("Jetty", "Planks, slick with weed. A path leads north to a cottage.")
    cottage = Room("Cottage", "The keeper's cottage. The stove is cold. A stair leads down, a door east.")
    cellar = Room("Cellar", "It smells of salt and old apples.", dark=True)
    yard = Room("Yard", "A walled yard below the white tower of the light.")
    tower = Room("Tower", "A hundred and nine steps wind upwards.", dark=True)
    lantern_room = Room("Lantern room", "Glass on all sides, and the sea beyond it.")

    jetty.connect(Direction.NORTH, cottage)
    cottage.connect(Direction.DOWN, cellar)
    cottage.connect(Direction.EAST, yard)
    yard.connect(Direction.NORTH, tower, door=Door(lock="tower"))
    tower.connect(Direction.UP, lantern_room)

    jetty.items += [
        Item("rope", "Ten fathoms of good hemp.", weight=3),
        Item("anchor", "Far too heavy.", weight=90, traits=Trait.NONE),
    ]
    cottage.items += [
        Lamp("lamp", "A brass lamp with a little oil in it.", weight=2),
        Item("oilskin", "A yellow coat, stiff with salt.", traits=Trait.PORTABLE | Trait.WEARABLE),
    ]
    pearl = Item("pearl", "Grey, and as large as a hazelnut.", traits=Trait.PORTABLE | Trait.TREASURE)
    iron_key = Key("key", "An iron key, as long as a hand.", opens="tower")
    cellar.items += [
        Container("chest", "A sea chest.", weight=40, traits=Trait.NONE, contents=[iron_key, pearl]),
        Item("almanac", "Tides and moons for 1897.", traits=Trait.PORTABLE | Trait.TREASURE),
    ]
    lantern_room.items += [
        Item("prism", "It throws a rainbow on your sleeve.", weight=4, traits=Trait.PORTABLE | Trait.TREASURE),
        Container("locker", "A steel locker.", weight=60, traits=Trait.NONE, locked=True),
    ]
    return jetty
