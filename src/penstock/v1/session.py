"""`Session`: run parts of a graph, keep its variables."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.core.dtypes import string
from penstock.core.errors import InvalidArgumentError, UnsupportedError
from penstock.core.shapes import show
from penstock.ir import context, sessions
from penstock.ir.graph import Graph
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.node import Node
from penstock.ir.tensor import Tensor
from penstock.runtime.plan import make_plan
from penstock.runtime.step import Runnable, Store, at_node
from penstock.runtime.tracing import run_traced
from penstock.runtime.values import get, put
from penstock.v1.default_graph import get_default_graph
from penstock.v1.feeds import feed, feed_target

log = logging.getLogger("tensorflow")


class BaseSession:
    """What `Session` and `InteractiveSession` share."""

    def __init__(self, target: str = "", graph: Graph | None = None, config=None):
        self._closed = True
        _check_arguments(target, graph, config)
        if target:
            log.warning("Session target %r is ignored: everything runs here.", target)
        if config is not None:
            from penstock.v1.config import apply_config

            apply_config(config)
        self._graph = graph if graph is not None else get_default_graph()
        self._config = config
        self._store = Store()
        self._calls: dict[Any, _Call] = {}
        self._closed = False

    @property
    def graph(self) -> Graph:
        return self._graph

    @property
    def graph_def(self):
        return self._graph.as_graph_def()

    @property
    def sess_str(self) -> bytes:
        return b""

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """The values of `fetches` (tensors, operations, names, nested) as NumPy.

        `feed_dict` maps tensors to the values they take in this run. With
        `options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)` the nodes run one
        by one, and `run_metadata.step_stats` tells what each took. Raises
        InvalidArgumentError for a placeholder that is not fed, ValueError for a value
        of the wrong shape, FailedPreconditionError for an uninitialised variable,
        RuntimeError once the session is closed.
        """
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        fed = _named(feed_dict) if feed_dict else ()
        one = type(fetches)
        if one is list or one is tuple:
            key = (one, *map(id, fetches), fed)
        else:
            key = (id(fetches), fed)
        call = self._calls.get(key)
        if call is None:
            call = self._prepare(key, fetches, feed_dict)
        if options is not None or run_metadata is not None:
            from penstock.v1.step_stats import Collector, wanted

            if wanted(options, run_metadata):
                return call(self._store, feed_dict, Collector(run_metadata))
        return call(self._store, feed_dict)

    def _prepare(self, key, fetches, feed_dict) -> _Call:
        if not self._graph.version:
            raise RuntimeError(
                "The Session graph is empty. Add operations to the graph before "
                "calling run()." + (_EAGER if context.executing_eagerly() else "")
            )
        if not _is_lasting(fetches, feed_dict):
            key = (_by_content(fetches), tuple(map(_by_content, feed_dict or ())))
            if key in self._calls:
                return self._calls[key]
        call = _Call(self._graph, fetches, list(feed_dict or ()))
        self._calls[key] = call  # holds its fetches and feeds: ids stay theirs
        return call

    def make_callable(self, fetches, feed_list: Sequence | None = None, **_):
        """A function of the values of `feed_list` that runs `fetches`."""
        feeds = list(feed_list or ())
        call = _Call(self._graph, fetches, feeds)

        def run(*values):
            if self._closed:
                raise RuntimeError("Attempted to use a closed Session.")
            if len(values) != len(feeds):
                raise TypeError(
                    f"This callable takes {len(feeds)} values, one for each tensor of "
                    f"its feed_list; received {len(values)}."
                )
            return call(self._store, dict(zip(feeds, values, strict=True)))

        return run

    def partial_run(self, *args, **kwargs):
        raise UnsupportedError(
            "Session.partial_run is not in Penstock. Fetch what you need in one run."
        )

    partial_run_setup = partial_run

    def set_variable(self, variable, value) -> None:
        """Give `variable` a value without adding to the graph; `Variable.load`."""
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        put(self._store, variable._tensor.op, value)

    def variable_value(self, variable) -> np.ndarray:
        """The value of `variable` without adding to the graph."""
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        return get(self._store, variable._tensor.op)

    def node_value(self, name: str) -> np.ndarray:
        """The value of the variable whose node is `name`."""
        return get(self._store, self._graph.get_operation_by_name(name))

    def list_devices(self):
        from penstock.runtime.devices import session_devices

        return session_devices()

    def close(self) -> None:
        """Free the variables. Running afterwards raises RuntimeError."""
        self._closed = True
        self._store.clear()
        self._calls.clear()

    def as_default(self):
        """A context manager: `Tensor.eval()` inside uses this session."""
        return sessions.entered(self)

    @classmethod
    def reset(cls, target, containers=None, config=None) -> None:
        """Accepted: containers of other processes do not exist here."""


class Session(BaseSession):
    """A graph's variables and the means to run its parts. As `tf.Session`."""

    def __enter__(self):
        self._entered = (self._graph.as_default(), sessions.entered(self))
        for manager in self._entered:
            manager.__enter__()
        return self

    def __exit__(self, kind, error, traceback):
        for manager in reversed(self._entered):
            manager.__exit__(kind, error, traceback)
        self.close()


