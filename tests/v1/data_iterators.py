"""Iterators over data sets in a 1.x graph; its output is compared with TensorFlow's."""

import importlib
import sys

import numpy as np

tf = importlib.import_module(sys.argv[1])
if "penstock" not in sys.argv[1]:
    tf.disable_v2_behavior()

ds = tf.data.Dataset.from_tensor_slices(
    (np.arange(6, dtype=np.float32).reshape(3, 2), [0, 1, 2])
)
x, y = (
    ds.map(lambda a, b: (a * 2.0, b + 1))
    .repeat(2)
    .batch(2)
    .make_one_shot_iterator()
    .get_next()
)
print(x.shape, y.dtype)
p = tf.placeholder(tf.float32, [None, 2])
n = tf.placeholder(tf.int64, [])
d2 = tf.data.Dataset.from_tensor_slices(p).map(lambda v: v + 1.0).batch(n)
it = d2.make_initializable_iterator()
nx = it.get_next()
print(nx.shape)
it3 = tf.data.Iterator.from_structure(tf.int64, tf.TensorShape([]))
a = it3.make_initializer(tf.data.Dataset.range(3))
b = it3.make_initializer(tf.data.Dataset.range(10, 12))
v = it3.get_next()
h = tf.placeholder(tf.string, [])
it4 = tf.data.Iterator.from_string_handle(h, tf.int64, [])
w = it4.get_next()
r1 = tf.data.Dataset.range(5).make_one_shot_iterator()
r2 = tf.data.Dataset.range(100, 105).make_one_shot_iterator()
ex = (
    tf.data.Dataset.range(10)
    .shuffle(10, seed=3)
    .batch(4)
    .make_one_shot_iterator()
    .get_next()
)
with tf.Session() as s:
    while True:
        try:
            print(s.run([x, y]))
        except tf.errors.OutOfRangeError:
            print("end")
            break
    s.run(it.initializer, {p: np.ones((3, 2)), n: 2})
    print(s.run(nx), s.run(nx))
    try:
        s.run(nx)
    except tf.errors.OutOfRangeError:
        print("end")
    s.run(a)
    print(s.run(v), s.run(v))
    s.run(b)
    print(s.run(v))
    h1, h2 = s.run([r1.string_handle(), r2.string_handle()])
    print(s.run(w, {h: h1}), s.run(w, {h: h2}), s.run(w, {h: h1}))
    print(s.run(ex), s.run(ex))
    print(
        s.run(
            tf.data.make_one_shot_iterator(
                tf.data.Dataset.from_tensors({"a": 1})
            ).get_next()
        )
    )
try:
    with tf.Session() as s:
        s.run(tf.data.Dataset.range(3).make_initializable_iterator().get_next())
except tf.errors.FailedPreconditionError:
    print("FPE")


def drained(session, element):
    out = []
    try:
        while True:
            out.append(session.run(element).tolist())
    except tf.errors.OutOfRangeError:
        return out


# Every iterator, every initialization and every session begins the orders anew.
for repeats in (None, 2):
    with tf.Graph().as_default():
        tf.set_random_seed(7)
        mixed = tf.data.Dataset.range(4).shuffle(4, seed=3)
        if repeats:
            mixed = mixed.batch(2).repeat(repeats)
        once = [mixed.make_one_shot_iterator().get_next() for _ in range(2)]
        again = [mixed.make_initializable_iterator() for _ in range(2)]
        nexts = [iterator.get_next() for iterator in again]
        for _ in range(2):
            with tf.Session() as s:
                print([drained(s, element) for element in reversed(once)])
                for _ in range(2):
                    for iterator in again:
                        s.run(iterator.initializer)
                    print([drained(s, element) for element in nexts])

# Drawing functions begin anew; a variable counts with the value it has then.
with tf.Graph().as_default():
    tf.set_random_seed(3)
    drawing = tf.data.Dataset.range(3).map(
        lambda x: x + tf.random_uniform([], 0, 100, tf.int64, seed=2)
    )
    drawn = drawing.make_initializable_iterator()
    size = tf.get_variable("size", initializer=tf.constant(3, tf.int64))
    counted = tf.data.Dataset.range(size).make_initializable_iterator()
    elements = [drawn.get_next(), counted.get_next()]
    with tf.Session() as s:
        s.run(size.initializer)
        for _ in range(2):
            s.run([drawn.initializer, counted.initializer])
            print([drained(s, element) for element in elements])
            s.run(size.assign(1))
