"""Handlers of the instructions and primitives that are not written by the general rule."""

from __future__ import annotations

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.isa.lift import Symbol
from bytescope.machine.handlers.handler_text import REQUESTED, Writer
from bytescope.machine.registers import GLOBALS, LOCALS, PROTOCOL, RETURN


class Handler(Writer):
    """Writer of any handler: `write_<op>` writes an instruction, `primitive_<name>` a primitive."""

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

    def primitive_delete_global(self) -> None:
        self.op += self.taken_out(f"R[{GLOBALS}]")
        self.resume += ["return nxt"]

    def primitive_delete_name(self) -> None:
        namespace = f"R[{LOCALS}]"
        self.op += [f"if type({namespace}) is dict:", *("    " + line for line in self.taken_out(namespace))]
        self.resume += [f"if R[{PROTOCOL}] is None:", "    return nxt"]
        self.protocol("delete_name", [], None)

    def taken_out(self, namespace: str) -> list[str]:
        """Return statements that delete a name from a namespace."""
        lines = [f"x = pop_name({namespace}, imm, NULL)", "if x is NULL:", "    raise not_defined(imm)"]
        return [*lines, *self.drop("x", "sites[1]")]

    def drop(self, value: str, site: str) -> list[str]:
        """Return statements that drop a reference: by a request, because a finalizer may run, unless it is plain."""
        return [f"if type({value}) in ATOMIC:", "    return nxt", f"R.append(({site}, {value}))", REQUESTED]

    def write_pop(self) -> None:
        value = self.name(Symbol(-1, 0))
        self.op += ["R[p0] = None", *self.drop(value, "site")]
        self.resume += ["return nxt"]

    def primitive_save_local(self) -> None:
        if self.instruction.flag:  # the resident frame has put the iterator there
            self.op += ["return nxt"]
            return
        self.op += ["try:", "    R[p0] = R[var].cell_contents", "except ValueError:", "    R[p0] = UNBOUND"]
        self.op += ["del R[var].cell_contents", "return nxt"]

    def primitive_load_global(self) -> None:
        place = {False: "p0", "null below": "p1", "null above": "p0"}[self.instruction.flag]
        null = {False: [], "null below": ["R[p0] = NULL"], "null above": ["R[p1] = NULL"]}[self.instruction.flag]
        if BEHAVIOUR.imports_lazily:
            self.load_eagerly(f"R[{GLOBALS}][imm]", "load_global(R, imm)", place, null)
            return
        found = [f"R[{place}] = R[{GLOBALS}][imm]", *null, "return nxt"]
        self.op += ["try:", *("    " + line for line in found), "except KeyError:", "    pass"]
        self.op += [f"R[{place}] = load_global(R, imm)", *null, "return nxt"]

    def load_eagerly(self, found: str, otherwise: str, place: str, null: list[str]) -> None:
        """Write the load of a name, and of the import that it may stand for."""
        self.op += [
            "try:",
            f"    x = {found}",
            "except KeyError:",
            "    x = NULL",
            "if x is NULL:",
            f"    x = {otherwise}",
        ]
        self.op += ["if type(x) is not LazyImportType:", f"    R[{place}] = x"]
        self.op += ["    " + line for line in (*null, "return nxt")]
        self.protocol("resolve", ["x"], "x")

    def primitive_load_name(self) -> None:
        call = self.description.call
        assert call is not None
        if not BEHAVIOUR.imports_lazily:
            self.perform(call)
            return
        self.op += [f"if type(R[{LOCALS}]) is not dict:"]
        before, self.op = self.op, []
        self.protocol("load_name", [], "x")
        protocol, self.op = self.op, before
        self.op += ["    " + line for line in protocol]
        resume, self.resume = self.resume, []
        self.load_eagerly(f"R[{LOCALS}][imm]", "load_outer(R, imm)", "p0", [])
        assert resume == self.resume

    def primitive_import_name(self) -> None:
        call = self.description.call
        assert call is not None
        if not BEHAVIOUR.imports_lazily:
            self.perform(call)
            return
        level, fromlist = (self.name(symbol) for symbol in call.operands)
        self.op += [*self.clears(()), f"R.append((site, ({fromlist}, {level})))", REQUESTED]
        self.resume += ["x = v", *self.ending(True)]

    def primitive_save_cell(self) -> None:
        self.op += ["R[p0] = R[var]", "R[var] = UNBOUND", *self.mirrored("None")]

    def primitive_make_cell(self) -> None:
        if self.private:
            self.op += ["R[var] = CellType()", "return nxt"]
        else:
            self.op += ["R.append((site, None))", REQUESTED]
            self.resume += ["R[var] = v", "return nxt"]

    def primitive_restore_cell(self) -> None:
        value = self.name(Symbol(-1, 0))
        self.op += [f"check_restored(imm, {value})", f"R[var] = {value}", "R[p0] = None", *self.mirrored(value)]

    def mirrored(self, value: str) -> list[str]:
        """Return statements that request the same change of the resident frame's own variable slot."""
        if self.private:
            return ["return nxt"]
        self.resume += ["return nxt"]
        return [f"R.append((site, {value}))", REQUESTED]

    # --- calls

    def primitive_call(self) -> None:
        call = self.description.call
        assert call is not None
        first, second, *args = (self.name(symbol) for symbol in call.operands)
        reverse = "".join(f"{name}, " for name in reversed(args))
        forward = "".join(f"{name}, " for name in args)
        clears = self.clears(self.stack_after())
        self.op += [
            f"if {second} is not NULL:",
            f"    if {first} is NULL:",
            f"        {first} = {second}",
            "    else:",
            *("        " + line for line in clears),
            f"        R.append((sites[1], ({reverse}{second}, {first})))",
            "        " + REQUESTED,
            f"if id({first}) in program.hooked:",  # the recursion limit may stop what is called here, with the operands
            f"    request = program.hooked_call(R, {first}, ({forward}))",
            *("    " + line for line in clears),
            "    R.append((site, request))",
            "    " + REQUESTED,
            *clears,
            f"if type({first}) is MethodType:",
            f"    R.append((sites[1], ({reverse}{first}.__self__, {first}.__func__)))",
            "    " + REQUESTED,
            f"R.append((site, ({reverse}{first},)))",
            REQUESTED,
        ]
        self.resume += ["x = v", *self.ending(True)]

    def primitive_call_kw(self) -> None:
        call = self.description.call
        assert call is not None
        first, second, names, *args = (self.name(symbol) for symbol in call.operands)
        everything = "".join(f"{name}, " for name in args)
        self.op += [
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
            *self.clears(self.stack_after()),
            f"R.append((site, (kwargs, args, {first})))",
            REQUESTED,
        ]
        self.resume += ["x = v", *self.ending(True)]

    def primitive_make_function(self) -> None:
        call = self.description.call
        assert call is not None
        code, *attributes = (self.name(symbol) for symbol in call.operands)
        self.op += [f"x = program.make_function(R, imm, {', '.join([code, *attributes])})", *self.ending(False)]

    # --- iteration

    def write_for_iter(self) -> None:
        call = self.description.call
        assert call is not None
        iterator, value = self.name(call.operands[0]), f"R[p{self.lifted.need}]"
        ended = ["if x is DONE:", *("    " + line for line in self.clears(())), "    return target"]
        self.op += [
            f"if type({iterator}) in ITERATORS:",
            f"    x = next({iterator}, DONE)",
            *("    " + line for line in ended),
            f"    {value} = x",
            "    return nxt",
            f"R.append((site, (DONE, {iterator}, next)))",
            REQUESTED,
        ]
        self.resume += ["x = v", *ended, f"{value} = x", "return nxt"]

    def write_send(self) -> None:
        """Request the whole delegation from the resident frame, so that throw() and close() find the receiver."""
        assert self.lifted.jump is not None
        call = self.description.call
        assert call is not None
        receiver, value = (self.name(symbol) for symbol in call.operands)
        sent = self.lifted.need - 1
        self.op += [f"R.append((site, ({value}, {receiver})))", f"R[p{sent}] = None", REQUESTED]
        self.resume += [f"R[p{len(self.lifted.jump) - 1}] = v", "return target"]

    # --- exceptions

    def write_raise(self) -> None:
        control = self.lifted.control
        assert control is not None
        operands = [self.name(symbol) for symbol in control[1]]
        value = {0: "None", 1: operands[0] if operands else ""}.get(len(operands), f"({', '.join(reversed(operands))})")
        self.op += [*self.clears(()), f"R.append((site, {value}))", REQUESTED]

    def checked(self, exception: str) -> list[str]:
        """Return statements that replace an operand that is no exception by an error; compiled code has none."""
        return [f"if not isinstance({exception}, BaseException):", f"    {exception} = no_exception({exception})"]

    def write_reraise(self) -> None:
        control = self.lifted.control
        assert control is not None
        exception, lasti = (self.name(symbol) for symbol in control[1])
        self.op += [*self.checked(exception), f"return program.unwind(R, pc, {exception}, {lasti})"]

    def write_return(self) -> None:
        value = self.name(Symbol(-1, 0))
        self.op += [f"R.append({value})", "R[p0] = None", f"return {RETURN}"]

    def write_push_exc_info(self) -> None:
        exception = self.name(Symbol(-1, 0))
        self.op += [*self.checked(exception), f"R.append((site, {exception}))", REQUESTED]
        self.resume += ["R[p1] = R[p0]", "R[p0] = None", "return nxt"]

    def write_pop_except(self) -> None:
        self.op += ["R[p0] = None", "R.append((site, None))", REQUESTED]
        self.resume += ["return nxt"]

    def write_cleanup_throw(self) -> None:
        exception = self.name(Symbol(-1, 0))
        self.op += [
            *self.checked(exception),
            f"if isinstance({exception}, StopIteration):",
            f"    x = {exception}.value",
        ]
        self.op += ["    " + line for line in self.ending(False)]
        self.op += [f"return program.unwind(R, pc, {exception})"]

    def write_end_async_for(self) -> None:
        exception = self.name(Symbol(-1, 0))
        self.op += [*self.checked(exception), f"if isinstance({exception}, StopAsyncIteration):"]
        self.op += ["    " + line for line in self.ending(False)]
        self.op += [f"return program.unwind(R, pc, {exception})"]
