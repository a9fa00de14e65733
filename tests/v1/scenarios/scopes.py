"""Names: name scopes, variable scopes, reuse, templates, collections."""


def _variable_names(tf):
    return [v.name for v in tf.global_variables()]


def name_scopes(tf):
    out = []
    with tf.name_scope("a") as a:
        out.append(a)
        out.append(tf.constant(1.0, name="c").name)
        with tf.name_scope("b"):
            out.append(tf.constant(1.0).name)
        with tf.name_scope(None):
            out.append(tf.constant(1.0).name)
    with tf.name_scope("a") as again:
        out.append(again)
    with tf.name_scope(a):
        out.append(tf.constant(1.0).name)
    with tf.name_scope(None, "default", [tf.constant(1.0)]) as scope:
        out.append(scope)
    with tf.name_scope("") as scope:
        out.append(repr(scope))
    out += [tf.constant(1.0, name="A").name, tf.constant(1.0, name="a").name]
    return {"names": out}


def variable_scopes(tf):
    out = []
    with tf.variable_scope("l1", initializer=tf.constant_initializer(3.0)) as first:
        w = tf.get_variable("w", [2])
        with tf.variable_scope("in", reuse=tf.AUTO_REUSE):
            assert tf.get_variable("w", [2]) is tf.get_variable("w", [2])
            with tf.name_scope("ns"):
                z = tf.get_variable("z", initializer=[1.0, 2.0])
                out += [z.name, tf.add(z, 1.0).name]
    with tf.variable_scope("l1", reuse=True) as second:
        assert tf.get_variable("w", [2]) is w
        out.append(tf.Variable(2.0, name="v").name)
        with tf.variable_scope("in"):
            out.append(tf.get_variable("w").name)
    for scope in (first, second):
        out += [scope.name, scope.original_name_scope, str(scope.reuse)]
    for _ in range(3):
        with tf.variable_scope(None, "d") as scope:
            out += [tf.get_variable("w", [1]).name, scope.original_name_scope]
    with tf.variable_scope(first):
        out.append(tf.constant(1.0).name)
    with tf.variable_scope("p"):
        with tf.variable_scope(first, reuse=True):
            out += [tf.get_variable("w", [2]).name, tf.constant(1.0).name]
        with tf.variable_scope("quiet", auxiliary_name_scope=False):
            out += [tf.get_variable("q", [1]).name, tf.constant(1.0).name]
    out += _variable_names(tf)
    return {"names": out}


def defaults_of_scopes(tf):
    def regularizer(w):
        return tf.reduce_sum(w)

    with tf.variable_scope(
        "s", initializer=tf.ones_initializer(), regularizer=regularizer,
        dtype=tf.float64,
    ) as scope:  # fmt: skip
        a = tf.get_variable("a", [2])
        b = tf.get_variable("b", [2], tf.float32, regularizer=tf.no_regularizer)
        with tf.variable_scope("inner"):
            c = tf.get_variable("c", [1], trainable=False)
        scope.reuse_variables()
        assert tf.get_variable("a", [2]) is a
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return {
            "texts": [repr(v) for v in (a, b, c)],
            "losses": [str(sess.run(x + 0)) for x in losses],
            "trainable": [v.name for v in tf.trainable_variables("s/")],
        }


def custom_getters(tf):
    def renamed(getter, name, *args, **kwargs):
        return getter(name + "_x", *args, **kwargs)

    def doubled(getter, name, *args, **kwargs):
        return getter(name, *args, **kwargs) * 2.0

    with tf.variable_scope("a", custom_getter=renamed):
        one = tf.get_variable("v", [1], initializer=tf.ones_initializer())
        with tf.variable_scope("b", custom_getter=doubled):
            two = tf.get_variable("v", [1], initializer=tf.ones_initializer())
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return {
            "names": _variable_names(tf),
            "two": sess.run(two),
            "one": sess.run(one),
        }


def templates(tf):
    def scale(x, by):
        w = tf.get_variable("w", [], initializer=tf.constant_initializer(by))
        return x * w

    layer = tf.make_template("layer", scale, by=3.0)
    other = tf.make_template("layer", scale, by=2.0)
    out = [layer(1.0), layer(2.0), other(1.0)]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return {"names": _variable_names(tf), "values": tf.stack(out).eval()}


def local_and_collected(tf):
    tf.get_local_variable("local", [1])
    tf.get_variable("mine", [1], collections=["mine", tf.GraphKeys.GLOBAL_VARIABLES])
    tf.add_to_collection("losses", tf.constant(1.0, name="a/x"))
    tf.add_to_collection("losses", tf.constant(2.0, name="b/x"))
    tf.add_to_collections(["losses", "more"], tf.constant(3.0, name="a/y"))
    return {
        "names": [
            *(v.name for v in tf.local_variables()),
            *(v.name for v in tf.get_collection("mine")),
            *_variable_names(tf),
            *(t.name for t in tf.get_collection("losses", "a/")),
            *(t.name for t in tf.get_collection("more")),
            str(tf.get_collection("nothing")),
        ]
    }


def partitions(tf):
    with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(2)):
        x = tf.get_variable("x", [5, 3], initializer=tf.ones_initializer())
        tf.get_variable("y", [4], partitioner=tf.variable_axis_size_partitioner(8))
    whole = tf.convert_to_tensor(x)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        shapes = [f"{v.name} {v.shape}" for v in tf.global_variables()]
        return {"shapes": shapes, "whole": sess.run(whole), "name": whole.name}
