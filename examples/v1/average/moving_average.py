#coding:utf-8
# 滑动平均：影子 = 衰减率 * 影子 + (1 - 衰减率) * 参数
# 衰减率 = min(MOVING_AVERAGE_DECAY, (1 + 轮数) / (10 + 轮数))
import tensorflow as tf

w1 = tf.Variable(0, dtype=tf.float32)
global_step = tf.Variable(0, trainable=False)

MOVING_AVERAGE_DECAY = 0.99
ema = tf.train.ExponentialMovingAverage(MOVING_AVERAGE_DECAY, global_step)
# 每次 sess.run(ema_op) 时对所有待训练参数求一次滑动平均
ema_op = ema.apply(tf.trainable_variables())

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    # 打印出当前参数 w1 和 w1 的滑动平均值
    print "start      ", sess.run([w1, ema.average(w1)])

    # 参数 w1 的值赋为 1
    sess.run(tf.assign(w1, 1))
    sess.run(ema_op)
    print "w1 = 1     ", sess.run([w1, ema.average(w1)])

    # 更新 global_step 和 w1 的值，模拟出轮数为 100 时 w1 变为 10
    sess.run(tf.assign(global_step, 100))
    sess.run(tf.assign(w1, 10))
    sess.run(ema_op)
    print "w1 = 10    ", sess.run([w1, ema.average(w1)])

    # 每运行一次，影子都向 w1 靠近一些
    for again in range(5):
        sess.run(ema_op)
        print "again %d    " % again, sess.run([w1, ema.average(w1)])

    sess.run(tf.assign(global_step, 100000))
    sess.run(w1.assign(-3.5))
    sess.run(ema_op)
    print "w1 = -3.5  ", sess.run([w1, ema.average(w1)])
    print ema.average_name(w1), ema.average(w1).name
    print sorted(ema.variables_to_restore())
