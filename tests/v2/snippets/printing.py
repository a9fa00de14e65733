# --- scalars
for value in (1, 1.5, True, "text", b"\x00\xff", 1e10, 1e-7, 3 + 4j, float("nan")):
    t = tf.constant(value)
    print(t, "|", repr(t))
# --- vectors
print(tf.constant([1, 5]))
print(tf.constant([1, 5], dtype=tf.int64))
print(tf.constant([1.0, 2.5]))
print(repr(tf.constant([1.0, 2.5])))
print(repr(tf.constant([1, 2])))
print(repr(tf.constant([True, False])))
print(repr(tf.constant(["a", "bc"])))
print(tf.constant(["a", "bc"]))
# --- matrices
t = tf.reshape(tf.range(6), [2, 3])
print(t)
print(repr(t))
print(repr(tf.cast(t, tf.float64)))
print(repr(tf.zeros([2, 0])))
print(tf.zeros([0]))
print(repr(tf.zeros([3, 2, 2])))
# --- large
t = tf.range(2000)
print(t)
print(repr(t))
print(tf.ones([100, 100]))
print(repr(tf.ones([100, 100])))
print(tf.reshape(tf.range(10000), [50, 200]))
# --- dtypes
for d in (tf.float16, tf.float32, tf.float64, tf.int8, tf.uint8, tf.int16, tf.int32,
          tf.int64, tf.complex64, tf.complex128, tf.bool):
    t = tf.cast([0, 1, 2], d)
    print(d, repr(d), d.name, t, repr(t))
# --- bfloat16
print(tf.cast([1.5, 2.0], tf.bfloat16))
# --- shapes
print(tf.zeros([2, 3]).shape, repr(tf.zeros([2, 3]).shape), tf.zeros([]).shape)
print(tf.TensorShape([None, 3]), repr(tf.TensorShape([None, 3])), tf.TensorShape(None))
print(tf.zeros([4]).shape, tf.zeros([2, 3]).shape[0], tf.zeros([2, 3]).shape.as_list())
print(tf.zeros([2, 3]).get_shape(), tf.zeros([2, 3]).ndim, tf.shape(tf.zeros([2, 3])))
# --- variables
v = tf.Variable([1.0, 2.0])
print(v)
print(repr(v))
print(tf.Variable(5))
print(tf.Variable(5, name="count", dtype=tf.int64))
print(tf.Variable("text"))
print(tf.Variable([[True, False]], name="mask"))
print(tf.Variable(tf.ones([2, 2]), name="w", trainable=False).name)
# --- formatting
t = tf.constant(3.14159)
print(f"{t}", f"{t:.2f}", "{:.3f}".format(t), "%.2f" % t, "%s" % t, "%d" % tf.constant(3))
print("{}".format(tf.constant([1, 2])), str(tf.constant([1.5])))
print("loss: {}".format(tf.constant(0.25)), "loss:", tf.constant(0.25).numpy())
v = tf.Variable(2.5)
print(f"{v.numpy():.1f}", "%.2f" % v.numpy(), "%f" % v)
# --- numpy
t = tf.constant([[1.0, 2.0], [3.0, 4.0]])
print(t.numpy(), type(t.numpy()), t.numpy().dtype)
print(tf.constant(2.0).numpy(), type(tf.constant(2.0).numpy()).__name__)
print(tf.constant(2).numpy(), type(tf.constant(2).numpy()).__name__)
print(tf.constant("a").numpy(), tf.constant(True).numpy(), tf.constant(["a"]).numpy())
print(repr(tf.constant(2.0).numpy()), repr(tf.constant(2).numpy()))
print([tf.constant(1), tf.constant(2.0)])
print({"a": tf.constant(1)})
print((tf.constant([1.0]),))
# --- small and large numbers
print(tf.constant([1e-10, 1.0, 1e10]))
print(tf.constant([0.1, 0.12345678, 100.0]))
print(tf.constant([1.0, float("inf"), float("-inf"), float("nan")]))
print(tf.constant([[1e-5, 1.0], [2.0, 3.0]]))
print(tf.constant([1, -100, 10000]))
print(tf.constant(1e20), tf.constant(123456789), tf.constant(0.1, tf.float64))
# --- strings
print(tf.constant(["hello", "a'b", "ü"]))
print(repr(tf.constant([["a", "b"], ["c", "d"]])))
print(tf.constant([["a", "bcd"], ["c", "d"]]))
# --- specs
print(tf.TensorSpec([None, 3], tf.float32))
print(tf.TensorSpec([2], tf.int32, name="x"), tf.TensorSpec(None))
print(tf.constant([1]).dtype, repr(tf.constant([1]).dtype), tf.float32.as_numpy_dtype)
# --- indexed slices
s = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([0]), tf.constant([3, 1]))
print(s)
