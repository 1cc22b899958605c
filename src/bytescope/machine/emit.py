"""From lifted semantics to handlers.

A handler is what the engine runs for an instruction: `op(R)` on the frame's registers returns the index of the next
instruction, or -1 after leaving a request for the resident frame on top of `R` (-2: the value to return);
`resume(R, v)` goes on with the answer. Handlers are made from text derived from the instruction's semantics
(`isa.lift`) and from how its primitive is performed (`operations`). One text serves all instructions of a shape: what
differs (registers, names, constants, targets, sites) is bound as arguments of the factory.
"""

from __future__ import annotations

from collections.abc import Callable

from bytescope.code.instruction import Instruction
from bytescope.code.light import Any
from bytescope.isa.lift import Call, Symbol, lift, shape
from bytescope.isolation import PRIVATE_BUILTINS
from bytescope.machine.operations import NAMESPACE, How, how

Op = Callable[[list[Any]], int]
Resume = Callable[[list[Any], Any], int]
Factory = Callable[..., tuple[Op, Resume | None]]

FILENAME = "<bytescope handler>"

PARAMETERS = "first, nxt, target, imm, var, flag, sites, program, pc"
"""What a factory is given: register of the lowest operand concerned, successors, immediate, variable's register,
flag, site numbers, program, index of the instruction."""

_CELL_OPERATIONS = frozenset({"MAKE_CELL", "SAVE_CELL", "RESTORE_CELL"})


def sites(instruction: Instruction, private: bool, names: tuple[str, ...]) -> list[tuple[str, int]]:
    """The sites of the resident frame that an instruction needs.

    Args:
        instruction: the instruction.
        private: whether the variables belong to the machine alone (class and module code).
        names: `co_names` of the code object.

    Returns:
        Kind and number of each: for calls the number of arguments, for cells the variable's index.
    """
    if instruction.op == "IMPORT_FROM":
        return [("process", 0), ("import_from", names.index(instruction.arg))]
    if instruction.op in _CELL_OPERATIONS:
        return [] if private else [(instruction.op.lower(), instruction.arg.index)]
    return _description(instruction).sites


class _Description:
    """Lifted semantics plus how its primitive is performed."""

    def __init__(self, instruction: Instruction) -> None:
        self.instruction = instruction
        self.lifted = lift(instruction)
        self.pure = [call for call in self.lifted.calls if call.name in ("const", "null")]
        others = [call for call in self.lifted.calls if call not in self.pure]
        if len(others) > 1:
            raise AssertionError(f"{instruction.op} calls more than one primitive")
        self.call: Call | None = others[0] if others else None
        self.sites = self._sites()

    def _sites(self) -> list[tuple[str, int]]:
        control = self.lifted.control
        if self.instruction.op == "POP":
            return [("drop", 1)]
        if control is not None:
            return {"raise": [("raise", len(control[1]))], "reraise": [("raise", 1)], "return": []}[control[0]]
        if self.call is None:
            return []
        name = self.call.name
        if name == "call":
            count = len(self.call.operands) - 2
            return [("call", count), ("call", count + 1)]
        if name in ("call_kw", "next"):
            return [("any", 0)] if name == "call_kw" else [("call", 2)]
        if name in ("push_exc_info", "pop_except"):
            return [(name, 0)]
        if name in _VARIABLE_ACCESS:
            fails = name in _MAY_FAIL and (self.instruction.flag or name == "load_global")
            return [*([("raise", 1)] if fails else []), *([("drop", 1)] if name.startswith("delete") else [])]
        if name in ("cleanup_throw", "end_async_for"):
            return [("raise", 1)]
        if name in ("make_function", "make_cell", "save_cell", "restore_cell"):
            return [("raise", 1)] if name == "make_function" else []
        way = how(name, self.call.immediate, len(self.call.operands))
        if way.site:
            return [(way.site, len(self.call.operands))]
        if way.process:
            return [("process", 0)]
        if way.call:
            return [("call", len(way.args))]
        return [("raise", 1)] if name not in _NEVER_FAIL else []


