"""Models as programs build them; names and orders as tf_keras 2.21 has them."""

import numpy as np
import pytest

import penstock as tf

keras, layers = tf.keras, tf.keras.layers
ONES = np.ones((2, 3), np.float32)


@pytest.fixture(autouse=True)
def _fresh_names():
    keras.backend.clear_session() if hasattr(keras, "backend") else None
    from penstock.keras.scratch import clear_session

    clear_session()


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.v = self.add_weight("v", (1,))
        self.stack = [layers.Dense(3), layers.BatchNormalization(), layers.Dense(2)]
        self.last = layers.Dense(1)
        self.named = {"b": layers.Dense(1), "a": layers.Dense(1)}

    def call(self, x):
        for layer in self.stack:
            x = layer(x)
        return self.last(self.named["b"](self.named["a"](x)))


def names(variables):
    return [v.name for v in variables]


def test_weights_of_a_subclass_stand_in_keras_order():
    model = Net()
    model(ONES)
    assert names(model.weights) == [
        "net/dense/kernel:0", "net/dense/bias:0", "net/batch_normalization/gamma:0",
        "net/batch_normalization/beta:0", "net/dense_1/kernel:0", "net/dense_1/bias:0",
        "net/batch_normalization/moving_mean:0",
        "net/batch_normalization/moving_variance:0", "net/dense_2/kernel:0",
        "net/dense_2/bias:0", "net/dense_4/kernel:0", "net/dense_4/bias:0",
        "net/dense_3/kernel:0", "net/dense_3/bias:0", "v:0",
    ]  # fmt: skip
    assert [x.name for x in model.layers] == [
        "dense", "batch_normalization", "dense_1", "dense_2", "dense_4", "dense_3",
    ]  # fmt: skip


def test_build_by_shape_names_weights_without_the_model():
    model = Net()
    model.build((None, 3))
    assert names(model.weights)[:2] == ["dense/kernel:0", "dense/bias:0"]


class Custom(layers.Layer):
    def __init__(self):
        super().__init__()
        self.e = layers.Dense(2)
        self.bn = layers.BatchNormalization()
        self.f = layers.Dense(2)

    def build(self, shape):
        self.w = self.add_weight("w", (3, 2))
        self.b = self.add_weight(shape=(2,), initializer="zeros", name="b")
        self.c = self.add_weight(shape=(1,))

    def call(self, x):
        self.add_loss(tf.reduce_sum(self.w * 0.0) + 2.0)
        return self.f(self.bn(self.e(x)))


def test_freezing_moves_weights_as_in_keras():
    layer = Custom()
    layer(ONES)
    assert names(layer.weights)[:3] == ["custom/w:0", "custom/b:0", "custom/Variable:0"]
    assert len(layer.trainable_weights) == 9
    layer.bn.trainable = False
    assert len(layer.trainable_weights) == 7
    assert names(layer.non_trainable_weights) == [
        f"custom/batch_normalization/{n}:0"
        for n in ("gamma", "beta", "moving_mean", "moving_variance")
    ]
    layer.trainable = False
    assert not layer.trainable_weights
    assert names(layer.weights)[3:6] == [
        "custom/dense/kernel:0", "custom/dense/bias:0",
        "custom/batch_normalization/gamma:0",
    ]  # fmt: skip
    assert not layer.e.trainable
    assert layer.count_params() == 6 + 2 + 1 + 8 + 8 + 6


def test_losses_are_those_of_the_last_call():
    layer = Custom()
    layer(ONES)
    layer(ONES)
    assert [float(x) for x in layer.losses] == [2.0]


def test_deferred_sequential_builds_at_the_first_batch():
    model = keras.Sequential([layers.Dense(2)])
    with pytest.raises(ValueError, match="have not yet been created"):
        model.weights  # noqa: B018
    with pytest.raises(ValueError, match="not yet been built"):
        model.summary()
    model(ONES)
    assert names(model.weights) == ["dense/kernel:0", "dense/bias:0"]
    assert model.output_shape[-1] == 2
    model.pop()
    assert model.layers == [] and not model.built
    with pytest.raises(TypeError, match="no layers"):
        model.pop()


