#coding:utf-8
# 识别自己写的数字：白底黑字的图片，每张一个数字
import sys
import numpy as np
import tensorflow as tf
from PIL import Image
import mnist_forward
import mnist_backward


def restore_model(picture):
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, mnist_forward.INPUT_NODE])
        y = mnist_forward.forward(x, None)
        guess = tf.argmax(y, 1)

        averages = tf.train.ExponentialMovingAverage(mnist_backward.MOVING_AVERAGE_DECAY)
        saver = tf.train.Saver(averages.variables_to_restore())

        with tf.Session() as sess:
            ckpt = tf.train.get_checkpoint_state(mnist_backward.MODEL_SAVE_PATH)
            if ckpt and ckpt.model_checkpoint_path:
                saver.restore(sess, ckpt.model_checkpoint_path)
                return sess.run(guess, feed_dict={x: picture})
            else:
                print "No checkpoint file found"
                return -1


def pre_pic(name):
    img = Image.open(name)
    small = img.resize((28, 28), Image.ANTIALIAS)
    pixels = np.array(small.convert('L'))
    threshold = 50
    # 反色，再二值化：网络看惯了黑底白字
    for i in range(28):
        for j in range(28):
            pixels[i][j] = 255 - pixels[i][j]
            if pixels[i][j] < threshold:
                pixels[i][j] = 0
            else:
                pixels[i][j] = 255
    row = pixels.reshape([1, 784]).astype(np.float32)
    return np.multiply(row, 1.0 / 255.0)


def application():
    names = sys.argv[1:]
    if not names:
        count = input("input the number of test pictures:")
        names = [raw_input("the path of test picture:") for k in range(count)]
    for name in names:
        value = restore_model(pre_pic(name))
        print "The prediction number is:", int(value)


def main():
    application()


if __name__ == '__main__':
    main()
