"""Pooling: what padding counts, and where the gradient of a tie goes."""

import itertools

import numpy as np

from laws.sample import Sample, a32, f32, f64, i32

TIES = a32(np.arange(36) // 3 % 4).reshape(1, 6, 6, 1)
FLAT = np.zeros((1, 4, 4, 2), np.float32)
VOLUME = f64(1, 4, 6, 6, 2).astype(np.float32)
SHAPES = [(6, 6, 2, 2), (5, 7, 2, 2), (6, 6, 3, 2), (7, 7, 3, 3), (5, 5, 3, 1)]

#: What a fractional pool drew: where its windows begin.
PICTURE = np.random.RandomState(5).permutation(60).reshape(1, 6, 5, 2).astype("f")
ROWS, COLUMNS = np.array([0, 2, 4, 6]), np.array([0, 3, 5])


def _largest(x, shared):
    """The largest of each window; shared ones reach into their neighbours."""
    return np.stack([
        np.stack([x[:, a : b + shared, c : d + shared].max((1, 2))
                  for c, d in itertools.pairwise(COLUMNS)], 1)
        for a, b in itertools.pairwise(ROWS)
    ], 1)  # fmt: skip


def _pool(op, x, k, s, padding, **options):
    attrs = {"ksize": [1, k, k, 1], "strides": [1, s, s, 1], "padding": padding}
    return Sample(op, [x], attrs, **options)


def _grad_size(n, k, s, padding):
    return -(-n // s) if padding == "SAME" else (n - k) // s + 1


def _max_grad(op, x, k, s, padding):
    _, h, w, c = x.shape
    out = np.full(
        (x.shape[0], _grad_size(h, k, s, padding), _grad_size(w, k, s, padding), c),
        -np.inf, np.float32,
    )  # fmt: skip
    rows, columns = out.shape[1:3]
    needed = [(rows - 1) * s + k - h, (columns - 1) * s + k - w]
    pad = [max(n, 0) // 2 if padding == "SAME" else 0 for n in needed]
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            top, left = i * s - pad[0], j * s - pad[1]
            window = x[:, max(top, 0) : top + k, max(left, 0) : left + k]
            out[:, i, j] = window.max((1, 2))
    dy = f32(*(x.shape if op.endswith("GradGrad") else out.shape))
    return Sample(
        op, [x, out, dy],
        {"ksize": [1, k, k, 1], "strides": [1, s, s, 1], "padding": padding},
        vjp=False,
    )  # fmt: skip


SAMPLES = [
    *[_pool(op, f32(2, h, w, 3), k, s, padding)
      for op in ("MaxPool", "AvgPool") for padding in ("SAME", "VALID")
      for h, w, k, s in SHAPES],
    *[_pool("MaxPool", x, k, s, padding, vjp=False)
      for x in (TIES, FLAT) for padding in ("SAME", "VALID")
      for k, s in [(2, 2), (3, 2), (2, 1)]],
    _pool("MaxPool", f64(1, 4, 4, 2), 2, 2, "VALID"),
    _pool("AvgPool", f64(1, 4, 4, 2), 2, 2, "VALID"),
    *[_max_grad(op, x, k, s, padding)
      for op in ("MaxPoolGrad", "MaxPoolGradGrad") for padding in ("SAME", "VALID")
      for x in (f64(2, 6, 6, 2).astype(np.float32), TIES) for k, s in [(2, 2), (3, 2)]],
    *[Sample("AvgPoolGrad", [i32([2, 6, 5, 3]), f32(2, *size, 3)],
             {"ksize": [1, 3, 3, 1], "strides": [1, 2, 2, 1], "padding": padding})
      for padding, size in [("SAME", (3, 3)), ("VALID", (2, 2))]],
    *[Sample(op, [f32(1, 4, 5, 6, 2)],
             {"ksize": [1, 2, 2, 2, 1], "strides": [1, 2, 2, 2, 1], "padding": padding})
      for op in ("MaxPool3D", "AvgPool3D") for padding in ("SAME", "VALID")],
    Sample("AvgPool3DGrad", [i32([1, 4, 5, 6, 2]), f32(1, 2, 3, 3, 2)],
           {"ksize": [1, 2, 2, 2, 1], "strides": [1, 2, 2, 2, 1], "padding": "SAME"}),
    *[Sample("MaxPoolWithArgmax", [f32(2, 5, 6, 2)],
             {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": padding,
              "include_batch_in_index": batch}, vjp=False)
      for padding in ("SAME", "VALID") for batch in (False, True)],
    *[Sample("Dilation2D", [f32(2, 6, 5, 3), f32(3, 2, 3)],
             {"strides": [1, n, n, 1], "rates": [1, m, m, 1], "padding": padding},
             vjp=False)
      for padding in ("SAME", "VALID") for n, m in [(1, 1), (2, 1), (1, 2)]],
    *[Sample(op, [f32(2, 6, 5, 3), f32(3, 2, 3), f32(2, 6, 5, 3)],
             {"strides": [1, 1, 1, 1], "rates": [1, 1, 1, 1], "padding": "SAME"},
             grad=False)
      for op in ("Dilation2DBackpropInput", "Dilation2DBackpropFilter")],
    *[Sample(op, [VOLUME, VOLUME.reshape(1, 2, 2, 3, 2, 3, 2, 2).max((2, 4, 6)),
                  f32(*(VOLUME.shape if op.endswith("GradGrad") else (1, 2, 3, 3, 2)))],
             {"ksize": [1, 2, 2, 2, 1], "strides": [1, 2, 2, 2, 1],
              "padding": "VALID"}, vjp=False)
      for op in ("MaxPool3DGrad", "MaxPool3DGradGrad")],
    *[Sample("FractionalMaxPoolGrad",
             [PICTURE, _largest(PICTURE, shared), f32(1, 3, 2, 2), ROWS, COLUMNS],
             {"overlapping": shared}, grad=False) for shared in (False, True)],
    *[Sample("FractionalAvgPoolGrad",
             [np.array(PICTURE.shape, np.int64), f32(1, 3, 2, 2), ROWS, COLUMNS],
             {"overlapping": shared}, grad=False) for shared in (False, True)],
]  # fmt: skip
