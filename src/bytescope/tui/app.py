"""The application: keys become requests to a session, and its answers are shown."""

from __future__ import annotations

import asyncio
import re
import signal
from collections import deque
from typing import Any, ClassVar, Protocol

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from bytescope.tui import panels
from bytescope.tui.keys import COMMANDS
from bytescope.tui.panels import Bytecode, Chosen, Panel, Source

__all__ = ["StepApp", "Steps"]

HINTS = "n p instruction o O line i I into u U out r R run b break w why ? help q quit"
"""Keys shown in the last line; a capital letter moves backwards."""

PROMPTS = {
    "go": "step: ",
    "break": "breakpoint: ",
    "find": "find: ",
    "why": "why: ",
    "answer": "evaluate: ",
    "set": "set: ",
    "feed": "input: ",
}


class Steps(Protocol):
    """Interface to the session that answers requests, in this process or in the program's."""

    written: list[tuple[str, str]]

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a request; see `Session.ask`."""

    def pause(self) -> None:
        """Pause a running program."""

    def close(self) -> None:
        """End the program: whoever waits for an answer gets one."""


class Help(ModalScreen[None]):
    """The keys."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,enter,f1", "dismiss")]

    def compose(self) -> ComposeResult:
        """Compose the list."""
        with VerticalScroll(classes="dialog") as box:
            box.border_title = "keys: small letters forwards, capital letters back; Escape closes this"
            yield Static(Text("\n".join(f"{each.shown:>5}  {each.help}" for each in COMMANDS)))


