# The very first program.
import tensorflow as tf

hello = tf.constant('Hello, TensorFlow!')
a = tf.constant(2)
b = tf.constant(3)
c = tf.placeholder(tf.int16)
d = tf.placeholder(tf.int16)
add = tf.add(c, d)
mul = tf.mul(c, d) if hasattr(tf, 'mul') else tf.multiply(c, d)
matrix1 = tf.constant([[3., 3.]])
matrix2 = tf.constant([[2.], [2.]])

with tf.Session() as sess:
    print(sess.run(hello))
    print("a=%i, b=%i" % (sess.run(a), sess.run(b)))
    print("Addition with constants: %i" % sess.run(a + b))
    print("Multiplication with constants: %i" % sess.run(a * b))
    print("Addition with variables: %i" % sess.run(add, feed_dict={c: 2, d: 3}))
    print("Multiplication with variables: %i" % sess.run(mul, feed_dict={c: 2, d: 3}))
    print(sess.run(tf.matmul(matrix1, matrix2)))
    print(a, add, tf.matmul(matrix1, matrix2))
