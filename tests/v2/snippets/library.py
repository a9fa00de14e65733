# --- generator
g = tf.random.Generator.from_seed(1)
print(g.normal([2, 3]), g.uniform([3]), g.state.numpy())
print(g.uniform([2], minval=0, maxval=10, dtype=tf.int32), g.truncated_normal([2]))
g.reset_from_seed(5)
print(g.normal([2]), g.make_seeds(2))
h = g.split(2)
print(h[0].normal([2]), h[1].normal([2]))
s = tf.random.Generator.from_state(g.state, alg="philox")
print(s.normal([1]), g.normal([1]))
g.skip(3)
print(g.normal([1]))
# --- seeds
tf.random.set_seed(5)
print(tf.random.normal([2]), tf.random.normal([2]), tf.random.uniform([2]))
tf.random.set_seed(5)
print(tf.random.normal([2], seed=1), tf.random.normal([2], seed=1), tf.random.normal([2]))
print(tf.random.truncated_normal([2, 2], stddev=0.1, seed=1), tf.random.uniform([3], 0, 10, tf.int32, seed=2))
print(tf.random.shuffle(tf.range(5), seed=3), tf.random.categorical([[0.1, 0.2, 0.7]], 4, seed=1))
# --- stateless
print(tf.random.stateless_normal([2], seed=[1, 2]), tf.random.stateless_uniform([2], seed=[1, 2]))
print(tf.random.split([1, 2], 2), tf.random.fold_in([1, 2], 7))
print(tf.random.stateless_uniform([2], [3, 4], 0, 100, tf.int32), tf.random.stateless_truncated_normal([2], [1, 2]))
# --- nest
print(tf.nest.flatten({"b": [1, 2], "a": (3, {"c": 4})}), tf.nest.map_structure(lambda x: x + 1, [1, (2, 3)]))
print(tf.nest.pack_sequence_as([0, (0, 0)], [7, 8, 9]), tf.nest.is_nested([1]), tf.nest.is_nested("a"))
fails(lambda: tf.nest.assert_same_structure([1, 2], [1]))
fails(lambda: tf.nest.pack_sequence_as([0, 0], [1]))
# --- examples
e = tf.train.Example(features=tf.train.Features(feature={
    "a": tf.train.Feature(int64_list=tf.train.Int64List(value=[1, 2])),
    "b": tf.train.Feature(float_list=tf.train.FloatList(value=[0.5])),
    "c": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"xy"]))}))
s = e.SerializeToString()
d = tf.io.parse_single_example(s, {"a": tf.io.FixedLenFeature([2], tf.int64), "b": tf.io.FixedLenFeature([], tf.float32),
    "c": tf.io.FixedLenFeature([], tf.string), "z": tf.io.FixedLenFeature([1], tf.float32, default_value=[7.0])})
for k in sorted(d):
    print(k, d[k])
v = tf.io.parse_single_example(s, {"a": tf.io.VarLenFeature(tf.int64)})["a"]
print(v.values, v.indices, v.dense_shape, tf.sparse.to_dense(v))
b = tf.io.parse_example([s, s], {"a": tf.io.FixedLenSequenceFeature([], tf.int64, allow_missing=True), "c": tf.io.FixedLenFeature([], tf.string)})
print(b["a"], b["c"])
fails(lambda: tf.io.parse_single_example(s, {"q": tf.io.FixedLenFeature([], tf.int64)}))
fails(lambda: tf.io.parse_single_example(s, {"a": tf.io.FixedLenFeature([2], tf.float32)}))
fails(lambda: tf.io.parse_single_example(s, {"a": tf.io.FixedLenFeature([3], tf.int64)}))
# --- records
import tempfile, os
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "r")
    with tf.io.TFRecordWriter(path) as w:
        for i in range(3):
            w.write(tf.train.Example(features=tf.train.Features(feature={
                "x": tf.train.Feature(float_list=tf.train.FloatList(value=[i, i + 0.5])),
                "y": tf.train.Feature(int64_list=tf.train.Int64List(value=[i]))})).SerializeToString())
    spec = {"x": tf.io.FixedLenFeature([2], tf.float32), "y": tf.io.FixedLenFeature([], tf.int64)}
    ds = tf.data.TFRecordDataset([path]).map(lambda r: tf.io.parse_single_example(r, spec))
    print(ds.element_spec)
    for e in ds.shuffle(3, seed=1).batch(2):
        print(e["x"], e["y"])
    ds = tf.data.TFRecordDataset(path).batch(3).map(lambda r: tf.io.parse_example(r, spec)["x"])
    for e in ds:
        print(e)
    text = os.path.join(folder, "t")
    tf.io.write_file(text, "a,1\nb,2\n")
    print(tf.io.read_file(text), [x.numpy() for x in tf.data.TextLineDataset(text).skip(1)])
    fails(lambda: tf.io.read_file(os.path.join(folder, "none")))
    print([os.path.basename(x.numpy().decode()) for x in tf.data.Dataset.list_files(folder + "/*", shuffle=False)])
    print(tf.io.gfile.exists(text), tf.io.gfile.isdir(folder))
