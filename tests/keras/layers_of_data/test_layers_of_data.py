"""Layers that prepare data give what tf_keras' give, and say what does not fit."""

import json

import numpy as np
import pytest
from tests.keras.layers_of_data import rows

import penstock as tf
from penstock.core.errors import InvalidArgumentError

L = tf.keras.layers
TEXTS = ["the quick fox", "the dog"]


def leaves(value):
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


def test_equal_tf_keras(fixtures):
    kept = json.loads((fixtures / "keras_layers_of_data.json").read_text())
    found = rows.measure(tf.keras, tf.constant)
    assert list(found) == list(kept["values"])
    for name, wanted in kept["values"].items():
        mine, theirs = leaves(found[name]), leaves(wanted)
        assert len(mine) == len(theirs), name
        if any(isinstance(v, str) for v in theirs):
            words = [(a, b) for a, b in zip(mine, theirs, strict=True)]
            assert [a for a, _ in words if isinstance(a, str)] == [
                b for _, b in words if isinstance(b, str)
            ], name
            mine = [a for a in mine if not isinstance(a, str)]
            theirs = [b for b in theirs if not isinstance(b, str)]
        np.testing.assert_allclose(
            mine, theirs, rtol=1e-5, atol=kept["tolerance"], err_msg=name
        )


def test_words_in_rows_of_their_own():
    layer = L.TextVectorization(ragged=True)
    layer.adapt(TEXTS)
    assert layer(tf.constant(TEXTS)).to_list() == [[2, 3, 4], [2, 5]]


def test_own_standardize_and_split():
    def in_letters(lines):
        words = [line.decode() for line in lines.numpy()]
        letters = list("".join(words))
        return tf.RaggedTensor.from_row_lengths(letters, list(map(len, words)))

    layer = L.TextVectorization(standardize=tf.strings.lower, split=in_letters)
    layer.adapt(["Ab", "b"])
    assert layer.get_vocabulary() == ["", "[UNK]", "b", "a"]
    assert layer(tf.constant(["BAx"])).numpy().tolist() == [[2, 3, 1]]


def test_inside_a_data_set():
    layer = L.TextVectorization(output_sequence_length=3)
    data = tf.data.Dataset.from_tensor_slices(TEXTS).batch(2)
    layer.adapt(data)
    assert next(iter(data.map(layer))).numpy().tolist() == [[2, 3, 4], [2, 5, 0]]


def test_a_vocabulary_in_a_file(tmp_path):
    (tmp_path / "words.txt").write_text("x\ny\n")
    layer = L.StringLookup(vocabulary=str(tmp_path / "words.txt"))
    assert layer(tf.constant(["y", "q"])).numpy().tolist() == [2, 0]
    with pytest.raises(ValueError, match="does not exist"):
        L.StringLookup(vocabulary=str(tmp_path / "none.txt"))


@pytest.mark.parametrize(
    "layer",
    [
        L.StringLookup(output_mode="tf_idf", vocabulary=["a", "b"], idf_weights=[1, 2]),
        L.TextVectorization(vocabulary=["a", "b"]),
        L.IntegerLookup(vocabulary=[7, 9]),
        L.Discretization(bin_boundaries=[0.0, 1.0]),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_config_round_trip(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


def test_a_number_out_of_range_is_told():
    with pytest.raises(InvalidArgumentError, match="num_tokens"):
        L.CategoryEncoding(num_tokens=3)(np.array([[4]]))
    with pytest.raises(ValueError, match="output rank 3"):
        L.CategoryEncoding(num_tokens=3, output_mode="one_hot")(np.ones((2, 2), int))
    with pytest.raises(InvalidArgumentError, match="num_oov_indices"):
        L.StringLookup(vocabulary=["a"], num_oov_indices=0)(tf.constant(["b"]))


def test_unknown_keys_are_spread_as_tensorflow_does():
    """What tf_keras 2.21 gave."""
    words = tf.constant([*"bcdefghij", "word", "hello"])
    pytest.importorskip("farmhash")
    layer = L.StringLookup(vocabulary=["a"], num_oov_indices=5)
    assert layer(words).numpy().tolist() == [2, 2, 0, 1, 2, 4, 2, 0, 4, 0, 1]
    layer = L.IntegerLookup(vocabulary=[1], num_oov_indices=5)
    numbers = tf.constant([2, 3, 4, 5, 100, -7, 12345678901])
    assert layer(numbers).numpy().tolist() == [2, 3, 4, 0, 0, 3, 1]
