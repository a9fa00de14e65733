# coding: utf-8
# 损失函数 loss = (w + 1)^2，w 的初值取 5，用梯度下降求使 loss 最小的 w（应为 -1）
import tensorflow as tf

w = tf.Variable(tf.constant(5, dtype=tf.float32))
loss = tf.square(w + 1)
# 学习率 0.2：收敛得很快
train_step = tf.train.GradientDescentOptimizer(0.2).minimize(loss)

with tf.Session() as sess:
    init_op = tf.global_variables_initializer()
    sess.run(init_op)
    for i in range(40):
        sess.run(train_step)
        w_val = sess.run(w)
        loss_val = sess.run(loss)
        print("After %s steps: w is %f, loss is %f." % (i, w_val, loss_val))
