import os
import subprocess


def command(words):
    return " ".join(["echo", *words])


name = os.getenv("CUSTOMER", "Ada")
line = command(["hello", name.title()])
subprocess.run(line, shell=True)
