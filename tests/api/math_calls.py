"""Calls whose nodes must be TensorFlow's: names, types, order.

The recorder reads them too.
Each is written as a 1.x program writes it. The names at hand are made by `inputs`.
"""


def inputs(tf):
    """What the calls are made of, as placeholders."""
    return {
        "x": tf.placeholder(tf.float32, [3, 4], "x"),
        "y": tf.placeholder(tf.float32, [3, 4], "y"),
        "v": tf.placeholder(tf.float32, [4], "v"),
        "m": tf.placeholder(tf.float32, [3, 3], "m"),
        "t": tf.placeholder(tf.float32, [2, 3, 4], "t"),
        "u": tf.placeholder(tf.float32, [None, 4], "u"),
        "w": tf.placeholder(tf.float32, None, "w"),
        "s": tf.placeholder(tf.float32, [], "s"),
        "i": tf.placeholder(tf.int32, [3, 4], "i"),
        "j": tf.placeholder(tf.int32, [3], "j"),
        "b": tf.placeholder(tf.bool, [3, 4], "b"),
        "c": tf.placeholder(tf.complex64, [3, 4], "c"),
    }


OPERATORS = """
x + y
x + 1
1 + x
x - y
2.0 - x
x * y
x * 2
2 * x
x / y
x / 2
1 / x
i / 2
1 / i
i // 2
x // 2
7 // i
i % 3
x % 3.0
5 % i
x ** 2
2 ** x
-x
abs(x)
abs(c)
x < y
x <= 1.0
x > 0
x >= y
b & b
b | b
b ^ b
~b
i & i
~i
m @ x
[1, 2, 3, 4] + x
x + np.float64(1.5)
x * np.ones([4])
np.ones([4]) * x
i + np.int64(3)
x + [[1.0], [2.0], [3.0]]
x + s
x + [s, s, s, s]
"""

ELEMENTWISE = """
tf.add(x, y)
tf.add(x, 1.0, name="sum")
tf.subtract(x, y)
tf.multiply(x, y)
tf.multiply(2.0, x)
tf.divide(x, y)
tf.divide(i, 2)
tf.truediv(i, i)
tf.truediv(x, 2)
tf.div(x, y)
tf.div(i, 2)
tf.realdiv(x, y)
tf.floordiv(x, y)
tf.floordiv(i, 2)
tf.floor_div(x, y)
tf.mod(i, 2)
tf.floormod(x, y)
tf.truncatediv(i, 2)
tf.truncatemod(x, y)
tf.div_no_nan(x, y)
tf.math.divide_no_nan(x, 0.0)
tf.math.multiply_no_nan(x, y)
tf.pow(x, 2)
tf.pow(x, y, name="p")
tf.maximum(x, 0.0)
tf.minimum(x, y)
tf.squared_difference(x, y)
tf.atan2(x, y)
tf.math.xlogy(x, y)
tf.math.xdivy(x, y)
tf.math.xlog1py(x, y)
tf.abs(x)
tf.abs(c)
tf.negative(x)
tf.sign(x)
tf.square(x)
tf.square([1.0, 2.0])
tf.square(2.0, name="sq")
tf.sqrt(x)
tf.rsqrt(x)
tf.exp(x)
tf.expm1(x)
tf.log(x)
tf.math.log(x)
tf.log1p(x)
tf.reciprocal(x)
tf.sigmoid(x)
tf.math.sigmoid(x, name="out")
tf.log_sigmoid(x)
tf.tanh(x)
tf.sin(x)
tf.cos(x)
tf.tan(x)
tf.asin(x)
tf.acos(x)
tf.atan(x)
tf.sinh(x)
tf.cosh(x)
tf.asinh(x)
tf.acosh(x)
tf.atanh(x)
tf.erf(x)
tf.erfc(x)
tf.math.erfinv(x)
tf.math.ndtri(x)
tf.math.erfcinv(x)
tf.lgamma(x)
tf.digamma(x)
tf.polygamma(1.0, x)
tf.zeta(x, y)
tf.igamma(x, y)
tf.igammac(x, y)
tf.betainc(x, y, x)
tf.lbeta(x)
tf.floor(x)
tf.ceil(x)
tf.math.ceil(x)
tf.rint(x)
tf.round(x)
tf.round(i)
tf.is_nan(x)
tf.is_inf(x)
tf.is_finite(x)
tf.math.is_nan(x)
tf.equal(x, y)
tf.equal(i, 1)
tf.not_equal(x, y)
tf.less(x, y)
tf.less_equal(x, 1.0)
tf.greater(x, 0)
tf.greater_equal(x, y)
tf.logical_and(b, b)
tf.logical_or(b, True)
tf.logical_not(b)
tf.logical_xor(b, b)
tf.complex(x, y)
tf.real(c)
tf.real(x)
tf.imag(c)
tf.imag(x)
tf.conj(c)
tf.conj(x)
tf.angle(c)
tf.angle(x)
tf.cast(x, tf.int32)
tf.cast(x, tf.float32)
tf.cast(x, "float64")
tf.cast(3, tf.float32)
tf.cast([1, 2], tf.float32)
tf.cast([1.5], tf.int32, name="c1")
tf.to_float(i)
tf.to_int32(x)
tf.to_int64(x)
tf.to_double(x)
tf.to_bfloat16(x)
tf.saturate_cast(x, tf.uint8)
tf.saturate_cast(i, tf.float32)
tf.saturate_cast(i, tf.uint8)
tf.scalar_mul(2.0, x)
tf.scalar_mul(s, x)
tf.add_n([x, y])
tf.add_n([x])
tf.add_n([x], name="one")
tf.accumulate_n([x, y])
tf.clip_by_value(x, 0.0, 1.0)
tf.clip_by_value(x, 1e-10, 1.0, name="clip")
tf.clip_by_norm(x, 1.0)
tf.clip_by_norm(x, 1.0, axes=[1])
tf.global_norm([x, y])
tf.clip_by_global_norm([x, y], 5.0)
tf.clip_by_average_norm(x, 1.0)
tf.math.reciprocal_no_nan(x)
tf.math.polyval([1.0, 2.0, 3.0], s)
tf.math.nextafter(x, y)
tf.math.bessel_i0(x)
tf.math.bessel_i1e(x)
tf.nn.l2_loss(x)
tf.nn.l2_normalize(x, 1)
tf.math.l2_normalize(x, axis=1)
tf.math.top_k(x, 2)
tf.bitwise.bitwise_and(i, i)
tf.bitwise.bitwise_or(i, 1)
tf.bitwise.bitwise_xor(i, i)
tf.bitwise.invert(i)
tf.bitwise.left_shift(i, i)
tf.bitwise.right_shift(i, 1)
"""

