# --- slices
ds = tf.data.Dataset.from_tensor_slices(([1, 2, 3], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
print(ds.element_spec)
for x, y in ds:
    print(x, y)
print(len(ds), ds.cardinality())
features = tf.constant([12, 23, 10, 17])
labels = tf.constant([0, 1, 1, 0])
for element in tf.data.Dataset.from_tensor_slices((features, labels)):
    print(element)
for d in tf.data.Dataset.from_tensor_slices({"a": [1, 2], "b": ["x", "y"]}).batch(2):
    print(d)
# --- sources
print(list(tf.data.Dataset.range(5).as_numpy_iterator()), list(tf.data.Dataset.range(2, 10, 3).as_numpy_iterator()))
print([x.numpy() for x in tf.data.Dataset.from_tensors([1, 2])])
def gen():
    for i in range(3):
        yield i, [i] * i
ds = tf.data.Dataset.from_generator(gen, (tf.int64, tf.int64), (tf.TensorShape([]), tf.TensorShape([None])))
print(ds.element_spec, [(a.numpy(), b.numpy().tolist()) for a, b in ds])
ds = tf.data.Dataset.from_generator(gen, output_signature=(tf.TensorSpec((), tf.int32), tf.TensorSpec((None,), tf.float32)))
for a, b in ds:
    print(a, b)
print(list(tf.data.Dataset.zip((tf.data.Dataset.range(3), tf.data.Dataset.range(3, 6))).as_numpy_iterator()))
print(list(tf.data.Dataset.range(2).concatenate(tf.data.Dataset.range(5, 7)).as_numpy_iterator()))
# --- map
ds = tf.data.Dataset.range(5).map(lambda x: x * 2)
print(list(ds.as_numpy_iterator()), ds.element_spec)
ds = tf.data.Dataset.from_tensor_slices((np.arange(6.0).reshape(3, 2), [0, 1, 2]))
ds = ds.map(lambda x, y: (tf.cast(x, tf.float32) / 2.0, tf.one_hot(y, 3)))
for x, y in ds.batch(2):
    print(x, y)
print(ds.element_spec)
ds = tf.data.Dataset.range(4).map(lambda x: {"a": x, "b": (x + 1, tf.cast(x, tf.float32))}, num_parallel_calls=tf.data.AUTOTUNE)
print(ds.element_spec)
for e in ds:
    print(e["a"].numpy(), e["b"][0].numpy(), e["b"][1].numpy())
ds = tf.data.Dataset.range(4).map(lambda x: tf.py_function(lambda v: v.numpy() + 1, [x], tf.int64))
print([x.numpy() for x in ds])
@tf.function
def double(x):
    return x + x
print([int(x) for x in tf.data.Dataset.range(3).map(double)])
def odd(x):
    if x % 2 == 0:
        return x
    return -x
print([int(x) for x in tf.data.Dataset.range(5).map(odd)])
# --- traced once
n = []
ds = tf.data.Dataset.range(5).map(lambda x: (n.append(1), x)[1])
list(ds); list(ds)
print(len(n))
# --- order
tf.random.set_seed(7)
ds = tf.data.Dataset.range(10).shuffle(10, seed=3)
print([int(x) for x in ds], [int(x) for x in ds])
tf.random.set_seed(7)
ds = tf.data.Dataset.range(10).shuffle(4)
print([int(x) for x in ds], [int(x) for x in ds])
ds = tf.data.Dataset.range(10).shuffle(10, seed=1, reshuffle_each_iteration=False)
print([int(x) for x in ds], [int(x) for x in ds])
print([x.numpy().tolist() for x in tf.data.Dataset.range(10).shuffle(3, seed=5).repeat(2).batch(6)])
# --- batches
ds = tf.data.Dataset.range(7)
print([x.numpy().tolist() for x in ds.batch(3)], ds.batch(3).element_spec, ds.batch(3, drop_remainder=True).element_spec)
print([x.numpy().tolist() for x in ds.batch(3, drop_remainder=True)], [int(x) for x in ds.batch(3).unbatch()])
print([int(x) for x in ds.take(3)], [int(x) for x in ds.skip(5)], [int(x) for x in ds.shard(3, 1)], [int(x) for x in ds.repeat(2).take(9)])
p = tf.data.Dataset.range(1, 4).map(lambda x: tf.fill([tf.cast(x, tf.int32)], x))
print([x.numpy().tolist() for x in p.padded_batch(2)], [x.numpy().tolist() for x in p.padded_batch(3, padded_shapes=[5], padding_values=tf.constant(-1, tf.int64))])
# --- functions of data sets
ds = tf.data.Dataset.range(7)
print([[int(v) for v in w] for w in ds.window(3, shift=2)])
print([x.numpy().tolist() for x in ds.window(3, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(3))])
print([int(x) for x in tf.data.Dataset.range(1, 4).flat_map(lambda x: tf.data.Dataset.from_tensors(x).repeat(x))])
print([int(x) for x in tf.data.Dataset.range(1, 5).interleave(lambda x: tf.data.Dataset.from_tensors(x).repeat(3), cycle_length=2, block_length=2)])
print([int(x) for x in ds.filter(lambda x: x % 2 == 0)], [int(x) for x in ds.take_while(lambda x: x < 3)])
print(ds.reduce(np.int64(0), lambda a, b: a + b), ds.reduce((0, tf.constant(0, tf.int64)), lambda s, x: (s[0] + 1, s[1] + x)))
print([int(x) for x in ds.scan(np.int64(0), lambda s, x: (s + x, s + x))])
print([(int(i), int(x)) for i, x in ds.enumerate(10).take(2)], [int(x) for x in ds.apply(lambda d: d.skip(5))])
# --- iterators
it = iter(tf.data.Dataset.range(2))
print(next(it), it.get_next())
fails(lambda: next(it))
it = iter(tf.data.Dataset.range(1))
it.get_next()
fails(lambda: it.get_next())
for i, x in enumerate(tf.data.Dataset.range(2)):
    print(i, x)
print(next(iter(tf.data.Dataset.from_tensor_slices([1.5]))))
# --- cache, prefetch, options
calls = []
def f(x):
    calls.append(int(x))
    return np.int64(x)
ds = tf.data.Dataset.range(3).map(lambda x: tf.numpy_function(f, [x], tf.int64)).cache()
list(ds); list(ds)
print(len(calls))
o = tf.data.Options()
o.experimental_deterministic = False
print([int(x) for x in tf.data.Dataset.range(3).with_options(o).prefetch(tf.data.experimental.AUTOTUNE)])
print(tf.data.experimental.cardinality(tf.data.Dataset.range(3).repeat()), tf.data.Dataset.range(4).filter(lambda x: x > 1).cardinality())
# --- random in a map
tf.random.set_seed(2)
ds = tf.data.Dataset.range(3).map(lambda x: tf.random.uniform([], seed=4))
print([float(x) for x in ds])
# --- closures
k = tf.constant(3, tf.int64)
print([int(x) for x in tf.data.Dataset.range(3).map(lambda x: x * k)])
v = tf.Variable(2, dtype=tf.int64)
print([int(x) for x in tf.data.Dataset.range(3).map(lambda x: x * v)])
# --- errors
fails(lambda: tf.data.Dataset.from_tensor_slices(([1, 2], [1, 2, 3])))
fails(lambda: tf.data.Dataset.from_tensor_slices(5))
fails(lambda: list(tf.data.Dataset.range(3).map(lambda x: x / 0 if False else tf.ensure_shape(tf.ones([tf.cast(x, tf.int32)]), [1]))))
fails(lambda: len(tf.data.Dataset.range(3).repeat()))
# --- training over batches
x = np.arange(20, dtype=np.float32).reshape(10, 2) / 20
y = x.sum(1, keepdims=True)
w = tf.Variable(tf.zeros([2, 1]))
for epoch in range(3):
    total = 0
    for step, (bx, by) in enumerate(tf.data.Dataset.from_tensor_slices((x, y)).batch(4)):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(bx @ w - by))
        total += loss
        w.assign_sub(0.5 * tape.gradient(loss, w))
    print(epoch, step, total.numpy() / 3, float(total))
