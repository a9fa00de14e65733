"""Variables: their nodes, their values, what assignments give."""

import numpy as np


def _nodes(tf):
    return [
        f"{n.name} {n.type} {[i.name for i in n.inputs]}"
        f" {sorted(c.name for c in n.control_inputs)}"
        for n in tf.get_default_graph().get_operations()
    ]


def references(tf):
    v = tf.Variable(tf.constant(5.0))
    w = tf.Variable([1.0, 2.0], name="w")
    c = tf.Variable(lambda: tf.zeros([2]), name="c")
    total = v + 1
    assigned, added, subtracted = (
        v.assign(2.0),
        tf.assign_add(v, 1.0),
        v.assign_sub(1.0),
    )
    row = tf.scatter_update(w, [0], [3.0])
    asked = tf.is_variable_initialized(v)
    part = w[0]
    counter = tf.Variable(0).count_up_to(3)
    read = v.read_value()
    texts = [repr(x) for x in (v, w, c, v.dtype, w.shape)]
    texts += [v.name, v.op.name, v.initializer.name, v.value().name, read.name]
    texts += [x.name for x in (total, assigned, added, subtracted, row, asked, part)]
    return {"nodes": _nodes(tf), "texts": [*texts, counter.name]}


def resources(tf):
    v = tf.Variable(np.ones([2, 3], np.float32), name="r", use_resource=True)
    total = v + 1
    add = v.assign_add(np.ones([2, 3], np.float32), read_value=False)
    out = {"nodes": _nodes(tf), "names": [v.name, v.handle.name, total.name, add.name]}
    with tf.Session() as sess:
        sess.run(v.initializer)
        sess.run(add)
        out["value"] = sess.run(v)
        out["assigned"] = sess.run(v.assign(np.zeros([2, 3], np.float32)))
        out["after"] = sess.run([v, total])[1]
    return out


def initializers_of_lists(tf):
    tf.Variable(0.0)
    tf.Variable(1.0, trainable=False, name="fixed")
    tf.Variable(2.0, collections=[tf.GraphKeys.LOCAL_VARIABLES], trainable=False)
    names = [v.name for v in tf.global_variables()]
    names += [v.name for v in tf.trainable_variables()]
    names += [v.name for v in tf.local_variables()]
    tf.global_variables_initializer()
    tf.local_variables_initializer()
    return {"names": names, "nodes": _nodes(tf)}


def values(tf):
    v = tf.Variable([1.0, 2.0, 3.0], name="v")
    n = tf.Variable(2, name="n")
    out = {}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        out["start"] = sess.run(v)
        out["added"] = sess.run(tf.assign_add(v, [1.0, 1.0, 1.0]))
        out["scattered"] = sess.run(tf.scatter_add(v, [0, 0, 2], [1.0, 1.0, 5.0]))
        out["subtracted"] = sess.run(tf.scatter_sub(v, [1], [1.0]))
        out["operators"] = sess.run(
            tf.stack([2 * v, v / 2, v - 1, 1 - v, -v, v**2, abs(-v), v % 2, v // 2])
        )
        out["compared"] = sess.run(tf.stack([v > 2, v <= 2]))
        out["integers"] = sess.run(tf.stack([n + 1, n * 3, 7 // n, 7 % n, -n]))
        out["counted"] = sess.run(n.count_up_to(5))
        out["n"] = sess.run(n)
        v.load([7.0, 8.0, 9.0], sess)
        out["loaded"] = v.eval()
        out["fed"] = sess.run(v * 1, {v: [0.0, 1.0, 2.0]})
        out["missing"] = sess.run(tf.report_uninitialized_variables()).tolist()
        tf.Variable(1.0, name="late")
        missing = sess.run(tf.report_uninitialized_variables())
        out["late"] = [m.decode() for m in missing]
    return {k: v for k, v in out.items() if k != "missing"}


def reads_and_assignments(tf):
    v = tf.Variable(1.0)
    one = v.assign_add(1.0)
    with tf.control_dependencies([one]):
        after = v + 0.0
    with tf.Session() as sess:
        sess.run(v.initializer)
        return {
            "fetched with": np.array(sess.run([v, one, v])),
            "after": sess.run(after),
            "value": sess.run(v),
        }


def one_from_another(tf):
    a = tf.Variable(tf.random_normal([2], seed=1), name="a")
    b = tf.Variable(a.initialized_value() * 2.0, name="b")
    c = tf.Variable(a * 3.0, name="c")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return {"a": sess.run(a), "b": sess.run(b), "c": sess.run(c)}


def kinds(tf):
    made = [
        tf.Variable(3), tf.Variable(3.5), tf.Variable(True), tf.Variable("text"),
        tf.Variable(1, dtype=tf.int64), tf.Variable(1, dtype=tf.float64),
        tf.Variable(np.float64(2.0)), tf.Variable(np.zeros([2], np.int8)),
    ]  # fmt: skip
    return {"texts": [repr(v) for v in made]}


def global_steps(tf):
    assert tf.train.get_global_step() is None
    step = tf.train.get_or_create_global_step()
    assert tf.train.get_or_create_global_step() is step
    names = [repr(step), *(v.name for v in tf.trainable_variables())]
    with tf.Session() as sess:
        sess.run(step.initializer)
        sess.run(tf.assign_add(step, 3))
        return {
            "texts": names, "nodes": _nodes(tf),
            "step": np.int64(tf.train.global_step(sess, step)),
        }  # fmt: skip


def assigned_parts(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]], use_resource=False)
    w = tf.Variable([1, 2, 3, 4], use_resource=True)
    first = v[0, 1:].assign([7.0])
    read = v[1] * 2.0
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        out = {"whole": session.run(first), "read": session.run(read)}
        session.run(w[1:3].assign([8, 9]))
        return out | {"resource": session.run(w)}
