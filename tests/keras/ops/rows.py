"""Functions of `keras.ops` on small data: (name, arguments, options). NumPy only."""

import numpy as np

r = np.random.RandomState(0)
A = r.randn(3, 4).astype("float32")
P = np.abs(A) + 0.1
B = r.randn(3, 4).astype("float32")
K = r.randint(-5, 6, (3, 4)).astype("int32")
J = r.randint(1, 5, (3, 4)).astype("int32")
V = r.randn(4).astype("float32")
U = np.clip(A, -0.9, 0.9)
T = r.randn(2, 3, 4).astype("float32")
S = (A[:3, :3] @ A[:3, :3].T + 3 * np.eye(3)).astype("float32")
L = np.array([[True, False, True]])
X4 = r.randn(2, 6, 6, 3).astype("float32")
ROWS = [
    (n, (A,), {})
    for n in """
        exp expm1 sin cos tan tanh sinh cosh arctan arcsinh sign square negative
        abs floor ceil trunc round cbrt deg2rad rad2deg exp2 isnan isinf
        isfinite reciprocal erf relu sigmoid softmax gelu elu selu silu softplus
        softsign log_softmax log_sigmoid hard_tanh squareplus transpose ravel
        sort argsort flip median sum mean max min prod std var argmax argmin
        logsumexp cumsum cumprod ptp any all count_nonzero tril triu diagonal
        diag trace ndim size zeros_like ones_like average nan_to_num nonzero
    """.split()
]
ROWS += (
    [(n, (P,), {}) for n in "log log2 log10 log1p sqrt rsqrt".split()]
    + [(n, (U,), {}) for n in "arcsin arccos arctanh erfinv".split()]
    + [("arccosh", (P + 1,), {})]
)
ROWS += [
    (n, (A, B), {})
    for n in """
        add subtract multiply divide maximum minimum equal not_equal greater
        greater_equal less less_equal arctan2 hypot logaddexp inner isclose
    """.split()
]
ROWS += [
    (n, (K, J), {})
    for n in """
        add multiply divide floor_divide mod power bitwise_and bitwise_or
        bitwise_xor maximum equal
    """.split()
]
ROWS += [
    (n, (K,), {})
    for n in "mean sum std exp sqrt abs max argmax cumsum median sin".split()
]
ROWS += [
    ("add", (K, 2), {}),
    ("add", (K, 2.5), {}),
    ("multiply", (2, A), {}),
    ("add", (K, A), {}),
    ("divide", (K, 2), {}),
    ("power", (A, 2), {}),
    ("where", (A > 0, A, 0.0), {}),
    ("where", (A > 0, K, B), {}),
    ("clip", (A, -1, 1), {}),
    ("clip", (K, -1, 1), {}),
    ("sum", (T,), dict(axis=(0, 2))),
    ("mean", (T,), dict(axis=1, keepdims=True)),
    ("max", (T,), dict(axis=-1, initial=0.5)),
    ("argmax", (T,), dict(axis=1, keepdims=True)),
    ("sum", (L,), {}),
    ("var", (T,), dict(axis=(0, 1))),
    ("quantile", (A, 0.3), {}),
    ("quantile", (T, [0.2, 0.7]), dict(axis=1)),
    ("quantile", (T, [0.2, 0.7]), dict(axis=(0, 2), keepdims=True)),
    ("percentile", (A, 30), dict(axis=0)),
    ("average", (A,), dict(axis=1, weights=V)),
    ("matmul", (A, B.T), {}),
    ("matmul", (A, V), {}),
    ("matmul", (V, B.T), {}),
    ("matmul", (T, B.T), {}),
    ("matmul", (K, A.T), {}),
    ("dot", (A, B.T), {}),
    ("dot", (V, V), {}),
    ("dot", (T, V), {}),
    ("tensordot", (A, B.T), dict(axes=1)),
    ("outer", (V, V), {}),
    ("vdot", (A, B), {}),
    ("einsum", ("ij,kj->ik", A, B), {}),
    ("det", (S,), {}),
    ("inv", (S,), {}),
    ("solve", (S, A), {}),
    ("cholesky", (S,), {}),
    ("norm", (A,), {}),
    ("norm", (A,), dict(ord=1, axis=1)),
    ("slogdet", (S,), {}),
    ("trace", (T,), {}),
    ("reshape", (A, (2, -1)), {}),
    ("transpose", (T, (2, 0, 1)), {}),
    ("swapaxes", (T, 0, -1), {}),
    ("moveaxis", (T, 0, -1), {}),
    ("moveaxis", (T, [0, 1], [-1, 0]), {}),
    ("expand_dims", (A, 1), {}),
    ("expand_dims", (A, (0, 2)), {}),
    ("squeeze", (T[:1],), {}),
    ("broadcast_to", (V, (3, 4)), {}),
    ("flip", (A,), dict(axis=1)),
    ("roll", (A, 1), {}),
    ("roll", (A, 1), dict(axis=1)),
    ("concatenate", ([A, B],), {}),
    ("concatenate", ([A, K],), dict(axis=1)),
    ("stack", ([A, B],), dict(axis=1)),
    ("vstack", ([A, B],), {}),
    ("hstack", ([A, B],), {}),
    ("append", (A, B), {}),
    ("split", (A, 2), dict(axis=1)),
    ("split", (A, [1, 3]), dict(axis=1)),
    ("tile", (A, (2, 1, 1)), {}),
    ("tile", (V, 2), {}),
    ("repeat", (A, 2), {}),
    ("repeat", (A, 2), dict(axis=1)),
    ("pad", (A, ((1, 0), (0, 2))), {}),
    ("pad", (A, ((1, 1), (1, 1))), dict(mode="reflect")),
    ("take", (A, [0, -1]), dict(axis=1)),
    ("take", (A, 5), {}),
    ("take_along_axis", (A, np.array([[1], [0], [3]])), dict(axis=1)),
    ("slice", (A, (1, 0), (2, 3)), {}),
    ("slice_update", (A, (1, 1), np.ones((2, 2), "float32")), {}),
    ("scatter", (np.array([[0], [2]]), np.array([1.0, 2.0], "float32"), (4,)), {}),
    ("scatter_update", (V, np.array([[1]]), np.array([9.0], "float32")), {}),
    ("searchsorted", (np.sort(V), A[0]), {}),
    ("diff", (A,), {}),
    ("diff", (A,), dict(axis=0, n=2)),
    ("tril", (A,), dict(k=-1)),
    ("triu", (T,), dict(k=1)),
    ("diagonal", (T,), dict(axis1=1, axis2=2, offset=1)),
    ("diag", (V,), dict(k=-1)),
    ("eye", (3,), {}),
    ("eye", (3, 4, 1), {}),
    ("arange", (5,), {}),
    ("arange", (1, 2, 0.25), {}),
    ("linspace", (0, 1, 5), {}),
    ("full", ((2, 2), 7), {}),
    ("full_like", (A, 3), {}),
    ("zeros", ((2, 3),), {}),
    ("ones", (3,), dict(dtype="int32")),
    ("tri", (3,), {}),
    ("meshgrid", (V, V[:2]), {}),
    ("array", ([1, 2],), {}),
    ("array", ([1.0, 2.0],), {}),
    ("identity", (3,), {}),
    ("unstack", (A,), {}),
    ("top_k", (A, 2), {}),
    ("argsort", (A,), dict(axis=0)),
    ("sort", (A,), dict(axis=0)),
    ("cumsum", (A,), dict(axis=1)),
    ("segment_sum", (A, np.array([0, 1, 0])), dict(num_segments=2)),
    ("one_hot", (np.array([1, 0]), 3), {}),
    ("multi_hot", (np.array([[1, 0], [2, 2]]), 3), {}),
    ("moments", (T,), dict(axes=(0, 1))),
    ("normalize", (A,), {}),
    ("normalize", (A,), dict(order=1)),
    ("batch_normalization", (A, V, V**2, -1), {}),
    (
        "conv",
        (X4, r.randn(2, 2, 3, 4).astype("float32")),
        dict(padding="same", strides=2),
    ),
    ("max_pool", (X4, 2), {}),
    ("average_pool", (X4, 2), dict(padding="same", strides=1)),
    (
        "dot_product_attention",
        (r.randn(1, 3, 2, 4).astype("float32"),) * 3,
        dict(is_causal=True),
    ),
    (
        "binary_crossentropy",
        (np.array([1.0, 0.0], "float32"), np.array([0.3, 0.6], "float32")),
        {},
    ),
    (
        "categorical_crossentropy",
        (np.eye(3, dtype="float32"), np.full((3, 3), 1 / 3, "float32")),
        {},
    ),
    (
        "sparse_categorical_crossentropy",
        (np.array([0, 2]), np.full((2, 3), 1 / 3, "float32")),
        {},
    ),
    ("cast", (A, "int32"), {}),
    ("logical_and", (A > 0, B > 0), {}),
    ("logical_not", (A > 0,), {}),
    ("softmax", (A,), dict(axis=0)),
    ("isclose", (A, A + 1e-7), {}),
    ("shape", (A,), {}),
    ("convert_to_numpy", (A,), {}),
    ("round", (A, 1), {}),
]


def measure(ops, rows) -> dict[str, list]:
    """The dtype, shape and values of every row."""
    out = {}
    for i, (name, given, options) in enumerate(rows):
        function = ops
        for part in name.split("."):
            function = getattr(function, part)
        value = function(*given, **options)
        parts = value if isinstance(value, list | tuple) else [value]
        arrays = [np.asarray(part) for part in parts]
        out[f"{i} {name}"] = [
            [a.dtype.name, list(a.shape), a.astype(float).ravel().round(7).tolist()]
            for a in arrays
        ]
    return out
