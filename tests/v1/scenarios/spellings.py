"""Names and keywords of 1.x that stand in another place, or had an older spelling."""

import numpy as np

_CALLS = [
    "tf.space_to_batch_nd(image, [2, 2], [[0, 0], [0, 0]])",
    "tf.batch_to_space_nd(tf.ones([4, 1, 1, 3]), [2, 2], [[0, 0], [0, 0]])",
    "tf.manip.roll(x, shift=[1], axis=[1])", "tf.manip.reverse(x, [0])",
    "tf.required_space_to_batch_paddings([5, 6], [2, 4])",
    "tf.required_space_to_batch_paddings([5, 6], [2, 4], base_paddings=[[1, 0], [0, 1]])",
    "tf.batch_gather(x, [[1, 0], [2, 2]])",
    "tf.setdiff1d(v, [1], index_dtype=tf.int64)", "tf.setdiff1d(v, [2]).idx",
    "tf.unique(v).y", "tf.unique_with_counts(v).count", "tf.nn.top_k(x, 2).indices",
    "tf.linalg.slogdet(square).sign", "tf.linalg.qr(square).r", "tf.linalg.lu(square).p",
    "tf.nn.max_pool_with_argmax(image, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME').argmax",
    "tf.nn.top_k(x, k=1, index_type=tf.int64).indices",
    "tf.image.resize_image_with_crop_or_pad(image, 1, 4)",
    "tf.image.transpose_image(image)",
    "tf.tensor_scatter_update(x, [[0]], [[7., 8., 9.]])",
    "tf.tensor_scatter_add(x, [[1]], [[7., 8., 9.]])",
    "tf.decode_raw(bytes=['abcd', 'efgh'], out_type=tf.int16)",
    "tf.string_to_number(string_tensor=['1', '2.5'])",
    "tf.strings.to_number(['7'], tf.int32)",
    "tf.reduce_join([['a', 'b']], reduction_indices=1, keep_dims=True, separator='-')",
    "tf.string_split(['a b-c'], delimiter=' -').values",
    "tf.string_split(['a b'], sep=' ').dense_shape",
    "tf.strings.split(['a b', 'c']).values", "tf.strings.split(source=['a,b'], sep=',').indices",
    "tf.string_to_hash_bucket_fast(['a', 'b'], 100)",
    "tf.math.l2_normalize(x, dim=1)", "tf.linalg.l2_normalize(x, dim=0)",
    "tf.sparse.reduce_sum(sparse, reduction_axes=[0], keep_dims=True)",
    "tf.sparse.add(sparse, sparse, thresh=3.0).values",
    "tf.spectral.rfft(x)", "tf.spectral.dct(x, norm='ortho')",
    "tf.debugging.is_finite(x)", "tf.debugging.is_non_decreasing(v)",
    "tf.sets.set_size(tf.sets.set_intersection(v[None], v[None, :2]))",
    "tf.sets.set_difference(v[None], v[None, :1]).values",
    "tf.sets.set_difference(v[None], v[None, 3:], aminusb=False).dense_shape",
    "tf.sets.set_union(tf.cast(sparse, tf.int32), tf.cast(sparse, tf.int32)).indices",
    "tf.sets.set_union(tf.zeros([3, 1], tf.int32), tf.cast(sparse, tf.int32)).values",
    "tf.constant(tf.dimension_value(x.shape[1]))",
    "tf.constant(tf.compat.dimension_value(x.get_shape()[0]))",
    "tf.nn.conv2d_backprop_input([1, 2, 2, 3], filters=tf.ones([1, 1, 3, 2]),"
    " out_backprop=tf.ones([1, 2, 2, 2]), strides=[1, 1, 1, 1], padding='SAME')",
    "tf.metrics.sensitivity_at_specificity(tf.constant([1, 0, 1]), tf.constant([.9, .4, .3]), specificity=.8)[1]",
    "tf.metrics.specificity_at_sensitivity(tf.constant([1, 0, 1]), tf.constant([.9, .4, .3]), sensitivity=.8)[1]",
    "tf.train.limit_epochs(tensor=x, num_epochs=2)",
    "tf.dtypes.cast(x, tf.dtypes.int32)", "tf.nn.space_to_depth(image, 2)",
]  # fmt: skip


def _call(text):
    def program(tf):
        names = {
            "tf": tf,
            "v": tf.constant([1, 2, 2, 5, 1]),
            "x": tf.constant([[1.0, 2.0, 3.0], [6.0, 5.0, 4.0]]),
            "square": tf.constant([[0.0, 2.0], [3.0, 1.0]]),
            "image": tf.constant(np.arange(12, dtype=np.float32).reshape(1, 2, 2, 3)),
            "sparse": tf.SparseTensor([[0, 1], [2, 2]], [1.0, 2.0], [3, 4]),
        }
        made = eval(text, names)
        with tf.Session() as session:
            session.run(tf.local_variables_initializer())
            parts = session.run(made)
        if not isinstance(parts, tuple):
            parts = (parts,)
        return {
            f"part {i}": [str(p.tolist())] if p.dtype == object else p
            for i, p in enumerate(map(np.asarray, parts))
        }

    return program


MORE = {text: _call(text) for text in _CALLS}
