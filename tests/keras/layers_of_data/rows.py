"""Layers that prepare data: (name of the layer, options, adapted to, input).

NumPy only; each row by tf_keras and by Penstock.
"""

import numpy as np

_random = np.random.RandomState(3)
_numbers = _random.rand(20, 3).astype(np.float32) * 5
_many = _random.randn(300, 1).astype(np.float32)
_pictures = _random.rand(2, 5, 6, 3).astype(np.float32) * 255
_keys = [["a", "c", "d"], ["d", "z", "b"]]
_learnt = [["b", "a", "a"], ["c", "a", "b"]]
_pairs = [["a", "b"], ["a", "c"], ["d", "a"]]
_integers = [[12, 1138, 42], [42, 1000, 36]]
_known = [12, 36, 1138, 42]
_texts = ["The quick brown fox.", "Foxes JUMP, over the lazy dog!", "the the fox"]
_places = [[0, 1], [0, 0], [1, 2], [3, 1]]
_idf = [0.25, 0.75, 0.6, 0.4]
_letters = ["a", "b", "c", "d"]
_bounds = [0.0, 1.0, 2.0]
_values = np.float32([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]])

ROWS = [
    ("Rescaling", {"scale": 1 / 127.5, "offset": -1}, None, _pictures),
    ("Resizing", {"height": 3, "width": 4}, None, _pictures),
    ("Resizing", {"height": 3, "width": 5, "crop_to_aspect_ratio": True}, None,
     _pictures),
    ("Resizing", {"height": 3, "width": 4, "dtype": "uint8"}, None, _pictures),
    ("CenterCrop", {"height": 3, "width": 4}, None, _pictures),
    ("CenterCrop", {"height": 8, "width": 4}, None, _pictures),
    ("Normalization", {}, _numbers, _numbers[:2]),
    ("Normalization", {"axis": None}, _numbers[:, 0], _numbers[:3, 0]),
    ("Normalization", {"axis": (1, 2)}, _pictures, _pictures),
    ("Normalization", {"invert": True}, _numbers, _numbers[:2]),
    ("Normalization", {"mean": [1.0, 2, 3], "variance": [2.0, 1, 4]}, None, _numbers),
    ("Discretization", {"bin_boundaries": _bounds}, None, _values),
    ("Discretization", {"bin_boundaries": _bounds, "output_mode": "count"}, None,
     _values),
    ("Discretization", {"num_bins": 4}, _many, _many[:20]),
    ("Discretization", {"num_bins": 5, "epsilon": 0.1}, _many, _many[:20]),
    ("Discretization", {"num_bins": 9}, _many[:5], _many[:20]),
    ("CategoryEncoding", {"num_tokens": 4}, None, _places),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "count"}, None, _places),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "one_hot"}, None, [3, 2, 0]),
    ("StringLookup", {"vocabulary": _letters}, None, _keys),
    ("StringLookup", {"vocabulary": _letters, "mask_token": ""}, None,
     [["a", "", "q"]]),
    ("StringLookup", {}, _learnt, _keys),
    ("StringLookup", {"max_tokens": 3}, _learnt, _keys),
    ("StringLookup", {"vocabulary": _letters, "output_mode": "multi_hot"}, None, _keys),
    ("StringLookup",
     {"vocabulary": _letters, "output_mode": "tf_idf", "idf_weights": _idf,
      "max_tokens": 8, "pad_to_max_tokens": True}, None, _keys),
    ("StringLookup", {"output_mode": "tf_idf"}, _pairs, _keys),
    ("StringLookup", {"vocabulary": _letters, "invert": True}, None, [[1, 3], [0, 2]]),
    ("IntegerLookup", {"vocabulary": _known}, None, _integers),
    ("IntegerLookup", {"vocabulary": _known, "output_mode": "count"}, None, _integers),
    ("IntegerLookup", {}, [[12, 42, 42], [1000, 42, 7]], _integers),
    ("TextVectorization", {}, _texts, _texts),
    ("TextVectorization", {"output_sequence_length": 4}, _texts, _texts),
    ("TextVectorization", {"ngrams": (1, 3)}, _texts, _texts),
    ("TextVectorization", {"split": "character", "standardize": "lower"}, _texts,
     _texts),
    ("TextVectorization", {"split": None}, _texts, _texts),
    ("TextVectorization", {"output_mode": "tf_idf", "ngrams": 2}, _texts, _texts),
    ("TextVectorization",
     {"output_mode": "count", "max_tokens": 20, "pad_to_max_tokens": True}, _texts,
     _texts),
    ("TextVectorization", {"output_mode": "multi_hot", "max_tokens": 5}, _texts,
     _texts),
]  # fmt: skip


def measure(keras, tensor) -> dict[str, list]:
    """The output of every row, and the vocabulary or bounds; `tensor` makes one."""
    out = {}
    for i, (name, options, learnt, given) in enumerate(ROWS):
        layer = getattr(keras.layers, name)(**options)
        if learnt is not None:
            layer.adapt(learnt)
        made = np.asarray(layer(tensor(given)))
        if made.dtype == object:
            made = made.astype("S").astype(str)
        found = [made.tolist()]
        if hasattr(layer, "get_vocabulary"):
            found.append([str(k) for k in layer.get_vocabulary()])
        if "num_bins" in options:
            found.append(list(layer.bin_boundaries))
        if name == "Normalization":
            found += [np.asarray(layer.mean).tolist()]
            found += [np.asarray(layer.variance).tolist()]
        out[f"{i} {name}"] = found
    return out
