"""An op's signature, written once as text: `"a: T, b: T -> product: T"`.

An argument's type is a dtype (`int32`), a type attribute (`T`), `N*T` for a list of
`N` tensors of one type, `*Tin` for a list of any types, or `Ref(T)` for a 1.x
variable. From it follow the output dtypes, the checks that types agree, and the
attributes `T`, `N` and `Tin` of a GraphDef.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from penstock.core import dtypes
from penstock.core.dtypes import DType


@dataclass(frozen=True, slots=True)
class Arg:
    """One input or output. Just one of `dtype`, `type_attr`, `list_attr` is set."""

    name: str
    dtype: DType | None = None
    type_attr: str | None = None
    number_attr: str | None = None
    list_attr: str | None = None
    ref: bool = False

    @property
    def is_list(self) -> bool:
        return self.number_attr is not None or self.list_attr is not None


@dataclass(frozen=True, slots=True)
class Signature:
    """`type_attrs` are the names of attributes that hold types, in order."""

    inputs: tuple[Arg, ...]
    outputs: tuple[Arg, ...]
    type_attrs: tuple[str, ...] = field(init=False)

    def __post_init__(self):
        seen: dict[str, None] = {}
        for arg in (*self.inputs, *self.outputs):
            for name in (arg.type_attr, arg.list_attr):
                if name is not None:
                    seen[name] = None
        object.__setattr__(self, "type_attrs", tuple(seen))


def parse(text: str) -> Signature:
    """The `Signature` that `text` writes. Raises ValueError where it is malformed."""
    if "->" not in text:
        raise ValueError(f"Signature {text!r} needs '->'.")
    left, right = text.split("->")
    return Signature(_args(left), _args(right))


def _args(text: str) -> tuple[Arg, ...]:
    return tuple(_arg(part.strip()) for part in text.split(",") if part.strip())


def _arg(text: str) -> Arg:
    match = re.fullmatch(r"(\w+): *(Ref\()?(\*|\w+\*)?(\w+)\)?", text)
    if match is None:
        raise ValueError(f"Cannot read the argument {text!r} of a signature.")
    name, ref, star, kind = match.groups()
    if star == "*":
        return Arg(name, list_attr=kind)
    number = star[:-1] if star else None
    fixed = getattr(dtypes, kind, None)
    if isinstance(fixed, DType):
        return Arg(name, dtype=fixed, number_attr=number, ref=bool(ref))
    return Arg(name, type_attr=kind, number_attr=number, ref=bool(ref))
