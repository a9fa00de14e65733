"""`SpectralNormalization`: a layer whose kernel has spectral norm one."""

from __future__ import annotations

from penstock.api import array, math, nn
from penstock.keras import initializers
from penstock.keras.input_spec import InputSpec
from penstock.keras.layers.options import when_training
from penstock.keras.layers.wrappers import Wrapper


class SpectralNormalization(Wrapper):
    """`layer`, its kernel divided in training by its largest singular value.

    Found by `power_iterations` steps from the vector kept in `vector_u`. Miyato et al.
    (2018).
    """

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(layer, **kwargs)
        if power_iterations <= 0:
            raise ValueError(
                "`power_iterations` should be greater than zero. Received: "
                f"`power_iterations={power_iterations}`"
            )
        self.power_iterations = power_iterations

    def build(self, input_shape):
        super().build(input_shape)
        self.input_spec = InputSpec(shape=[None, *tuple(input_shape)[1:]])
        kernel = getattr(self.layer, "kernel", None)
        if kernel is None:
            kernel = getattr(self.layer, "embeddings", None)
        if kernel is None:
            raise ValueError(
                f"{type(self.layer).__name__} object has no attribute 'kernel' nor "
                "'embeddings'"
            )
        object.__setattr__(self, "kernel", kernel)
        self.vector_u = self.add_weight(
            "vector_u", (1, kernel.shape[-1]), trainable=False,
            initializer=initializers.TruncatedNormal(stddev=0.02),
        )  # fmt: skip

    def call(self, inputs, training=False):
        when_training(training, self._normalise, lambda: array.zeros([]))
        return self.layer(inputs)

    def _normalise(self):
        kernel = self.kernel.value()
        matrix = array.reshape(kernel, [-1, kernel.dims[-1]])
        u, v = self.vector_u.value(), None
        for _ in range(self.power_iterations):
            v = nn.l2_normalize(math.matmul(u, matrix, transpose_b=True))
            u = nn.l2_normalize(math.matmul(v, matrix))
        sigma = math.matmul(math.matmul(v, matrix), u, transpose_b=True)
        self.vector_u.assign(u)
        self.kernel.assign(array.reshape(matrix / sigma, kernel.dims))
        return array.zeros([])

    def get_config(self):
        return {**super().get_config(), "power_iterations": self.power_iterations}
