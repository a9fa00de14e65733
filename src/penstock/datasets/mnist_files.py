"""Where MNIST's files are: the program's folder, Keras' folder, the network."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from penstock.formats.atomic import replacing
from penstock.formats.errors import ChecksumError, MalformedError
from penstock.formats.idx import read_idx

SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"

# SHA-256 of the four files as LeCun, Cortes and Burges published them.
CHECKSUMS = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
}
# Six times the largest of the four files.
MOST_BYTES = 64 << 20
SECONDS = 30

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class MnistFiles:
    """Images [n, height, width] and labels [n], all uint8."""

    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array


def load(folder: str | os.PathLike[str], source_url: str = SOURCE_URL) -> MnistFiles:
    """The four arrays from `folder`, else Keras' `mnist.npz`, else `source_url`.

    A source of another address has other data (Fashion-MNIST uses the same file
    names), so Keras' MNIST does not stand in for it. Fetched files are kept in
    `folder`; MNIST's own must have the published checksums.
    """
    folder = Path(folder)
    found = {name: _find(folder, name) for name in CHECKSUMS}
    if not all(found.values()):
        cached = keras_home() / "datasets" / "mnist.npz"
        if source_url == SOURCE_URL and cached.is_file():
            return _from_npz(cached)
        for name, path in found.items():
            found[name] = path or _fetch(folder, name, source_url)
    arrays: list[Array] = []
    for name, path in found.items():
        assert path is not None
        array = read_idx(path, 3 if "images" in name else 1)
        arrays.append(_checked(array, path))
    return _matched(MnistFiles(*arrays), str(folder))


def keras_home() -> Path:
    """Keras' folder: the variable KERAS_HOME, else `~/.keras`."""
    named = os.environ.get("KERAS_HOME")
    return Path(named) if named else Path.home() / ".keras"


def _find(folder: Path, name: str) -> Path | None:
    """The file called `name`, also unpacked and in Windows' spelling."""
    plain = name.removesuffix(".gz")
    for spelling in (name, plain, plain.replace("-idx", ".idx")):
        if (folder / spelling).is_file():
            return folder / spelling
    return None


def _fetch(folder: Path, name: str, source_url: str) -> Path:
    """Download one file into `folder`, checking it before it gets its name."""
    url = urllib.parse.urljoin(source_url.rstrip("/") + "/", name)
    expected = CHECKSUMS[name] if source_url == SOURCE_URL else None
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with (
            urllib.request.urlopen(url, timeout=SECONDS) as answer,
            replacing(folder / name) as file,
        ):
            print(f"Downloading {name} from {source_url}")
            total = 0
            while piece := answer.read(1 << 16):
                total += len(piece)
                if total > MOST_BYTES:
                    raise MalformedError(f"{url}: more than {MOST_BYTES} bytes")
                digest.update(piece)
                file.write(piece)
            if expected and digest.hexdigest() != expected:
                raise ChecksumError(
                    f"{url}: SHA-256 is {digest.hexdigest()}, not {expected}. "
                    "The download is incomplete or another file; nothing was kept."
                )
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise FileNotFoundError(_what_to_do(folder, source_url, error)) from error
    return folder / name


def _what_to_do(folder: Path, source_url: str, error: Exception) -> str:
    missing = [name for name in CHECKSUMS if _find(folder, name) is None]
    text = (
        f"MNIST is not here and could not be fetched from {source_url} ({error}).\n"
        f"Put these files into {folder.absolute()}:\n  " + "\n  ".join(missing)
    )
    if source_url == SOURCE_URL:
        text += f"\nor mnist.npz into {keras_home() / 'datasets'}."
    return text


def _from_npz(path: Path) -> MnistFiles:
    names = ("x_train", "y_train", "x_test", "y_test")
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > 4 * MOST_BYTES:
            raise MalformedError(f"{path}: {size} bytes unpacked are not MNIST")
        with np.load(path, allow_pickle=False) as stored:
            arrays = [stored[name] for name in names]
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, MalformedError):
            raise
        raise MalformedError(
            f"{path} is not Keras' mnist.npz ({error}). Delete or replace it."
        ) from error
    checked = [_checked(array, path) for array in arrays]
    return _matched(MnistFiles(*checked), str(path))


def _checked(array: Array, path: Path) -> Array:
    if array.dtype != np.uint8:
        raise MalformedError(f"{path}: holds {array.dtype} where MNIST has uint8")
    return array


def _matched(files: MnistFiles, what: str) -> MnistFiles:
    for images, labels in (
        (files.train_images, files.train_labels),
        (files.test_images, files.test_labels),
    ):
        if images.ndim != 3 or labels.shape != images.shape[:1]:
            raise MalformedError(
                f"{what}: images {images.shape} and labels {labels.shape} do not match"
            )
    return files
