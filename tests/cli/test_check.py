"""`penstock check` lists names and keywords with their lines and marks missing ones."""

import pytest

from cli import fakes
from penstock.cli import check as check_module
from penstock.cli import facade
from penstock.cli.check import _unknown_keywords


@pytest.fixture
def check(monkeypatch, folder, capsys):
    """`check(source)` -> (exit code, lines printed), over small faces."""
    fakes.install(monkeypatch)
    monkeypatch.chdir(folder.path)

    def call(source, **options):
        folder.write("program.py", source)
        code = check_module.check("program.py", 1, **options)
        return code, capsys.readouterr().out.splitlines()

    yield call
    facade.uninstall()


def test_all_there(check):
    code, lines = check(
        """
        import tensorflow as tf
        with tf.Session() as sess:
            print(tf.matmul(a, b, transpose_b=True))
        tf.matmul(a, b)
        tf.train.Saver(max_to_keep=1).save(sess, "x")
        """
    )
    assert code == 0
    assert lines[0] == "program.py: TensorFlow 1.x (asked for)"
    found = [line.split() for line in lines]
    assert ["tf.matmul", "ok", "program.py:3,", "program.py:4"] in found
    assert ["tf.matmul(transpose_b=)", "ok", "program.py:3"] in found
    assert lines[-1] == "All 6 names and keywords are in Penstock."


def test_missing_names_keywords_and_methods(check):
    code, lines = check(
        """
        import tensorflow as tf
        from tensorflow.contrib import bayesflow
        from keras.layers import Missing, Dense
        tf.matmul(a, b, sparse=True)
        tf.contrib.crf.crf_log_likelihood(x)
        saver = tf.train.Saver(sharded=True)
        saver.save(None, "x")
        saver.export(1)
        """,
        only_missing=True,
    )
    assert code == 1
    found = {line.split()[0]: line.split()[1:] for line in lines[1:-1]}
    assert found == {
        "keras.layers.Missing": ["missing", "program.py:3"],
        "tf.contrib.crf.crf_log_likelihood": ["missing", "program.py:5"],
        "tf.contrib.bayesflow": ["missing", "program.py:2"],
        "tf.matmul(sparse=)": ["missing", "program.py:4"],
        "tf.train.Saver(sharded=)": ["missing", "program.py:6"],
        "tf.train.Saver().export": ["missing", "program.py:8"],
    }
    assert lines[-1].startswith("6 of ") and lines[-1].endswith("are not in Penstock.")


class _Base:
    def __init__(self, name=None):
        self.name = name


class _Between(_Base):
    def __init__(self, **kwargs):
        self.period = kwargs.pop("period", 1)
        super().__init__(**kwargs)


class _Made(_Between):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)


def test_what_a_class_passes_on_is_checked_too():
    keywords = ("units", "name", "period", "forget_biaz")
    assert _unknown_keywords(_Made, keywords) == ["forget_biaz"]
    assert _unknown_keywords(lambda **kwargs: None, keywords) == []


def test_python_2_and_own_modules_are_told(check, folder):
    folder.write("net.py", "import tensorflow as tf\ntf.nothing\n")
    code, lines = check("import net\nprint 'x'\n")
    assert code == 1
    assert lines[1] == "with its own modules net.py"
    assert lines[2].startswith("Python 2: ") and "program.py:2" in lines[2]
    assert any("tf.nothing" in line and "net.py:2" in line for line in lines)


def test_what_cannot_be_read(folder):
    missing = folder.penstock("check", "no.py")
    assert missing.code == 2 and "can't read 'no.py'" in missing.stderr
    folder.write("bad.py", "x = = 1\n")
    bad = folder.penstock("check", "bad.py")
    assert bad.code == 2 and "bad.py, line 1" in bad.stderr


def test_doctor(folder):
    home = folder.path / "home"
    folder.write("home/datasets/mnist.npz", "x")
    cache = folder.path / "cache"
    folder.write("cache/program", "1234567")
    done = folder.penstock(
        "doctor",
        KERAS_HOME=str(home),
        JAX_COMPILATION_CACHE_DIR=str(cache),
        PENSTOCK_KERNELS="off",
    )
    assert done.code == 0, done.stderr
    for line in (
        f"Data sets in {home}/datasets (KERAS_HOME)",
        "Kernels for the CPU: none: switched off by PENSTOCK_KERNELS",
        "  mnist: there",
        "  cifar10: not there",
        f"Compiled programs in {cache}: 1 files, 0.0 MB",
        "  numpy: np.int, np.float, np.bool, np.Inf, np.product, ... again",
        "  PIL.Image: Image.ANTIALIAS",
    ):
        assert line in done.stdout.splitlines()
    assert "  jax 0." in done.stdout and "Devices\n  " in done.stdout
