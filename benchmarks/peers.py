"""Other people's tools to compare with, each in a side environment: `python -m benchmarks peers` sets them up."""

from collections.abc import Iterator

from .side_environment import FOLDER, SetupError, SideEnvironment

PEERS = {
    "coverage.py": ("coverage==7.17.3",),
    "slipcover": ("slipcover==1.1.0",),
    "DynaPyt": ("dynapyt==4.1.0",),
    "ddtrace": ("ddtrace==4.16.0",),
    "x-python": ("x-python==1.5.3",),
}
"""Each peer's requirements."""


def environment(peer: str) -> SideEnvironment:
    """The side environment of a peer."""
    return SideEnvironment(FOLDER / "peers" / peer, PEERS[peer])


def available(peer: str) -> bool:
    """Whether a peer is set up; one that is not is left out of the measurements."""
    return environment(peer).is_current


def set_up() -> Iterator[str]:
    """Install all that can be installed; a line for each."""
    for peer, requirements in PEERS.items():
        try:
            environment(peer).activate()
        except SetupError as problem:
            yield f"{peer:<12} left out: {problem}"
        else:
            yield f"{peer:<12} {', '.join(requirements)}"
