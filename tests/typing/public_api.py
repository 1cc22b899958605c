"""Uses of the public interface that mypy accepts or refuses, checked by `make lint`; nothing runs them.

A line that must be refused has a `type: ignore` with the error's code. If mypy accepts the line, the comment is unused,
and that is an error, too.
"""

import threading
from typing import assert_type

import bytescope


class Calls(bytescope.Analysis):
    def call(self, site: bytescope.Site, function: object) -> None: ...


def attaching() -> None:
    bytescope.attach(Calls())
    bytescope.attach(Calls(), Calls(), engine="interpreter", include=["package.*"], exclude="package.tests.*")
    bytescope.attach(Calls(), files="*.py", functions=("f", "g.*"), events="call", lines=(1, 9))
    bytescope.attach(Calls(), lines=range(9), threads=[threading.current_thread(), 1])
    bytescope.attach(Calls(), where=lambda site: assert_type(site, bytescope.Site).line == 1)

    bytescope.attach(Calls(), includes=["package"])  # type: ignore[call-arg]
    bytescope.attach(Calls(), engine="weaver")  # type: ignore[arg-type]
    bytescope.attach(Calls(), include=1)  # type: ignore[arg-type]
    bytescope.attach(Calls(), threads=["main"])  # type: ignore[list-item]
    bytescope.attach("calls")  # type: ignore[arg-type]


def decorating() -> None:
    @bytescope.attach(Calls())
    def add(left: int, right: int) -> int:
        return left + right

    assert_type(add(1, 2), int)
    add(1, "2")  # type: ignore[arg-type]


def running() -> None:
    bytescope.run_path("program.py", ["argument"], analyses=[Calls()], functions="f", vm=bytescope.VM())
    bytescope.run_path("program.py", function="f")  # type: ignore[call-arg]
    bytescope.run_path("program.py", engine="fast")  # type: ignore[arg-type]


def calling(vm: bytescope.VM) -> None:
    assert_type(vm.call(divmod, 7, 2), tuple[int, int])
    assert_type(vm.call(str.upper, "text"), str)
    vm.call(str.upper, 7)  # type: ignore[arg-type]
    vm.eval("1", global_names={})  # type: ignore[call-arg]
