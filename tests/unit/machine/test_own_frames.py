"""Which frames are the interpreter's own is read off its folders."""

import importlib
import pkgutil
import sys

import bytescope.machine
import bytescope.recording
from bytescope.loading import imports
from bytescope.machine.resident import resident
from bytescope.machine.support.own_frames import OWN_PATHS, is_resident, without_own


def test_all_modules_of_the_interpreter_are_own_but_its_api() -> None:
    packages = [bytescope.machine, bytescope.recording]
    names = [
        each.name for package in packages for each in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    ]
    files = {importlib.import_module(name).__file__ for name in names} | {package.__file__ for package in packages}
    others = {each for each in files if not str(each).startswith(OWN_PATHS)}
    assert others == {sys.modules["bytescope.machine.vm"].__file__}
    paths = {each for each in OWN_PATHS if not each.startswith("<")}
    assert {path for path in paths if not any(str(file).startswith(path) for file in files)} == {imports.__file__}


def test_code_is_resident_if_a_program_is_among_its_constants() -> None:
    class Imposter:
        @property
        def __class__(self) -> type:  # type: ignore[override]
            raise AssertionError("looking at a constant runs no code of its class")

    code = compile("x = 1", "guest.py", "exec")
    assert not is_resident(code.replace(co_consts=(*code.co_consts, Imposter())))
    assert is_resident(resident(code))


def test_own_frames_are_cut_from_the_head_of_a_traceback_only() -> None:
    text = "def own(function): function()"
    own: dict[str, object] = {}
    exec(compile(text, sys.modules["bytescope.machine.engine"].__file__ or "", "exec"), own)

    def foreign() -> None:
        own["own"](failing)  # type: ignore[operator]

    def failing() -> None:
        raise ValueError

    try:
        own["own"](foreign)  # type: ignore[operator]
    except ValueError as error:
        assert error.__traceback__ is not None
        head = error.with_traceback(error.__traceback__.tb_next)
        names = []
        traceback = without_own(head).__traceback__
        while traceback is not None:
            names.append(traceback.tb_frame.f_code.co_name)
            traceback = traceback.tb_next
        assert names == ["foreign", "own", "failing"]
    else:
        raise AssertionError("nothing was raised")