REDUCTIONS = """
tf.reduce_sum(x)
tf.reduce_sum(x, 1)
tf.reduce_sum(x, axis=[0, 1])
tf.reduce_sum(x, axis=-1, keepdims=True)
tf.reduce_sum(x, keep_dims=True)
tf.reduce_sum(x, reduction_indices=[1])
tf.reduce_sum(x, name="total")
tf.reduce_sum(u)
tf.reduce_sum(w)
tf.reduce_mean(s)
tf.reduce_sum(np.ones([2, 3]))
tf.reduce_max(5)
tf.reduce_sum([1, 2, 3])
tf.reduce_sum([[1.0, 2.0], [3.0, 4.0]], 0)
tf.reduce_mean(x)
tf.reduce_mean(x, 0)
tf.reduce_mean(tf.square(x - y))
tf.reduce_mean(w)
tf.reduce_mean(tf.cast(b, tf.float32), name="accuracy")
tf.reduce_max(x, axis=1)
tf.reduce_min(x)
tf.reduce_prod(x)
tf.reduce_all(b)
tf.reduce_any(b, 1)
tf.reduce_logsumexp(x)
tf.reduce_logsumexp(x, axis=1, keepdims=True)
tf.reduce_logsumexp(x, 1)
tf.math.reduce_euclidean_norm(x, 1)
tf.math.reduce_variance(x)
tf.math.reduce_variance(x, axis=1)
tf.math.reduce_std(x)
tf.count_nonzero(x)
tf.count_nonzero(x, axis=1)
tf.math.count_nonzero(b)
tf.argmax(x, 1)
tf.argmax(x, axis=1)
tf.argmax(x, dimension=1)
tf.argmax(x)
tf.argmax(x, 1, output_type=tf.int32, name="best")
tf.argmin(x, 0)
tf.arg_max(x, 1)
tf.cumsum(x)
tf.cumsum(x, axis=1, exclusive=True)
tf.cumprod(x, 1)
tf.math.cumulative_logsumexp(x)
tf.range(5)
tf.range(2, 10, 3)
tf.range(0.0, 1.0, 0.25)
tf.range(3, delta=1)
tf.range(tf.shape(u)[0])
tf.range(0, 5, dtype=tf.float32)
tf.linspace(0.0, 1.0, 5)
tf.lin_space(0.0, 1.0, 5)
tf.segment_sum(x, j)
tf.segment_mean(x, j)
tf.segment_max(x, j)
tf.segment_min(x, j)
tf.segment_prod(x, j)
tf.unsorted_segment_sum(x, j, 2)
tf.unsorted_segment_mean(x, j, 2)
tf.unsorted_segment_max(x, j, 2)
tf.unsorted_segment_min(x, j, 2)
tf.unsorted_segment_prod(x, j, 2)
tf.unsorted_segment_sqrt_n(x, j, 2)
tf.sparse_segment_sum(x, [0, 1], [0, 0])
tf.sparse_segment_mean(x, [0, 1], [0, 0])
tf.sparse_segment_sqrt_n(x, [0, 1], [0, 0])
tf.bincount(j)
tf.bincount([1, 1, 2])
tf.math.bincount(j, minlength=5)
tf.bincount(j, minlength=3, maxlength=5)
tf.math.bincount(j, weights=[1.0, 2.0, 3.0])
tf.histogram_fixed_width(x, [0.0, 5.0], nbins=5)
tf.confusion_matrix(j, j)
tf.confusion_matrix(j, j, num_classes=4)
tf.math.confusion_matrix(j, j, 4, tf.float32)
"""

