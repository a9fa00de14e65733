"""`tf.train.Optimizer`: gradients of a loss, applied to variables, as graph nodes.

A subclass says which slots it keeps (`_create_slots`), which numbers it needs
(`_prepare`), and how one variable is updated (`_apply_dense`, `_apply_sparse` and
their resource forms); programs write such subclasses themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

import penstock.backward as backward
from penstock.api.scopes import tensor as as_value
from penstock.core import nest
from penstock.core.dtypes import FLOATING
from penstock.core.errors import UnsupportedError
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.graph import Graph
from penstock.ir.indexed_slices import IndexedSlices
from penstock.ir.op import TABLE
from penstock.ir.tensor import Tensor
from penstock.v1.gradients import gradients
from penstock.v1.train.slots import is_resource, slot_variable
from penstock.v1.variable_lists import trainable_variables
from penstock.v1.variables import Variable


class Optimizer:
    """The base of all 1.x optimizers. As `tf.train.Optimizer`."""

    GATE_NONE, GATE_OP, GATE_GRAPH = 0, 1, 2

    def __init__(self, use_locking: bool = False, name: str = ""):
        if not name:
            raise ValueError("Must specify the optimizer name.")
        self._use_locking = use_locking
        self._name = name
        self._slots: dict[str, dict[Any, Any]] = {}
        self._non_slot: dict[tuple[str, Graph], Any] = {}

    def get_name(self) -> str:
        return self._name

    # --- what programs call ---------------------------------------------------------

    def minimize(
        self, loss, global_step=None, var_list=None, gate_gradients=GATE_OP,
        aggregation_method=None, colocate_gradients_with_ops=False, name=None,
        grad_loss=None,
    ):  # fmt: skip
        """An operation that takes one step down `loss` and counts `global_step` up.

        Raises ValueError where no variable of `var_list` (all trainable ones by
        default) takes part in `loss`.
        """
        pairs = self.compute_gradients(
            loss, var_list, gate_gradients, aggregation_method,
            colocate_gradients_with_ops, grad_loss,
        )  # fmt: skip
        if all(g is None for g, _ in pairs):
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops "
                "that do not support gradients, between variables "
                f"{[str(v) for _, v in pairs]} and loss {loss}."
            )
        return self.apply_gradients(pairs, global_step, name)

    def compute_gradients(
        self, loss: Any, var_list=None, gate_gradients=GATE_OP, aggregation_method=None,
        colocate_gradients_with_ops=False, grad_loss=None,
    ):  # fmt: skip
        """Pairs (gradient or None, variable)."""
        if gate_gradients not in (self.GATE_NONE, self.GATE_OP, self.GATE_GRAPH):
            raise ValueError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP,"
                f" Optimizer.GATE_GRAPH. Not {gate_gradients}"
            )
        if context.executing_eagerly():
            raise UnsupportedError(
                "Under eager execution, take gradients with tf.GradientTape (or "
                "tf.contrib.eager.implicit_gradients) and call apply_gradients."
            )
        if callable(loss):
            loss = loss()
        variables = _flat(trainable_variables() if var_list is None else var_list)
        if not variables:
            raise ValueError("No variables to optimize.")
        for variable in variables:
            if not hasattr(variable, "_ref") and not isinstance(variable, Tensor):
                raise TypeError(f"Argument is not a tf.Variable: {variable!r}")
        if loss.dtype.base_dtype not in FLOATING:
            raise ValueError(
                f"Invalid type {loss.dtype.name} for {loss.name}, expected: "
                f"{[d.name for d in FLOATING]}."
            )
        grads = gradients(loss, variables, grad_ys=grad_loss)
        return list(zip(grads, variables, strict=True))

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """An operation that updates the variables, then counts `global_step` up."""
        pairs = tuple(grads_and_vars)
        if not pairs:
            raise ValueError("No variables provided.")
        pairs = [(_gradient(g), v) for g, v in pairs]
        variables = [v for g, v in pairs if g is not None]
        if not variables:
            raise ValueError(
                f"No gradients provided for any variable: {[str(v) for _, v in pairs]}."
            )
        if context.executing_eagerly():
            return self._apply_now(pairs, variables, global_step)
        graph: Graph = context.landing()
        with graph.control_dependencies(None):
            self._create_slots(variables)
        with graph.name_scope(name or self._name) as scope:
            self._prepare()
            updates = []
            for gradient, variable in pairs:
                if gradient is None:
                    continue
                with graph.name_scope("update_" + _own_name(variable)):
                    updates.append(self._update(gradient, variable))
            return self._finished(
                graph, updates, global_step, name or self._name, scope
            )

    def _apply_now(self, pairs, variables, global_step) -> None:
        """The same under eager execution: the variables change at once."""
        self._create_slots(variables)
        self._prepare()
        for gradient, variable in pairs:
            if gradient is None:
                continue
            self._resource_apply_dense(backward.densify(gradient), variable)
            if getattr(variable, "constraint", None) is not None:
                variable.assign(variable.constraint(variable.read_value()))
        self._advance()
        if global_step is not None:
            global_step.assign_add(1)

    def _advance(self) -> list:
        """Move what all variables share, such as powers: the assignments."""
        return []

    def _finished(self, graph: Graph, updates, global_step, name, scope):
        if global_step is None:
            done = self._finish(updates, scope[:-1] + "/")
        else:
            finish = self._finish(updates, "update")
            with graph.control_dependencies([finish]):
                if is_resource(global_step):
                    done = TABLE["AssignAddVariableOp"](
                        global_step._ref(),
                        as_tensor(graph, 1, global_step.dtype.base_dtype, "value"),
                        name=scope,
                        dtype=global_step.dtype.base_dtype,
                    )
                else:
                    done = TABLE["AssignAdd"](global_step._ref(), 1, name=scope).op
        collection = graph.get_collection_ref("train_op")
        if done not in collection:
            collection.append(done)
        return done

    def _update(self, gradient, variable):
        target = self._chosen_update(gradient, variable)
        constraint = getattr(variable, "constraint", None)
        if constraint is None:
            return target
        after = target if not isinstance(target, Tensor) else target.op
        with context.landing().control_dependencies([after]):
            return variable.assign(constraint(variable.read_value())).op

    def _chosen_update(self, gradient, variable):
        sparse = isinstance(gradient, IndexedSlices)
        if not is_resource(variable):
            if sparse:
                return self._apply_sparse_duplicate_indices(gradient, variable)
            return self._apply_dense(gradient, variable)
        if sparse:
            return self._resource_apply_sparse_duplicate_indices(
                gradient.values, variable, gradient.indices
            )
        return self._resource_apply_dense(gradient, variable)

    # --- slots ------------------------------------------------------------------------

    def get_slot(self, var, name: str):
        """The slot `name` that belongs to `var`, or None."""
        return self._slots.get(name, {}).get(_key(var))

    def get_slot_names(self) -> list[str]:
        return sorted(self._slots)

    def variables(self) -> list:
        """Every variable this optimizer made in the current graph, by name."""
        graph = context.landing()
        own = [v for (_, g), v in self._non_slot.items() if g is graph]
        own += [s for slots in self._slots.values() for s in slots.values()]
        return sorted(own, key=lambda v: v.op.name)

    def _zeros_slot(self, var, slot_name: str, op_name: str):
        return self._slot(var, slot_name, op_name, lambda: 0.0)

    def _get_or_make_slot(self, var, val, slot_name: str, op_name: str):
        return self._slot(var, slot_name, op_name, lambda: val)

    def _get_or_make_slot_with_initializer(
        self, var, initializer, shape, dtype, slot_name, op_name
    ):
        return self._slot(
            var, slot_name, op_name, lambda: initializer(shape.as_list(), dtype=dtype)
        )

    def _slot(self, var, slot_name: str, op_name: str, value: Callable):
        slots = self._slots.setdefault(slot_name, {})
        key = _key(var)
        if key not in slots:
            slots[key] = slot_variable(var, value, op_name)
        return slots[key]

    def _create_non_slot_variable(self, initial_value, name: str, colocate_with=None):
        key = (name, context.landing())
        if key not in self._non_slot:
            resource = colocate_with is not None and is_resource(colocate_with)
            self._non_slot[key] = Variable(
                initial_value, trainable=False, name=name, use_resource=resource
            )
        return self._non_slot[key]

    def _get_non_slot_variable(self, name: str, graph=None):
        return self._non_slot.get((name, graph or context.landing()))

    def _call_if_callable(self, param):
        return param() if callable(param) else param

    # --- what subclasses define ------------------------------------------------------

    def _create_slots(self, var_list) -> None:
        """Make the slots of `var_list`; none by default."""

    def _prepare(self) -> None:
        """Make the tensors of learning rate and friends; none by default."""

    def _apply_dense(self, grad, var):
        raise NotImplementedError(f"{type(self).__name__} has no _apply_dense.")

    def _resource_apply_dense(self, grad, handle):
        raise NotImplementedError(
            f"{type(self).__name__} has no _resource_apply_dense."
        )

    def _apply_sparse(self, grad, var):
        return self._apply_dense(backward.densify(grad), var)

    def _resource_apply_sparse(self, grad, handle, indices):
        raise NotImplementedError(
            f"{type(self).__name__} has no _resource_apply_sparse."
        )

    def _apply_sparse_duplicate_indices(self, grad, var):
        return self._apply_sparse(grad, var)  # the rules add duplicates up themselves

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):
        return self._resource_apply_sparse(grad, handle, indices)

    def _finish(self, update_ops: Sequence, name_scope: str):
        """One operation that waits for every update."""
        graph = context.landing()
        nodes = [u.op if isinstance(u, Tensor) else u for u in update_ops]
        with graph.control_dependencies(None), graph.control_dependencies(nodes):
            return TABLE["NoOp"](name=name_scope)


class RuleOptimizer(Optimizer):
    """An optimizer whose whole update is one op of the table: `ApplyX(...)`.

    `rule` is X, `slots` its slot arguments in order with (slot name, node name), and
    `_scalars()` gives the other arguments by name.
    """

    rule = ""
    slots: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, Any] = MappingProxyType({})
    dense_only = False

    def _scalars(self) -> dict[str, Any]:
        raise NotImplementedError

    def _create_slots(self, var_list) -> None:
        for var in var_list:
            for slot, name in self.slots:
                self._zeros_slot(var, slot, name)

    def _prepare(self) -> None:
        graph = context.landing()
        self._tensors = {
            name: as_tensor(graph, self._call_if_callable(value), None, name)
            for name, value in self._scalars().items()
        }

    def _numbers(self, kind) -> dict[str, Any]:
        """The scalars in the variable's dtype."""
        out = {}
        for name, tensor in self._tensors.items():
            same = tensor.dtype.base_dtype is kind
            out[name] = tensor if same else TABLE["Cast"](tensor, DstT=kind)
        return out

    def _call(self, op_type: str, var, grads: dict[str, Any]):
        declared = TABLE[op_type]
        kind = var.dtype.base_dtype
        values = {"var": var, **grads, **self._numbers(kind), **self._extra(var)}
        for (slot, _), arg in zip(self.slots, declared.inputs[1:], strict=False):
            values[arg.name] = self.get_slot(var, slot)
        if context.executing_eagerly():
            held = ["var", *(a.name for a in declared.inputs[1 : 1 + len(self.slots)])]
            return apply_rule(
                op_type, [values[n] for n in held],
                [values[a.name] for a in declared.inputs[len(held) :]], self.options,
            )  # fmt: skip
        args = [
            values[a.name]._ref() if a.dtype is not None else values[a.name]
            for a in declared.inputs
        ]
        out = declared(*args, T=kind, use_locking=self._use_locking, **self.options)
        return out.op if isinstance(out, Tensor) else out

    def _extra(self, var) -> dict[str, Any]:
        """Arguments that are variables, such as `beta1_power`."""
        return {}

    def _apply_dense(self, grad, var):
        return self._call(f"Apply{self.rule}", var, self._gradient_args(grad))

    def _resource_apply_dense(self, grad, handle):
        return self._call(
            f"ResourceApply{self.rule}", handle, self._gradient_args(grad)
        )

    def _gradient_args(self, grad) -> dict[str, Any]:
        return {"grad": grad}

    def _apply_sparse(self, grad, var):
        if self.dense_only:
            return self._apply_dense(grad._dense_tensor(), var)
        return self._call(
            f"SparseApply{self.rule}", var,
            {"grad": grad.values, "indices": grad.indices},
        )  # fmt: skip

    def _resource_apply_sparse(self, grad, handle, indices):
        if self.dense_only:
            dense = IndexedSlices(grad, indices, shape_tensor(handle))._dense_tensor()
            return self._resource_apply_dense(dense, handle)
        return self._call(
            f"ResourceSparseApply{self.rule}", handle,
            {"grad": grad, "indices": indices},
        )  # fmt: skip


def shape_tensor(variable) -> Tensor:
    return context.landing().constant(np.array(variable.shape.as_list(), np.int32))


def _gradient(gradient):
    if gradient is None or isinstance(gradient, Tensor | IndexedSlices):
        return gradient
    return as_tensor(context.landing(), gradient, None, "gradient")


def _flat(variables) -> list:
    # A Keras layer's weight has a variable of the graph that stands for it.
    return [getattr(v, "graph_variable", v) for v in nest.flatten(variables)]


def _key(variable):
    return id(variable)


def _own_name(variable) -> str:
    return variable.op.name


def apply_rule(
    op_type: str, held: list, rest: list, options: Mapping[str, Any]
) -> None:
    """One update of eager variables: `held` are the variable and its slots."""
    arrays = [np.asarray(as_value(v)) for v in (*held, *rest)]
    news = TABLE[op_type].body(*arrays, **options)
    news = news if isinstance(news, tuple) else (news,)
    for variable, new in zip(held, news, strict=True):
        variable.assign(np.asarray(new).astype(variable.dtype.np))