class InteractiveSession(BaseSession):
    """A session that is the default one from the moment it is made."""

    def __init__(self, target: str = "", graph: Graph | None = None, config=None):
        super().__init__(target, graph, config)
        self._graph_entered = None
        if graph is not None:
            self._graph_entered = graph.as_default()
            self._graph_entered.__enter__()
        sessions.enter(self)

    def close(self) -> None:
        super().close()
        sessions.leave(self)
        if self._graph_entered is not None:
            self._graph_entered.__exit__(None, None, None)
            self._graph_entered = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _check_arguments(target, graph, config) -> None:
    if not isinstance(target, str | bytes):
        raise TypeError(
            f'Argument `target` must be a string, but got "{type(target).__name__}"'
        )
    if graph is not None and not isinstance(graph, Graph):
        raise TypeError(
            f'Argument `graph` must be a tf.Graph, but got "{type(graph).__name__}"'
        )
    # By name: the class takes 50 ms to import, and few programs have one.
    if config is not None and type(config).__name__ != "ConfigProto":
        raise TypeError(
            "Argument `config` must be a tf.ConfigProto, but got "
            f'"{type(config).__name__}"'
        )


_EAGER = (
    " Tensors are computed eagerly here: use `with tf.Graph().as_default():`, or run"
    " under the 1.x face."
)


class _Call:
    """One kind of `run`: these fetches, these feeds."""

    def __init__(self, graph: Graph, fetches, feeds: list):
        # Rebuilt: what the program does to its own list later changes nothing here.
        self.structure = nest.map_structure(lambda leaf: leaf, fetches)
        self.keys = feeds
        self.feeds: list[Tensor | tuple] = [feed_target(graph, f) for f in feeds]
        leaves = nest.flatten(fetches)
        self.fetched = [_fetch(graph, leaf) for leaf in leaves]
        parts = [p for f in self.fetched for p in f.parts]
        flat_feeds = nest.flatten(self.feeds)
        plan = make_plan(parts, flat_feeds)
        self.missing = plan.missing
        self.aliases = plan.aliases
        self.runnable = Runnable(plan)
        self.single = self.fetched[0] if not nest.is_nested(fetches) else None
        self.flat = type(fetches) is list and all(
            not nest.is_nested(f) for f in fetches
        )

    def __call__(self, store: Store, feed_dict, observe=None):
        values: dict[int, Any] = {}
        if self.feeds:
            for target, key in zip(self.feeds, self.keys, strict=True):
                feed(values, target, feed_dict[key])
        if self.missing:
            raise _not_fed(self.missing[0])
        if observe is None:
            self.runnable.run(store, values)
        else:
            run_traced(self.runnable, store, values, observe)
        if self.single is not None:
            return self.single.read(self, store, values)
        out = [f.read(self, store, values) for f in self.fetched]
        return out if self.flat else nest.pack(self.structure, out)

    def value(self, tensor: Tensor, store: Store, values: dict[int, Any]):
        key = id(tensor)
        found = values.get(key)
        if found is None:
            variable = self.aliases.get(key)
            if variable is None:
                found = tensor._node.attrs["value"]  # a constant, fetched itself
            else:
                found = store.get(variable)
                if found is None:
                    from penstock.runtime.step import uninitialized

                    raise uninitialized(variable)
        return _to_user(found, tensor.dtype)