def test_pop_and_add_rebuild():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(5)])
    model.pop()
    model.add(layers.Dense(2))
    assert [tuple(w.shape) for w in model.weights] == [(3, 4), (4,), (4, 2), (2,)]
    with pytest.raises(ValueError, match="unique names"):
        model.add(layers.Dense(2, name=model.layers[0].name))


def test_shared_layers_and_nested_models():
    x, y = keras.Input((3,), name="x"), keras.Input((3,), name="y")
    shared = layers.Dense(2, name="shared")
    inner = keras.Sequential([keras.Input((2,)), layers.Dense(2)], name="inner")
    a, b = inner(shared(x)), inner(shared(y) * 2.0)
    model = keras.Model([x, y], {"sum": a + b, "cat": layers.concatenate([a, b])})
    one, two = ONES, 2 * ONES
    out = model([one, two])
    dense, last = shared.get_weights()[0], inner.get_weights()[0]
    first, second = one @ dense @ last, (two @ dense) * 2 @ last
    np.testing.assert_allclose(out["sum"].numpy(), first + second, rtol=1e-5)
    np.testing.assert_allclose(
        out["cat"].numpy(), np.concatenate([first, second], 1), rtol=1e-5
    )
    np.testing.assert_allclose(
        model({"y": two, "x": one})["sum"].numpy(), first + second, rtol=1e-5
    )
    assert len(model.trainable_weights) == 4
    assert model.get_layer("inner").layers[0].name == "dense"
    with pytest.raises(ValueError, match="No such layer: nothing"):
        model.get_layer("nothing")
    assert shared.input is x, "the first call's"
    assert shared.get_input_at(1) is y
    with pytest.raises(ValueError, match="Missing data for input 'y'"):
        model({"x": one})


def test_what_layers_tell_of_their_calls():
    one = layers.Dense(5)
    for what in ("input", "output"):
        with pytest.raises(AttributeError, match=f"no defined {what} shape"):
            getattr(one, f"{what}_shape")
        with pytest.raises(RuntimeError, match="never been called"):
            getattr(one, f"get_{what}_shape_at")(0)
    stack = keras.Sequential([layers.Flatten(input_shape=(2, 2)), one])
    stack.add(layers.Dense(1))
    assert len(one.inbound_nodes) == 1, "each layer of a stack is called once"
    stack.pop()
    assert stack.output is one.output
    assert stack.output_shape == (None, 5)
    one(keras.Input((4,)))
    assert one.input_shape == (None, 4), "alike in both calls"
    one(keras.Input((3, 4)))
    with pytest.raises(AttributeError, match="different input shapes"):
        one.input_shape  # noqa: B018
    with pytest.raises(ValueError, match="has only 3 inbound nodes"):
        one.get_output_at(3)


def test_layers_and_models_are_modules():
    class Holder(tf.Module):
        def __init__(self):
            super().__init__()
            self.scale = tf.Variable(1.0)
            self.dense = layers.Dense(2)
            self.dense(ONES)

    holder = Holder()
    assert isinstance(holder.dense, tf.Module)
    assert issubclass(keras.Model, tf.Module)
    assert holder.submodules == (holder.dense,)
    names = [v.name.rpartition("/")[2] for v in holder.trainable_variables]
    assert names == ["Variable:0", "kernel:0", "bias:0"]


