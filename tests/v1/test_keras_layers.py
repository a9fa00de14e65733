"""Keras layers on the placeholders of a 1.x program."""

import numpy as np
import pytest

import penstock.compat.v1 as tf
from penstock import keras
from penstock.keras import backend as K
from penstock.keras import layers

DRAW = np.random.RandomState(0)
IMAGES = DRAW.rand(20, 8, 8, 1).astype(np.float32)
LABELS = np.eye(10, dtype=np.float32)[np.arange(20) % 10]


@pytest.fixture(autouse=True)
def graph():
    keras.backend.clear_session()
    with tf.Graph().as_default() as made:
        yield made


def network(image):
    z = layers.Conv2D(4, 3, activation="relu", name="conv")(image)
    z = layers.Dropout(0.5)(layers.Flatten()(z))
    return layers.Dense(10, activation="softmax", name="out")(z)


def test_layers_train_in_a_session():
    keras.utils.set_random_seed(1)
    image = tf.placeholder(tf.float32, [None, 8, 8, 1])
    label = tf.placeholder(tf.float32, [None, 10])
    found = network(image)
    names = [v.name for v in tf.trainable_variables()]
    assert names == ["conv/kernel:0", "conv/bias:0", "out/kernel:0", "out/bias:0"]
    loss = tf.reduce_mean(keras.losses.categorical_crossentropy(label, found))
    train = tf.train.AdamOptimizer(0.02).minimize(loss)
    test = {image: IMAGES, label: LABELS, K.learning_phase(): 0}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        before = session.run(loss, test)
        for _ in range(60):
            session.run(train, {**test, K.learning_phase(): 1})
        assert session.run(loss, test) < 0.5 * before
        # Without a feed the phase is that of testing; in training dropout draws.
        assert session.run(loss, {image: IMAGES, label: LABELS}) == session.run(
            loss, test
        )
        drawn = [session.run(loss, {**test, K.learning_phase(): 1}) for _ in range(2)]
        assert drawn[0] != drawn[1]


def test_a_built_model_is_called_on_a_placeholder(tmp_path):
    model = keras.Sequential(
        [
            layers.Dense(3, input_shape=(4,)),
            layers.BatchNormalization(),
            layers.Dense(2),
        ]
    )
    first = model.get_weights()
    x = tf.placeholder(tf.float32, [None, 4])
    out = model(x)
    slopes = tf.gradients(tf.square(out), model.trainable_weights)
    shapes = [g.shape.as_list() for g in slopes]
    assert shapes == [[4, 3], [3], [3], [3], [3, 2], [2]]
    train = tf.train.GradientDescentOptimizer(0.1).minimize(
        tf.reduce_mean(tf.square(out)), var_list=model.trainable_weights
    )
    saver = tf.train.Saver(model.weights)
    given = np.ones((5, 4), np.float32)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for mine, theirs in zip(model.get_weights(), first, strict=True):
            np.testing.assert_array_equal(mine, theirs)
        session.run(train, {x: given})
        trained = model.get_weights()
        assert np.abs(trained[0] - first[0]).max() > 0
        path = saver.save(session, str(tmp_path / "model"))
        model.set_weights(first)
        np.testing.assert_array_equal(session.run(model.weights[0]), first[0])
        saver.restore(session, path)
        np.testing.assert_array_equal(model.get_weights()[0], trained[0])
        kept = session.run(out, {x: given})
    assert kept.shape == (5, 2)


def test_moving_statistics_follow_in_training():
    x = tf.placeholder(tf.float32, [None, 3])
    layer = layers.BatchNormalization(momentum=0.5)
    out = layer(x)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        batch = {x: np.full((4, 3), 2.0, np.float32)}
        session.run(out, batch)
        np.testing.assert_array_equal(layer.get_weights()[2], [0, 0, 0])
        session.run(out, {**batch, K.learning_phase(): True})
        np.testing.assert_allclose(layer.get_weights()[2], [1, 1, 1])


def test_the_session_of_keras():
    x = tf.placeholder(tf.float32, [None, 4])
    out = layers.Dense(2)(x)
    session = K.get_session()
    assert session.graph is tf.get_default_graph()
    assert session.run(out, {x: np.ones((1, 4))}).shape == (1, 2)
    own = tf.Session()
    K.set_session(own)
    assert K.get_session() is own
    with tf.Session() as current:
        assert K.get_session() is current


def test_models_train_and_are_saved_without_a_session(tmp_path):
    keras.utils.set_random_seed(1)
    given = DRAW.rand(32, 4).astype(np.float32)
    model = keras.Sequential([layers.Dense(1, input_shape=(4,))])
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    told = model.fit(given, given.sum(1), epochs=20, verbose=0).history
    assert told["loss"][-1] < 0.5 * told["loss"][0]
    found = model.evaluate(given, given.sum(1), verbose=0)
    K.set_value(model.optimizer.lr, 0.001)
    assert K.get_value(model.optimizer.lr) == np.float32(0.001)
    model.save(tmp_path / "model.h5")
    again = keras.models.load_model(tmp_path / "model.h5")
    np.testing.assert_allclose(again.evaluate(given, given.sum(1), verbose=0), found)
    x = tf.placeholder(tf.float32, [None, 4])
    out = model(x)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        mine = session.run(out, {x: given})
    np.testing.assert_allclose(mine, model.predict(given, verbose=0), rtol=1e-5)
