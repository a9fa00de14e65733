"""Clusters of one worker, which does everything itself; larger ones are refused.

A program written for parameter servers then runs as its one worker runs: its variables
are here, and its session's target is ignored.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from penstock.core.errors import UnsupportedError
from penstock.formats.messages import ClusterDef

_INSTEAD = (
    "Parameter servers and their clusters are not in Penstock, apart from those of one "
    "worker. Run the program as one worker, or with "
    "tf.train.MonitoredTrainingSession(is_chief=True) and no master"
)


class ClusterSpec:
    """The addresses of the tasks of each job.

    `cluster` maps job names to lists of addresses, or to dictionaries from numbers to
    addresses; it may be a ClusterDef or another ClusterSpec. Raises TypeError for
    anything else.
    """

    def __init__(self, cluster):
        if isinstance(cluster, ClusterSpec):
            cluster = cluster.as_dict()
        elif isinstance(cluster, ClusterDef):
            cluster = {job.name: dict(job.tasks) for job in cluster.job}
        if not isinstance(cluster, Mapping):
            raise TypeError(
                "`cluster` must be a dictionary mapping one or more job names to lists "
                "of network addresses, or a `ClusterDef` protocol buffer"
            )
        self._jobs: dict[str, dict[int, str]] = {
            str(job): _numbered(job, tasks) for job, tasks in cluster.items()
        }

    @property
    def jobs(self) -> list[str]:
        return list(self._jobs)

    def num_tasks(self, job_name: str) -> int:
        return len(self._tasks(job_name))

    def task_indices(self, job_name: str) -> list[int]:
        return sorted(self._tasks(job_name))

    def task_address(self, job_name: str, task_index: int) -> str:
        tasks = self._tasks(job_name)
        if task_index not in tasks:
            raise ValueError(
                f"No task with index {task_index!r} in job {job_name!r}; there are "
                f"{sorted(tasks)}."
            )
        return tasks[task_index]

    def job_tasks(self, job_name: str) -> list[str | None]:
        """The addresses of a job by number, None for numbers that it lacks."""
        tasks = self._tasks(job_name)
        return [tasks.get(i) for i in range(max(tasks, default=-1) + 1)]

    def _tasks(self, job_name: str) -> dict[int, str]:
        if job_name not in self._jobs:
            raise ValueError(f"No such job in cluster: {job_name!r}")
        return self._jobs[job_name]

    def as_dict(self) -> dict[str, Any]:
        """Lists of addresses; dictionaries where numbers are missing."""
        return {
            job: list(tasks.values())
            if list(tasks) == list(range(len(tasks)))
            else dict(tasks)
            for job, tasks in self._jobs.items()
        }

    def as_cluster_def(self):
        message = ClusterDef()
        for name in sorted(self._jobs):
            job = message.job.add(name=name)
            for number, address in sorted(self._jobs[name].items()):
                job.tasks[number] = address
        return message

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def __eq__(self, other) -> bool:
        return isinstance(other, ClusterSpec) and self._jobs == other._jobs

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"ClusterSpec({self.as_dict()!r})"


def _numbered(job, tasks) -> dict[int, str]:
    if isinstance(tasks, Mapping):
        return dict(sorted((int(i), str(address)) for i, address in tasks.items()))
    if isinstance(tasks, list | tuple):
        return dict(enumerate(map(str, tasks)))
    raise TypeError(
        f"The value for job {job!r} must be a list of addresses or a dictionary from "
        f"task numbers to addresses; received {tasks!r}."
    )


class Server:
    """The task of a cluster that this process is.

    Raises ValueError where the cluster lacks the task, UnsupportedError where it has
    several workers.
    """

    def __init__(
        self, server_or_cluster_def, job_name=None, task_index=None, protocol=None,
        config=None, start=True,
    ):  # fmt: skip
        del protocol, config, start
        spec = ClusterSpec(server_or_cluster_def)
        self._cluster = spec
        if job_name is None:
            if len(spec.jobs) != 1:
                raise ValueError(
                    "Must specify an explicit job name: the cluster has the jobs "
                    f"{spec.jobs}."
                )
            job_name = spec.jobs[0]
        if task_index is None:
            if spec.num_tasks(job_name) != 1:
                raise ValueError(
                    f"Must specify an explicit task index: job {job_name!r} has "
                    f"{spec.num_tasks(job_name)} tasks."
                )
            task_index = spec.task_indices(job_name)[0]
        self._address = spec.task_address(job_name, task_index)
        workers = [job for job in spec.jobs if job != "ps"]
        if sum(spec.num_tasks(job) for job in workers) > 1:
            raise UnsupportedError(
                f"tf.train.Server of a cluster with several workers, {spec.as_dict()}. "
                f"{_INSTEAD}."
            )
        self._serves = job_name != "ps"

    @staticmethod
    def create_local_server(config=None, start=True) -> Server:
        """The only task of a cluster of its own."""
        return Server({"local": ["localhost:0"]}, "local", 0, None, config, start)

    @property
    def target(self) -> str:
        """The address for a session, which ignores it: everything runs here."""
        return f"grpc://{self._address}"

    def start(self) -> None:
        """Accepted: nothing listens, since there is no other worker."""

    def join(self) -> None:
        """Wait for ever, as a parameter server does; here it has nothing to do."""
        threading.Event().wait()


def replica_device_setter(
    ps_tasks=0, ps_device="/job:ps", worker_device="/job:worker", merge_devices=True,
    cluster=None, ps_ops=None, ps_strategy=None,
):  # fmt: skip
    """A function for `tf.device`: variables go to the parameter servers in turn.

    None where there are none. All devices are this process.
    """
    del merge_devices
    if cluster is not None:
        job = ps_device.split("job:")[-1].split("/")[0]
        spec = ClusterSpec(cluster)
        ps_tasks = spec.num_tasks(job) if job in spec.jobs else 0
    if not ps_tasks:
        return None
    kinds = ps_ops or ("Variable", "VariableV2", "VarHandleOp")
    given = 0

    def device(node) -> str:
        nonlocal given
        if node.type not in kinds:
            return worker_device or ""
        if "task:" in ps_device:
            return ps_device
        number = given % ps_tasks if ps_strategy is None else ps_strategy(node)
        given += 1
        return f"{ps_device}/task:{number}"

    return device


def SyncReplicasOptimizer(*args, **kwargs):
    """Raises UnsupportedError: `tf.train.SyncReplicasOptimizer` needs a cluster."""
    raise UnsupportedError(f"tf.train.SyncReplicasOptimizer. {_INSTEAD}.")


__all__ = ["ClusterSpec", "Server", "SyncReplicasOptimizer", "replica_device_setter"]
