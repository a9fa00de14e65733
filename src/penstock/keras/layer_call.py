"""`Calling`: what happens around a layer's `call`: building, casting, masks."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from penstock.core import nest
from penstock.core.dtypes import as_dtype
from penstock.core.shapes import TensorShape
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.keras import backend_config as config
from penstock.keras import names, scratch, tracking
from penstock.keras.input_spec import check
from penstock.keras.layer_variable import casting
from penstock.keras.masks import getattr_mask, set_mask
from penstock.keras.running import running, weight_scope
from penstock.v2.scopes import name_scope


class Calling(tracking.Open):
    """A layer's calls on values and on symbolic tensors."""

    name: str
    built: bool
    compute_dtype: str
    variable_dtype: str
    supports_masking: bool
    activity_regularizer: Any
    input_spec: Any
    _name: str
    _autocast: bool
    _initial_weights: Any
    _calls_made: list[scratch.LayerCall]

    def build(self, input_shape) -> None:
        """Make the weights for inputs of `input_shape` (batch first, None unknown)."""
        self._build_input_shape = input_shape
        self.built = True

    def call(self, inputs, *args, **kwargs):
        """What the layer computes; to be defined by subclasses."""
        return inputs

    def __call__(self, *args, **kwargs):
        args, kwargs = self._named_inputs(args, kwargs)
        flat = nest.flatten((args, kwargs))
        symbolic = any(scratch.is_symbolic(t) for t in flat)
        if symbolic and not isinstance(context.landing(), scratch.ScratchGraph):
            return self._symbolic_call(args, kwargs)
        return self._compute(args, kwargs)

    def _named_inputs(self, args, kwargs):
        """The first argument may come by its name."""
        if args or not kwargs:
            return args, kwargs
        first = parameters(self)[0] if parameters(self) else "inputs"
        if first in kwargs:
            kwargs = dict(kwargs)
            return (kwargs.pop(first),), kwargs
        return args, kwargs

    def _symbolic_call(self, args, kwargs):
        """The functional API: compute in the scratch graph and remember the call."""
        where = scratch.graph()
        with context.entered(where):
            outputs = self._compute(args, kwargs)
            outputs = _fresh(outputs, nest.flatten((args, kwargs)))
        call = scratch.LayerCall(
            self,
            args,
            kwargs,
            [t for t in nest.flatten(outputs)],
            len(self._calls_made),
        )
        scratch.remember(call)
        self._calls_made.append(call)
        return outputs

    def _compute(self, args, kwargs):
        inputs = nest.map_structure(_as_input, args[0]) if args else None
        rest = args[1:]
        if self.input_spec is not None and args:
            check(self.input_spec, inputs, self.name)
        if self._autocast and args:
            inputs = nest.map_structure(self._cast, inputs)
        training = self._training(rest, kwargs)
        if not running.training:
            self._clear_losses()
        kwargs = self._with_context(dict(kwargs), rest, inputs, training)
        running.training.append(training)
        try:
            with (
                name_scope(self._scope_name()),
                self._naming(),
                casting(self._read_dtype()),
            ):
                if not self.built:
                    self._build_for(inputs)
                outputs = self.call(inputs, *rest, **kwargs) if args else self.call(
                    **kwargs
                )  # fmt: skip
                if self.activity_regularizer is not None:
                    self._regularize(outputs)
        finally:
            running.training.pop()
        self._set_mask(inputs, outputs, kwargs.get("mask"))
        return outputs

    def _read_dtype(self):
        """What floating weights are read as during `call`; None for what they are."""
        if not self._autocast or self.compute_dtype == self.variable_dtype:
            return None
        return as_dtype(self.compute_dtype)

    def _naming(self):
        """Weights made during the call carry this layer's name, unless a graph does."""
        return weight_scope(self._name)

    def _scope_name(self) -> str:
        return names.snake_case(self._name) if " " in self._name else self._name

    def _build_for(self, inputs) -> None:
        shapes = nest.map_structure(_shape_of, inputs)
        self._build_at(shapes)

    def _build_at(self, shapes) -> None:
        with context.entered(context.outermost()), casting(None):
            self.build(shapes)
        self._build_input_shape = shapes
        self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def _cast(self, value):
        if isinstance(value, Tensor) and value.dtype.base_dtype.is_floating:
            wanted = as_dtype(self.compute_dtype) if self.compute_dtype else value.dtype
            if wanted.is_floating and value.dtype.base_dtype is not wanted:
                mask = getattr_mask(value)
                value = TABLE["Cast"](value, DstT=wanted)
                set_mask(value, mask)
        return value

    def _training(self, rest, kwargs):
        """`training`: this call's, else the surrounding call's, else the phase."""
        given = kwargs.get("training")
        if given is None:
            known = parameters(self)
            if "training" in known:
                at = known.index("training") - 1
                given = rest[at] if 0 <= at < len(rest) else None
        if given is not None:
            return given
        if running.training:
            return running.training[-1]
        return config.learning_phase()

    def _with_context(self, kwargs, rest, inputs, training):
        """`training` and `mask` for a `call` that takes them and was not given them."""
        known = parameters(self)
        if "training" in known and kwargs.get("training") is None:
            if known.index("training") - 1 >= len(rest):
                kwargs["training"] = training
        elif "training" not in known and not _takes_any(self):
            kwargs.pop("training", None)
        if "mask" in known and kwargs.get("mask") is None:
            if known.index("mask") - 1 >= len(rest):
                masks = nest.map_structure(getattr_mask, inputs)
                if any(m is not None for m in nest.flatten(masks)):
                    kwargs["mask"] = masks
                elif "mask" in kwargs:
                    kwargs["mask"] = None
        return kwargs

    def _set_mask(self, inputs, outputs, mask) -> None:
        if mask is None:
            mask = nest.map_structure(getattr_mask, inputs)
            if all(m is None for m in nest.flatten(mask)):
                mask = None
        computed = self.compute_mask(inputs, mask)
        if computed is None:
            return
        flat = nest.flatten(outputs)
        masks = nest.flatten(computed)
        for tensor, m in zip(flat, masks, strict=False):
            if m is not None and getattr_mask(tensor) is None:
                set_mask(tensor, m)

    def compute_mask(self, inputs, mask=None):
        """The mask that goes on with the outputs: the inputs', where supported."""
        if not self.supports_masking:
            return None
        return mask

    def compute_output_shape(self, input_shape):
        """The output's shape for inputs of `input_shape`, found by a symbolic call."""
        shapes = as_shapes(input_shape)
        inputs = nest.map_structure(
            lambda s: scratch.placeholder(s, self.compute_dtype or "float32", "shape"),
            shapes,
        )
        with context.entered(scratch.graph()):
            outputs = self._compute((inputs,), {})
        return nest.map_structure(lambda t: t.shape, outputs)


