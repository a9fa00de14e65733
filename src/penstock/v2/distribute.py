"""`tf.distribute` on one device: programs written for several run as they are.

There is one replica. Strategies that ask for several devices by name raise
UnsupportedError.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from enum import Enum
from typing import Any

from penstock.core.errors import UnsupportedError


class ReduceOp(Enum):
    """How values of replicas become one."""

    SUM = "SUM"
    MEAN = "MEAN"


class InputContext:
    """Which part of the input belongs to whom: all to one."""

    def __init__(self, num_input_pipelines=1, input_pipeline_id=0,
                 num_replicas_in_sync=1):  # fmt: skip
        self.num_input_pipelines = num_input_pipelines
        self.input_pipeline_id = input_pipeline_id
        self.num_replicas_in_sync = num_replicas_in_sync

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        if global_batch_size % self.num_replicas_in_sync:
            raise ValueError(
                f"The global_batch_size {global_batch_size} is not divisible by "
                f"num_replicas_in_sync {self.num_replicas_in_sync}."
            )
        return global_batch_size // self.num_replicas_in_sync


class ReplicaContext:
    """Inside of `Strategy.run`: the one replica."""

    replica_id_in_sync_group = 0
    num_replicas_in_sync = 1

    def __init__(self, strategy: Strategy):
        self.strategy = strategy

    def all_reduce(self, reduce_op, value, options=None):
        return value

    def all_gather(self, value, axis, options=None):
        return value

    def merge_call(self, merge_fn, args=(), kwargs=None):
        return merge_fn(self.strategy, *args, **(kwargs or {}))


class StrategyExtended:
    """What libraries ask of a strategy."""

    def __init__(self, strategy: Strategy):
        self._strategy = strategy

    worker_devices = ("/device:CPU:0",)
    parameter_devices = worker_devices
    should_checkpoint = should_save_summary = True

    def update(self, var, fn, args=(), kwargs=None, group=True):
        return fn(var, *args, **(kwargs or {}))

    def reduce_to(self, reduce_op, value, destinations, options=None):
        return value

    def colocate_vars_with(self, variable):
        return contextlib.nullcontext()

    def value_container(self, value):
        return value


class Strategy:
    """One replica on this machine's device. As `tf.distribute.Strategy`."""

    num_replicas_in_sync = 1

    def __init__(self, extended=None):
        self.extended = StrategyExtended(self)
        self.cluster_resolver = None

    @contextlib.contextmanager
    def scope(self) -> Iterator[Strategy]:
        """Where variables belong to the strategy: they are ordinary ones."""
        _entered.append(self)
        try:
            yield self
        finally:
            _entered.pop()

    def run(self, fn, args=(), kwargs=None, options=None):
        """`fn` of the arguments, once."""
        with self.scope():
            _replicas.append(ReplicaContext(self))
            try:
                return fn(*args, **(kwargs or {}))
            finally:
                _replicas.pop()

    def reduce(self, reduce_op, value, axis):
        """The replicas' values as one, reduced along `axis` where it is given."""
        from penstock.api.math_reduce import reduce_mean, reduce_sum

        if axis is None:
            return value
        name = getattr(reduce_op, "value", reduce_op)
        return (reduce_sum if str(name).upper() == "SUM" else reduce_mean)(value, axis)

    def gather(self, value, axis):
        return value

    def experimental_distribute_dataset(self, dataset, options=None):
        return dataset

    def distribute_datasets_from_function(self, dataset_fn, options=None):
        return dataset_fn(InputContext())

    experimental_distribute_datasets_from_function = distribute_datasets_from_function

    def experimental_distribute_values_from_function(self, value_fn):
        return value_fn(ReplicaContext(self))

    def experimental_local_results(self, value) -> tuple:
        return (value,)

    def update_config_proto(self, config_proto):
        return config_proto


def _one_device(devices: Any, who: str) -> None:
    if devices is not None and not isinstance(devices, str) and len(devices) > 1:
        raise UnsupportedError(
            f"{who}(devices={list(devices)}): Penstock runs on one device. Leave "
            "devices out, or name one."
        )


class OneDeviceStrategy(Strategy):
    """Everything on one device."""

    def __init__(self, device):
        super().__init__()
        self.device = device


class MirroredStrategy(Strategy):
    """Copies on the devices of this machine, of which Penstock uses one."""

    def __init__(self, devices=None, cross_device_ops=None):
        _one_device(devices, "MirroredStrategy")
        super().__init__()


class MultiWorkerMirroredStrategy(Strategy):
    """Several machines, where a cluster is configured; here this one alone."""

    def __init__(self, cluster_resolver=None, communication_options=None):
        import json
        import os

        cluster = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {})
        if len(cluster.get("worker", [])) > 1:
            raise UnsupportedError(
                "MultiWorkerMirroredStrategy: TF_CONFIG names several workers, "
                "Penstock runs on one."
            )
        super().__init__()


class CentralStorageStrategy(MirroredStrategy):
    """Variables in one place; here everything is."""


class CrossDeviceOps:
    """How devices exchange values: not at all with one."""

    def __init__(self, *_, **__):
        pass


class NcclAllReduce(CrossDeviceOps):
    """Accepted."""


class HierarchicalCopyAllReduce(CrossDeviceOps):
    """Accepted."""


class ReductionToOneDevice(CrossDeviceOps):
    """Accepted."""


class RunOptions(CrossDeviceOps):
    """Accepted."""


class InputOptions(CrossDeviceOps):
    """Accepted."""


_default = Strategy()
_entered: list[Strategy] = []
_replicas: list[ReplicaContext] = []


def get_strategy() -> Strategy:
    """The strategy whose scope was entered, or the one there always is."""
    return _entered[-1] if _entered else _default


def has_strategy() -> bool:
    """Whether a strategy's scope was entered."""
    return bool(_entered)


def in_cross_replica_context() -> bool:
    """Whether this is inside of a scope and outside of `run`."""
    return bool(_entered) and not _replicas


def get_replica_context() -> ReplicaContext | None:
    """The replica inside of `run` or outside of scopes; None in a scope alone."""
    if _replicas:
        return _replicas[-1]
    return None if _entered else ReplicaContext(_default)


def experimental_set_strategy(strategy) -> None:
    """Enter a strategy for good; None leaves it."""
    _entered[:] = [] if strategy is None else [strategy]


__all__ = [
    "CrossDeviceOps", "HierarchicalCopyAllReduce", "InputContext", "InputOptions",
    "MirroredStrategy", "MultiWorkerMirroredStrategy", "NcclAllReduce",
    "OneDeviceStrategy", "ReduceOp", "ReductionToOneDevice", "ReplicaContext",
    "RunOptions", "Strategy", "StrategyExtended", "experimental_set_strategy",
    "get_replica_context", "get_strategy", "has_strategy", "in_cross_replica_context",
]  # fmt: skip
