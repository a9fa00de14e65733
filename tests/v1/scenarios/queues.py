"""Queues, readers, producers and batches, with their threads."""

import os
import tempfile

import numpy as np


def fifo(tf):
    queue = tf.FIFOQueue(3, [tf.float32, tf.int32], shapes=[[], [2]])
    one = queue.enqueue((1.0, [1, 2]))
    many = queue.enqueue_many([[5.0, 6.0], [[3, 4], [5, 6]]])
    single, pair = queue.dequeue(), queue.dequeue_many(2)
    size, close, rest = queue.size(), queue.close(), queue.dequeue_up_to(5)
    graph = tf.get_default_graph()
    out = {
        "nodes": [f"{n.name} {n.type}" for n in graph.get_operations()],
        "shapes": [str(t.shape) for t in (*single, *pair, *rest)],
        "errors": [],
    }
    with tf.Session() as session:
        session.run([one])
        session.run(many)
        out["size"] = session.run(size)
        out["first"] = session.run(single)[1]
        out["pair"] = session.run(pair)[1]
        session.run(one)
        session.run(close)
        out["rest"] = session.run(rest)[1]
        for op in (single, pair, one):
            try:
                session.run(op)
            except tf.errors.OpError as error:
                out["errors"].append(type(error).__name__)
    return out


def others(tf):
    shuffled = tf.RandomShuffleQueue(20, 0, tf.int32, shapes=[[]], seed=5)
    fill = shuffled.enqueue_many([tf.range(10)])
    drawn, four = shuffled.dequeue(), shuffled.dequeue_many(4)
    padded = tf.PaddingFIFOQueue(5, [tf.int32], shapes=[[None]])
    puts = [padded.enqueue([[1, 2]]), padded.enqueue([[3]])]
    both = padded.dequeue_many(2)
    ranked = tf.PriorityQueue(5, [tf.string], shapes=[[]])
    ranks = [ranked.enqueue((tf.constant(n, tf.int64), t)) for n, t in ((3, "x"), (1, "y"))]
    best = ranked.dequeue()
    named = tf.FIFOQueue(3, [tf.int32], names=["a"])
    put, got = named.enqueue({"a": 7}), named.dequeue()
    with tf.Session() as session:
        session.run(fill)
        out = {"drawn": np.array([session.run(drawn) for _ in range(3)])}
        out["four"] = session.run(four)
        for op in puts:
            session.run(op)
        out["padded"] = session.run(both)
        session.run(ranks[0])
        session.run(ranks[1])
        out["ranked"] = [session.run(best)[1].decode() for _ in range(2)]
        session.run(put)
        out["named"] = session.run(got)["a"]
    return out


def _files(tf, folder):
    paths = []
    for k in range(3):
        paths.append(os.path.join(folder, f"{k}.tfrecords"))
        with tf.python_io.TFRecordWriter(paths[-1]) as writer:
            for j in range(4):
                label = tf.train.Int64List(value=[k * 4 + j])
                raw = tf.train.BytesList(value=[np.full(3, j, np.uint8).tobytes()])
                feature = {
                    "label": tf.train.Feature(int64_list=label),
                    "raw": tf.train.Feature(bytes_list=raw),
                }
                features = tf.train.Features(feature=feature)
                example = tf.train.Example(features=features)
                writer.write(example.SerializeToString())
    return paths


def _read(tf, shuffle, batch):
    """What `batch` gives of twelve records, twice, until they end."""
    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default():
        names = tf.train.string_input_producer(
            _files(tf, folder), num_epochs=2, shuffle=shuffle, seed=3
        )
        _, record = tf.TFRecordReader().read(names)
        wanted = {
            "label": tf.FixedLenFeature([], tf.int64),
            "raw": tf.FixedLenFeature([], tf.string),
        }
        parsed = tf.parse_single_example(record, features=wanted)
        picture = tf.decode_raw(parsed["raw"], tf.uint8)
        picture.set_shape([3])
        pictures, labels = batch([picture, tf.cast(parsed["label"], tf.int32)])
        with tf.Session() as session:
            session.run(tf.local_variables_initializer())
            coord = tf.train.Coordinator()
            threads = tf.train.start_queue_runners(sess=session, coord=coord)
            got = []
            try:
                while not coord.should_stop():
                    got.append(session.run([pictures, labels]))
            except tf.errors.OutOfRangeError:
                pass
            finally:
                coord.request_stop()
            coord.join(threads)
    return np.concatenate([p for p, _ in got]), np.concatenate([n for _, n in got])


def batches(tf):
    pictures, labels = _read(tf, False, lambda x: tf.train.batch(x, 5))
    _, shuffled = _read(
        tf, True, lambda x: tf.train.batch(x, 5, allow_smaller_final_batch=True)
    )
    _, drawn = _read(
        tf, True,
        lambda x: tf.train.shuffle_batch(
            x, 4, capacity=30, min_after_dequeue=10, num_threads=2
        ),
    )  # fmt: skip
    return {
        "pictures": pictures, "labels": labels, "shuffled": shuffled,
        "drawn": np.sort(drawn),
    }  # fmt: skip


def slices_and_lines(tf):
    rows, words = tf.train.slice_input_producer(
        [tf.constant([[1, 2], [3, 4], [5, 6]]), ["x", "y", "z"]],
        num_epochs=1, shuffle=False,
    )  # fmt: skip
    pairs = tf.train.batch(
        {"rows": rows, "words": words}, 2, allow_smaller_final_batch=True
    )
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table.csv")
        with open(path, "w") as file:
            file.write("h1,h2\n1,2.5\n3,4.5\n")
        lines = tf.TextLineReader(skip_header_lines=1)
        queue = tf.train.string_input_producer([path], shuffle=False)
        columns = tf.decode_csv(lines.read(queue)[1], [[0], [0.0]])
        whole = tf.WholeFileReader().read(tf.train.string_input_producer([path]))[1]
        with tf.train.MonitoredSession() as session:
            got = [session.run(pairs), session.run(pairs)]
            out = {
                "rows": np.concatenate([g["rows"] for g in got]),
                "words": [w.decode() for g in got for w in g["words"]],
                "second": np.array([session.run(columns) for _ in range(3)])[:, 1],
                "whole": session.run(whole).decode(),
            }
            try:
                session.run(pairs)
            except tf.errors.OutOfRangeError:
                out["end"] = "out of range"
    out["runners"] = str(len(tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)))
    out["summaries"] = [t.name for t in tf.get_collection(tf.GraphKeys.SUMMARIES)]
    return out
