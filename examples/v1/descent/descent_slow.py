# coding: utf-8
# 学习率取得太小（0.01），40 步之后离 -1 还很远
import tensorflow as tf

w = tf.Variable(5.0)
loss = (w + 1) ** 2
step = tf.train.GradientDescentOptimizer(learning_rate=0.01).minimize(loss)

sess = tf.Session()
sess.run(tf.initialize_all_variables())
for i in xrange(40):
	_, w_val, loss_val = sess.run([step, w, loss])
	w_val = sess.run(w)
	loss_val = sess.run(loss)
	print "step %d" % (i + 1), "w = %.6f" % w_val, "loss = %.6f" % loss_val
print sess.run(w), loss.eval(session=sess)
sess.close()
