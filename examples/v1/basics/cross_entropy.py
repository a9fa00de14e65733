# coding: utf-8
# 交叉熵的三种写法应当给出同一个数
import tensorflow as tf

y_ = tf.constant([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
logits = tf.constant([[2.0, 0.5, -1.0], [0.1, 0.2, 3.0]])
y = tf.nn.softmax(logits)

by_hand = -tf.reduce_mean(tf.reduce_sum(
    y_ * tf.log(tf.clip_by_value(y, 1e-12, 1.0)), reduction_indices=[1]))
dense = tf.reduce_mean(
    tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=logits))
sparse = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
    logits=logits, labels=tf.argmax(y_, 1)))
# 课堂上的例子：(1, 0) 与两个预测
ce = -tf.reduce_mean(
    tf.constant([1.0, 0.0]) * tf.log(tf.clip_by_value(tf.constant([0.6, 0.4]), 1e-12, 1.0)))

with tf.Session() as sess:
    print(sess.run(y))
    print("%.6f %.6f %.6f" % tuple(sess.run([by_hand, dense, sparse])))
    print("H((1,0),(0.6,0.4))/2 = %.6f" % sess.run(ce))
    print(sess.run(tf.clip_by_value([[-1.0, 0.0, 0.3], [0.9, 1.0, 7.0]], 1e-12, 1.0)))
    print(sess.run(tf.gradients(dense, logits)[0]))
