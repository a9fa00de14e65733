"""`tf.feature_column` in graphs: `input_layer`, `linear_model`."""

import numpy as np


def _columns(tf):
    fc = tf.feature_column
    age = fc.numeric_column("age")
    word = fc.categorical_column_with_vocabulary_list("word", ["a", "b"])
    other = fc.categorical_column_with_vocabulary_list("other", ["a", "b"])
    weighted = fc.weighted_categorical_column(other, "weight")
    edges = fc.bucketized_column(age, [1.0, 2.0])
    crossed = fc.crossed_column([word, "other"], 20)
    return age, word, other, weighted, edges, crossed


def _features(tf):
    return {
        "age": tf.constant([[1.0], [5.0], [2.0]]),
        "word": tf.constant([["a"], ["zz"], ["b"]]),
        "other": tf.SparseTensor([[0, 0], [0, 1], [2, 0]], ["a", "b", "b"], [3, 2]),
        "weight": tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [0.5, 2.0, 3.0], [3, 2]),
    }


def _ran(tf, value, change=()):
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.tables_initializer()])
        session.run(change)
        return session.run(value)


def _names(tf):
    return [f"{v.name} {v.shape}" for v in tf.global_variables()]


def input_layer(tf):
    tf.set_random_seed(3)
    fc = tf.feature_column
    age, word, other, weighted, edges, crossed = _columns(tf)
    columns = [
        age, edges, fc.indicator_column(word), fc.embedding_column(word, 3),
        fc.indicator_column(crossed), fc.indicator_column(weighted),
        *fc.shared_embedding_columns([word, other], 2),
    ]  # fmt: skip
    out = fc.input_layer(_features(tf), columns)
    return {"value": _ran(tf, out), "names": _names(tf)}


def _numbered(tf):
    """Assignments of 1, 2, 3, ... to every variable."""
    out = []
    for variable in tf.global_variables():
        shape = variable.shape.as_list()
        count = int(np.prod(shape))
        out.append(variable.assign(np.float32(range(1, count + 1)).reshape(shape)))
    return out


def _linear(units, combiner):
    def program(tf):
        age, word, _, weighted, edges, crossed = _columns(tf)
        out = tf.feature_column.linear_model(
            _features(tf), [age, word, weighted, edges, crossed], units, combiner
        )
        return {"value": _ran(tf, out, _numbered(tf)), "names": _names(tf)}

    return program


def fed(tf):
    """Features of any number of rows, fed."""
    fc = tf.feature_column
    word = tf.placeholder(tf.string, [None])
    number = tf.placeholder(tf.float32, [None, 1])
    hashed = fc.categorical_column_with_hash_bucket("word", 10)
    ones = tf.ones_initializer()
    columns = [
        fc.embedding_column(hashed, 2, combiner="sum", initializer=ones),
        fc.numeric_column("number", normalizer_fn=lambda x: x / 2),
    ]
    out = fc.input_layer({"word": word, "number": number}, columns)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        rows = {word: ["a", "bb", ""], number: [[1.0], [2.0], [3.0]]}
        return {"value": session.run(out, rows)}


MORE = {
    "linear sum": _linear(1, "sum"),
    "linear mean": _linear(2, "mean"),
}
