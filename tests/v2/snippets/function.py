# --- traced once
n = []
@tf.function
def f(x):
    n.append(1)
    return x * 2
print(f(tf.constant(1.0)), f(tf.constant(2.0)), len(n), f.experimental_get_tracing_count())
print(f(tf.constant([1.0, 2.0])), len(n), f(tf.constant(1)), len(n))
# --- python arguments
n = []
@tf.function
def f(x, k=2, flag=True):
    n.append((k, flag))
    return x * k if flag else x
x = tf.constant(3)
print(f(x), f(x, 2), f(x, 3), f(x, k=3), f(x, flag=False), f(x, 2, True), n)
@tf.function
def g(k):
    n.append(k)
    return tf.constant(0) + k
n.clear()
print(g(1), g(2), g(1), g(2.0) if False else 0, len(n))
# --- numpy arguments are tensors
n = []
@tf.function
def f(x):
    n.append(1)
    return x + 1
print(f(np.float32(1)), f(np.float32(2)), f(np.ones(2, np.float32)), f(np.zeros(2, np.float32)), len(n))
# --- structures
@tf.function
def f(d, l):
    return {"sum": d["a"] + l[0], "pair": (l[1], d["b"]), "none": None, "py": 3}
out = f({"a": tf.constant(1), "b": tf.constant(2.0)}, [tf.constant(3), tf.constant(4)])
print(out["sum"], out["pair"], out["none"], out["py"])
# --- args and kwargs
@tf.function
def f(*args, **kwargs):
    return tf.add_n(list(args)) + kwargs["z"]
print(f(tf.constant(1), tf.constant(2), z=tf.constant(3)))
# --- side effects
count = 0
@tf.function
def f(x):
    global count
    count += 1
    return x
for i in range(5):
    f(tf.constant(float(i)))
print(count)
v = tf.Variable(0)
@tf.function
def inc():
    v.assign_add(1)
    v.assign_add(1)
    return v.read_value()
print(inc(), inc(), v.numpy())
@tf.function
def order():
    a = v + 0
    v.assign(100)
    b = v + 0
    v.assign_sub(1)
    return a, b, v
print([int(t) for t in order()], v.numpy())
# --- variables made once
class M(tf.Module):
    def __init__(self):
        super().__init__()
        self.v = None
    @tf.function
    def __call__(self, x):
        if self.v is None:
            self.v = tf.Variable(tf.ones([2]))
        return x * self.v
m = M()
print(m(tf.constant([1.0, 2.0])), m(tf.constant([3.0, 4.0])), m.v.numpy(), len(m.variables))
v = None
@tf.function
def bad(x):
    return tf.Variable(1.0) + x
fails(lambda: bad(tf.constant(1.0)))
# --- methods
class C:
    def __init__(self, k):
        self.k = k
        self.n = 0
    @tf.function
    def f(self, x):
        self.n += 1
        return x * self.k
a, b = C(2), C(3)
print(a.f(tf.constant(1)), b.f(tf.constant(1)), a.f(tf.constant(5)), a.n, b.n)
# --- input_signature
@tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
def f(x):
    n.append(x.shape)
    return tf.reduce_sum(x)
n = []
print(f(tf.constant([1.0, 2.0])), f(tf.constant([1.0, 2.0, 3.0])), f([5.0]), n)
fails(lambda: f(tf.constant([1])))
fails(lambda: f(tf.constant(1.0)))
fails(lambda: f(tf.constant([1.0]), tf.constant([2.0])))
# --- unknown sizes
@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
def f(x):
    y = tf.reshape(x, [-1])
    return tf.shape(x)[0], y * 2.0, tf.reshape(x, [tf.shape(x)[0], 1, 2]), tf.zeros([tf.shape(x)[0]])
print(f(tf.ones([3, 2])))
print(f(tf.ones([1, 2])))
# --- concrete functions
@tf.function
def f(x, y):
    return x + y
c = f.get_concrete_function(tf.TensorSpec([2], tf.float32), tf.TensorSpec([2], tf.float32))
print(c(tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])), f.experimental_get_tracing_count())
c = f.get_concrete_function(tf.constant(1), 2)
print(c(tf.constant(5)))
print(len(c.inputs), c.outputs[0].shape, c.structured_outputs.dtype)
# --- nested
@tf.function
def inner(x):
    return x * x
@tf.function
def outer(x):
    return inner(x) + inner(x + 1.0)
print(outer(tf.constant(2.0)), inner.experimental_get_tracing_count())
def plain(x):
    return outer(x) * 2.0
print(tf.function(plain)(tf.constant(1.0)))
# --- recursion
@tf.function
def fact(n):
    return n if n <= 1 else n * fact(n - 1)
print(fact(5))
# --- closures
k = tf.constant(10.0)
v = tf.Variable(2.0)
@tf.function
def f(x):
    return x * k + v
print(f(tf.constant(1.0)))
v.assign(5.0)
print(f(tf.constant(1.0)))
arr = np.array([1.0, 2.0], np.float32)
print(tf.function(lambda x: x + arr)(tf.constant([1.0, 1.0])))
# --- if on a tensor
@tf.function
def f(x):
    if x > 0:
        return x * 2
    else:
        return -x
