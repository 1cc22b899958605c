"""A little program for the analyses to watch."""


def average(numbers):
    if len(numbers) == 0:
        return None
    return sum(numbers) / len(numbers)


def listing(numbers):
    text = ""
    for number in numbers:
        text += f"{number};"
    return text


for row in ([1, 2, 3], [], [2.5], []):
    print(average(row), listing(row))
