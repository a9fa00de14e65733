"""`tf.metrics`: values over several batches, local variables, names."""

import numpy as np

_RNG = np.random.RandomState(41)
_BATCHES = [
    {
        "p": _RNG.uniform(size=n).astype(np.float32),
        "y": (_RNG.uniform(size=n) > 0.4).astype(np.float32),
        "w": _RNG.uniform(size=n).astype(np.float32),
        "c": _RNG.randint(0, 3, n).astype(np.int64),
        "d": _RNG.randint(0, 3, n).astype(np.int64),
        "s": _RNG.normal(size=(n, 4)).astype(np.float32),
    }
    for n in (5, 3, 6)
]

_CALLS = [
    "accuracy(c, d)", "accuracy(labels=c, predictions=d, weights=w)",
    "accuracy(c, d, name='acc')", "mean(p)", "mean(p, weights=w)", "mean_tensor(s[0])",
    "mean_absolute_error(y, p)", "mean_squared_error(y, p)",
    "mean_squared_error(y, p, weights=w)", "root_mean_squared_error(y, p)",
    "mean_relative_error(y, p, p)", "mean_cosine_distance(s, s * 0.5, 1)",
    "percentage_below(p, 0.5)", "precision(y, tf.round(p))", "recall(y, tf.round(p))",
    "precision(y, tf.round(p), weights=w)", "true_positives(y, tf.round(p))",
    "true_negatives(y, tf.round(p))", "false_positives(y, tf.round(p))",
    "false_negatives(y, tf.round(p))", "auc(y, p)", "auc(y, p, num_thresholds=20)",
    "auc(y, p, curve='PR', summation_method='careful_interpolation')",
    "auc(y, p, weights=w, num_thresholds=10)", "mean_iou(c, d, 3)",
    "mean_per_class_accuracy(c, d, 3)",
    "true_positives_at_thresholds(y, p, [0.2, 0.5])",
    "false_negatives_at_thresholds(y, p, [0.2, 0.5])",
    "precision_at_thresholds(y, p, [0.2, 0.5])",
    "recall_at_thresholds(y, p, [0.2, 0.5])",
    "sensitivity_at_specificity(y, p, 0.6)",
    "precision_at_k(tf.expand_dims(c, 1), s, 2)",
    "recall_at_k(tf.expand_dims(c, 1), s, 2)",
    "recall_at_k(tf.expand_dims(c, 1), s, 2, class_id=1)",
]  # fmt: skip


def _call(text):
    def program(tf):
        names = {
            k: tf.placeholder(tf.as_dtype(v.dtype), [None, *v.shape[1:]], name=k)
            for k, v in _BATCHES[0].items()
        }
        value, update = eval("tf.metrics." + text, {"tf": tf, **names})
        variables = tf.local_variables()
        out = {
            "value": value.name,
            "update": update.name,
            "variables": [f"{v.name} {v.dtype.base_dtype.name}" for v in variables],
            "collected": [
                v.name for v in tf.get_collection(tf.GraphKeys.METRIC_VARIABLES)
            ],
            "globals": [v.name for v in tf.global_variables()],
        }
        seen = []
        with tf.Session() as session:
            session.run(tf.local_variables_initializer())
            seen.append(session.run(value))
            for batch in _BATCHES:
                feeds = {names[k]: v for k, v in batch.items()}
                seen.append(session.run(update, feeds))
                seen.append(session.run(value))
            for v in variables:
                out[f"after {v.name}"] = session.run(v)
        for i, item in enumerate(seen):
            out[f"seen {i}"] = item
        return out

    return program


MORE = {text: _call(text) for text in _CALLS}


def confusion(tf):
    a, b = tf.constant([1, 2, 0, 2]), tf.constant([1, 0, 0, 2])
    with tf.Session() as session:
        return {
            "plain": session.run(tf.confusion_matrix(a, b)),
            "wide": session.run(tf.confusion_matrix(a, b, num_classes=4)),
            "weighted": session.run(
                tf.confusion_matrix(
                    a, b, weights=tf.constant([0.5, 1.0, 2.0, 3.0]), dtype=tf.float32
                )
            ),
        }
