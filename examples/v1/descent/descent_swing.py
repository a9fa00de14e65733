# A learning rate of 1 sends w from 5 to -7 and back again, for ever.
import tensorflow as tf

w = tf.Variable(tf.constant(5, dtype=tf.float32))
loss = tf.square(w + 1)
train_step = tf.train.GradientDescentOptimizer(1).minimize(loss)
sess = tf.InteractiveSession()
tf.global_variables_initializer().run()
for i in range(6):
    train_step.run()
    print(i, w.eval(), loss.eval())
sess.close()