# --- serialized tensors
t = tf.constant([[1.0, 2.0]])
print(tf.io.parse_tensor(tf.io.serialize_tensor(t), tf.float32))
print(tf.io.decode_raw(tf.constant(np.array([1, 2], np.int16).tobytes()), tf.int16))
fails(lambda: tf.io.parse_tensor(tf.io.serialize_tensor(t), tf.int32))
# --- linalg
a = tf.constant([[4.0, 1.0], [2.0, 3.0]])
print(tf.linalg.inv(a), tf.linalg.det(a), tf.linalg.matmul(a, a), tf.linalg.trace(a), tf.linalg.diag([1.0, 2.0]))
print(tf.norm(a), tf.linalg.solve(a, [[1.0], [2.0]]), tf.linalg.cholesky([[4.0, 1.0], [1.0, 3.0]]), tf.eye(2), tf.tensordot(a, a, 1))
print(tf.einsum("ij,jk->ik", a, a), tf.linalg.band_part(a, 0, -1), tf.linalg.matvec(a, [1.0, 1.0]))
# --- math
x = tf.constant([1.0, 2.0, 3.0, 4.0])
print(tf.math.reduce_std(x), tf.math.reduce_variance(x), tf.reduce_logsumexp(x), tf.cumsum(x), tf.math.top_k(x, 2))
print(tf.argmax(x), tf.argmin(x), tf.sort(x, direction="DESCENDING"), tf.argsort(-x), tf.math.in_top_k([0], [[0.1, 0.9]], 1) if False else 0)
print(tf.clip_by_value(x, 1.5, 3.5), tf.clip_by_norm(x, 1.0), tf.linspace(0.0, 1.0, 3), tf.range(1, 10, 4), tf.math.bincount([1, 1, 2]))
print(tf.where(x > 2.0), tf.where(x > 2.0, x, 0.0), tf.unique([1, 1, 2])[0], tf.math.segment_sum(x, [0, 0, 1, 1]), tf.gather(x, [3, 0]))
print(tf.one_hot([0, 2], 3), tf.meshgrid([1, 2], [3, 4]), tf.repeat([1, 2], 2), tf.tile([1, 2], [2]), tf.pad([[1]], [[1, 0], [0, 1]]))
print(tf.scatter_nd([[1], [3]], [9, 10], [5]), tf.tensor_scatter_nd_update([1, 2, 3], [[1]], [7]), tf.roll([1, 2, 3], 1, 0), tf.reverse([1, 2], [0]))
print(tf.math.confusion_matrix([0, 1, 1], [0, 1, 0]), tf.sequence_mask([1, 3]), tf.searchsorted([1, 3, 5], [2, 5]), tf.histogram_fixed_width([0.1, 0.9], [0.0, 1.0], 2))
# --- strings
print(tf.strings.join(["a", "b"], "-"), tf.strings.length("abc"), tf.strings.upper("ab"), tf.strings.substr("hello", 1, 3), tf.strings.to_number("1.5"))
print(tf.strings.regex_replace("a1b2", "[0-9]", "#"), tf.strings.format("{} x", tf.constant([1, 2])), tf.strings.as_string([1.5, 2.0]), tf.strings.reduce_join(["a", "b"]))
# --- nn
x = tf.constant([[1.0, 2.0, 3.0]])
print(tf.nn.softmax(x), tf.nn.relu(x - 2), tf.nn.l2_loss(x), tf.nn.moments(x, [1]), tf.nn.l2_normalize(x, 1), tf.nn.dropout(x, 0.0))
print(tf.nn.softmax_cross_entropy_with_logits(labels=[[0.0, 0.0, 1.0]], logits=x), tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[2], logits=x))
print(tf.nn.conv2d(tf.ones([1, 3, 3, 1]), tf.ones([2, 2, 1, 1]), 1, "SAME")[0, :, :, 0], tf.nn.max_pool2d(tf.reshape(tf.range(16.0), [1, 4, 4, 1]), 2, 2, "VALID")[0, :, :, 0])
print(tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.0, 0.0], logits=[0.5, -0.5]), tf.nn.embedding_lookup(tf.constant([[1.0], [2.0]]), [1, 0]), tf.nn.bias_add(x, [1.0, 1.0, 1.0]))
# --- checks
tf.debugging.assert_equal(tf.constant(1), tf.constant(1))
fails(lambda: tf.debugging.assert_equal(tf.constant(1), tf.constant(2)))
fails(lambda: tf.debugging.assert_greater(tf.constant(1), 2))
fails(lambda: tf.debugging.assert_shapes([(tf.ones([2, 3]), (2, 4))]))
fails(lambda: tf.debugging.check_numerics(tf.constant([1.0, float("nan")]), "bad"))
fails(lambda: tf.debugging.assert_near(1.0, 2.0))
fails(lambda: tf.ensure_shape(tf.ones([2]), [3]))
# --- initializers
for i in (tf.zeros_initializer(), tf.ones_initializer(), tf.constant_initializer(3.0), tf.random_normal_initializer(seed=1), tf.random_uniform_initializer(-1, 1, seed=2)):
    print(i([2]))
