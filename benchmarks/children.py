"""Ask a module of this package for a measurement in a process of its own: `python -m benchmarks.MODULE ARGUMENT...`.

pyperf's worker processes do not fit: each of these measures once (bytes, growth, a first import), not a distribution.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .suite import environment

TIME_LIMIT = 900


class ChildFailed(Exception):
    """The process ended without a result."""


def ask(module: str, *arguments: object, variables: Mapping[str, str] = MappingProxyType({})) -> Any:
    """What the module's `main` prints as JSON.

    Args:
        module: below this package.
        arguments: of the command.
        variables: of the environment, besides those of all measured processes.

    Raises:
        ChildFailed: if it fails or takes too long.
    """
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    environ = environment() | dict(variables)
    try:
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", env=environ, timeout=TIME_LIMIT, check=True
        )
    except subprocess.TimeoutExpired as problem:
        raise ChildFailed(f"{module}: not done after {TIME_LIMIT} seconds") from problem
    except subprocess.CalledProcessError as problem:
        lines = problem.stderr.strip().splitlines() or [f"exit status {problem.returncode}"]
        raise ChildFailed(f"{module}: {lines[-1]}") from problem
    return json.loads(done.stdout)
