# What tf.gradients gives: of a sum, of a chain, several ys, weighted, twice, stopped.
import tensorflow as tf

x = tf.constant([1.0, 2.0, 3.0], name='x')
y = tf.constant(4.0)
z = x * x * y + tf.sin(x)
print(z)

dx, dy = tf.gradients(z, [x, y])
second = tf.gradients(dx, x)[0]
both = tf.gradients([z, 3.0 * x], x)[0]
weighted = tf.gradients(z, x, grad_ys=[tf.constant([1.0, 0.0, -1.0])])[0]
stopped = tf.gradients(tf.stop_gradient(x) * x, x)[0]
inner = x * 2.0
cut = tf.gradients(inner * inner + x, x, stop_gradients=[inner])[0]
nothing = tf.gradients(y * 1.0, x)
print(nothing)

a = tf.Variable([[1.0, -2.0], [0.5, 4.0]])
det = a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]
da, = tf.gradients(det, [a])

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for name, value in [('dz/dx', dx), ('dz/dy', dy), ('second', second),
                        ('both', both), ('weighted', weighted),
                        ('stopped', stopped), ('cut', cut), ('ddet/da', da)]:
        print(name, sess.run(value).tolist())
