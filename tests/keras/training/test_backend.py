"""`tf.keras.backend` as programs use it."""

import numpy as np
import pytest

import penstock as tf

K = tf.keras.backend


def test_values():
    v = K.variable([[1.0, 2.0]])
    K.set_value(v, [[3.0, 4.0]])
    assert K.get_value(v).tolist() == [[3.0, 4.0]]
    K.batch_set_value([(v, [[5.0, 6.0]])])
    assert K.batch_get_value([v])[0].tolist() == [[5.0, 6.0]]
    assert K.int_shape(v) == (1, 2)
    assert K.dtype(v) == "float32"
    assert K.count_params(v) == 2
    assert K.floatx() == "float32"
    assert K.image_data_format() == "channels_last"


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (lambda: K.sum(np.ones((2, 3)), axis=-1), [3.0, 3.0]),
        (lambda: K.mean(np.array([True, False])), 0.5),
        (lambda: K.clip(np.array([-2.0, 5.0]), 0, 1), [0.0, 1.0]),
        (lambda: K.expand_dims(np.ones(2)), [[1.0], [1.0]]),
        (lambda: K.tile(np.array([1, 2]), 2), [1, 2, 1, 2]),
        (lambda: K.batch_flatten(np.ones((2, 2, 2))), [[1.0] * 4] * 2),
        (lambda: K.repeat_elements(np.array([1, 2]), 2, 0), [1, 1, 2, 2]),
        (lambda: K.one_hot([1], 3), [[0.0, 1.0, 0.0]]),
        (lambda: K.arange(3), [0, 1, 2]),
        (lambda: K.dot(np.ones((2, 3)), np.ones((3, 1))), [[3.0], [3.0]]),
        (lambda: K.switch(True, np.ones(1), np.zeros(1)), [1.0]),
        (lambda: K.cast(np.array([1.7]), "int32"), [1]),
    ],
)
def test_functions(found, wanted):
    assert K.get_value(found()).tolist() == wanted


def test_batch_dot():
    x, y = np.random.rand(4, 3, 2), np.random.rand(4, 2, 5)
    np.testing.assert_allclose(K.batch_dot(x, y), x @ y, rtol=1e-6)
    a = np.random.rand(4, 3)
    assert K.batch_dot(a, a, axes=1).shape == (4, 1)


def test_function_between_layers():
    inputs = tf.keras.Input((3,))
    hidden = tf.keras.layers.Dense(2, name="hidden")(inputs)
    outputs = tf.keras.layers.Dense(1)(hidden)
    model = tf.keras.Model(inputs, outputs)
    look = K.function([model.input], [model.get_layer("hidden").output])
    x = np.ones((4, 3), np.float32)
    (found,) = look([x])
    kernel, bias = model.get_layer("hidden").get_weights()
    np.testing.assert_allclose(found, x @ kernel + bias, rtol=1e-6)


def test_learning_phase():
    with K.learning_phase_scope(1):
        assert K.in_train_phase("a", "b") == "a"
    assert K.in_train_phase("a", "b") == "b"


def test_rate_is_set_through_the_backend():
    optimizer = tf.keras.optimizers.SGD(0.1)
    K.set_value(optimizer.lr, 0.5)
    assert float(K.get_value(optimizer.lr)) == 0.5


def test_recurrence_keeps_states_where_masked():
    x = np.arange(6, dtype=np.float32).reshape(2, 3, 1)
    mask = np.array([[True, True, False], [False, True, True]])

    def step(value, states):
        return value + states[0], [value + states[0]]

    start = [np.zeros((2, 1), np.float32)]
    last, every, states = K.rnn(step, x, start, mask=mask)
    assert K.get_value(every)[..., 0].tolist() == [[0, 1, 1], [0, 4, 9]]
    assert K.get_value(states[0]).tolist() == K.get_value(last).tolist() == [[1], [9]]
    _, back, _ = K.rnn(step, x, start, go_backwards=True)
    assert K.get_value(back)[..., 0].tolist() == [[2, 3, 3], [5, 9, 12]]


def test_pictures_and_volumes_grow():
    x = np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1)
    big = K.get_value(K.resize_images(x, 2, 1, "channels_last"))
    assert big[0, :, :, 0].tolist() == [[0, 1], [0, 1], [2, 3], [2, 3]]
    assert K.resize_volumes(x[:, None], 2, 2, 1, "channels_last").shape[1:3] == (2, 4)
    assert K.spatial_3d_padding(x[:, None], ((1, 0), (0, 1), (2, 1))).shape == (
        1, 2, 3, 5, 1,
    )  # fmt: skip


def test_ctc():
    """tf_keras' numbers for the same probabilities."""
    r = np.random.RandomState(0)
    p = r.rand(2, 6, 4).astype("float32")
    p /= p.sum(-1, keepdims=True)
    cost = K.ctc_batch_cost(
        np.array([[0, 1, 2], [2, 0, 0]]), p, np.array([[6], [5]]), np.array([[3], [1]])
    )
    np.testing.assert_allclose(cost, [[3.9713213], [3.8665545]], rtol=1e-6)
    (labels,), score = K.ctc_decode(p, np.array([6, 5]))
    assert labels.numpy().tolist() == [[1, 0, 1, 0, -1, -1], [2, -1, -1, -1, -1, -1]]
    np.testing.assert_allclose(score, [[5.9852424], [4.5039215]], rtol=1e-6)
    paths, score = K.ctc_decode(p, np.array([6, 5]), False, 5, 2)
    assert paths[1].numpy().tolist() == [[1, 0, 1, 0, -1, -1], [1, 0, 2, -1, -1, -1]]
    np.testing.assert_allclose(score, [[-3.486092, -4.010304], [-2.448991, -2.990344]],
                               rtol=1e-6)  # fmt: skip


def test_local_convolutions():
    r = np.random.RandomState(0)
    x, w = r.rand(2, 7, 3).astype("float32"), r.rand(5, 9, 4).astype("float32")
    got = K.local_conv1d(x, w, (3,), (1,))
    wanted = [x[:, i : i + 3].reshape(2, 9) @ w[i] for i in range(5)]
    np.testing.assert_allclose(got, np.stack(wanted, 1), rtol=1e-5)