_VARIABLE_ACCESS = frozenset(
    "load_local store_local delete_local save_local load_cell store_cell delete_cell load_closure load_global".split()
)
_MAY_FAIL = frozenset("load_local load_closure delete_local load_cell delete_cell load_global".split())
_NEVER_FAIL = frozenset(
    {"identity", "is_none", "load_locals", "list_append", "list_to_tuple", "match_mapping", "match_sequence",
     "stopiteration_error"}
)  # fmt: skip

_descriptions: dict[object, _Description] = {}


def _description(instruction: Instruction) -> _Description:
    key = shape(instruction)
    found = _descriptions.get(key)
    if found is None:
        found = _descriptions[key] = _Description(instruction)
    return found


class _Writer:
    """Writes the text of one handler."""

    def __init__(self, instruction: Instruction, restores: bool, private: bool) -> None:
        self.instruction = instruction
        self.description = _description(instruction)
        self.lifted = self.description.lifted
        self.restores = restores
        self.private = private
        self.names: dict[str, Any] = {}
        self.registers = max(self.lifted.need, len(self.lifted.after or ()), len(self.lifted.jump or ()), 1)
        self.used: set[int] = set()
        self.op: list[str] = []
        self.resume: list[str] = []

    # --- names

    def position(self, symbol: Symbol) -> int:
        """Index, from the lowest register concerned, of an operand."""
        return self.lifted.need - 1 - symbol.index

    def name(self, symbol: Symbol) -> str:
        """Expression for a symbol."""
        if symbol.is_operand:
            position = self.position(symbol)
            self.used.add(position)
            return f"a{position}"
        call = self.lifted.calls[symbol.call]
        if call.name == "null":
            return "NULL"
        if call.name == "const":
            return "imm" if self.instruction.op == "LOAD_CONST" else "None"
        return "x" if len(call.results) == 1 else f"x{symbol.index}"

    def results(self) -> str | None:
        """Assignment target for the primitive's results, or None if it has none."""
        call = self.description.call
        if call is None or not call.results:
            return None
        if len(call.results) == 1 and call.name not in ("unpack", "unpack_ex"):
            return "x"
        if len(call.results) == 1:
            return "x,"
        return ", ".join(f"x{index}" for index in range(len(call.results))) or "()"

    # --- the stack afterwards

    def writes(self, stack: tuple[Symbol, ...]) -> list[str]:
        """Statements that bring the operand registers from before the instruction to after it."""
        lines = []
        for position, symbol in enumerate(stack):
            if symbol.is_operand and self.position(symbol) == position:
                continue
            lines.append(f"R[p{position}] = {self.name(symbol)}")
        lines += [f"R[p{position}] = None" for position in range(len(stack), self.lifted.need)]
        return lines

    def clears(self, stack: tuple[Symbol, ...]) -> list[str]:
        """Statements that release, before a request, the operands that do not stay where they are."""
        staying = {
            position for position, symbol in enumerate(stack) if symbol.is_operand and self.position(symbol) == position
        }
        return [f"R[p{position}] = None" for position in range(self.lifted.need) if position not in staying]

    def finish_writes(self, stack: tuple[Symbol, ...]) -> list[str]:
        """Like `writes`, after `clears`."""
        lines = []
        for position, symbol in enumerate(stack):
            if symbol.is_operand and self.position(symbol) == position:
                continue
            if symbol.is_operand:
                raise AssertionError(f"{self.instruction.op} moves an operand across a request")
            lines.append(f"R[p{position}] = {self.name(symbol)}")
        return lines

    # --- successors

    def ending(self, finished: bool, stack: tuple[Symbol, ...] | None = None) -> list[str]:
        """What comes after the primitive: writes and the successor."""
        lifted = self.lifted
        write = self.finish_writes if finished else self.writes
        if lifted.branch is not None:
            assert lifted.jump is not None
            condition = self.name(lifted.branch[0])
            test = condition if lifted.branch[1] else f"not {condition}"
            return [*write(lifted.jump), f"return target if {test} else nxt"]
        if lifted.after is None and lifted.jump is not None:
            return [*write(lifted.jump), "return target"]
        assert lifted.after is not None
        return [*write(lifted.after), "return nxt"]

    def stack_after(self) -> tuple[Symbol, ...]:
        after = self.lifted.jump if self.lifted.after is None else self.lifted.after
        return after or ()

    # --- the text

    def text(self) -> str:
        special = getattr(self, "write_" + self.instruction.op.lower(), None)
        if special is not None:
            special()
        elif self.description.call is None:
            self.op += self.ending(False)
        elif hasattr(self, "primitive_" + self.description.call.name):
            getattr(self, "primitive_" + self.description.call.name)()
        else:
            self.perform(self.description.call)
        loads = [f"a{position} = R[p{position}]" for position in sorted(self.used)]
        lines = [f"def make({PARAMETERS}):"]
        lines += [f"    p{position} = first + {position}" for position in range(self.registers)]
        lines += ["    site = sites[0] if sites else None"]
        if any("attributes" in line for line in self.op):
            store = self.instruction.op == "SETATTR"
            lines += [f"    attributes = attribute_names.setdefault(imm, (set(), set()))[{store}]"]
        if any("function" in line for line in self.op) and self.names:
            lines += [f"    function = functions[{_function_index(self.names['function'])}]"]
        lines += ["    def op(R):", *("        " + line for line in loads + self.op)]
        if self.resume:
            lines += ["    def resume(R, v):", *("        " + line for line in self.resume)]
        lines += ["    return op, resume" if self.resume else "    return op, None"]
        return "\n".join(lines) + "\n"

    def perform(self, call: Call) -> None:
        """The primitive, inline if it may be, else by a request."""
        way = how(call.name, call.immediate, len(call.operands))
        self.names = dict(way.names)
        operands = [self.name(symbol) for symbol in call.operands]
        target = self.results()
        if len(operands) > _BULK and (call.name, call.immediate) in _BULK_FORMS:
            self.build_in_bulk(_BULK_FORMS[call.name, call.immediate])
            return
        if way.inline is not None:
            expression = way.inline.replace("imm", repr(call.immediate)) if call.name == "unpack" else way.inline
            expression = expression.format(*operands)
            assigned = f"{target} = {expression}" if target and not way.statement else expression
            lines = [assigned, *self.ending(False)]
            if way.guard is None:
                self.op += lines
                return
            guard = way.guard.replace("imm", str(call.immediate)) if call.name == "unpack" else way.guard
            self.op += [f"if {guard.format(*operands)}:", *("    " + line for line in lines)]
        self.op += self.request(way, operands)
        if way.process:
            self.process_resume(target)
        else:
            self.resume += [f"{target} = {way.finish}"] if target else []
            self.resume += self.ending(True)

    def build_in_bulk(self, form: str) -> None:
        """A display of very many operands, without naming each of them."""
        count = self.lifted.need
        self.used.clear()
        self.op += [f"x = {form.format(f'R[p0:p0 + {count}]')}", f"R[p0 + 1 : p0 + {count}] = (None,) * {count - 1}"]
        self.op += ["R[p0] = x", "return nxt"]
        self.registers = 1

    def request(self, way: How, operands: list[str]) -> list[str]:
        """Statements that leave the request and return None."""
        clears = self.clears(self.stack_after())
        if way.process:
            extra = "R[var], " if way.process == "load_from_dict_or_cell" else ""
            arguments = ", ".join(["R", "imm", extra + ", ".join(operands)] if operands or extra else ["R", "imm"])
            return [*clears, f"R[3] = processes.{way.process}({arguments})", "return resume(R, None)"]
        if way.site:
            value = (
                operands[0]
                if len(operands) == 1 and way.site in _SINGLE
                else "(" + ", ".join(reversed(operands)) + ",)"
            )
            return [*clears, f"R.append((site, {value}))", "return -1"]
        passed = [argument.format(*operands) for argument in way.args]
        function = (way.call or "").format(*operands)
        learn = []
        if way.guard and "attributes" in way.guard:
            store = self.instruction.op == "SETATTR"
            learn = [f"learn(type({operands[0]}), imm, {store})"]
        return [*learn, *clears, f"R.append((site, ({', '.join([*reversed(passed), function])},)))", "return -1"]

    def process_resume(self, target: str | None) -> None:
        """Go on with a process until it is finished."""
        self.resume += [
            "try:",
            "    request = R[3].send(v)",
            "except StopIteration as stop:",
            "    v = stop.value",
            "    R[3] = None",
            "else:",
            "    if type(request) is tuple:",
            "        R.append((site, (NOTHING, request[1:], request[0])))",
            "    else:",
            "        R.append((sites[request.site], request.operands))",
            "    request = None",
            "    return -1",
            "if type(v) is Raised:",
            "    return program.unwind(R, pc, v[0])",
        ]
        self.resume += [f"{target} = v"] if target else []
        self.resume += self.ending(True)

    # --- variables

    def primitive_load_local(self) -> None:
        if self.instruction.flag:
            self.op += ["try:", "    R[p0] = R[var].cell_contents", "    return nxt", "except ValueError:", "    pass"]
            self.op += ["raise unbound(imm.name, imm.scope)"]
        else:
            self.op += ["R[p0] = R[var].cell_contents", "return nxt"]

    primitive_load_cell = primitive_load_local

    def primitive_load_closure(self) -> None:
        self.op += ["R[p0] = x = R[var]"]
        if self.instruction.flag:
            self.op += ["if x is UNBOUND:", "    raise unbound(imm.name, imm.scope)"]
        self.op += ["return nxt"]

    def primitive_store_local(self) -> None:
        value = self.name(Symbol(-1, 0))
        if self.restores:
            self.op += [f"if {value} is UNBOUND:", "    del R[var].cell_contents", "else:"]
            self.op += [f"    R[var].cell_contents = {value}"]
        else:
            self.op += [f"R[var].cell_contents = {value}"]
        self.op += ["R[p0] = None", "return nxt"]

    primitive_store_cell = primitive_store_local

    def primitive_delete_local(self) -> None:
        self.op += ["try:", "    x = R[var].cell_contents", "    del R[var].cell_contents"]
        self.op += ["except ValueError:", "    pass", "else:", *("    " + line for line in self.drop("x", "sites[1]"))]
        self.op += ["raise unbound(imm.name, imm.scope)"]
        self.resume += ["return nxt"]

    primitive_delete_cell = primitive_delete_local

    def drop(self, value: str, site: str) -> list[str]:
        """Statements that give up a reference. If it is the last, foreign code may run: not below the machine."""
        return [f"if type({value}) in PLAIN:", "    return nxt", f"R.append(({site}, {value}))", "return -1"]

    def write_pop(self) -> None:
        value = self.name(Symbol(-1, 0))
        self.op += ["R[p0] = None", *self.drop(value, "site")]
        self.resume += ["return nxt"]

    def primitive_save_local(self) -> None:
        self.op += ["try:", "    R[p0] = R[var].cell_contents", "except ValueError:", "    R[p0] = UNBOUND"]
        self.op += ["del R[var].cell_contents", "return nxt"]

    def primitive_load_global(self) -> None:
        place = {False: "p0", "null below": "p1", "null above": "p0"}[self.instruction.flag]
        null = {False: [], "null below": ["R[p0] = NULL"], "null above": ["R[p1] = NULL"]}[self.instruction.flag]
        found = [f"R[{place}] = R[0][imm]", *null, "return nxt"]
        self.op += ["try:", *("    " + line for line in found), "except KeyError:", "    pass"]
        self.op += [f"R[{place}] = load_global(R, imm)", *null, "return nxt"]

    def primitive_save_cell(self) -> None:
        self.op += ["R[p0] = R[var]", "R[var] = UNBOUND", *self.mirrored("None")]

    def primitive_make_cell(self) -> None:
        if self.private:
            self.op += ["R[var] = CellType()", "return nxt"]
        else:
            self.op += ["R.append((site, None))", "return -1"]
            self.resume += ["R[var] = v", "return nxt"]

    def primitive_restore_cell(self) -> None:
        value = self.name(Symbol(-1, 0))
        self.op += [f"R[var] = {value}", "R[p0] = None", *self.mirrored(value)]

    def mirrored(self, value: str) -> list[str]:
        """Statements that have the resident frame do to its own variable slot what was done to the register."""
        if self.private:
            return ["return nxt"]
        self.resume += ["return nxt"]
        return [f"R.append((site, {value}))", "return -1"]

    # --- calls

    def primitive_call(self) -> None:
        call = self.description.call
        assert call is not None
        first, second, *args = (self.name(symbol) for symbol in call.operands)
        reverse = "".join(f"{name}, " for name in reversed(args))
        forward = "".join(f"{name}, " for name in args)
        self.op += [
            *self.clears(self.stack_after()),
            f"if {second} is not NULL:",
            f"    if {first} is NULL:",
            f"        {first} = {second}",
            "    else:",
            f"        R.append((sites[1], ({reverse}{second}, {first})))",
            "        return -1",
            f"if type({first}) is MethodType:",
            f"    R.append((sites[1], ({reverse}{first}.__self__, {first}.__func__)))",
            "    return -1",
            f"if id({first}) in program.hooked:",
            f"    {first}, {forward}= program.hooked_call(R, {first}, ({forward}))",
            f"R.append((site, ({reverse}{first},)))",
            "return -1",
        ]
        self.resume += ["x = v", *self.ending(True)]

    def primitive_call_kw(self) -> None:
        call = self.description.call
        assert call is not None
        first, second, names, *args = (self.name(symbol) for symbol in call.operands)
        everything = "".join(f"{name}, " for name in args)
        self.op += [
            *self.clears(self.stack_after()),
            f"args = ({everything})",
            f"if {second} is not NULL:",
            f"    if {first} is NULL:",
            f"        {first} = {second}",
            "    else:",
            f"        args = ({second}, *args)",
            f"count = len(args) - len({names})",
            f"kwargs = dict(zip({names}, args[count:]))",
            "args = args[:count]",
            f"if id({first}) in program.hooked:",
            f"    {first}, args, kwargs = program.prepare_call(R, {first}, args, kwargs)",
            f"R.append((site, (kwargs, args, {first})))",
            "return -1",
        ]
        self.resume += ["x = v", *self.ending(True)]

    def primitive_make_function(self) -> None:
        call = self.description.call
        assert call is not None
        code, *attributes = (self.name(symbol) for symbol in call.operands)
        self.op += [f"x = program.make_function(R, imm, {', '.join([code, *attributes])})", *self.ending(False)]

    # --- iteration

    def write_for_iter(self) -> None:
        iterator = self.name(Symbol(-1, 0))
        self.op += [
            f"if type({iterator}) in ITERATORS:",
            f"    x = next({iterator}, DONE)",
            "    if x is DONE:",
            "        R[p0] = None",
            "        return target",
            "    R[p1] = x",
            "    return nxt",
            f"R.append((site, (DONE, {iterator}, next)))",
            "return -1",
        ]
        self.resume += ["if v is DONE:", "    R[p0] = None", "    return target", "R[p1] = v", "return nxt"]

    def write_send(self) -> None:
        """The resident frame does the whole delegation, so that throw() and close() find the receiver."""
        assert self.lifted.jump is not None
        call = self.description.call
        assert call is not None
        receiver, value = (self.name(symbol) for symbol in call.operands)
        self.op += [f"R.append((site, ({value}, {receiver})))", "R[p1] = None", "return -1"]
        if len(self.lifted.jump) == 1:
            self.resume += ["R[p0] = v", "return target"]
        else:
            self.resume += ["R[p1] = v", "return target"]

    # --- exceptions

    def write_raise(self) -> None:
        control = self.lifted.control
        assert control is not None
        operands = [self.name(symbol) for symbol in control[1]]
        value = {0: "None", 1: operands[0] if operands else ""}.get(len(operands), f"({', '.join(reversed(operands))})")
        self.op += [*self.clears(()), f"R.append((site, {value}))", "return -1"]

    def write_reraise(self) -> None:
        control = self.lifted.control
        assert control is not None
        exception, lasti = (self.name(symbol) for symbol in control[1])
        self.op += [f"return program.unwind(R, pc, {exception}, {lasti})"]

    def write_return(self) -> None:
        value = self.name(Symbol(-1, 0))
        self.op += [f"R.append({value})", "R[p0] = None", "return -2"]

    def write_push_exc_info(self) -> None:
        self.op += [f"R.append((site, {self.name(Symbol(-1, 0))}))", "return -1"]
        self.resume += ["R[p1] = R[p0]", "R[p0] = None", "return nxt"]

    def write_pop_except(self) -> None:
        self.op += ["R[p0] = None", "R.append((site, None))", "return -1"]
        self.resume += ["return nxt"]

    def write_cleanup_throw(self) -> None:
        exception = self.name(Symbol(-1, 0))
        self.op += [f"if isinstance({exception}, StopIteration):", f"    x = {exception}.value"]
        self.op += ["    " + line for line in self.ending(False)]
        self.op += [f"return program.unwind(R, pc, {exception})"]

    def write_end_async_for(self) -> None:
        exception = self.name(Symbol(-1, 0))
        self.op += [f"if isinstance({exception}, StopAsyncIteration):"]
        self.op += ["    " + line for line in self.ending(False)]
        self.op += [f"return program.unwind(R, pc, {exception})"]