def _to_user(value, dtype):
    """A NumPy array or scalar that the program may write to."""
    array = np.array(value)
    if array.ndim == 0:
        if dtype.base_dtype is string:
            return array.item()
        return array[()]
    return array


class _FetchTensor:
    def __init__(self, tensor: Tensor):
        self.tensor = tensor
        self.parts = [tensor]

    def read(self, call, store, values):
        return call.value(self.tensor, store, values)


class _FetchNode:
    def __init__(self, node: Node):
        self.parts = [node]

    def read(self, call, store, values):
        return None


class _FetchComposite:
    """Several tensors that make one value, such as IndexedSlices."""

    def __init__(self, parts: list[Tensor], build):
        self.parts = parts
        self.build = build

    def read(self, call, store, values):
        return self.build(*[call.value(t, store, values) for t in self.parts])


def _fetch(graph: Graph, leaf):
    if isinstance(leaf, IndexedSlices):
        parts = [leaf.values, leaf.indices]
        if leaf.dense_shape is not None:
            parts.append(leaf.dense_shape)
        return _FetchComposite(parts, IndexedSlicesValue)
    components = getattr(leaf, "_fetch_components", None)
    if components is not None:
        return _FetchComposite(*components())
    if leaf is None:
        raise TypeError(
            'Argument `fetch` = None has invalid type "NoneType". Cannot be None: '
            "fetch a tensor or an operation."
        )
    try:
        found = graph.as_graph_element(leaf)
    except TypeError as error:
        raise TypeError(
            f"Argument `fetch` = {leaf} has invalid type "
            f'"{type(leaf).__name__}" must be a string or Tensor. ({error})'
        ) from None
    except (ValueError, KeyError) as error:
        raise ValueError(
            f"Argument `fetch` = {leaf} cannot be interpreted as a Tensor. ({error})"
        ) from None
    if not graph.is_fetchable(found):
        raise ValueError(f"Operation or tensor {found.name} may not be fetched.")
    return _FetchNode(found) if isinstance(found, Node) else _FetchTensor(found)


class IndexedSlicesValue:
    """Fetched `IndexedSlices`: NumPy `values`, `indices`, `dense_shape`."""

    def __init__(self, values, indices, dense_shape=None):
        self.values, self.indices, self.dense_shape = values, indices, dense_shape

    def __iter__(self):
        return iter((self.values, self.indices, self.dense_shape))

    def __repr__(self):
        return f"IndexedSlicesValue(values={self.values!r}, indices={self.indices!r})"


def _named(feed_dict) -> tuple[int, ...]:
    """The ids of what `feed_dict` feeds."""
    if type(feed_dict) is dict or isinstance(feed_dict, Mapping):
        return tuple(map(id, feed_dict))
    raise TypeError(
        "feed_dict must be a dictionary from tensors to values, received "
        f"{type(feed_dict).__name__}."
    )


def _is_lasting(fetches, feed_dict) -> bool:
    """Whether all that is named is known by its identity: no throw-away containers."""
    items = fetches if isinstance(fetches, list | tuple) else [fetches]
    return not any(
        nest.is_nested(i) or isinstance(i, str | bytes)
        for i in [*items, *(feed_dict or ())]
    )


def _by_content(item):
    """What makes two containers of fetches the same: their kinds, keys and leaves."""
    if isinstance(item, str | bytes):
        return item
    if isinstance(item, Mapping):
        return (type(item), *((k, _by_content(v)) for k, v in item.items()))
    if isinstance(item, list | tuple):
        return (type(item), *map(_by_content, item))
    if nest.is_nested(item):
        return (type(item), *map(id, nest.flatten(item)))
    return id(item)


#: What TensorFlow's runtime calls these dtypes.
_RUNTIME_NAMES = {"float32": "float", "float64": "double", "float16": "half"}


def _not_fed(tensor: Tensor) -> Exception:
    kind = _RUNTIME_NAMES.get(tensor.dtype.name, tensor.dtype.name)
    return at_node(
        InvalidArgumentError,
        tensor._node,
        f"You must feed a value for placeholder tensor '{tensor._node.name}' with "
        f"dtype {kind} and shape {show(tensor.dims)}: pass "
        f"feed_dict={{{tensor._node.name}: ...}} to run",
    )
