"""Names: name_scope, variable_scope, get_variable and reuse."""
import tensorflow as tf

with tf.variable_scope("foo"):
    v = tf.get_variable("v", [1], initializer=tf.constant_initializer(1.0))
print(v.name)

with tf.variable_scope("foo"):
    try:
        tf.get_variable("v", [1])
    except ValueError as e:
        print("ValueError:", str(e).split(".")[0])

with tf.variable_scope("foo", reuse=True):
    v1 = tf.get_variable("v", [1])
    print(v is v1 or v.name == v1.name)

with tf.variable_scope("bar", reuse=True):
    try:
        tf.get_variable("v", [1])
    except ValueError as e:
        print("ValueError:", str(e).split(",")[0])

with tf.variable_scope("root"):
    print(tf.get_variable_scope().reuse)
    with tf.variable_scope("inner", reuse=True):
        print(tf.get_variable_scope().reuse)
        with tf.variable_scope("deep"):
            print(tf.get_variable_scope().reuse, tf.get_variable_scope().name)
    print(tf.get_variable_scope().reuse)

with tf.name_scope("a"):
    one = tf.Variable([1], name="b")
    two = tf.get_variable("b", [1])
    three = one + 1
print(one.name, two.name, three.name)
with tf.name_scope("a"):
    print(tf.Variable([1], name="b").name, tf.constant(3, name="c").name)

with tf.variable_scope("layer") as scope:
    w = tf.get_variable("w", shape=[2, 3], dtype=tf.float32,
                        initializer=tf.zeros_initializer())
    h = tf.add(w, 1.0, name="h")
    scope.reuse_variables()
    again = tf.get_variable("w", shape=[2, 3])
print(w.name, w.op.name, h.name, again.name)

for variable in tf.global_variables():
    print(variable.op.name, variable.shape, variable.dtype.base_dtype.name)
print([t.name for t in tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="layer")])
