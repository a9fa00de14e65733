# coding: utf-8
"""Skip-gram word vectors with noise-contrastive estimation, on a tiny text.

小语料上的 skip-gram：词义相近的词，向量也相近。
"""
from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections
import math
import random

import numpy as np
from six.moves import xrange  # pylint: disable=redefined-builtin
import tensorflow as tf

SENTENCES = [
    "the king rules the land", "the queen rules the land",
    "the king wears a crown", "the queen wears a crown",
    "a cat drinks milk", "a dog drinks water",
    "the cat chases the mouse", "the dog chases the cat",
    "a boy reads a book", "a girl reads a book",
    "the boy throws the ball", "the girl throws the ball",
]
words = (" ".join(SENTENCES * 20)).split()

random.seed(1)
np.random.seed(1)
vocabulary_size = 22


def build_dataset(words, n_words):
    count = [['UNK', -1]]
    count.extend(collections.Counter(words).most_common(n_words - 1))
    dictionary = dict()
    for word, _ in count:
        dictionary[word] = len(dictionary)
    data = [dictionary.get(word, 0) for word in words]
    count[0][1] = data.count(0)
    return data, count, dictionary, dict(zip(dictionary.values(), dictionary.keys()))


data, count, dictionary, reverse_dictionary = build_dataset(words, vocabulary_size)
print('Most common words', count[:4])
data_index = 0


def generate_batch(batch_size, num_skips, skip_window):
    global data_index
    batch = np.ndarray(shape=(batch_size), dtype=np.int32)
    labels = np.ndarray(shape=(batch_size, 1), dtype=np.int32)
    span = 2 * skip_window + 1
    buffer = collections.deque(maxlen=span)
    for _ in xrange(span):
        buffer.append(data[data_index])
        data_index = (data_index + 1) % len(data)
    for i in xrange(batch_size // num_skips):
        targets = random.sample([w for w in xrange(span) if w != skip_window], num_skips)
        for j, target in enumerate(targets):
            batch[i * num_skips + j] = buffer[skip_window]
            labels[i * num_skips + j, 0] = buffer[target]
        buffer.append(data[data_index])
        data_index = (data_index + 1) % len(data)
    return batch, labels


batch_size, embedding_size = 32, 16
skip_window, num_skips = 1, 2
valid_examples = np.array([dictionary['king'], dictionary['cat'], dictionary['boy']])
num_sampled = 8

graph = tf.Graph()
with graph.as_default():
    tf.set_random_seed(1)
    train_inputs = tf.placeholder(tf.int32, shape=[batch_size])
    train_labels = tf.placeholder(tf.int32, shape=[batch_size, 1])
    valid_dataset = tf.constant(valid_examples, dtype=tf.int32)

    with tf.device('/cpu:0'):
        embeddings = tf.Variable(
            tf.random_uniform([vocabulary_size, embedding_size], -1.0, 1.0))
        embed = tf.nn.embedding_lookup(embeddings, train_inputs)
        nce_weights = tf.Variable(tf.truncated_normal(
            [vocabulary_size, embedding_size], stddev=1.0 / math.sqrt(embedding_size)))
        nce_biases = tf.Variable(tf.zeros([vocabulary_size]))

    loss = tf.reduce_mean(tf.nn.nce_loss(
        weights=nce_weights, biases=nce_biases, labels=train_labels, inputs=embed,
        num_sampled=num_sampled, num_classes=vocabulary_size))
    optimizer = tf.train.GradientDescentOptimizer(1.0).minimize(loss)

    norm = tf.sqrt(tf.reduce_sum(tf.square(embeddings), 1, keep_dims=True))
    normalized = embeddings / norm
    valid = tf.nn.embedding_lookup(normalized, valid_dataset)
    similarity = tf.matmul(valid, normalized, transpose_b=True)
    init = tf.global_variables_initializer()

num_steps = 3001
with tf.Session(graph=graph) as session:
    init.run()
    average_loss = 0
    for step in xrange(num_steps):
        batch_inputs, batch_labels = generate_batch(batch_size, num_skips, skip_window)
        feed_dict = {train_inputs: batch_inputs, train_labels: batch_labels}
        _, loss_val = session.run([optimizer, loss], feed_dict=feed_dict)
        average_loss += loss_val
        if step % 1000 == 0:
            if step > 0:
                average_loss /= 1000
            print('Average loss at step ', step, ': ', average_loss)
            average_loss = 0
    sim = similarity.eval()
    for i in xrange(len(valid_examples)):
        nearest = (-sim[i, :]).argsort()[1:4]
        print('Nearest to %s: %s' % (reverse_dictionary[valid_examples[i]],
                                     ', '.join(reverse_dictionary[k] for k in nearest)))
    print('final shape', normalized.eval().shape)