print(f(tf.constant(3)), f(tf.constant(-3)))
@tf.function
def g(x):
    if tf.reduce_sum(x) > 10:
        y = x - 1.0
    elif tf.reduce_sum(x) > 5:
        y = x + 1.0
    else:
        y = x
    return y
print(g(tf.constant([1.0, 2.0])), g(tf.constant([3.0, 4.0])), g(tf.constant([30.0])))
# --- while and for on tensors
@tf.function
def f(x):
    while x < 100:
        x = x * 2
    return x
print(f(tf.constant(3)))
@tf.function
def g(x):
    s = tf.constant(0)
    for i in tf.range(x):
        if i % 2 == 0:
            continue
        s += i
        if s > 10:
            break
    return s
print(g(tf.constant(4)), g(tf.constant(100)))
@tf.function
def h(x):
    s = 0.0
    for row in x:
        s += tf.reduce_sum(row)
    return s
print(h(tf.ones([3, 2])))
# --- logic
@tf.function
def f(x, y):
    if x > 0 and y > 0:
        return tf.constant("both")
    if not (x > 0 or y > 0):
        return tf.constant("none")
    return tf.constant("one")
print(f(tf.constant(1), tf.constant(1)), f(tf.constant(-1), tf.constant(-1)), f(tf.constant(1), tf.constant(-1)))
# --- assertions and prints
@tf.function
def f(x):
    tf.debugging.assert_positive(x)
    return x * 2
print(f(tf.constant(1)))
fails(lambda: f(tf.constant(-1)))
@tf.function
def g(x):
    assert x > 0
    return x
# --- random ops
tf.random.set_seed(4)
@tf.function
def f():
    return tf.random.normal([2]), tf.random.uniform([2], seed=3)
print(f())
print(f())
tf.random.set_seed(4)
@tf.function
def g():
    return tf.random.normal([2]), tf.random.uniform([2], seed=3)
print(g())
print(tf.random.normal([2]))
# --- errors in the body
@tf.function
def f(x):
    return tf.matmul(x, tf.ones([3, 3]))
fails(lambda: f(tf.ones([2, 2])))
@tf.function
def g(x):
    raise KeyError("a")
fails(lambda: g(tf.constant(1)))
# --- run eagerly
n = []
@tf.function
def f(x):
    n.append(1)
    return x + 1
tf.config.run_functions_eagerly(True)
f(tf.constant(1)); f(tf.constant(1))
print(len(n), tf.config.functions_run_eagerly())
tf.config.run_functions_eagerly(False)
f(tf.constant(1)); f(tf.constant(1))
print(len(n))
# --- inside and outside
@tf.function
def f(x):
    print(tf.executing_eagerly(), x.shape, x.dtype, isinstance(x, tf.Tensor))
    with tf.init_scope():
        print(tf.executing_eagerly())
    return x
f(tf.constant([1.0]))
print(tf.executing_eagerly())
# --- ops of many kinds
@tf.function
def f(x):
    y = tf.nn.softmax(tf.matmul(x, tf.transpose(x)))
    z = tf.where(y > 0.5, y, tf.zeros_like(y))
    a = tf.cond(tf.reduce_sum(z) > 1.0, lambda: z, lambda: y)
    b = tf.map_fn(lambda r: tf.reduce_max(r), a)
    i, s = tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s + b), (0, b))
    return tf.boolean_mask(s, s > 0.0), tf.argmax(y, 1), tf.concat([s, b], 0), tf.unstack(x)[0], x[:, 0], tf.unique(tf.argmax(y, 1))[0]
for t in f(tf.constant([[1.0, 2.0], [0.5, -1.0]])):
    print(t)
# --- a training step
w = tf.Variable(tf.random.normal([3, 1], seed=2))
@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - y))
    g = tape.gradient(loss, w)
    w.assign_sub(0.1 * g)
    return loss
x = tf.constant(np.random.RandomState(1).rand(8, 3), tf.float32)
y = tf.reduce_sum(x, 1, keepdims=True)
for i in range(5):
    print(step(x, y).numpy())
print(w.numpy())
# --- TensorArray
@tf.function
def f(n):
    a = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    for i in range(3):
        a = a.write(i, tf.cast(i, tf.float32) * n)
    return a.stack()
print(f(tf.constant(2.0)))
a = tf.TensorArray(tf.int32, 3)
for i in range(3):
    a = a.write(i, i * 10)
print(a.stack(), a.read(1), a.size())
# --- py_function
@tf.function
def f(x):
    y = tf.py_function(lambda a: a.numpy() * 2, [x], tf.float32)
    z = tf.numpy_function(lambda a: a + np.float32(1), [x], tf.float32)
    return y + z
print(f(tf.constant(3.0)))
# --- strings
@tf.function
def f(s):
    return tf.strings.length(s), tf.strings.join([s, "!"])
print(f(tf.constant("abc")))
# --- dataset inside
@tf.function
def f():
    s = tf.constant(0, tf.int64)
    for x in tf.data.Dataset.range(5):
        s += x
    return s
print(f())
# --- name scopes
@tf.function
def f(x):
    with tf.name_scope("a"):
        return tf.identity(x, name="b").name
print(f(tf.constant(1)))
