"""`tf.data.Options`: accepted and kept; only what changes results is acted on."""

from __future__ import annotations


class _Group:
    """A bag of tuning switches (`options.threading.private_threadpool_size`)."""

    def __init__(self, **values):
        self.__dict__.update(values)

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)

    def __repr__(self):
        inner = ", ".join(f"{key}={value!r}" for key, value in vars(self).items())
        return f"{type(self).__name__}({inner})"


class AutotuneOptions(_Group):
    pass


class DistributeOptions(_Group):
    pass


class OptimizationOptions(_Group):
    pass


class ThreadingOptions(_Group):
    pass


class Options(_Group):
    """Tuning of a data set. Results never depend on it: order is always kept."""

    distribute: DistributeOptions
    threading: ThreadingOptions

    def __init__(self):
        super().__init__(
            autotune=AutotuneOptions(),
            deterministic=None,
            distribute=DistributeOptions(),
            experimental_optimization=OptimizationOptions(),
            experimental_slack=None,
            threading=ThreadingOptions(),
        )

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

    def merge(self, other: Options) -> Options:
        """These options with every value that `other` sets."""
        merged = Options()
        for source in (self, other):
            for key, value in vars(source).items():
                if isinstance(value, _Group):
                    getattr(merged, key).__dict__.update(vars(value))
                elif value is not None:
                    setattr(merged, key, value)
        return merged
