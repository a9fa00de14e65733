# Predicts the next value of a sine from eight, with a two-layer LSTM.
import numpy as np
import tensorflow as tf

STEPS, TIME, HIDDEN = 300, 8, 10
t = np.arange(0, 20, 0.05)
wave = np.sin(t).astype(np.float32)
windows = np.stack([wave[i:i + TIME] for i in range(len(wave) - TIME)])[:, :, None]
nexts = wave[TIME:][:, None]

x = tf.placeholder(tf.float32, [None, TIME, 1])
y_ = tf.placeholder(tf.float32, [None, 1])
cells = [tf.nn.rnn_cell.BasicLSTMCell(HIDDEN) for _ in range(2)]
stack = tf.nn.rnn_cell.MultiRNNCell(cells)
with tf.variable_scope('rnn', initializer=tf.random_normal_initializer(stddev=0.3, seed=3)):
    outputs, state = tf.nn.dynamic_rnn(stack, x, dtype=tf.float32)
w = tf.get_variable('w', [HIDDEN, 1], initializer=tf.random_normal_initializer(seed=4))
y = tf.matmul(outputs[:, -1, :], w)
loss = tf.losses.mean_squared_error(y_, y)
train = tf.train.AdamOptimizer(0.01).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print([v.name for v in tf.trainable_variables()])
    print(outputs.shape, state[0].c.shape)
    for step in range(STEPS):
        _, value = sess.run([train, loss], {x: windows, y_: nexts})
        if step % 50 == 0:
            print('%4d %.4g' % (step, value))
    print('end loss %.3f' % sess.run(loss, {x: windows, y_: nexts}))