class Lines(ModalScreen[int | None]):
    """An answer of several lines; one that names a step leads there."""

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss")]

    def __init__(self, title: str, lines: list[str]) -> None:
        super().__init__()
        self._title, self._lines = title, lines

    def compose(self) -> ComposeResult:
        """Compose the list."""
        box = OptionList(*(Option(Text(line, no_wrap=True)) for line in self._lines), classes="dialog")
        box.border_title = f"{self._title}: Enter goes to a line's step, Escape closes this"
        yield box

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to the step that the line names."""
        found = re.search(r"\bstep (\d+)", self._lines[event.option_index])
        self.dismiss(int(found[1]) if found else None)


class StepApp(App[int]):
    """The debugger.

    Args:
        steps: what is asked.
    """

    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-wide")]
    CSS_PATH = "step.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(each.keys, each.action, each.help, show=False, priority=each.keys == "ctrl+c") for each in COMMANDS
    ]

    def __init__(self, steps: Steps) -> None:
        super().__init__()
        self._steps = steps
        self._view: dict[str, Any] | None = None
        self._before: dict[str, Any] | None = None
        self._texts: dict[str, str] = {}
        self._waiting: deque[dict[str, Any]] = deque()
        self._busy = False
        self._wanted = ""

    def compose(self) -> ComposeResult:
        """Compose the panels."""
        yield Static(id="place", markup=False)
        with Horizontal(id="main"):
            with Vertical(id="left"):
                yield Source()
                yield Bytecode()
            with Vertical(id="right"):
                yield Panel("operand stack", "operands")
                yield Panel("frames", "frames")
                yield Panel("variables", "variables")
                yield Panel("breakpoints", "breakpoints")
                yield Panel("output", "output")
        yield Static(id="said", markup=False)
        yield Static(HINTS, id="hints", markup=False)
        with Horizontal(id="asking"):
            yield Static(id="what", markup=False)
            yield Input(id="prompt", compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        """Ask for the first view."""
        for name, status in (("SIGTERM", 143), ("SIGHUP", 129)):
            try:
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), self.exit, status)
            except (AttributeError, NotImplementedError, RuntimeError, ValueError):  # not on this platform, or thread
                pass
        self.action_ask("begin")

    def on_unmount(self) -> None:
        """End the program: nobody looks at it any more."""
        self._steps.close()

    # --- requests

    def action_ask(self, what: str, **more: Any) -> None:
        """Ask for something, once what was asked for before is done."""
        self._waiting.append({"do": what, **more})
        if not self._busy:
            self._busy = True
            self.run_worker(self._work(), exit_on_error=True)

    async def _work(self) -> None:
        try:
            while self._waiting:
                request = self._waiting.popleft()
                if request["do"] in ("move", "to", "feed"):
                    self._say("running; Ctrl-C has the program wait", "")
                answer = await asyncio.to_thread(self._steps.ask, request)
                if "gone" in answer:
                    self._waiting.clear()
                    self._say(answer["gone"], MARK)
                    return
                await self._show(request, answer)
        finally:
            self._busy = False

    async def _show(self, request: dict[str, Any], answer: dict[str, Any]) -> None:
        view = answer["view"]
        text = self._texts.get(view["text"], "")
        if not text:
            found = await asyncio.to_thread(self._steps.ask, {"do": "text", "name": view["text"]})
            text = self._texts[view["text"]] = found.get("text", "")
        if self._view is None or view["step"] != self._view["step"] or view["frame"] != self._view["frame"]:
            self._before = self._view
        self._view = view
        self.query_one(Source).show(view, text)
        self._draw()
        lines = answer["lines"]
        if answer["error"]:
            self._say(answer["error"], MARK)
        elif len(lines) > 1 and request["do"] == "answer":
            self._say(lines[0], "")
            self.push_screen(Lines(request["text"], lines), self._chosen)
        else:
            self._say("; ".join(lines), "")
        if view["state"] == "input" and not answer["error"] and request["do"] in ("move", "to", "feed"):
            self.action_prompt("feed")

    def _chosen(self, step: int | None) -> None:
        if step is not None:
            self.action_go(step)

    def _draw(self) -> None:
        view = self._view
        if view is None:
            return
        states = {"past": "in the past", "waits": "the program waits here", "input": "the program reads input"}
        state = states.get(view["state"], "the last step")
        place = f" {view['function']}, line {view['line'] or '?'}   step {view['step']} of {view['steps']}   {state}"
        self.query_one("#place", Static).update(Text(place, no_wrap=True, overflow="ellipsis"))
        self.query_one(Bytecode).show(view)
        for name, lines in (
            ("operands", panels.operands(view)),
            ("frames", panels.frames(view)),
            ("variables", panels.variables(view, self._before)),
            ("breakpoints", panels.breakpoints(view)),
        ):
            self.query_one(f"#{name}", Panel).lines(lines)
        self.query_one("#breakpoints").display = bool(view["breakpoints"])
        self.written()

    def written(self) -> None:
        """Show the output: in the past, what is recorded; at the last step, all that the program has written."""
        if self._view is None:
            return
        all_of_it = "".join(text for _, text in self._steps.written)
        latest = self._view["state"] != "past"
        text = all_of_it if latest and len(all_of_it) >= len(self._view["output"]) else self._view["output"]
        self.query_one("#output", Panel).lines(panels.output(text), last=True)

    def on_resize(self) -> None:
        """Draw again, when the panels have their sizes."""
        self.call_after_refresh(self._draw)

    def _say(self, text: str, style: str) -> None:
        self.query_one("#said", Static).update(Text(text, style, no_wrap=True, overflow="ellipsis"))

    # --- actions

    def action_move(self, name: str, back: bool = False) -> None:
        """Move."""
        self.action_ask("move", name=name, back=back)

    def action_go(self, step: int) -> None:
        """Go to a step; -1 is the last one."""
        self.action_ask("go", step=step)

    def action_to(self, back: bool) -> None:
        """Run to the chosen line."""
        if self._view is not None:
            self.action_ask("to", line=self.query_one(Source).chosen, file=self._view["text"], back=back)

    def action_frame(self, by: int) -> None:
        """Look at another frame."""
        self.action_ask("frame", by=by)

    def action_choose(self, by: int) -> None:
        """Choose another line."""
        self.query_one(Source).choose(by)

    def action_toggle_breakpoint(self) -> None:
        """Set or remove a breakpoint at the chosen line."""
        if self._view is not None:
            self.action_ask("break", text=f"{self._view['text']}:{self.query_one(Source).chosen}")

    def on_chosen(self, event: Chosen) -> None:
        """Choose the line that was clicked at, or toggle its breakpoint."""
        source = self.query_one(Source)
        source.choose(event.line - source.chosen)
        if event.toggled:
            self.action_toggle_breakpoint()

    def action_input(self) -> None:
        """Prompt for a line of input for the program, if it reads one."""
        if self._view is not None and self._view["state"] == "input":
            self.action_prompt("feed")

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(Help())

    def action_interrupt(self) -> None:
        """Pause a running program; leave if none runs."""
        self._waiting.clear()
        if self._busy:
            self._steps.pause()
        else:
            self.exit(130)

    def action_leave(self) -> None:
        """Leave."""
        self.exit(0)

    # --- the prompt

    def action_prompt(self, what: str) -> None:
        """Prompt for a line."""
        self._wanted = what
        self.query_one("#what", Static).update(PROMPTS[what])
        self.query_one("#asking").display = True
        prompt = self.query_one("#prompt", Input)
        prompt.value = ""
        prompt.focus()

    def on_key(self, event: Any) -> None:
        """Close the prompt with Escape; Ctrl-D ends the input of the program."""
        if not self._wanted or event.key not in ("escape", "ctrl+d"):
            return
        ends = self._wanted == "feed" and event.key == "ctrl+d"
        self._close()
        event.stop()
        if ends:
            self.action_ask("feed", text="")

    def _close(self) -> str:
        wanted, self._wanted = self._wanted, ""
        self.query_one("#asking").display = False
        self.set_focus(None)
        return wanted

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do with the line what it was asked for."""
        text, wanted = event.value, self._close()
        if wanted == "feed":
            self.action_ask("feed", text=f"{text}\n")
        elif wanted == "go" and text.strip().isdecimal():
            self.action_go(int(text))
        elif wanted == "go":
            self._say(f"a step is a number, got {text!r}", MARK)
        elif text.strip():
            self.action_ask("answer" if wanted == "why" else wanted, text=f"why {text}" if wanted == "why" else text)


MARK = panels.MARK
