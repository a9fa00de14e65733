"""Loops and branches of TensorFlow 1.x graphs, found among their Switches and Merges.

There a loop is Enter -> Merge -> Switch -> (body) -> NextIteration -> Merge, left by
Exit, a branch Switch -> (nodes) -> Merge. `found` puts a `Loop` or `Branch` in place of
each: what it takes, which nodes it holds, what leaves it. Loops in loops and branches
in branches are found again when their nodes are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from penstock.core.errors import UnsupportedError
from penstock.formats.messages import NodeDef

_SWITCHES = ("Switch", "RefSwitch")
_MERGES = ("Merge", "RefMerge")
_ENTERS = ("Enter", "RefEnter")
_NEXT = ("NextIteration", "RefNextIteration")
_EXITS = ("Exit", "RefExit")
KINDS = (*_SWITCHES, *_MERGES, *_ENTERS, *_NEXT, *_EXITS)


@dataclass(frozen=True, slots=True)
class Part:
    """Nodes that give `outputs`; `arguments` says which references are which input."""

    nodes: list[Any]
    outputs: list[str]
    arguments: dict[str, int]


@dataclass(frozen=True, slots=True)
class Construct:
    """A loop (`first` its condition, `second` its body) or a branch (else, then).

    `input` names what it takes, the predicate of a branch first.
    """

    name: str
    op: str
    input: list[str]
    first: Part
    second: Part


def plain(reference: str) -> str:
    """The name of the node that an input of a NodeDef refers to."""
    return reference.lstrip("^").split(":")[0]


def found(messages: Sequence[Any]) -> list[Any]:
    """`messages` with Constructs for the outermost loops, then for all branches."""
    if not any(m.op in KINDS for m in messages):
        return list(messages)
    return _Branches(_Loops(messages).replaced()).replaced()


def _same(name: str, source: str) -> Any:
    """A node `name` that passes on what `source` gives."""
    return NodeDef(name=name, op="Identity", input=[source])


def _collected(by_name: dict, roots: Iterable[str], stops) -> list[Any]:
    """The nodes that `roots` need, not looking behind references in `stops`."""
    seen: dict[str, None] = {}
    stack = list(roots)
    while stack:
        reference = stack.pop()
        name = plain(reference)
        if reference in stops or name in seen or name not in by_name:
            continue
        message = by_name[name]
        if message.op in KINDS and reference.startswith("^"):
            continue  # waits for the branch or round it is in, as all of it does
        seen[name] = None
        stack.extend(message.input)
    return [_unbound(by_name[name], by_name) for name in seen]


def _unbound(message, by_name: dict) -> Any:
    """`message` without waiting for the branch or round that it is in."""
    kept = [
        i
        for i in message.input
        if not i.startswith("^")
        or plain(i) not in by_name
        or by_name[plain(i)].op not in KINDS
    ]
    if len(kept) == len(message.input) or isinstance(message, Construct):
        return message
    freed = NodeDef()
    freed.CopyFrom(message)
    del freed.input[:]
    freed.input.extend(kept)
    return freed


class _Loops:
    """The outermost frames of some nodes."""

    def __init__(self, messages: Sequence[Any]):
        self.messages = list(messages)
        self.by_name = {m.name: m for m in messages}
        self.frames = self._frames()

    def _frames(self) -> dict[str, str | None]:
        """Node -> the frame it is in; None for what comes through no Enter."""
        frames: dict[str, str | None] = {}
        parents: dict[str, str | None] = {}
        for first in self.messages:
            stack = [first.name]
            while stack:
                message = self.by_name[stack[-1]]
                sources = [plain(i) for i in self._before(message)]
                waiting = [s for s in sources if s in self.by_name and s not in frames]
                if waiting and len(stack) <= len(self.by_name):
                    stack.append(waiting[0])
                    continue
                stack.pop()
                inside = [frames[s] for s in sources if frames.get(s) is not None]
                frame = inside[0] if inside else None
                if message.op in _ENTERS:
                    name = message.attr["frame_name"].s.decode()
                    parents.setdefault(name, frame)
                    frame = name
                elif message.op in _EXITS:
                    frame = parents.get(frame or "")
                frames[message.name] = frame
        self.parents = parents
        return frames

    def _before(self, message) -> list[str]:
        """Its inputs but for those that come from the round before."""
        return [
            i
            for i in message.input
            if plain(i) not in self.by_name or self.by_name[plain(i)].op not in _NEXT
        ]

    def replaced(self) -> list[Any]:
        outer = [f for f, parent in self.parents.items() if parent is None]
        constructs = [self._loop(frame) for frame in outer]
        gone = {m.name for m in self.messages if self.frames[m.name] is not None}
        kept = [m for m in self.messages if m.name not in gone]
        for construct, exits in constructs:
            kept.append(construct)
            kept += [_same(name, f"{construct.name}:{i}") for name, i in exits]
        names = {m.name for m in kept}
        return [m for m in kept if not (m.op in _EXITS and m.name in names - gone)]

    def _loop(self, frame: str) -> tuple[Construct, list[tuple[str, int]]]:
        inside = [m for m in self.messages if self.frames[m.name] == frame]
        enters = [m for m in inside if m.op in _ENTERS]
        names = {m.name for m in enters}
        merges = [
            m for m in inside
            if m.op in _MERGES and any(plain(i) in names for i in m.input)
        ]  # fmt: skip
        test, body, values, following, exits = {}, {}, [], [], []
        for at, merge in enumerate(merges):
            enter, after = (self.by_name[plain(i)] for i in merge.input)
            if enter.op in _NEXT:
                enter, after = after, enter
            values.append(enter.input[0])
            following.append(after.input[0])
            names.discard(enter.name)
            test[merge.name] = body[merge.name] = at
            for switch in inside:
                if switch.op in _SWITCHES and switch.input[0] == merge.name:
                    body[f"{switch.name}:1"] = at
                    exits += [
                        (m.name, at) for m in self.messages
                        if m.op in _EXITS and m.input[0] == switch.name
                    ]  # fmt: skip
        for enter in enters:
            if enter.name in names:
                test[enter.name] = body[enter.name] = len(values)
                following.append(enter.name)
                values.append(enter.input[0])
        goes_on = next((m for m in inside if m.op == "LoopCond"), None)
        if goes_on is None or not merges:
            raise UnsupportedError(f"Frame '{frame}' of the GraphDef is no loop.")
        wanted = [goes_on.input[0]]
        first = Part(_collected(self.by_name, wanted, test), wanted, test)
        second = Part(_collected(self.by_name, following, body), following, body)
        construct = Construct(f"{_scope(merges[0].name)}Loop", "While", values, first,
                              second)  # fmt: skip
        return construct, exits


def _scope(name: str) -> str:
    return f"{name.rpartition('/')[0]}/" if "/" in name else f"{name}_"


class _Branches:
    """The branches of nodes that hold no loop of Enters."""

    def __init__(self, messages: Sequence[Any]):
        self.messages = list(messages)
        self.by_name = {m.name: m for m in messages}

    def replaced(self) -> list[Any]:
        groups: dict[tuple[str, str], list[Any]] = {}
        for merge in [m for m in self.messages if m.op in _MERGES]:
            ends = [self._switches(i) for i in merge.input]
            pred = next((p for side in ends for p, _ in side.values()), None)
            if pred is None:
                raise UnsupportedError(
                    f"Merge '{merge.name}' of the GraphDef is alone."
                )
            groups.setdefault((pred, _scope(merge.name)), []).append(merge)
        while groups:
            ready = [key for key, merges in groups.items() if self._innermost(merges)]
            if not ready:
                raise UnsupportedError("The GraphDef has branches that cross.")
            for key in ready:
                self._replace(*key, groups.pop(key))
        return self._without_dead()

    def _switches(self, reference: str) -> dict[str, tuple[str, bool]]:
        """Reference to a Switch that `reference` comes from -> (predicate, true?)."""
        out: dict[str, tuple[str, bool]] = {}
        seen: set[str] = set()
        stack = [reference]
        while stack:
            at = stack.pop()
            message = self.by_name.get(plain(at))
            if message is None or at in seen:
                continue
            seen.add(at)
            if message.op in _SWITCHES:
                out[at] = (self._predicate(message.input[1]), at.endswith(":1"))
            elif message.op in _MERGES:
                for side in message.input:  # one that is inside: behind its Switches
                    for inner in self._switches(side):
                        stack.append(self.by_name[plain(inner)].input[0])
            else:
                stack.extend(message.input)
        return out

    def _predicate(self, reference: str) -> str:
        """`reference` without the Identities on its way."""
        message = self.by_name.get(plain(reference))
        while message is not None and message.op == "Identity":
            reference = message.input[0]
            message = self.by_name.get(plain(reference))
        return reference

    def _innermost(self, merges: list[Any]) -> bool:
        """Whether no other Merge lies between these and their Switches."""
        stops = self._stops(merges)
        roots = [i for m in merges for i in m.input]
        return not any(n.op in _MERGES for n in _collected(self.by_name, roots, stops))

    def _stops(self, merges: list[Any]) -> set[str]:
        return {s for m in merges for i in m.input for s in self._switches(i)}

    def _replace(self, pred: str, scope: str, merges: list[Any]) -> None:
        sides: list[list[str]] = [[], []]
        stops: tuple[dict[str, int], dict[str, int]] = ({}, {})
        values: list[str] = []
        for merge in merges:
            ends = [self._switches(i) for i in merge.input]
            flat = [[true for _, true in side.values()] for side in ends]
            swapped = any(flat[0]) or (bool(flat[1]) and not any(flat[1]))
            for side, at in zip(merge.input, (swapped, not swapped), strict=True):
                sides[at].append(side)
            for side in ends:
                for reference, (_, true) in side.items():
                    data = self.by_name[plain(reference)].input[0]
                    if data not in values:
                        values.append(data)
                    stops[true].setdefault(reference, values.index(data))
        parts = [
            Part(_collected(self.by_name, outputs, arguments), outputs, arguments)
            for outputs, arguments in zip(sides, stops, strict=True)
        ]
        name = f"{scope}Branch"
        while name in self.by_name:
            name += "_"
        self._put(Construct(name, "If", [pred, *values], parts[0], parts[1]))
        for i, merge in enumerate(merges):
            self._put(_same(merge.name, f"{name}:{i}"))

    def _put(self, message) -> None:
        self.by_name[message.name] = message

    def _without_dead(self) -> list[Any]:
        """What remains but for the insides of branches, which depend on a Switch."""
        dead: dict[str, bool] = {}
        limit = len(self.by_name)  # a longer way goes round a cycle, told later

        def is_dead(first: str) -> bool:
            stack = [first]
            while stack:
                message = self.by_name[stack[-1]]
                sources = [plain(i) for i in message.input]
                waiting = [s for s in sources if s in self.by_name and s not in dead]
                if message.op not in _SWITCHES and waiting and len(stack) <= limit:
                    stack.append(waiting[0])
                    continue
                stack.pop()
                dead[message.name] = message.op in _SWITCHES or any(
                    dead.get(s, False) for s in sources
                )
            return dead[first]

        return [m for name, m in self.by_name.items() if not is_dead(name)]
