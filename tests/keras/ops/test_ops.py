"""`keras.ops` and `keras.random` against Keras 3 on TensorFlow."""

import json

import numpy as np
import pytest
from tests.keras.ops import more_rows, rows

import penstock as tf
from penstock.keras import ops, random, tree


@pytest.mark.parametrize("table", ["keras3_ops", "keras3_more_ops"])
def test_equal_keras_3(table, fixtures):
    kept = json.loads((fixtures / f"{table}.json").read_text())
    known = rows.ROWS if table == "keras3_ops" else more_rows.ROWS
    found = rows.measure(ops, known)
    assert list(found) == list(kept["values"])
    for name, wanted in kept["values"].items():
        assert len(found[name]) == len(wanted), name
        for mine, theirs in zip(found[name], wanted, strict=True):
            assert mine[:2] == theirs[:2], name  # dtype and shape
            np.testing.assert_allclose(
                mine[2], theirs[2], rtol=1e-4, atol=kept["tolerance"], err_msg=name
            )


def test_loops():
    i, x = ops.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2), (0, 1.0))
    assert (int(i), float(x)) == (3, 8.0)
    assert int(ops.fori_loop(0, 4, lambda i, x: x + i, 0)) == 6
    assert ops.map(lambda x: x * 2, np.arange(3)).numpy().tolist() == [0, 2, 4]
    assert (
        float(ops.cond(True, lambda: tf.constant(1.0), lambda: tf.constant(2.0))) == 1
    )


X = np.arange(6, dtype="float32")


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (lambda: ops.scan(lambda c, x: (c + x, c * x), 0.0, X),
         [15, [0, 0, 2, 9, 24, 50]]),
        (lambda: ops.scan(lambda c, x: (c + x, c * x), 0.0, X, reverse=True),
         [15, [0, 14, 24, 27, 20, 0]]),
        (lambda: ops.scan(lambda c, _: (c * 2, c), 1.0, length=4),
         [16, [1, 2, 4, 8]]),
        (lambda: ops.associative_scan(ops.add, X), [0, 1, 3, 6, 10, 15]),
        (lambda: ops.associative_scan(
            ops.multiply, X.reshape(2, 3) + 1, axis=1, reverse=True),
         [[6, 6, 3], [120, 30, 6]]),
        (lambda: ops.switch(7, [lambda a: a + 1, lambda a: a * 10], 3.0), 30),
        (lambda: ops.vectorized_map(lambda v: ops.sum(v[0] * v[1]), (X[None], X[None])),
         [55]),
        (lambda: ops.vectorize(lambda a, b: ops.sum(a * b), signature="(n),(n)->()")(
            X.reshape(2, 3), np.ones(3, "float32")), [3, 12]),
        (lambda: ops.jvp(lambda a: a * a, (X,), (np.ones(6, "float32"),)),
         [[0, 1, 4, 9, 16, 25], [0, 2, 4, 6, 8, 10]]),
        (lambda: ops.while_loop(
            lambda i, d: i < 3, lambda i, d: (i + 1, {"x": d["x"] * 2}), (0, {"x": 1.0})
         )[1]["x"], 8),
        (lambda: ops.rot90(X.reshape(2, 3), 2), [[5, 4, 3], [2, 1, 0]]),
    ],
)  # fmt: skip
def test_functions_of_functions(made, wanted):
    """What Keras 3.15 gives (jvp, vectorize and a half turn: NumPy's meaning)."""
    found = made()
    found = found if isinstance(found, tuple) else (found,)
    wanted = wanted if len(found) > 1 else [wanted]
    for mine, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6)


def test_blur_keeps_channels_apart():
    """Keras 3.15 on TensorFlow mixes them; each is blurred as if alone."""
    x = np.random.RandomState(0).rand(1, 6, 5, 3).astype("float32")
    whole = ops.image.gaussian_blur(x, (3, 5), (1.0, 2.0))
    for c in range(3):
        alone = ops.image.gaussian_blur(x[..., c : c + 1], (3, 5), (1.0, 2.0))
        np.testing.assert_allclose(whole[..., c : c + 1], alone, rtol=1e-6)
    spike = np.zeros((1, 5, 7, 1), "float32")
    spike[0, 2, 3] = 1
    blurred = ops.image.gaussian_blur(spike, (3, 5), (1.0, 2.0)).numpy()[0, :, :, 0]
    np.testing.assert_allclose(blurred, blurred[::-1, ::-1], rtol=1e-6)
    assert blurred.sum() == pytest.approx(1)


def test_any_batch_on_symbols(tmp_path):
    first = tf.keras.Input((6, 8, 2))
    outs = [
        ops.image.affine_transform(first, np.float32([1, 0, -1, 0, 1, 0, 0, 0])),
        ops.image.extract_patches(first, 2),
        ops.layer_normalization(first),
        ops.adaptive_average_pool(first, (3, 5)),
        ops.conv_transpose(first, np.ones((2, 2, 3, 2), "float32"), strides=2),
        ops.nanmax(first, axis=(1, 2)),
        ops.rearrange(first, "b h (w two) c -> b h w (two c)", two=2),
        ops.quantile(first, 0.3, axis=1),
    ]
    model = tf.keras.Model(first, outs)
    x = np.random.RandomState(0).rand(3, 6, 8, 2).astype("float32")
    model.save(tmp_path / "model.keras")
    again = tf.keras.models.load_model(tmp_path / "model.keras")
    for symbol, *values in zip(outs, model(x), model(x[:1]), again(x), strict=True):
        whole, part, read = values
        assert symbol.shape.as_list() == [None, *whole.shape.as_list()[1:]]
        np.testing.assert_allclose(whole[:1], part, atol=1e-5)
        np.testing.assert_allclose(whole, read, atol=1e-6)


