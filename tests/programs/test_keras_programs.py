"""The programs under `examples/keras`, run by `penstock run`."""

import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from programs.test_v1_programs import draw_seven

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "keras"


def run(name: str, *args: str, folder: Path, shared: Path | None = None) -> str:
    environment = dict(os.environ, MPLBACKEND="Agg", PYTHONDONTWRITEBYTECODE="1")
    if shared:
        environment["KERAS_HOME"] = str(shared / "keras_home")
    done = subprocess.run(
        [sys.executable, "-m", "penstock", "run", str(EXAMPLES / name), *args],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, f"{name}:\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr  # tf.print writes to the latter


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("baseline", 198_506), ("lenet5", 62_006), ("alexnet8", 9_639_178),
        ("vgg16", 15_262_026), ("inception10", 121_418), ("resnet18", 11_183_562),
    ],
)  # fmt: skip
def test_networks_for_small_pictures(tmp_path, name, parameters):
    shown = run(f"{name}.py", "1", folder=tmp_path)
    assert f"Total params: {parameters} " in shown
    assert "outputs (4, 10)" in shown
    assert re.search(r"loss: \d+\.\d+", shown)


@pytest.mark.parametrize(
    ("name", "epochs", "answers"),
    [
        ("letters_onehot_1", 100, ["a->b", "b->c", "c->d", "d->e", "e->a"]),
        ("letters_onehot_4", 100, ["abcd->e", "bcde->a", "eabc->d"]),
        ("letters_embedding_1", 100, ["a->b", "e->a"]),
        ("letters_embedding_4", 100, ["abcd->e", "efgh->i"]),
    ],
)
def test_next_letters_are_learnt(tmp_path, name, epochs, answers):
    shown = run(f"{name}.py", str(epochs), folder=tmp_path)
    for answer in answers:
        assert answer in shown, shown
    assert "rnn_cell/kernel:0" in (tmp_path / "weights.txt").read_text()
    again = run(f"{name}.py", "1", folder=tmp_path)
    assert "load the model" in again
    assert answers[0] in again  # it went on from the checkpoint


@pytest.mark.parametrize("way", ["sequential", "class"])
def test_iris_is_learnt(tmp_path, way):
    shown = run("iris.py", way, "200", folder=tmp_path)
    accuracy = re.findall(r"- sparse_categorical_accuracy: (\d\.\d+)", shown)
    # At this rate single epochs swing from 0.72 to 0.98, in tf_keras as here.
    assert statistics.median(map(float, accuracy[-50:])) > 0.9
    assert "Total params: 15 (60.00 Byte)" in shown


def test_clothes_are_learnt_and_resumed(tmp_path, shared):
    args = ("clothes.py", "fashion", "class", "1")
    first = run(*args, folder=tmp_path, shared=shared)
    second = run(*args, folder=tmp_path, shared=shared)
    assert "load the model" not in first and "load the model" in second
    before, after = (
        float(re.findall(r"test accuracy (\d\.\d+)", s)[-1]) for s in (first, second)
    )
    assert before > 0.8 and after > 0.82
    assert "1875/1875" in first
    text = (tmp_path / "weights.txt").read_text()
    assert "clothes_model/dense/kernel:0\n(784, 128)\n" in text
    assert (tmp_path / "curves.png").stat().st_size > 5_000


@pytest.mark.parametrize("way", ["sequential", "class"])
def test_digits_in_six_steps(tmp_path, shared, way):
    shown = run(f"mnist_{way}.py", "1", folder=tmp_path, shared=shared)
    accuracy = re.findall(r"val_sparse_categorical_accuracy: (\d\.\d+)", shown)
    assert float(accuracy[-1]) > 0.94
    assert "Total params: 101770 " in shown


def test_augmented_digits_are_learnt(tmp_path, shared):
    shown = run("augmentation.py", "2", "3200", folder=tmp_path, shared=shared)
    losses = [float(x) for x in re.findall(r"val_loss: (\d\.\d+)", shown)]
    assert losses[1] < losses[0]
    assert (tmp_path / "augmented.png").stat().st_size > 5_000


def test_own_drawings_are_read(tmp_path, shared):
    run("clothes.py", "digits", "sequential", "2", folder=tmp_path, shared=shared)
    draw_seven(tmp_path / "seven.png")
    shown = run(
        "own_drawings.py", "checkpoint/digits.ckpt", "seven.png", folder=tmp_path
    )
    assert "[7]" in shown


def test_own_pictures_become_a_data_set(tmp_path):
    rng = np.random.RandomState(3)
    (tmp_path / "pictures").mkdir()
    lines = []
    for i in range(64):
        pixels = np.zeros((28, 28), np.uint8)
        pixels[4:24, 2 * (i % 10) + 3] = rng.randint(128, 256)
        Image.fromarray(pixels).save(tmp_path / "pictures" / f"{i}.png")
        lines.append(f"{i}.png {i % 10}\n")
    (tmp_path / "list.txt").write_text("".join(lines))
    args = ("own_pictures.py", "pictures", "list.txt", "2")
    assert "Generate Datasets" in run(*args, folder=tmp_path)
    shown = run(*args, folder=tmp_path)
    assert "Load Datasets" in shown
    assert "2/2 - " in shown


@pytest.mark.parametrize("kind", ["simple", "lstm", "gru"])
def test_prices_are_predicted(tmp_path, shared, kind):
    file = shared / "data" / "SH600519.csv"
    if not file.exists():
        pytest.skip("no SH600519.csv")
    shown = run("stock.py", kind, str(file), "2", folder=tmp_path)
    losses = [float(x) for x in re.findall(r" loss: (\d\.[\de+-]+)", shown)]
    assert losses[-1] < losses[0]
    error = float(re.findall(r"mean absolute error: (\d+\.\d+)", shown)[0])
    assert 0 < error < 500
    assert (tmp_path / f"{kind}_price.png").exists()
