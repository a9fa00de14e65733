# --- plain
t = tf.reshape(tf.range(24), [2, 3, 4])
print(t[0], t[1, 2], t[1, 2, 3], t[-1, -1, -1])
print(t[:, 1], t[..., 0], t[0, ...], t[:, :, 1:3])
print(t[::-1][0, 0], t[:, ::-1, 0], t[..., ::2], t[1:, 1:2])
print(t[tf.newaxis].shape, t[:, tf.newaxis, 0].shape, t[..., None].shape, t[None, ..., None].shape)
print(t[0:0].shape, t[5:].shape, t[0][1][2])
# --- tensors as indices
t = tf.constant([10, 20, 30, 40])
i = tf.constant(1)
print(t[i], t[i:], t[:i], t[i : i + 2], t[tf.constant(2, tf.int64)], t[tf.constant(-1)])
print(t[np.int64(2)], t[np.int32(1):])
# --- masks
t = tf.constant([1, 2, 3, 4])
print(t[t > 2], t[tf.constant([True, False, True, False])])
m = tf.constant([[1.0, 2.0], [3.0, 4.0]])
print(m[m > 1.5], tf.boolean_mask(m, [True, False]), tf.boolean_mask(m, m > 2))
print(m[np.array([True, False])])
# --- errors
t = tf.constant([1, 2, 3])
fails(lambda: t[3])
fails(lambda: t[0, 0])
fails(lambda: t[1.5])
fails(lambda: t["a"])
fails(lambda: t[[0, 1]])
def put():
    t[0] = 1
fails(put)
# --- iteration
for row in tf.constant([[1, 2], [3, 4]]):
    print(row, [int(x) for x in row])
a, b = tf.constant([1, 2])
print(a, b, len(tf.ones([3, 2])), list(tf.constant([5, 6])))
fails(lambda: len(tf.constant(1)))
fails(lambda: iter(tf.constant(1)))
print([i for i, x in enumerate(tf.constant([1.0, 2.0]))], sum(tf.constant([1, 2, 3])))
print(list(zip(tf.constant([1, 2]), tf.constant([3.0, 4.0]))))
print(max(tf.constant([1, 3, 2])), sorted(tf.constant([3, 1, 2]).numpy()))
# --- truth
print(bool(tf.constant(1)), bool(tf.constant(0.0)), bool(tf.constant([True])))
fails(lambda: bool(tf.constant([True, False])))
if tf.constant(3) > 2:
    print("yes")
print(tf.constant(1) == 1, bool(tf.constant(1) == 1), tf.constant([1]) == None)
print(not tf.constant(0), tf.constant(True) and 5)
fails(lambda: 1 in tf.constant([1, 2]))
# --- numbers
print(int(tf.constant(3.7)), float(tf.constant(2)), complex(tf.constant(1.0)))
print(range(tf.constant(3)), [1, 2, 3][tf.constant(1)])
fails(lambda: int(tf.constant([1, 2])))
# --- hashing
fails(lambda: hash(tf.constant(1)))
fails(lambda: {tf.constant(1): 2})
a = tf.constant(1)
d = {a.ref(): "x"}
print(d[a.ref()], a.ref().deref() is a, a.ref() == a.ref(), a.ref() == tf.constant(1).ref())
fails(lambda: hash(tf.Variable(1)))
v = tf.Variable(1)
print({v.ref(): 1}[v.ref()], v is v, any(x is v for x in [v]))
# --- pickling
import pickle, copy
t = tf.constant([1.5, 2.0])
print(pickle.loads(pickle.dumps(t)), copy.deepcopy(t), copy.copy(t))
v = tf.Variable([1.0], name="w")
w = copy.deepcopy(v)
w.assign([5.0])
print(v.numpy(), w.numpy(), w.name)
# --- attributes
t = tf.constant([1.0, 2.0])
print(t.dtype, t.shape, t.ndim, t.shape.rank, t.device[-5:], tf.executing_eagerly())
for name in ("name", "op", "graph"):
    print(hasattr(t, name))
fails(lambda: t.eval())
print(t.shape == (2,), t.shape == [2], t.shape[0] == 2, tuple(t.shape), t.shape.num_elements())
