"""Run programs that a model wrote, with tools that are guarded; some of them do what an attacker has told the model."""

from pathlib import Path

from world import DONE, TOOLS

from bytescope import ifc

ANSWERS = {"amount='950.00'": True}
"""What Emma answers when she is asked; no, if it is not here."""


def answer(call, decision):
    """Ask Emma whether a call may happen."""
    found = any(what in decision.reason for what in ANSWERS)
    print("  asked:", decision.reason)
    print("  Emma says", "yes" if found else "no")
    return found


def main():
    for file in sorted(Path(__file__).with_name("programs").glob("*.py")):
        program = file.read_text(encoding="utf-8")
        print(f"{file.name}  {program.partition(chr(10))[0]}")
        DONE.clear()
        with ifc.Session(TOOLS, ask=answer, max_instructions=100_000) as session:
            try:
                outcome = session.run(program)
                if outcome.value is not None:
                    print(f"  answer: {outcome.value!r}, from {outcome.label}")
            except ifc.Denied as denied:
                print("  " + str(denied).replace("\n", "\n  "))
        for each in DONE:
            print("  done:", each.replace("\n", " | "))


if __name__ == "__main__":
    main()
