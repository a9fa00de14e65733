"""Local response and batch normalisation."""

from laws.sample import Sample, f32, uniform

PLAIN = {"epsilon": 0.001}
WHY = "one pass over the batch against two"


def _batch(op, training, shape, **options):
    c = shape[-1]
    inputs = [f32(*shape), uniform(0.5, 2, c), f32(c), f32(c), uniform(0.5, 2, c)]
    return Sample(op, inputs, {"is_training": training, **PLAIN}, vjp=False,
                  rtol=3e-5, atol=5e-6, why=WHY, **options)  # fmt: skip


SAMPLES = [
    Sample("LRN", [f32(2, 3, 3, 7)], rtol=2e-5, atol=2e-6, why="pow in float32"),
    Sample("LRN", [f32(1, 2, 2, 6)],
           {"depth_radius": 2, "bias": 1.5, "alpha": 0.3, "beta": 0.75}, rtol=3e-5,
           atol=2e-6, why="pow in float32"),
    Sample("LRNGrad", [f32(1, 2, 2, 6), f32(1, 2, 2, 6), f32(1, 2, 2, 6)], grad=False,
           value=False),
    _batch("FusedBatchNormV3", True, (4, 3, 2, 5)),
    _batch("FusedBatchNormV3", True, (1, 1, 1, 3)),
    _batch("FusedBatchNormV3", False, (4, 3, 2, 5)),
]  # fmt: skip
