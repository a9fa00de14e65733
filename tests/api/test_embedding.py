"""Look-ups of rows that may name nothing."""

import numpy as np
import pytest

import penstock.compat.v1 as tf

WEIGHTS = np.array([[1, 2], [3, 4], [5, 6]], np.float32)


@pytest.mark.parametrize(
    ("combiner", "default", "wanted"),
    [
        ("mean", None, [[3, 4], [0, 0], [3, 4]]),
        ("sum", 2, [[6, 8], [5, 6], [3, 4]]),
    ],
)
def test_rows_without_ids_are_zero_or_the_default(combiner, default, wanted):
    with tf.Graph().as_default(), tf.Session() as session:
        ids = tf.SparseTensor([[0, 0], [0, 1], [2, 0]], np.int64([0, 2, 1]), [3, 2])
        found = tf.nn.safe_embedding_lookup_sparse(
            WEIGHTS, ids, combiner=combiner, default_id=default
        )
        np.testing.assert_array_equal(session.run(found), wanted)
