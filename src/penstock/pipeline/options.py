"""`tf.data.Options`: accepted and kept; only what changes results is acted on."""

from __future__ import annotations

from typing import Any, ClassVar


class _Group:
    """Tuning switches by name (`options.threading.private_threadpool_size`).

    Each is of a known kind, or None where nobody has set it.
    """

    _kinds: ClassVar[dict[str, Any]] = {}

    def __init__(self):
        self.__dict__.update(dict.fromkeys(self._kinds))

    def __setattr__(self, name: str, value) -> None:
        if name not in self._kinds and not isinstance(
            getattr(type(self), name, None), property
        ):
            raise AttributeError(
                f"Cannot set the property {name} on {type(self).__name__}."
            )
        kind = self._kinds.get(name)
        if kind is not None and value is not None and not isinstance(value, kind):
            raise TypeError(
                f'Property "{name}" must be of type {kind}, got: {value} '
                f"(type: {type(value)})"
            )
        object.__setattr__(self, name, value)

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)

    def __repr__(self):
        inner = ", ".join(f"{key}={value!r}" for key, value in vars(self).items())
        return f"{type(self).__name__}({inner})"


def _switches(names: str, kind: Any = bool) -> dict[str, Any]:
    return dict.fromkeys(names.split(), kind)


class AutotuneOptions(_Group):
    _kinds: ClassVar = {
        **_switches("enabled"),
        **_switches("cpu_budget ram_budget initial_parallelism min_parallelism", int),
        **_switches("autotune_algorithm", None),
    }


class DistributeOptions(_Group):
    _kinds: ClassVar = {
        **_switches("auto_shard_policy", None),
        **_switches("num_devices", int),
    }


class OptimizationOptions(_Group):
    _kinds: ClassVar = _switches(
        "apply_default_optimizations filter_fusion filter_parallelization"
        " inject_prefetch map_and_batch_fusion map_and_filter_fusion map_fusion"
        " map_parallelization noop_elimination parallel_batch seq_interleave_prefetch"
        " shuffle_and_repeat_fusion"
    )


class ServiceOptions(_Group):
    _kinds: ClassVar = _switches("pinned")


class ThreadingOptions(_Group):
    _kinds: ClassVar = _switches(
        "max_intra_op_parallelism private_threadpool_size", int
    )


class Options(_Group):
    """Tuning of a data set. Results never depend on it: order is always kept."""

    autotune: AutotuneOptions
    deterministic: bool | None
    distribute: DistributeOptions
    experimental_optimization: OptimizationOptions
    threading: ThreadingOptions

    _kinds: ClassVar = {
        "autotune": AutotuneOptions,
        "distribute": DistributeOptions,
        "experimental_optimization": OptimizationOptions,
        "experimental_service": ServiceOptions,
        "threading": ThreadingOptions,
        **_switches("dataset_name", str),
        **_switches("experimental_external_state_policy framework_type", None),
        **_switches(
            "deterministic experimental_slack experimental_symbolic_checkpoint"
            " experimental_warm_start"
        ),
    }

    def __init__(self):
        super().__init__()
        for name, kind in self._kinds.items():
            if isinstance(kind, type) and issubclass(kind, _Group):
                setattr(self, name, kind())

    # The names of TensorFlow 2.0 to 2.4.
    @property
    def experimental_deterministic(self):
        return self.deterministic

    @experimental_deterministic.setter
    def experimental_deterministic(self, value):
        self.deterministic = value

    @property
    def experimental_distribute(self):
        return self.distribute

    @property
    def experimental_threading(self):
        return self.threading

    @experimental_threading.setter
    def experimental_threading(self, value):
        self.threading = value

    def merge(self, options: Options) -> Options:
        """These options with every value that `options` sets."""
        merged = Options()
        for source in (self, options):
            _copy_set(source, merged)
        return merged


def _copy_set(source: _Group, target: _Group) -> None:
    for name, value in vars(source).items():
        if isinstance(value, _Group):
            _copy_set(value, getattr(target, name))
        elif value is not None:
            setattr(target, name, value)
