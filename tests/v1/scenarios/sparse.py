"""`tf.sparse_*` in the spellings of 1.x."""

import numpy as np

_CALLS = [
    "tf.sparse_add(a, a)", "tf.sparse_add(a, b)", "tf.sparse_reduce_sum(a, 1)",
    "tf.sparse_reduce_sum(a)", "tf.sparse_reduce_sum(a, axis=0, keepdims=True)",
    "tf.sparse_reduce_sum(a, reduction_axes=[0], keep_dims=True)",
    "tf.sparse_reduce_sum(tf.SparseTensor(a.indices, a.values, unknown), -1)",
    "tf.sparse_reduce_sum(tf.SparseTensor(a.indices, a.values, unknown))",
    "tf.sparse_reduce_sum(tf.SparseTensor(a.indices, a.values, unknown), [0, -1],"
    " keepdims=True)",
    "tf.sparse_reduce_max(a, 0)", "tf.sparse_concat(0, [a, b])",
    "tf.sparse_concat(axis=1, sp_inputs=[a, b])", "tf.sparse_transpose(a)",
    "tf.sparse_reshape(a, [4, 3])", "tf.sparse_slice(a, [0, 0], [2, 2])",
    "tf.sparse_retain(a, [True, False])", "tf.sparse_reorder(a)",
    "tf.sparse_maximum(a, b)", "tf.sparse_minimum(a, b)", "tf.sparse_softmax(a)",
    "tf.sparse_split(sp_input=a, num_split=2, axis=1)[1]",
    "tf.sparse_segment_sum(x, [0, 2], [0, 0])",
    "tf.sparse_segment_mean(x, [0, 2, 1], [0, 0, 1])",
    "tf.sparse_fill_empty_rows(a, -1.0)[0]", "tf.sparse_tensor_to_dense(b)",
]  # fmt: skip


def _call(text):
    def program(tf):
        a = tf.SparseTensor([[0, 1], [2, 2]], [1.0, 2.0], [3, 4])
        b = tf.SparseTensor([[0, 1], [1, 3]], [-3.0, 4.0], [3, 4])
        x = tf.constant(np.arange(6, dtype=np.float32).reshape(3, 2))
        unknown = tf.placeholder_with_default(np.int64([3, 4]), [None])
        names = {"tf": tf, "a": a, "b": b, "x": x, "unknown": unknown}
        made = eval(text, names)
        with tf.Session() as session:
            value = session.run(made)
        if hasattr(value, "indices"):
            shape = np.array(value.dense_shape)
            return {"at": value.indices, "values": value.values, "shape": shape}
        return {"value": value}

    return program


MORE = {text: _call(text) for text in _CALLS}
