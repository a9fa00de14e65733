# --- assign
v = tf.Variable([1.0, 2.0, 3.0])
print(v.assign([4.0, 5.0, 6.0]).numpy(), v.assign_add([1.0, 1.0, 1.0]).numpy())
print(v.assign_sub(tf.ones([3])).numpy(), v.numpy(), v.read_value(), v.value())
v.assign(v * 2)
v.assign_add(v).assign_sub([1.0, 1.0, 1.0])
print(v.numpy())
v[1:].assign([0.0, 0.5])
print(v)
v[0].assign(9.0)
print(v.numpy())
# --- operators
v = tf.Variable([1.0, 2.0])
print(v + 1, 1 - v, v * v, v / 2, -v, v ** 2, v @ [[1.0], [1.0]] if False else 0, v > 1.5, abs(-v))
print(v[0], v[::-1], v == [1.0, 2.0], v.shape, v.dtype, len(v.numpy()))
print(tf.reduce_sum(v), tf.square(v), tf.stack([v, v]), tf.matmul([v], [[1.0], [2.0]]))
def add():
    w = v
    w += 1.0
fails(add)
# --- errors
v = tf.Variable([1.0, 2.0])
fails(lambda: v.assign([1.0, 2.0, 3.0]))
fails(lambda: v.assign(tf.constant([1, 2])))
fails(lambda: v.assign_add([1.0, 2.0, 3.0]))
fails(lambda: tf.Variable(None))
fails(lambda: tf.Variable())
fails(lambda: v.assign("a"))
def put():
    v[0] = 1.0
fails(put)
# --- properties
v = tf.Variable(np.ones((2, 3)), name="w", trainable=False)
print(v.name, v.dtype, v.shape, v.trainable, v.ndim if hasattr(v, "ndim") else 2)
print(tf.Variable(1.0).trainable, tf.Variable(lambda: 3.0), tf.Variable(2, dtype=tf.float32))
print(tf.Variable(tf.zeros([2]), shape=tf.TensorShape(None)).shape)
u = tf.Variable([1.0], shape=[None])
u.assign([1.0, 2.0, 3.0])
print(u, u.shape)
print(isinstance(v, tf.Variable), isinstance(v, tf.Tensor), tf.is_tensor(v))
c = tf.Variable(1.0, constraint=lambda x: x)
print(c.constraint is not None)
# --- integers and strings
n = tf.Variable(0)
for _ in range(3):
    n.assign_add(1)
print(n, n.numpy(), int(n), float(n), n + 1, n == 3, [10, 20, 30, 40][n.numpy()])
s = tf.Variable("a")
s.assign("bc")
print(s.numpy())
b = tf.Variable(True)
b.assign(False)
print(b.numpy(), bool(b))
# --- values are taken at the time
v = tf.Variable(1.0)
a = v + 0
b = v.read_value()
v.assign(5.0)
print(a, b, v.numpy())
x = np.zeros(2, np.float32)
v = tf.Variable(x)
x[0] = 7
print(v.numpy())
t = tf.constant([1.0, 2.0])
n = t.numpy()
try:
    n[0] = 9
except ValueError:
    pass
print(t)
# --- scatter
v = tf.Variable([1.0, 2.0, 3.0, 4.0])
v.scatter_add(tf.IndexedSlices([10.0, 20.0], [1, 2]))
print(v.numpy())
v.scatter_update(tf.IndexedSlices([0.0], [3]))
v.scatter_sub(tf.IndexedSlices([1.0, 1.0], [0, 0]))
print(v.numpy())
v.scatter_nd_update([[0], [1]], [5.0, 6.0])
print(v.numpy())
v.scatter_nd_add([[0], [0]], [1.0, 1.0])
print(v.numpy(), v.gather_nd([[0], [3]]), v.sparse_read([1, 2]))
v = tf.Variable([1.0, 2.0, 3.0])
v.scatter_max(tf.IndexedSlices([9.0], [0])); v.scatter_min(tf.IndexedSlices([0.0], [1]))
v.scatter_mul(tf.IndexedSlices([2.0], [2])); v.scatter_div(tf.IndexedSlices([2.0], [2]))
print(v.numpy())
# --- module
class Dense(tf.Module):
    def __init__(self, n, m, name=None):
        super().__init__(name=name)
        self.w = tf.Variable(tf.ones([n, m]), name="w")
        self.b = tf.Variable(tf.zeros([m]), name="b", trainable=False)
    def __call__(self, x):
        return x @ self.w + self.b
class Net(tf.Module):
    def __init__(self):
        super().__init__()
        self.layers = [Dense(2, 3), Dense(3, 1)]
        self.named = {"a": tf.Variable(1.0, name="a")}
    def __call__(self, x):
        for l in self.layers:
            x = l(x)
        return x
n = Net()
print(n(tf.ones([1, 2])), n.name, len(n.variables), len(n.trainable_variables), len(n.submodules))
print([v.name for v in n.variables], [v.name for v in n.trainable_variables])
