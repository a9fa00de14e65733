"""`tf.flags` on absl: flags parse themselves when they are first looked at."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable

from absl import flags as _flags

_OLD_KEYWORDS = {"flag_name": "name", "default_value": "default", "docstring": "help"}


class _Flags:
    """The process' flags; reading one parses the command line if nobody did yet."""

    def __init__(self, values: _flags.FlagValues):
        self.__dict__["_values"] = values

    def __getattr__(self, name: str):
        values = self.__dict__["_values"]
        if not values.is_parsed() and name in values:
            values(sys.argv, known_only=True)
        if name == "_parse_flags":  # 0.x programs call it themselves
            return lambda: values(sys.argv, known_only=True)
        return getattr(values, name)

    def __setattr__(self, name: str, value) -> None:
        setattr(self.__dict__["_values"], name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self.__dict__["_values"], name)

    def __getitem__(self, name: str):
        return self.__dict__["_values"][name]

    def __contains__(self, name: str) -> bool:
        return name in self.__dict__["_values"]

    def __iter__(self):
        return iter(self.__dict__["_values"])

    def __dir__(self):
        return dir(self.__dict__["_values"])

    def __call__(self, argv, known_only=False):
        return self.__dict__["_values"](argv, known_only=known_only)


FLAGS = _Flags(_flags.FLAGS)


def mark_parsed() -> None:
    """From here on flags are read as they are."""
    _flags.FLAGS.mark_as_parsed()


def _define(function: Callable) -> Callable:
    """`function` of absl, that takes the keywords of 1.x as well."""

    @functools.wraps(function)
    def define(*args, **kwargs):
        new = {_OLD_KEYWORDS.get(k, k): v for k, v in kwargs.items()}
        if len(args) < 3 and "help" not in new:
            new["help"] = ""
        return function(*args, **new)

    return define


DEFINE_string = _define(_flags.DEFINE_string)
DEFINE_integer = _define(_flags.DEFINE_integer)
DEFINE_float = _define(_flags.DEFINE_float)
DEFINE_boolean = DEFINE_bool = _define(_flags.DEFINE_boolean)
DEFINE_list = _define(_flags.DEFINE_list)
DEFINE_spaceseplist = _define(_flags.DEFINE_spaceseplist)
DEFINE_enum = _flags.DEFINE_enum
DEFINE_multi_string = _define(_flags.DEFINE_multi_string)
DEFINE_multi_integer = _define(_flags.DEFINE_multi_integer)
DEFINE_multi_float = _define(_flags.DEFINE_multi_float)


def __getattr__(name: str):
    # What programs use rarely is absl's own.
    return getattr(_flags, name)


#: By `__getattr__`, so that no checker finds them.
_OF_ABSL = (
    "ArgumentParser", "DuplicateFlagError", "Error", "FlagValues",
    "UnrecognizedFlagError", "declare_key_flag", "mark_flag_as_required",
    "mark_flags_as_required", "register_validator", "validator",
)  # fmt: skip

__all__ = [  # pyright: ignore
    "DEFINE_bool", "DEFINE_boolean", "DEFINE_enum", "DEFINE_float", "DEFINE_integer",
    "DEFINE_list", "DEFINE_multi_float", "DEFINE_multi_integer", "DEFINE_multi_string",
    "DEFINE_spaceseplist", "DEFINE_string", "FLAGS", *_OF_ABSL,
]  # fmt: skip
