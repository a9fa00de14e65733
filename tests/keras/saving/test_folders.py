"""Models as SavedModel folders: saved and made again, and those of Keras 2."""

import numpy as np
import pytest

from penstock import keras

X, Y = np.ones((8, 3), np.float32), np.zeros((8, 2), np.float32)


def trained():
    model = keras.Sequential([
        keras.layers.Dense(4, activation="relu", input_shape=(3,)),
        keras.layers.BatchNormalization(),
        keras.layers.Dense(2),
    ])  # fmt: skip
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    return model


def test_a_model_goes_on_where_it_was(tmp_path):
    model = trained()
    model.save(str(tmp_path / "model"))
    other = keras.models.load_model(str(tmp_path / "model"))
    np.testing.assert_array_equal(
        other.predict(X, verbose=0), model.predict(X, verbose=0)
    )
    assert other.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
    for one in (model, other):
        one.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(
        other.predict(X, verbose=0), model.predict(X, verbose=0)
    )


def test_not_compiled_when_asked(tmp_path):
    trained().save(str(tmp_path / "model"))
    other = keras.models.load_model(str(tmp_path / "model"), compile=False)
    assert getattr(other, "optimizer", None) is None


def test_checkpoints_can_be_folders(tmp_path):
    model = trained()
    place = str(tmp_path / "best")
    model.fit(X, Y, verbose=0, callbacks=[keras.callbacks.ModelCheckpoint(place)])
    other = keras.models.load_model(place)
    np.testing.assert_array_equal(
        other.predict(X, verbose=0), model.predict(X, verbose=0)
    )


def test_a_folder_without_a_config_is_told(tmp_path):
    import penstock as tf

    tf.saved_model.save(trained(), str(tmp_path))
    with pytest.raises(NotImplementedError, match="no config"):
        keras.models.load_model(str(tmp_path))


@pytest.mark.parametrize("name", ["sequential", "functional"])
def test_reads_what_keras_2_wrote(fixtures, name):
    folder = fixtures / "keras_folders"
    model = keras.models.load_model(str(folder / name))
    kept = np.load(folder / f"{name}.npy")
    np.testing.assert_allclose(model.predict(X, verbose=0), kept, rtol=1e-5, atol=1e-6)
    assert int(model.optimizer.iterations) == 1
