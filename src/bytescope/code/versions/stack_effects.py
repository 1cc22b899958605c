"""By how much the instructions of CPython 3.8 to 3.10 change the number of operands."""

from __future__ import annotations

from bytescope.startup.stdlib_lite import Callable, Final

__all__ = ["EFFECTS", "JUMP_EFFECTS"]

_ONE_MORE: Final = (
    "DUP_TOP LOAD_CONST LOAD_NAME LOAD_GLOBAL LOAD_FAST LOAD_CLOSURE LOAD_DEREF LOAD_CLASSDEREF LOAD_BUILD_CLASS"
    " LOAD_ASSERTION_ERROR IMPORT_FROM GET_ANEXT LOAD_METHOD GET_LEN MATCH_MAPPING MATCH_SEQUENCE WITH_EXCEPT_START"
    " BEFORE_ASYNC_WITH SETUP_WITH FOR_ITER BEGIN_FINALLY"
)
_ONE_LESS: Final = (
    "POP_TOP BINARY_SUBSCR STORE_NAME STORE_GLOBAL STORE_FAST STORE_DEREF DELETE_ATTR PRINT_EXPR IMPORT_STAR YIELD_FROM"
    " RETURN_VALUE COMPARE_OP IS_OP CONTAINS_OP POP_JUMP_IF_FALSE POP_JUMP_IF_TRUE JUMP_IF_FALSE_OR_POP"
    " JUMP_IF_TRUE_OR_POP LIST_APPEND SET_ADD LIST_EXTEND SET_UPDATE DICT_MERGE DICT_UPDATE IMPORT_NAME MATCH_CLASS"
)
OPERATORS: Final = {
    "POWER": "**",
    "MULTIPLY": "*",
    "MATRIX_MULTIPLY": "@",
    "MODULO": "%",
    "ADD": "+",
    "SUBTRACT": "-",
    "FLOOR_DIVIDE": "//",
    "TRUE_DIVIDE": "/",
    "LSHIFT": "<<",
    "RSHIFT": ">>",
    "AND": "&",
    "XOR": "^",
    "OR": "|",
}
"""The operators that have instructions of their own, BINARY_ and INPLACE_."""


def _gathered(arg: int) -> int:
    return 1 - arg


EFFECTS: Final[dict[str, int | Callable[[int], int]]] = (
    dict.fromkeys(_ONE_MORE.split(), 1)
    | dict.fromkeys(_ONE_LESS.split(), -1)
    | {f"{kind}_{name}": -1 for kind in ("BINARY", "INPLACE") for name in OPERATORS}
    | dict.fromkeys(("DUP_TOP_TWO", "MATCH_KEYS"), 2)
    | dict.fromkeys(("STORE_ATTR", "DELETE_SUBSCR", "MAP_ADD", "JUMP_IF_NOT_EXC_MATCH"), -2)
    | dict.fromkeys(("STORE_SUBSCR", "POP_EXCEPT"), -3)
    | dict.fromkeys("BUILD_TUPLE BUILD_LIST BUILD_SET BUILD_STRING BUILD_SLICE".split(), _gathered)
    | {f"BUILD_{what}_UNPACK": _gathered for what in ("LIST", "SET", "TUPLE", "MAP")}
    | {f"BUILD_{what}_UNPACK_WITH_CALL": _gathered for what in ("TUPLE", "MAP")}
    | {
        "UNPACK_SEQUENCE": lambda arg: arg - 1,
        "UNPACK_EX": lambda arg: (arg & 255) + (arg >> 8),
        "BUILD_MAP": lambda arg: 1 - 2 * arg,
        "BUILD_CONST_KEY_MAP": lambda arg: -arg,
        "CALL_FUNCTION": lambda arg: -arg,
        "CALL_FUNCTION_KW": lambda arg: -arg - 1,
        "CALL_FUNCTION_EX": lambda arg: -1 - (arg & 1),
        "CALL_METHOD": lambda arg: -arg - 1,
        "MAKE_FUNCTION": lambda arg: -1 - (arg & 15).bit_count(),
        "FORMAT_VALUE": lambda arg: -1 if arg & 4 else 0,
        "RAISE_VARARGS": lambda arg: -arg,
    }
)
"""By name the change, or a function of the argument; what is not there leaves it as it is."""

JUMP_EFFECTS: Final = {"JUMP_IF_FALSE_OR_POP": 0, "JUMP_IF_TRUE_OR_POP": 0, "FOR_ITER": -1}
"""The same where the instruction jumps, if it is another."""
