"""Training that is stopped within an epoch and goes on where the backup was made."""

import numpy as np
import pytest

import penstock as tf

keras, layers = tf.keras, tf.keras.layers
X = np.random.RandomState(0).rand(40, 4).astype(np.float32)
Y = X.sum(1, keepdims=True)


class Place(keras.callbacks.Callback):
    def __init__(self, stop=None):
        super().__init__()
        self.seen, self.stop = [], stop

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == self.stop:
            raise InterruptedError
        self.seen.append((self.epoch, batch))


def trained(optimizer, *callbacks):
    model = keras.Sequential([layers.Dense(1, input_shape=(4,))])
    model.set_weights([np.full((4, 1), 0.5), np.zeros(1)])
    model.compile(optimizer, "mse")
    model.fit(
        X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=[*callbacks]
    )
    return model


@pytest.mark.parametrize("optimizer", ["adam", "nadam"])
@pytest.mark.parametrize(
    ("frequency", "stop", "first"),
    [("epoch", (1, 3), (1, 0)), (2, (1, 3), (1, 3)), (5, (1, 3), (1, 0)),
     (4, (2, 1), (1, 3)), (1, (2, 4), (2, 4))],
)  # fmt: skip
def test_goes_on_where_it_was_kept(optimizer, frequency, stop, first, tmp_path):
    wanted = trained(optimizer)
    kept = tmp_path / "kept"

    def backup():
        return keras.callbacks.BackupAndRestore(kept, save_freq=frequency)

    with pytest.raises(InterruptedError):
        trained(optimizer, backup(), Place(stop))
    # tf_keras goes on at the same batches.
    place = Place()
    found = trained(optimizer, backup(), place)
    assert place.seen[0] == first and place.seen[-1] == (2, 4)
    assert int(found.optimizer.iterations) == 15
    for one, other in zip(found.get_weights(), wanted.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    assert not kept.exists()


def test_data_that_has_no_rows_to_skip_goes_on_with_what_comes(tmp_path):
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(8)

    def run(*callbacks):
        model = keras.Sequential([layers.Dense(1, input_shape=(4,))])
        model.compile("sgd", "mse")
        backup = keras.callbacks.BackupAndRestore(tmp_path / "kept", save_freq=2)
        model.fit(data, epochs=2, verbose=0, callbacks=[backup, *callbacks])
        return model

    with pytest.raises(InterruptedError):
        run(Place((1, 4)))
    place = Place()
    assert int(run(place).optimizer.iterations) == 10
    assert place.seen == [(1, 3), (1, 4)]
