"""(w + 1)**2 from w = 5: a fixed rate, and one that decays."""

import tensorflow as tf

w = tf.Variable(tf.constant(5, dtype=tf.float32))
for epoch in range(40):
    with tf.GradientTape() as tape:
        loss = tf.square(w + 1)
    grads = tape.gradient(loss, w)
    w.assign_sub(0.2 * grads)
    print("After %s epoch,w is %f,loss is %f" % (epoch, w.numpy(), loss))

w = tf.Variable(tf.constant(5, dtype=tf.float32))
for epoch in range(40):
    lr = 0.2 * 0.99 ** (epoch / 1)
    with tf.GradientTape() as tape:
        loss = tf.square(w + 1)
    grads = tape.gradient(loss, w)
    w.assign_sub(lr * grads)
    print("After %s epoch,w is %f,loss is %f,lr is %f" % (epoch, w.numpy(), loss, lr))