# --- config
print(len(tf.config.list_physical_devices("CPU")), tf.config.list_physical_devices("GPU"), tf.config.experimental.list_logical_devices("CPU")[0].device_type)
print(tf.test.is_gpu_available() if False else False, tf.executing_eagerly(), tf.version.VERSION.split(".")[0], tf.__version__.split(".")[0])
# --- ragged
r = tf.ragged.constant([[1, 2], [], [3]])
print(r, r.shape, r.to_tensor(), r.row_lengths(), r.values, r.row_splits, r[0], r[1:])
print(r.to_list(), tf.RaggedTensor.from_row_lengths([1, 2, 3], [1, 2]), (r * 2).to_list(), r.to_tensor(default_value=-1))
print(tf.RaggedTensor.from_tensor([[1, 0], [2, 3]], padding=0).to_list(), r.value_rowids(), r.nrows(), r.bounding_shape())
print([x.numpy().tolist() for x in r], tf.ragged.constant([["a"], ["b", "c"]]).to_list(), tf.ragged.range([2, 0]).to_list())
# --- sparse
s = tf.sparse.SparseTensor([[0, 1], [2, 0]], [5, 6], [3, 2])
print(tf.sparse.to_dense(s), s.shape, s.values, s.dense_shape)
print(tf.sparse.from_dense([[0, 1], [2, 0]]).indices, tf.sparse.sparse_dense_matmul(tf.cast(tf.sparse.to_dense(s), tf.float32), tf.ones([2, 1])) if False else 0)
# --- averages
v = tf.Variable(0.0)
ema = tf.train.ExponentialMovingAverage(0.9)
ema.apply([v]); v.assign(10.0); ema.apply([v])
print(ema.average(v).numpy())
