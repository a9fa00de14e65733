# --- default dtypes
for v in (1, 1.0, True, "a", b"a", 1j, [1, 2.5], [True], [[1], [2]], (1, 2), [], [[]],
          2**31 - 1, -2**31, np.float64(1), np.int64(3), np.float32(2), np.bool_(True),
          np.arange(3), np.ones(2), np.ones(2, np.float16), range(3), np.array("a"),
          np.array(["x", "yz"]), [np.float64(1), np.float64(2)], [np.arange(2), np.arange(2)]):
    try:
        t = tf.constant(v)
        print(t.dtype.name, t.shape, t.numpy().tolist())
    except Exception as e:
        print(type(e).__name__)
# --- big integers
fails(lambda: tf.constant(2**31))
print(tf.constant(2**40, tf.int64))
# --- asked dtypes
print(tf.constant([1, 2], tf.float32), tf.constant([1, 2], "float64"), tf.constant(1, np.int64))
print(tf.constant([1, 2], dtype=float), tf.constant([1, 0], dtype=tf.float16))
fails(lambda: tf.constant(1.5, tf.int32))
fails(lambda: tf.constant("a", tf.int32))
fails(lambda: tf.constant(1, tf.string))
fails(lambda: tf.constant(1, tf.bool))
print(tf.constant(np.array([1.7, 2.2]), tf.int32))
print(tf.constant(np.array([1, 0]), tf.float32))
# --- shape
print(tf.constant(3, shape=[2, 2]), tf.constant([1, 2, 3, 4], shape=[2, 2]))
print(tf.constant(0.5, shape=(3,)), tf.constant([7], shape=[1, 1]))
fails(lambda: tf.constant([1, 2, 3], shape=[2, 2]))
fails(lambda: tf.constant([[1, 2], [3]]))
fails(lambda: tf.constant(None))
fails(lambda: tf.constant(object()))
fails(lambda: tf.constant({"a": 1}))
# --- convert_to_tensor
a = tf.constant([1.0])
print(tf.convert_to_tensor(a) is a)
print(tf.convert_to_tensor([1, 2], tf.float32), tf.convert_to_tensor(np.ones(2)))
print(tf.convert_to_tensor(3, dtype_hint=tf.float32), tf.convert_to_tensor(tf.Variable(2.0)))
fails(lambda: tf.convert_to_tensor(a, tf.int32))
fails(lambda: tf.convert_to_tensor(tf.constant(1), tf.float32))
print(tf.convert_to_tensor([tf.constant(1), 2]), tf.convert_to_tensor([[a, a]]))
print(tf.is_tensor(a), tf.is_tensor([1]), tf.is_tensor(tf.Variable(1)), tf.is_tensor(np.ones(1)))
# --- cast
print(tf.cast([1.7, -1.7], tf.int32), tf.cast([0, 1, 2], tf.bool), tf.cast(True, tf.float32))
print(tf.cast([300, -1], tf.uint8), tf.cast(tf.constant(1.5), "float64"), tf.cast(3, tf.complex64))
print(tf.saturate_cast([300.0, -5.0], tf.uint8), tf.cast(tf.Variable(1), tf.float32))
# --- mixed dtypes
f, i, d = tf.constant([1.0, 2.0]), tf.constant([1, 2]), tf.constant([1.0, 2.0], tf.float64)
fails(lambda: f + i)
fails(lambda: i + f)
fails(lambda: f * d)
fails(lambda: f + tf.constant(1))
fails(lambda: tf.add(f, i))
fails(lambda: i * 0.5)
fails(lambda: tf.concat([f, i], 0))
fails(lambda: tf.stack([f, i]))
fails(lambda: tf.maximum(f, i))
# --- python numbers
f, i = tf.constant([1.0, 2.0]), tf.constant([1, 2])
print(f + 1, 1 + f, f * True if False else f, i + 2, 2 - i, f / 2, 1 / f, i / 2, i // 2)
print(i % 2, f ** 2, 2 ** f, -f, abs(-f), f > 1, i == 1, f != 2.0, f @ [[1.0], [1.0]] if False else 0)
print((i / 2).dtype, (i / 2), (tf.constant(7) / 2), tf.constant(7) // -2, tf.constant(7) % -2)
# --- numpy beside tensors
f = tf.constant([1.0, 2.0])
print(f + np.array([1.0, 2.0], np.float32), np.array([1.0, 2.0], np.float32) + f)
fails(lambda: f + np.array([1.0, 2.0]))
print(f + np.float64(1.5), f * np.float32(2))
print(f + np.array(2.0), np.array([3.0]) * f)
print(type(np.array([1.0, 2.0], np.float32) + f).__name__)
d = tf.constant([1.0, 2.0], tf.float64)
print(d + np.ones(2), np.ones(2) - d, d * np.arange(2.0))
print(tf.constant([1, 2]) + np.array([1, 2], np.int32))
fails(lambda: tf.constant([1, 2]) + np.array([1, 2]))
# --- numpy functions
f = tf.constant([1.0, 4.0])
print(np.sqrt(f), type(np.sqrt(f)).__name__, np.asarray(f), np.sum(f), np.mean(f), np.max(f))
print(np.add(f, 1), np.concatenate([f, f]), np.vstack([f, f]), np.array([f, f]), np.argmax(f))
print(np.array(f, dtype=np.float64).dtype, np.asarray(f).dtype, np.allclose(f, [1, 4]))
v = tf.Variable([1.0, 2.0])
print(np.asarray(v), np.sum(v), np.dot(v, v), v + np.ones(2, np.float32))
# --- shapes that do not fit
fails(lambda: tf.constant([1, 2]) + tf.constant([1, 2, 3]))
fails(lambda: tf.matmul(tf.ones([2, 3]), tf.ones([2, 3])))
fails(lambda: tf.reshape(tf.range(5), [2, 3]))
fails(lambda: tf.concat([tf.ones([2, 2]), tf.ones([3, 3])], 0))
fails(lambda: tf.stack([tf.ones([2]), tf.ones([3])]))
fails(lambda: tf.ones([2, 3])[5])
fails(lambda: tf.gather([1, 2, 3], 7))
fails(lambda: tf.split(tf.range(5), 2))
fails(lambda: tf.squeeze(tf.ones([2, 1]), 0))
# --- message of mixed dtypes
try:
    tf.constant([1.0]) + tf.constant([1])
except tf.errors.InvalidArgumentError as e:
    print("float" in str(e), "int32" in str(e))
