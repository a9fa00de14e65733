from __future__ import print_function

import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data
import lenet5_forward
import lenet5_backward

FLAGS = tf.app.flags.FLAGS
SOME = 1000


def test(mnist):
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [
            SOME,
            lenet5_forward.IMAGE_SIZE,
            lenet5_forward.IMAGE_SIZE,
            lenet5_forward.NUM_CHANNELS])
        y_ = tf.placeholder(tf.float32, [None, lenet5_forward.OUTPUT_NODE])
        y = lenet5_forward.forward(x, False, None)

        ema = tf.train.ExponentialMovingAverage(lenet5_backward.MOVING_AVERAGE_DECAY)
        saver = tf.train.Saver(ema.variables_to_restore())
        correct = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
        accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

        with tf.Session() as sess:
            ckpt = tf.train.get_checkpoint_state(FLAGS.model)
            if not (ckpt and ckpt.model_checkpoint_path):
                print('No checkpoint file found')
                return
            saver.restore(sess, ckpt.model_checkpoint_path)
            step = ckpt.model_checkpoint_path.split('/')[-1].split('-')[-1]
            scores = []
            for k in range(0, mnist.test.num_examples, SOME):
                images = np.reshape(mnist.test.images[k:k + SOME], x.get_shape().as_list())
                scores.append(sess.run(
                    accuracy, {x: images, y_: mnist.test.labels[k:k + SOME]}))
            print("After %s training step(s), test accuracy = %g" % (step, np.mean(scores)))


def main(_):
    test(input_data.read_data_sets("./data/", one_hot=True))


if __name__ == '__main__':
    tf.app.run()
