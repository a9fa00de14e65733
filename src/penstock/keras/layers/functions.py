"""`Lambda`: a function as a layer, and how it is stored."""

from __future__ import annotations

import base64
import marshal
import sys
import threading
import types
from contextlib import contextmanager

from penstock.keras import registry
from penstock.keras.layer import Layer


class _Permission(threading.local):
    code = False


_permission = _Permission()


@contextmanager
def loading_code(allowed: bool):
    """Whether stored lambdas may be executed inside the `with`."""
    before, _permission.code = _permission.code, allowed
    try:
        yield
    finally:
        _permission.code = before


def code_is_allowed() -> bool:
    """Whether stored lambdas may be executed here."""
    return _permission.code


def allow_code() -> None:
    """Execute stored lambdas from now on, whatever file they come from.

    As `keras.config.enable_unsafe_deserialization`.
    """
    _permission.code = True


class Lambda(Layer):
    """`function` as a layer; it may take `mask` and `training`."""

    def __init__(
        self, function, output_shape=None, mask=None, arguments=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.arguments = arguments or {}
        self.function = function
        self._mask = mask
        self._output = output_shape
        if mask is not None:
            self.supports_masking = True
        code = getattr(function, "__code__", None)
        names = code.co_varnames[: code.co_argcount] if code else ()
        self._passes = [n for n in ("mask", "training") if n in names]

    def call(self, inputs, mask=None, training=None):
        given = {"mask": mask, "training": training}
        more = {**self.arguments, **{n: given[n] for n in self._passes}}
        return self.function(inputs, **more)

    def compute_mask(self, inputs, mask=None):
        return self._mask(inputs, mask) if callable(self._mask) else self._mask

    def get_config(self):
        function, kind = _stored(self.function)
        shape, shape_kind = self._output, "raw"
        if callable(shape):
            shape, shape_kind = _stored(shape)
        return {
            **super().get_config(), "function": function, "function_type": kind,
            "module": getattr(self.function, "__module__", None),
            "output_shape": shape, "output_shape_type": shape_kind,
            "output_shape_module": None, "arguments": dict(self.arguments),
        }  # fmt: skip

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        kind = config.pop("function_type", None)
        for name in ("module", "output_shape_module"):
            config.pop(name, None)
        shape_kind = config.pop("output_shape_type", "raw")
        config["function"] = _restored(config["function"], kind)
        if shape_kind != "raw" and config.get("output_shape") is not None:
            config["output_shape"] = _restored(config["output_shape"], shape_kind)
        return cls(**config)


def _stored(function):
    """(what configs hold of `function`, "lambda" or "function")."""
    if getattr(function, "__name__", "") != "<lambda>":
        return registry.get_registered_name(function), "function"
    closure = function.__closure__
    return {
        "class_name": "__lambda__",
        "config": {
            "code": base64.b64encode(marshal.dumps(function.__code__)).decode("ascii"),
            "defaults": function.__defaults__,
            "closure": tuple(c.cell_contents for c in closure) if closure else None,
        },
    }, "lambda"


def _restored(stored, kind):
    if callable(stored):
        return stored
    if isinstance(stored, str) and kind != "lambda":
        found = registry.find_custom(stored)
        if found is None:
            raise ValueError(
                f"Unknown function of a Lambda layer: {stored!r}. Pass it in "
                "`custom_objects`."
            )
        return found
    if not _permission.code:
        raise ValueError(
            "The file holds a Lambda layer with Python code, which could do "
            "anything on "
            "this machine. If you trust where the file comes from, load it with "
            "`safe_mode=False`."
        )
    if isinstance(stored, dict):
        inner = stored["config"]
        code, defaults, closure = inner["code"], inner["defaults"], inner["closure"]
    else:
        code, defaults, closure = stored
    try:
        loaded = marshal.loads(base64.b64decode(code))
    except (ValueError, EOFError, TypeError) as error:
        raise ValueError(
            "The Lambda layer's code was stored by another version of Python "
            "and cannot "
            f"be read by {sys.version.split()[0]}. Pass the function in "
            "`custom_objects`, or give the layer a named function."
        ) from error
    cells = tuple(types.CellType(c) for c in closure) if closure else None
    defaults = tuple(defaults) if defaults else None
    module = {"__builtins__": __builtins__}
    sys_modules = sys.modules
    if "penstock" in sys_modules:
        module["tf"] = sys_modules["penstock"]
        module["K"] = getattr(sys_modules["penstock"].keras, "backend", None)
    return types.FunctionType(loaded, module, "<lambda>", defaults, cells)