LINALG = """
tf.matmul(m, x)
tf.matmul(x, y, transpose_b=True)
tf.matmul(x, y, transpose_a=True, name="prod")
tf.matmul(t, t, transpose_b=True)
tf.matmul(t, t, adjoint_a=True)
tf.matmul(m, x, a_is_sparse=True)
tf.matmul([[1.0, 2.0]], [[3.0], [4.0]])
tf.matmul(u, y, transpose_b=True)
tf.matmul(w, w)
tf.linalg.matvec(x, v)
tf.linalg.matvec(t, [1.0, 2.0, 3.0, 4.0])
tf.tensordot(x, y, [[1], [1]])
tf.tensordot(x, y, axes=2)
tf.tensordot(t, v, axes=1)
tf.tensordot(t, x, [[1, 2], [0, 1]])
tf.tensordot(x, x, [[0], [0]])
tf.einsum("ij,kj->ik", x, y)
tf.einsum("ij->ji", x)
tf.einsum("bij,jk->bik", t, tf.transpose(y))
tf.norm(x)
tf.norm(x, ord=1)
tf.norm(x, axis=1)
tf.norm(x, ord=2, axis=1, keepdims=True)
tf.norm(x, ord=np.inf, axis=1)
tf.norm(x, "fro", axis=[0, 1])
tf.norm(x, ord=3, axis=1)
tf.linalg.normalize(x, axis=1)
tf.trace(m)
tf.eye(3)
tf.eye(2, 3)
tf.eye(2, batch_shape=[2])
tf.eye(3, dtype=tf.int32, name="I")
tf.diag(v)
tf.diag_part(m)
tf.matrix_diag(x)
tf.matrix_diag_part(m)
tf.matrix_set_diag(m, [1.0, 2.0, 3.0])
tf.matrix_band_part(m, -1, 0)
tf.linalg.diag(v)
tf.linalg.diag(v, k=1)
tf.linalg.diag_part(m)
tf.linalg.set_diag(m, [1.0, 2.0, 3.0])
tf.linalg.band_part(m, 0, -1)
tf.linalg.tensor_diag(v)
tf.linalg.tensor_diag_part(m)
tf.matrix_transpose(t)
tf.linalg.adjoint(t)
tf.matrix_inverse(m)
tf.linalg.inv(m)
tf.matrix_determinant(m)
tf.linalg.det(m)
tf.linalg.logdet(m)
tf.linalg.slogdet(m)
tf.matrix_solve(m, x)
tf.linalg.solve(m, x)
tf.matrix_triangular_solve(m, x)
tf.linalg.triangular_solve(m, x, lower=False)
tf.cholesky(m)
tf.cholesky_solve(m, x)
tf.linalg.cholesky_solve(m, x)
tf.qr(m)
tf.svd(m)
tf.svd(m, compute_uv=False)
tf.linalg.svd(m, full_matrices=True)
tf.self_adjoint_eig(m)
tf.self_adjoint_eigvals(m)
tf.linalg.eigh(m)
tf.matrix_solve_ls(x, x, fast=False)
tf.linalg.lu(m)
tf.cross([1.0, 2.0, 3.0], [3.0, 2.0, 1.0])
tf.fft(c)
tf.ifft(c)
tf.fft2d(c)
tf.ifft2d(c)
tf.signal.rfft(x)
tf.signal.irfft(c)
"""

GROUPS = {
    "operators": OPERATORS,
    "elementwise": ELEMENTWISE,
    "reductions": REDUCTIONS,
    "linalg": LINALG,
}
CALLS = [line for text in GROUPS.values() for line in text.split("\n") if line]

#: Calls that give TensorFlow's results by other nodes: why.
OTHERWISE = {
    "tf.linspace(0.0, 1.0, 5)": "one LinSpace, as in 1.x, for 90 nodes",
    "tf.lin_space(0.0, 1.0, 5)": "one LinSpace, as in 1.x, for 90 nodes",
    "tf.confusion_matrix(j, j)": "the range of the labels is checked in ScatterNd",
    "tf.confusion_matrix(j, j, num_classes=4)": "as above",
    "tf.math.confusion_matrix(j, j, 4, tf.float32)": "as above",
}
