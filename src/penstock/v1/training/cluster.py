"""Clusters of parameter servers: named, and refused with what to do instead."""

from __future__ import annotations

from penstock.core.errors import UnsupportedError

_INSTEAD = (
    "is not in Penstock: parameter servers and their clusters are not supported. Run "
    "the program in one process (tf.train.MonitoredTrainingSession with is_chief=True "
    "and no master, or a plain tf.Session)"
)


def _refused(name: str):
    def refuse(*args, **kwargs):
        raise UnsupportedError(f"tf.train.{name} {_INSTEAD}.")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"Raises UnsupportedError: `tf.train.{name}` needs a cluster."
    return refuse


ClusterSpec = _refused("ClusterSpec")
Server = _refused("Server")
SyncReplicasOptimizer = _refused("SyncReplicasOptimizer")
replica_device_setter = _refused("replica_device_setter")

__all__ = ["ClusterSpec", "Server", "SyncReplicasOptimizer", "replica_device_setter"]
