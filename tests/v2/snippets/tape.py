# --- squares
x = tf.constant(3.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = x ** 2
print(tape.gradient(y, x))
w = tf.Variable(tf.constant(3.0))
with tf.GradientTape() as tape:
    loss = tf.pow(w, 2)
grad = tape.gradient(loss, w)
print(grad)
# --- structures
a, b = tf.Variable(2.0), tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = a * b + b
g = tape.gradient(y, {"a": a, "b": [b]})
print(g)
with tf.GradientTape() as tape:
    y = a * b
    z = a + b
print(tape.gradient([y, z], [a, b]))
# --- nothing connected
x, z = tf.Variable(2.0), tf.Variable([1.0, 2.0])
with tf.GradientTape(persistent=True) as tape:
    y = x * x
print(tape.gradient(y, z), tape.gradient(y, [x, z]))
print(tape.gradient(y, z, unconnected_gradients=tf.UnconnectedGradients.ZERO))
print(tape.gradient(y, z, unconnected_gradients="zero"))
# --- persistent
x = tf.constant(3.0)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = x * x
    z = y * y
print(tape.gradient(z, x), tape.gradient(y, x), tape.gradient(z, y))
del tape
# --- used up
x = tf.Variable(1.0)
with tf.GradientTape() as tape:
    y = x * x
tape.gradient(y, x)
fails(lambda: tape.gradient(y, x))
# --- second order
x = tf.Variable(2.0)
with tf.GradientTape() as t2:
    with tf.GradientTape() as t1:
        y = x ** 3
    dy = t1.gradient(y, x)
d2y = t2.gradient(dy, x)
print(dy, d2y)
with tf.GradientTape() as t3:
    with tf.GradientTape() as t2:
        with tf.GradientTape() as t1:
            y = tf.sin(x)
        a = t1.gradient(y, x)
    b = t2.gradient(a, x)
c = t3.gradient(b, x)
print(a, b, c)
# --- hessian of several
w = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
with tf.GradientTape(persistent=True) as outer:
    with tf.GradientTape() as inner:
        y = tf.reduce_sum(w ** 3 * tf.exp(-w))
    g = inner.gradient(y, w)
    s = tf.reduce_sum(g * g)
print(outer.gradient(s, w))
# --- not watched
x = tf.constant(3.0)
with tf.GradientTape() as tape:
    y = x * x
print(tape.gradient(y, x))
v = tf.Variable(3.0, trainable=False)
with tf.GradientTape() as tape:
    y = v * v
print(tape.gradient(y, v))
v = tf.Variable(3.0)
with tf.GradientTape(watch_accessed_variables=False) as tape:
    y = v * v
print(tape.gradient(y, v), tape.watched_variables())
with tf.GradientTape(watch_accessed_variables=False) as tape:
    tape.watch(v)
    y = v * v
print(tape.gradient(y, v), len(tape.watched_variables()))
# --- jacobian
x = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    y = tf.stack([x[0] * x[1], x[0] ** 2, x[1]])
print(tape.jacobian(y, x))
x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
with tf.GradientTape() as tape:
    tape.watch(x)
    y = x * x
print(tape.batch_jacobian(y, x))
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.matmul(x, [[1.0], [2.0]])
print(tape.jacobian(y, x))
# --- stop_recording
x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = x * x
    with tape.stop_recording():
        z = y * x
    w = y + x
print(tape.gradient(w, x), tape.gradient if False else 0)
# --- reset
x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = x * x
    tape.reset()
    y = y + x
print(tape.gradient(y, x))
# --- stop_gradient
x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = tf.stop_gradient(x * x) * x
print(tape.gradient(y, x))
# --- custom gradient
@tf.custom_gradient
def clip(x):
    def grad(dy):
        return tf.clip_by_value(dy, -0.5, 0.5)
    return tf.identity(x), grad
v = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = clip(v * v)
print(tape.gradient(y, v))
@tf.custom_gradient
def log1pexp(x):
    e = tf.exp(x)
    def grad(upstream):
        return upstream * (1 - 1 / (1 + e))
    return tf.math.log(1 + e), grad
x = tf.constant(100.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = log1pexp(x)
print(tape.gradient(y, x))
@tf.custom_gradient
def two(x, y):
    def grad(da, db):
        return da * 10.0, db * 20.0
    return (x * 1.0, y * 1.0), grad
a, b = tf.Variable(1.0), tf.Variable(2.0)
with tf.GradientTape() as tape:
    p, q = two(a, b)
    s = p + 2.0 * q
print(s, tape.gradient(s, [a, b]))
# --- custom gradient with variables
v = tf.Variable(2.0)
@tf.custom_gradient
def f(x):
    y = v * x
    def grad(dy, variables=None):
        return dy * 100.0, [dy * 7.0 for _ in variables]
    return y, grad
x = tf.constant(3.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = f(x)
print(tape.gradient(y, [x, v]))
# --- second order through a custom gradient
@tf.custom_gradient
def cube(x):
    def grad(dy):
        return dy * 3.0 * x * x
    return x * x * x, grad
x = tf.Variable(2.0)
with tf.GradientTape() as t2:
    with tf.GradientTape() as t1:
        y = cube(x)
    g = t1.gradient(y, x)
print(g, t2.gradient(g, x))
# --- recompute
x = tf.Variable(2.0)
f = tf.recompute_grad(lambda z: z * z * 3.0)
with tf.GradientTape() as tape:
    y = f(x)
print(tape.gradient(y, x))
# --- sparse
e = tf.Variable(tf.reshape(tf.range(12.0), [4, 3]))
with tf.GradientTape() as tape:
    y = tf.reduce_sum(tf.gather(e, [0, 2, 2]) * [[1.0], [2.0], [3.0]])
g = tape.gradient(y, e)
print(type(g).__name__, g.values, g.indices, tf.convert_to_tensor(g))
with tf.GradientTape() as tape:
    y = tf.reduce_sum(tf.nn.embedding_lookup(e, [1, 1]))
g = tape.gradient(y, e)
e.assign_sub(0.1 * tf.convert_to_tensor(g))
print(e)
# --- output gradients
x = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    y = x * x
print(tape.gradient(y, x, output_gradients=tf.constant([10.0, 1.0])))
# --- errors
x = tf.Variable(1.0)
with tf.GradientTape() as tape:
    y = x * x
fails(lambda: tape.gradient(None, x))
with tf.GradientTape() as tape:
    y = tf.cast(x * x, tf.int32)
print(tape.gradient(y, x))
fails(lambda: tape.watch("a"))
def again():
    t = tf.GradientTape()
    with t:
        with t:
            pass
fails(again)
# --- reassigned in the tape
x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = x * x
    x.assign(5.0)
    z = y + x
print(tape.gradient(z, x))
# --- many ops
tf.random.set_seed(3)
x = tf.Variable(tf.random.normal([3, 4]))
w = tf.Variable(tf.random.normal([4, 5]))
fs = [tf.nn.relu, tf.nn.sigmoid, tf.nn.tanh, tf.nn.softmax, tf.exp, tf.nn.elu, tf.nn.softplus,
      tf.abs, tf.square, tf.nn.leaky_relu, tf.nn.log_softmax, tf.sin, tf.nn.selu, tf.nn.swish, tf.nn.gelu]
for f in fs:
    with tf.GradientTape() as tape:
        y = tf.reduce_mean(f(tf.matmul(x, w)) ** 2)
    a, b = tape.gradient(y, [x, w])
    print(tf.reduce_sum(a), tf.reduce_sum(b))
# --- a training step
tf.random.set_seed(5)
x = tf.random.normal([8, 4])
labels = tf.one_hot(tf.range(8) % 3, 3)
w1 = tf.Variable(tf.random.truncated_normal([4, 3], stddev=0.1, seed=1))
b1 = tf.Variable(tf.random.truncated_normal([3], stddev=0.1, seed=1))
for step in range(20):
    with tf.GradientTape() as tape:
        y = tf.nn.softmax(tf.matmul(x, w1) + b1)
        loss = tf.reduce_mean(tf.square(labels - y))
    grads = tape.gradient(loss, [w1, b1])
    w1.assign_sub(0.5 * grads[0])
    b1.assign_sub(0.5 * grads[1])
    print(step, loss.numpy())
# --- control flow in Python
x = tf.Variable(1.5)
with tf.GradientTape() as tape:
    y = x
    while y < 100.0:
        y = y * y
    if y > 20:
        y = y / 2
print(y, tape.gradient(y, x))
# --- loops and conditions as ops
x = tf.Variable(1.5)
with tf.GradientTape() as tape:
    y = tf.cond(x > 1.0, lambda: x * x, lambda: x)
    i, z = tf.while_loop(lambda i, z: i < 3, lambda i, z: (i + 1, z * x), (0, tf.constant(1.0)))
    s = y + z
print(s, tape.gradient(s, x))
# --- map_fn and scan
x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    y = tf.map_fn(lambda e: e * e, x)
    z = tf.scan(lambda a, e: a + e, y)
    s = tf.reduce_sum(z)
print(s, tape.gradient(s, x))
# --- py_function
x = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    y = tf.py_function(lambda a: a * a * 3.0, [x], tf.float32)
    s = tf.reduce_sum(y)
print(s, tape.gradient(s, x))
print(tf.numpy_function(lambda a: a + 1, [np.float32(2)], tf.float32))
# --- through a function
v = tf.Variable(2.0)
@tf.function
def f(x):
    return x * x * v
x = tf.constant(3.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = f(x)
print(tape.gradient(y, [x, v]))
@tf.function
def step(x):
    with tf.GradientTape() as tape:
        y = x * v * v
    return y, tape.gradient(y, v)
print(step(tf.constant(3.0)))
# --- higher order through a function
@tf.function
def cubed(x):
    return x ** 3
x = tf.Variable(2.0)
with tf.GradientTape() as t2:
    with tf.GradientTape() as t1:
        y = cubed(x)
    g = t1.gradient(y, x)
print(g, t2.gradient(g, x))
# --- tape outside, gradients inside
@tf.function
def g(x):
    with tf.GradientTape() as t:
        t.watch(x)
        y = x ** 4
    return t.gradient(y, x)
x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    z = g(x)
print(z, tape.gradient(z, x))