def test_a_layer_trains_the_modules_it_holds(tmp_path):
    class Scale(tf.Module):
        def __init__(self):
            super().__init__()
            self.by = tf.Variable(1.0)

    class Scaled(keras.Model):
        def __init__(self):
            super().__init__()
            self.scale = Scale()
            self.more = [Scale()]
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(x) * self.scale.by + self.more[0].by

    model = Scaled()
    model.compile("sgd", "mse")
    model.fit(ONES, np.zeros((2, 1)), verbose=0)
    assert len(model.trainable_weights) == 4
    assert float(model.scale.by) != 1.0
    assert float(model.more[0].by) != 1.0
    model.save_weights(str(tmp_path / "w.ckpt"))
    again = Scaled()
    again(ONES)
    again.load_weights(str(tmp_path / "w.ckpt"))
    for one, other in zip(model.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_a_list_of_one_tensor_is_that_tensor():
    x = keras.Input((3,))
    model = keras.Model(inputs=[x], outputs=[layers.Dense(2)(x)])
    assert model(ONES).shape == (2, 2)
    assert model([ONES]).shape == (2, 2)
    assert model.predict([ONES], verbose=0).shape == (2, 2)
    assert model.input is x
    assert model.output.shape == (None, 2)


def test_backend_reductions_of_symbolic_tensors():
    K, x = keras.backend, keras.Input((3,))
    hidden = layers.Dense(2)(x)
    model = keras.Model(x, layers.Dense(1)(hidden))
    model.add_loss(K.mean(K.sum(K.square(hidden), axis=-1)))
    model.compile("sgd", "mse")
    found = model.evaluate(ONES, np.zeros((2, 1)), verbose=0)
    square = (ONES @ model.layers[1].kernel.numpy()) ** 2
    error = model(ONES).numpy() ** 2
    assert found == pytest.approx(square.sum(1).mean() + error.mean(), rel=1e-5)
    again = keras.Model.from_config(keras.Model(x, K.mean(hidden)).get_config())
    assert again(ONES).shape == ()


def test_disconnected_and_foreign_inputs_are_told():
    x, y = keras.Input((3,)), keras.Input((3,))
    with pytest.raises(ValueError, match="Graph disconnected"):
        keras.Model(x, layers.Dense(1)(y))
    with pytest.raises(ValueError, match="must come from"):
        keras.Model(tf.ones((2, 3)), layers.Dense(1)(x))


def test_wrong_shapes_are_told():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    with pytest.raises(ValueError, match=r"expected shape=\(None, 3\)"):
        model(np.ones((2, 4), np.float32))
    layer = layers.Dense(2)
    layer(ONES)
    with pytest.raises(ValueError, match="expected axis -1 of input shape"):
        layer(np.ones((2, 5), np.float32))
    with pytest.raises(ValueError, match="weight list of length 1"):
        layer.set_weights([np.ones((3, 2))])
    with pytest.raises(ValueError, match="isn't built"):
        layers.Dense(2).count_params()


def test_clones_have_weights_of_their_own():
    x = keras.Input((3,))
    model = keras.Model(x, layers.Dense(2)(layers.BatchNormalization()(x) + 1.0))
    copied = keras.models.clone_model(model)
    copied.set_weights(model.get_weights())
    assert np.array_equal(copied(ONES), model(ONES))
    assert not {id(w) for w in copied.weights} & {id(w) for w in model.weights}


def test_training_reaches_inner_layers():
    class Once(layers.Layer):
        def call(self, x, training=None):
            return x + (1.0 if training else 0.0)

    inner = keras.Sequential([Once()])
    x = keras.Input((3,))
    model = keras.Model(x, inner(Once()(x)))
    assert float(model(ONES, training=True)[0, 0]) == 3.0
    assert float(model(ONES)[0, 0]) == 1.0


def test_masks_travel_to_recurrent_layers():
    x = keras.Input((4,), dtype="int32")
    h = layers.Embedding(5, 3, mask_zero=True)(x)
    model = keras.Model(x, layers.LSTM(2)(h))
    short = model(np.array([[1, 2, 0, 0]])).numpy()
    again = model(np.array([[0, 1, 2, 0]])).numpy()
    np.testing.assert_allclose(short, again, atol=1e-6)


class Counting(layers.Layer):
    """A cell of a program's own: the generic loop runs it."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, shape):
        self.kernel = self.add_weight("kernel", (shape[-1], self.units))

    def call(self, x, states):
        h = tf.tanh(x @ self.kernel + states[0])
        return h, [h]


@pytest.mark.parametrize("unroll", [True, False])
def test_own_cells_run_and_learn(unroll):
    layer = layers.RNN(Counting(2), return_sequences=True, unroll=unroll)
    x = tf.constant(np.linspace(-1, 1, 24).reshape(2, 4, 3).astype(np.float32))
    with tf.GradientTape() as tape:
        out = layer(x)
        loss = tf.reduce_sum(out * out)
    grad = tape.gradient(loss, layer.trainable_variables)[0].numpy()
    kernel, h = layer.get_weights()[0], np.zeros((2, 2), np.float32)

    def total(kernel):
        h, s = np.zeros((2, 2)), 0.0
        for t in range(4):
            h = np.tanh(x.numpy()[:, t].astype(float) @ kernel + h)
            s += (h * h).sum()
        return s, h

    np.testing.assert_allclose(out[:, -1].numpy(), total(kernel)[1], atol=1e-5)
    nudge = np.zeros_like(kernel, dtype=float)
    nudge[1, 0] = 1e-5
    slope = (total(kernel + nudge)[0] - total(kernel - nudge)[0]) / 2e-5
    assert grad[1, 0] == pytest.approx(slope, rel=1e-3)
    assert h.shape == (2, 2)


def test_recurrent_dropout_takes_the_loop():
    layer = layers.LSTM(3, recurrent_dropout=0.5, dropout=0.2)
    x = np.ones((2, 4, 3), np.float32)
    assert np.array_equal(layer(x), layer(x))
    assert not np.array_equal(layer(x, training=True), layer(x, training=True))


def test_stateful_layers_go_on_where_they_stopped():
    x = np.linspace(-1, 1, 24).reshape(2, 4, 3).astype(np.float32)
    whole = layers.GRU(2)
    parts = layers.GRU(2, stateful=True, batch_input_shape=(2, 2, 3))
    wanted = whole(x).numpy()
    parts(x[:, :2])
    parts.set_weights(whole.get_weights())
    parts.reset_states()
    parts(x[:, :2])
    np.testing.assert_allclose(parts(x[:, 2:]).numpy(), wanted, atol=1e-6)
    model = keras.Sequential([layers.LSTM(2, stateful=True)])
    with pytest.raises(ValueError, match="needs to know its batch size"):
        model.build((None, 2, 3))


def test_bidirectional_and_time_distributed():
    x = np.linspace(-1, 1, 24).reshape(2, 4, 3).astype(np.float32)
    layer = layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="both")
    out = layer(x).numpy()
    assert names(layer.weights)[3] == "both/backward_lstm/lstm_cell/kernel:0"
    back = layers.LSTM(2, return_sequences=True)
    back(x)
    back.set_weights(layer.backward_layer.get_weights())
    np.testing.assert_allclose(
        out[..., 2:], back(x[:, ::-1]).numpy()[:, ::-1], atol=1e-6
    )
    each = layers.TimeDistributed(layers.Dense(2), name="each")
    y = each(x).numpy()
    assert names(each.weights) == ["each/kernel:0", "each/bias:0"]
    np.testing.assert_allclose(y, x @ each.layer.get_weights()[0], atol=1e-6)


def test_losses_of_the_graph_are_computed_in_every_call():
    x = keras.Input((3,))
    h = layers.Dense(2)(x)
    model = keras.Model(x, h)
    model.add_loss(tf.reduce_mean(tf.square(h)))
    model.compile("sgd")
    model(ONES)
    (before,) = model.losses
    wanted = np.mean((ONES @ model.get_weights()[0]) ** 2)
    assert float(before) == pytest.approx(float(wanted), rel=1e-5)
    model.fit(ONES, epochs=3, verbose=0)
    model(ONES)
    assert float(model.losses[0]) < float(before)


def test_evaluate_builds_a_model_of_texts():
    texts = np.array([["a b"], ["b c!"]] * 4, object)
    words = layers.TextVectorization(standardize=lambda t: tf.strings.lower(t))
    words.adapt(texts)
    model = keras.Sequential([words, layers.Embedding(9, 2)])
    model.compile(loss="mse")
    loss = model.evaluate(texts, np.zeros((8, 2, 2), np.float32), verbose=0)
    assert loss == pytest.approx(np.mean(model.predict(texts, verbose=0) ** 2))
