"""`tf.make_template`: a function that shares its variables between calls."""

from __future__ import annotations

import functools
from collections.abc import Callable

from penstock.v1.variable_scope import variable_scope


def make_template(
    name_, func_, create_scope_now_=False, unique_name_=None, custom_getter_=None,
    **kwargs,
) -> Callable:  # fmt: skip
    """`func_` with `kwargs` filled in, making its variables at the first call.

    Later calls share them. `name_` names the scope, made unique; `unique_name_` is
    taken as it is.
    """
    return Template(
        name_, functools.partial(func_, **kwargs) if kwargs else func_,
        create_scope_now_, unique_name_, custom_getter_,
    )  # fmt: skip


class Template:
    """A function and the scope of its variables."""

    def __init__(self, name, function, now=False, unique_name=None, getter=None):
        self._name, self._function = name, function
        self._unique_name, self._getter = unique_name, getter
        self._scope = None
        self._called = False
        if now:
            self._open()

    def _open(self) -> None:
        if self._unique_name is not None:
            scope = variable_scope(self._unique_name, custom_getter=self._getter)
        else:
            scope = variable_scope(None, self._name, custom_getter=self._getter)
        with scope as entered:
            self._scope = entered

    def __call__(self, *args, **kwargs):
        if self._scope is None:
            self._open()
        # Variables that a first call made without get_variable are not shared.
        with variable_scope(self._scope, reuse=self._called or None):
            result = self._function(*args, **kwargs)
        self._called = True
        return result

    @property
    def variable_scope(self):
        return self._scope

    @property
    def var_scope(self):
        return self._scope

    @property
    def name(self) -> str:
        return self._scope.name if self._scope is not None else self._name

    @property
    def trainable_variables(self) -> list:
        return self._scope.trainable_variables() if self._scope is not None else []

    @property
    def variables(self) -> list:
        return self._scope.global_variables() if self._scope is not None else []


__all__ = ["make_template"]
