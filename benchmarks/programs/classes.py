"""The object protocol: descriptors, properties, operators, inheritance, metaclasses, dataclasses, slots."""

from dataclasses import dataclass
from functools import total_ordering


class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner):
        return self if instance is None else getattr(instance, self.name)

    def __set__(self, instance, value):
        if value <= 0:
            raise ValueError(self.name)
        setattr(instance, self.name, value)


class Vector:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)

    __rmul__ = __mul__

    def __eq__(self, other):
        return isinstance(other, Vector) and self.x == other.x and self.y == other.y

    def __hash__(self):
        return hash((self.x, self.y))

    def __iter__(self):
        yield self.x
        yield self.y


class Shape:
    count = 0

    def __init__(self, name):
        self.name = name
        Shape.count += 1

    @property
    def area(self):
        raise NotImplementedError

    @classmethod
    def unit(cls):
        return cls(1)

    def describe(self):
        return len(self.name)


class Rectangle(Shape):
    width = Positive()
    height = Positive()

    def __init__(self, width, height=1):
        super().__init__("rectangle")
        self.width = width
        self.height = height

    @property
    def area(self):
        return self.width * self.height

    @area.setter
    def area(self, value):
        self.height = value // self.width


class Square(Rectangle):
    def __init__(self, side):
        super().__init__(side, side)

    def describe(self):
        return super().describe() + 1

    @staticmethod
    def is_square(number):
        return int(number**0.5) ** 2 == number


class Counted(type):
    instances = 0

    def __call__(cls, *arguments):
        Counted.instances += 1
        return super().__call__(*arguments)


class Node(metaclass=Counted):
    def __init__(self, value):
        self.value = value

    def __getattr__(self, name):
        if name.startswith("times_"):
            return self.value * int(name[6:])
        raise AttributeError(name)

    def __call__(self, other):
        return self.value - other

    def __contains__(self, value):
        return value == self.value

    def __getitem__(self, index):
        return self.value + index


@total_ordering
@dataclass
class Version:
    major: int
    minor: int = 0

    def __lt__(self, other):
        return (self.major, self.minor) < (other.major, other.minor)

    @property
    def next(self):
        return Version(self.major, self.minor + 1)


def run(n):
    """Make and use n objects of every class."""
    Shape.count = Counted.instances = 0
    total = 0
    position = Vector(0, 0)
    seen = set()
    versions = []
    for number in range(1, n + 1):
        position = position + 2 * Vector(number, -number)
        seen.add(Vector(number % 10, 0))
        x, y = position
        total += x - y
        for shape in (Rectangle(number, 2), Square(number % 7 + 1), Square.unit()):
            total += shape.area + shape.describe()
        shape.area = 5
        try:
            shape.width = -number
        except ValueError:
            total += shape.is_square(number)
        node = Node(number)
        total += node.times_3 + node(4) + node[5] + (6 in node)
        versions.append(Version(number % 3, number % 5).next)
    versions.sort()
    return total, Shape.count, Counted.instances, len(seen), versions[0] >= versions[-1], repr(versions[n // 2])