_BULK = 64
"""From how many operands on a display is built in bulk."""
_BULK_FORMS: dict[Any, str] = {
    ("build", "tuple"): "tuple({0})",
    ("build", "list"): "{0}",
    ("build", "string"): "''.join({0})",
}

_SINGLE = frozenset({"suspend"})

_functions: list[Any] = []


def _function_index(function: Any) -> int:
    for index, known in enumerate(_functions):
        if known is function:
            return index
    _functions.append(function)
    return len(_functions) - 1


_namespace: dict[str, Any] = {**NAMESPACE, "functions": _functions, "NOTHING": {}, "__builtins__": PRIVATE_BUILTINS}
_factories: dict[str, Factory] = {}
_by_shape: dict[object, Factory] = {}


def factory(instruction: Instruction, restores: bool, private: bool) -> Factory:
    """The factory of the instruction's handlers.

    Args:
        instruction: the instruction.
        restores: whether the variable it stores to may be made unbound by the store.
        private: whether the variables belong to the machine alone (class and module code).
    """
    key = (shape(instruction), restores, private)
    found = _by_shape.get(key)
    if found is None:
        text = _Writer(instruction, restores, private).text()
        found = _factories.get(text)
        if found is None:
            namespace = _namespace
            exec(compile(text, FILENAME, "exec"), namespace)
            found = _factories[text] = namespace.pop("make")
        _by_shape[key] = found
    return found


def text(instruction: Instruction) -> str:
    """The text of the instruction's handlers, for the curious."""
    return _Writer(instruction, False, False).text()