def test_adaptive_pools():
    """Cells that share entries where the sizes do not divide."""
    x = tf.constant(np.arange(35, dtype="float32").reshape(1, 5, 7, 1))
    mean = ops.adaptive_average_pool(x, (3, 4))[0, :, :, 0]
    assert mean[0].numpy().tolist() == [4, 5.5, 7.5, 9]
    high = ops.adaptive_max_pool(x, (3, 4))[0, :, :, 0]
    assert high[2].numpy().tolist() == [29, 31, 33, 34]


N = {"b": 1, "a": [2, None]}


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (lambda: tree.flatten(N), [2, None, 1]),
        (lambda: tree.flatten_with_path(N),
         [(("a", 0), 2), (("a", 1), None), (("b",), 1)]),
        (lambda: tree.pack_sequence_as(N, [7, 8, 9]), {"b": 9, "a": [7, 8]}),
        (lambda: tree.is_nested({}), True),
        (lambda: tree.map_structure(lambda a, b: (a, b), N, {"a": [5, 6], "b": 4}),
         {"b": (1, 4), "a": [(2, 5), (None, 6)]}),
        (lambda: tree.map_structure(str, N, none_is_leaf=False),
         {"b": "1", "a": ["2", None]}),
        (lambda: tree.map_structure_up_to([0, 0], lambda a, b: (a, b), [[1, 2], 3],
                                          [4, 5]), [([1, 2], 4), (3, 5)]),
        (lambda: tree.lists_to_tuples([1, [2, {"a": [3]}]]), (1, (2, {"a": (3,)}))),
        (lambda: tree.map_shape_structure(len, {"a": (1, 2), "b": [(None, 3, 4)]}),
         {"a": 2, "b": [3]}),
        (lambda: tree.traverse(lambda v: tree.MAP_TO_NONE if v == 2 else None, [1, 2]),
         [1, None]),
        (lambda: tree.assert_same_paths([1, 2], (1, 2)), None),
    ],
)  # fmt: skip
def test_tree(made, wanted):
    """What Keras 3.15 gives."""
    assert made() == wanted


@pytest.mark.parametrize(
    ("one", "two", "message"),
    [
        ([1, 2], (1, 2), "Expected an instance of list"),
        ([1, [2]], [1, 2], "Expected an instance of list"),
        ({"a": 1}, {"b": 1}, "dictionary key mismatch"),
        ([1], [1, 2], "list arity mismatch; expected: 1, got: 2"),
    ],
)
def test_trees_that_differ(one, two, message):
    with pytest.raises(ValueError, match=message):
        tree.assert_same_structure(one, two)


def test_between_layers():
    first = tf.keras.Input((3,))
    last = ops.concatenate([ops.relu(first), ops.square(first) + 1], axis=-1)
    model = tf.keras.Model(first, last)
    found = model.predict(np.array([[-1.0, 0.0, 2.0]]), verbose=0)
    assert found.tolist() == [[0, 0, 2, 2, 1, 5]]


@pytest.mark.parametrize(
    ("draw", "wanted"),
    [
        (
            lambda s: random.uniform((3,), 2.0, 5.0, seed=s),
            [4.635465, 3.37994, 3.800874],
        ),
        (
            lambda s: random.normal((3,), 1.0, 2.0, seed=s),
            [1.253301, 0.013967, 2.262382],
        ),
        (
            lambda s: random.truncated_normal((3,), seed=s),
            [0.12665, -0.493017, 0.631191],
        ),
        (lambda s: random.randint((4,), 0, 100, seed=s), [89, 34, 80, 16]),
        (lambda s: random.dropout(np.ones(4, "f4"), 0.5, seed=s), [2, 0, 2, 0]),
        (lambda s: random.shuffle(np.arange(6), seed=s)[:4], [4, 3, 5, 1]),
        (lambda s: random.gamma((3,), 2.0, seed=s), [3.0492713, 1.9660243, 1.6230073]),
        (lambda s: random.binomial((4,), 10.0, 0.3, seed=s), [1, 2, 3, 6]),
        (
            lambda s: random.categorical(np.log([[0.1, 0.2, 0.7]]), 6, seed=s),
            [[0, 2, 0, 2, 2, 0]],
        ),
    ],
)
def test_random_numbers(draw, wanted):
    """What Keras 3.15 on TensorFlow 2.21 gave for seed 1."""
    np.testing.assert_allclose(draw(1).numpy(), wanted, rtol=1e-5, atol=1e-6)
    assert (draw(1).numpy() == draw(random.SeedGenerator(1)).numpy()).all()


def test_beta_numbers_have_their_mean():
    drawn = random.beta((2000,), 2.0, 3.0, seed=1).numpy()
    assert abs(drawn.mean() - 0.4) < 0.02 and abs(drawn.var() - 0.04) < 0.004


def test_seeds_come_one_after_another():
    seeds = random.SeedGenerator(7)
    first, second = random.uniform((2,), seed=seeds), random.uniform((2,), seed=seeds)
    np.testing.assert_allclose(first, [0.7470788, 0.6721802], rtol=1e-6)
    np.testing.assert_allclose(second, [0.0401207, 0.542347], rtol=1e-6)
