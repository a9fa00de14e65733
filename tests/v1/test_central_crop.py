"""The middle of pictures whose size only the step knows, as TensorFlow 2.21 cut it."""

import numpy as np
import pytest

import penstock.compat.v1 as tf

CUT = [
    ([None, None, 3], (7, 6), 0.875, (None, None, 3), (7, 6)),
    ([None, None, 3], (20, 30), 0.875, (None, None, 3), (18, 28)),
    ([None, None, 3], (20, 30), 0.3, (None, None, 3), (8, 10)),
    ([5, None, 3], (5, 9), 0.5, (3, None, 3), (3, 5)),
    ([None, 4, 3], (7, 4), 0.1, (None, 2, 3), (1, 2)),
]


@pytest.mark.parametrize("batch", [(), (2,)])
@pytest.mark.parametrize(("given", "size", "part", "known", "left"), CUT)
def test_central_crop(given, size, part, known, left, batch):
    whole = np.arange(np.prod((*batch, *size, 3)), dtype=np.float32)
    whole = whole.reshape(*batch, *size, 3)
    with tf.Graph().as_default(), tf.Session() as session:
        picture = tf.placeholder(tf.float32, [None] * len(batch) + given)
        cut = tf.image.central_crop(picture, part)
        assert cut.shape.as_list() == [None] * len(batch) + list(known)
        found = session.run(cut, {picture: whole})
    top, side = ((a - b) // 2 for a, b in zip(size, left, strict=True))
    middle = whole[..., top : top + left[0], side : side + left[1], :]
    np.testing.assert_array_equal(found, middle)
