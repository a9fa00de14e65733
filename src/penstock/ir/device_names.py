"""Names of devices: parts that inner ones give and outer ones fill in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_KEYS = ("job", "replica", "task")


def parts(name: str) -> dict[str, str]:
    """`name` in parts: job, replica, task, device (such as "GPU:0").

    "/gpu:1" is the short way of "/device:GPU:1". Raises ValueError for a part that is
    none of these.
    """
    found: dict[str, str] = {}
    for part in filter(None, name.split("/")):
        key, _, value = part.partition(":")
        if key in _KEYS:
            found[key] = value
        elif key == "device":
            kind, _, index = value.partition(":")
            found["device"] = f"{kind}:{index or '*'}"
        elif key.upper() in ("CPU", "GPU"):
            found["device"] = f"{key.upper()}:{value or '*'}"
        else:
            raise ValueError(
                f"Unknown attribute '{key}' is encountered while parsing the device "
                f"specification '{name}'. Write /job:J/replica:R/task:T/device:GPU:0, "
                "any part may be missing."
            )
    return found


def written(found: dict[str, str]) -> str:
    return "".join(f"/{key}:{found[key]}" for key in (*_KEYS, "device") if key in found)


def placed(node: Any, asked: Sequence[Any]) -> str:
    """Where `node` belongs by what was `asked` around it, the outermost first.

    A name fills in what the ones inside it left open, None ends the search, and a
    function of the node, which sees what was found so far, decides anew.
    """
    for wish in reversed(asked):
        if wish is None:
            break
        if callable(wish):
            node.device = _text(wish(node))
        else:
            node.device = written({**parts(_text(wish)), **parts(node.device)})
    return node.device


def _text(wish: Any) -> str:
    if wish is None:
        return ""
    return wish.to_string() if hasattr(wish, "to_string") else str(wish)
