"""Small files in the form of the published data sets, for both sides to read."""

import io
import pickle
import tarfile

import numpy as np

RNG = np.random.RandomState(0)
X28 = RNG.randint(0, 256, (12, 28, 28)).astype("uint8")


def word_lists(count):
    return np.array(
        [RNG.randint(1, 40, RNG.randint(2, 9)).tolist() for _ in range(count)], object
    )


def cifar_batch(keys, count=4):
    data = RNG.randint(0, 256, (count, 3072)).astype("uint8")
    labels = {key: RNG.randint(0, 10, count).tolist() for key in keys}
    return pickle.dumps({b"data": data, b"batch_label": b"x"} | labels, protocol=2)


def cifar(folder, archive, names, keys):
    with tarfile.open(archive, "w:gz") as tar:
        for name in names:
            data = cifar_batch(keys)
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def write_all(home):
    """Every data set, under `home`/datasets, where load_data looks."""
    place = home / "datasets"
    place.mkdir(parents=True)
    np.savez(
        place / "mnist.npz", x_train=X28, y_train=np.arange(12) % 10,
        x_test=X28[:5], y_test=np.arange(5),
    )  # fmt: skip
    for name, count in (("boston_housing", 30), ("california_housing", 30)):
        np.savez(place / f"{name}.npz", x=RNG.rand(count, 8), y=RNG.rand(count))
    np.savez(
        place / "imdb.npz", x_train=word_lists(20), y_train=np.arange(20) % 2,
        x_test=word_lists(10), y_test=np.arange(10) % 2,
    )  # fmt: skip
    np.savez(place / "reuters.npz", x=word_lists(25), y=np.arange(25) % 46)
    (place / "imdb_word_index.json").write_text('{"the": 1}')
    (place / "reuters_word_index.json").write_text('{"mln": 1}')
    batches = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
    cifar(
        "cifar-10-batches-py",
        place / "cifar-10-batches-py.tar.gz",
        batches,
        [b"labels"],
    )
    cifar(
        "cifar-100-python", place / "cifar-100-python.tar.gz", ["train", "test"],
        [b"fine_labels", b"coarse_labels"],
    )  # fmt: skip


LOADS = {
    "mnist": ("mnist", {}),
    "imdb": ("imdb", {}),
    "imdb_limited": ("imdb", {"num_words": 20, "skip_top": 4, "maxlen": 7}),
    "imdb_bare": ("imdb", {"start_char": None, "oov_char": None, "num_words": 15}),
    "imdb_seed": ("imdb", {"seed": 5, "index_from": 0}),
    "reuters": ("reuters", {}),
    "reuters_limited": ("reuters", {"num_words": 20, "maxlen": 8, "test_split": 0.4}),
    "boston_housing": ("boston_housing", {"test_split": 0.3}),
    "california_housing": ("california_housing", {}),
    "cifar100": ("cifar100", {}),
    "cifar100_coarse": ("cifar100", {"label_mode": "coarse"}),
}


def summary(loaded):
    """What load_data gave, small enough to keep."""
    out = []
    for array in (a for pair in loaded for a in pair):
        kept = [array.dtype.name, list(array.shape)]
        if array.dtype == object:
            out.append([*kept, [list(map(int, row)) for row in array]])
        else:
            weights = np.cos(np.arange(array.size))
            out.append([*kept, float((array.ravel() * weights).sum())])
    return out