def parameters(layer: Any) -> list[str]:
    """The names of `call`'s parameters, without self; found once for each class."""
    cls = type(layer)
    found = _signatures.get(cls)
    if found is None or layer.__dict__.get("call") is not None:
        parameters = list(inspect.signature(layer.call).parameters.values())
        names_ = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD]
        any_ = any(p.kind is p.VAR_KEYWORD for p in parameters)
        found = _signatures[cls] = (names_, any_)
    return found[0]


_signatures: dict[type, tuple[list[str], bool]] = {}


def takes(layer: Any, name: str) -> bool:
    """Whether the layer's `call` has a parameter `name`."""
    return name in parameters(layer) or _takes_any(layer)


def _takes_any(layer: Any) -> bool:
    parameters(layer)
    return _signatures[type(layer)][1]


def _as_input(value):
    if isinstance(value, np.ndarray | np.generic | float | int | list) or hasattr(
        value, "_dense_tensor"
    ):
        return as_tensor(context.landing(), value, None, None)
    return value


def _shape_of(value):
    return value.shape if hasattr(value, "shape") else None


def _fresh(outputs, inputs):
    """Outputs that are inputs passed through, as tensors of their own."""
    held = {id(t) for t in inputs}

    def renew(tensor):
        if not isinstance(tensor, Tensor):
            return as_tensor(context.landing(), tensor, None, None)
        if id(tensor) in held or scratch.history(tensor) is not None:
            mask = getattr_mask(tensor)
            tensor = TABLE["Identity"](tensor)
            set_mask(tensor, mask)
        return tensor

    return nest.map_structure(renew, outputs)


def as_shapes(input_shape):
    if isinstance(input_shape, TensorShape):
        return input_shape
    if isinstance(input_shape, dict):
        return {k: as_shapes(v) for k, v in input_shape.items()}
    if isinstance(input_shape, list | tuple) and any(
        isinstance(s, list | tuple | TensorShape) for s in input_shape
    ):
        return [as_shapes(s) for s in input_shape]
    return TensorShape(input_shape)
