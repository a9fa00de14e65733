"""`tf.contrib.training.HParams`: the numbers that a training run is set up with."""

from __future__ import annotations

import json
import re
from typing import Any

_ASSIGNED = re.compile(
    r"\s*(?P<name>[a-zA-Z][\w.]*)\s*(\[\s*(?P<index>\d+)\s*\])?\s*="
    r"(?:\s*\[(?P<list>[^\]]*)\]|\s*(?P<value>[^,\[]*))\s*($|,)"
)


def _converted(name: str, kind: type, text: Any) -> Any:
    """`text` as a value of `kind`; raises ValueError where it is none."""
    if kind is bool and isinstance(text, str):
        if text in ("true", "True", "1"):
            return True
        if text in ("false", "False", "0"):
            return False
        raise ValueError(f"Could not parse hparam of type bool: {name}={text}")
    try:
        if kind is int and isinstance(text, float) and text != int(text):
            raise ValueError
        return kind(text)
    except ValueError:
        raise ValueError(
            f"Could not parse hparam of type '{kind.__name__}': {name}={text}"
        ) from None


class HParams:
    """Names with values, each of the type that it began with.

    Values are attributes too; `parse("learning_rate=0.1,sizes=[1,2]")` changes them.
    """

    def __init__(self, hparam_def=None, model_structure=None, **kwargs):
        self._hparam_types: dict[str, tuple[type, bool]] = {}
        self._model_structure = model_structure
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def add_hparam(self, name: str, value: Any) -> None:
        """Raises ValueError for a name that is taken, or for an empty list."""
        if getattr(self, name, None) is not None:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        if isinstance(value, list | tuple):
            if not value:
                raise ValueError(
                    f"Multi-valued hyperparameters cannot be empty: {name}"
                )
            self._hparam_types[name] = (type(value[0]), True)
        else:
            self._hparam_types[name] = (type(value), False)
        setattr(self, name, value)

    def set_hparam(self, name: str, value: Any) -> None:
        """Raises KeyError for an unknown name, ValueError for another type."""
        kind, several = self._hparam_types[name]
        if isinstance(value, list) != several:
            what = "list" if several else "single value"
            raise ValueError(f"Must pass a {what} for parameter '{name}'.")
        if several:
            value = [_converted(name, kind, v) for v in value]
        elif kind is not type(None):
            value = _converted(name, kind, value)
        setattr(self, name, value)

    def del_hparam(self, name: str) -> None:
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values: str) -> HParams:
        """Set names from "name=value,..."; raises ValueError where it cannot."""
        kinds = {name: kind for name, (kind, _) in self._hparam_types.items()}
        for name, value in parse_values(values, kinds).items():
            if isinstance(value, dict):
                whole = list(getattr(self, name))
                for index, one in value.items():
                    whole[index] = one
                value = whole
            self.set_hparam(name, value)
        return self

    def override_from_dict(self, values_dict: dict) -> HParams:
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    def set_from_map(self, values_map: dict) -> HParams:
        return self.override_from_dict(values_map)

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key: str, default: Any = None) -> Any:
        return getattr(self, key) if key in self._hparam_types else default

    def to_json(self, indent=None, separators=None, sort_keys=False) -> str:
        return json.dumps(
            {n: v for n, v in self.values().items() if not callable(v)},
            indent=indent, separators=separators, sort_keys=sort_keys,
        )  # fmt: skip

    def parse_json(self, values_json: str) -> HParams:
        return self.override_from_dict(json.loads(values_json))

    def get_model_structure(self):
        return self._model_structure

    def set_model_structure(self, model_structure):
        self._model_structure = model_structure

    def __contains__(self, key) -> bool:
        return key in self._hparam_types

    def __str__(self):
        return str(sorted(self.values().items()))

    def __repr__(self):
        return f"HParams({self})"


def parse_values(values: str, type_map: dict, ignore_unknown=False) -> dict[str, Any]:
    """{name: value} of "name=value,name=[a,b],name[1]=c"; an indexed one is a dict.

    Raises ValueError for unknown names and for what cannot be read.
    """
    found: dict[str, Any] = {}
    at = 0
    while at < len(values):
        match = _ASSIGNED.match(values, at)
        if match is None:
            raise ValueError(f"Malformed hyperparameter value: {values[at:]}")
        at = match.end()
        name, index = match["name"], match["index"]
        if name not in type_map:
            if ignore_unknown:
                continue
            raise ValueError(f"Unknown hyperparameter: {name}")
        kind = type_map[name]
        if match["list"] is not None:
            words = [w.strip() for w in match["list"].split(",") if w.strip()]
            found[name] = [_converted(name, kind, w) for w in words]
        elif index is not None:
            entries = found.setdefault(name, {})
            entries[int(index)] = _converted(name, kind, match["value"].strip())
        elif name in found:
            raise ValueError(f"Multiple assignments to variable '{name}' in {values}")
        else:
            found[name] = _converted(name, kind, match["value"].strip())
    return found


__all__ = ["HParams", "parse_values"]
