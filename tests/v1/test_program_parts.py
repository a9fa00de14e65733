"""What surrounds a program: flags, app, gfile, logging, config, the namespace."""

import logging
import os
import subprocess
import sys

import pytest

import penstock.compat.v1 as tf
from penstock.core.errors import UnsupportedError
from penstock.runtime import devices


def _run(text: str, *arguments: str):
    return subprocess.run(
        [sys.executable, "-c", "import penstock.compat.v1 as tf\n" + text, *arguments],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


FLAGS = """
tf.app.flags.DEFINE_float("lr", 0.1, "rate")
tf.flags.DEFINE_string(flag_name="dir", default_value="here", docstring="folder")
tf.app.flags.DEFINE_boolean("train", True, "train")
FLAGS = tf.app.flags.FLAGS
"""


def test_flags_parse_when_first_read():
    done = _run(
        FLAGS + "print(FLAGS.lr, FLAGS.dir, FLAGS.train)", "--lr=0.5", "--notrain"
    )
    assert done.stdout.split() == ["0.5", "here", "False"], done.stderr


def test_app_run():
    main = "def main(argv):\n    print(argv[1:], FLAGS.lr)\n    return 3\n"
    done = _run(FLAGS + main + "tf.app.run()", "--lr", "2", "rest", "--other=1")
    assert done.stdout == "['rest', '--other=1'] 2.0\n" and done.returncode == 3
    done = _run(FLAGS + main + "tf.app.run()", "--lr=much")
    assert done.returncode == 1 and "Flags parsing error" in done.stderr


def test_gfile(tmp_path):
    folder = str(tmp_path / "a" / "b")
    tf.gfile.MakeDirs(folder)
    tf.gfile.MakeDirs(folder)
    path = os.path.join(folder, "x.txt")
    with tf.gfile.GFile(path, "w") as file:
        file.write("hi\nyou\n")
    with tf.gfile.GFile(path, "a") as file:
        file.write(b"all\n")
    assert tf.gfile.GFile(path).read() == "hi\nyou\nall\n"
    assert list(tf.gfile.FastGFile(path, "rb")) == [b"hi\n", b"you\n", b"all\n"]
    with tf.gfile.GFile(path) as file:
        assert file.readline() == "hi\n" and file.tell() == 3 and file.size() == 11
        file.seek(0)
        assert file.read(2) == "hi"
    assert tf.gfile.ListDirectory(folder) == ["x.txt"] and tf.gfile.IsDirectory(folder)
    assert tf.gfile.Glob(os.path.join(folder, "*.txt")) == [path]
    assert tf.gfile.Stat(path).length == 11
    assert list(tf.gfile.Walk(folder)) == [(folder, [], ["x.txt"])]
    tf.gfile.Copy(path, path + "2")
    with pytest.raises(tf.errors.AlreadyExistsError):
        tf.gfile.Copy(path, path + "2")
    tf.gfile.Rename(path + "2", path, overwrite=True)
    assert tf.gfile.Exists(path) and not tf.gfile.Exists(path + "2")
    tf.gfile.Remove(path)
    for missing in (
        lambda: tf.gfile.GFile(path).read(),
        lambda: tf.gfile.Remove(path),
        lambda: tf.gfile.ListDirectory(path),
        lambda: tf.gfile.GFile(os.path.join(path, "c"), "w").write("x"),
    ):
        with pytest.raises(tf.errors.NotFoundError):
            missing()
    with pytest.raises(tf.errors.AlreadyExistsError):
        tf.gfile.MkDir(folder)
    with pytest.raises(tf.errors.PermissionDeniedError, match="open for writing"):
        tf.gfile.GFile(path, "r").write("x")
    tf.gfile.DeleteRecursively(str(tmp_path / "a"))
    assert not tf.gfile.Exists(folder)


def test_logging(caplog):
    before = tf.logging.get_verbosity()
    tf.logging.set_verbosity(tf.logging.INFO)
    try:
        with caplog.at_level(logging.INFO, logger="tensorflow"):
            logging.getLogger("tensorflow").propagate = True
            tf.logging.info("step %d", 3)
            tf.logging.debug("unseen")
            for _ in range(3):
                tf.logging.log_first_n(tf.logging.INFO, "once", 1)
    finally:
        tf.logging.set_verbosity(before)
    assert [r.getMessage() for r in caplog.records] == ["step 3", "once"]


def test_wishes_for_gpu_memory_reach_the_runtime():
    done = _run(
        "import os\n"
        "o = tf.GPUOptions(per_process_gpu_memory_fraction=0.4, allow_growth=True)\n"
        "with tf.Session(config=tf.ConfigProto(gpu_options=o)): pass\n"
        "print(os.environ['XLA_PYTHON_CLIENT_MEM_FRACTION'],"
        " os.environ['XLA_PYTHON_CLIENT_PREALLOCATE'])"
    )
    assert done.stdout.split() == ["0.4", "false"], done.stderr
    with pytest.raises(ValueError, match="per_process_gpu_memory_fraction"):
        devices.configure(memory_fraction=1.5)


def test_building_a_graph_imports_no_jax():
    done = _run(
        "import sys\n"
        "x = tf.placeholder(tf.float32, [None, 2])\n"
        "w = tf.Variable(tf.random_normal([2, 3]))\n"
        "loss = tf.reduce_mean(tf.square(x + 1.0))\n"
        "sess = tf.Session()\n"
        "print('jax' in sys.modules)"
    )
    assert done.stdout.strip() == "False", done.stderr


def test_compat():
    assert tf.compat.as_str(b"a") == "a" == tf.compat.as_text("a")
    assert tf.compat.as_bytes("a") == b"a" == tf.compat.as_bytes(b"a")
    assert tf.compat.as_str_any(3) == "3"
    with pytest.raises(TypeError, match="Expected binary or unicode string"):
        tf.compat.as_bytes(3)


def test_namespace():
    assert tf.__version__ == tf.VERSION == tf.version.VERSION == "1.15.0"
    tf.model = 3
    assert tf.model == 3
    del tf.model
    assert not hasattr(tf, "no_such_name")
    with pytest.raises(UnsupportedError, match=r"tf\.contrib\.tpu .*test_program"):
        tf.contrib.tpu.TPUEstimator  # noqa: B018
    assert {"Session", "Variable", "float32", "GraphDef"} <= set(dir(tf))
    assert tf.initializers.zeros is tf.zeros_initializer


def test_tf_test():
    class Case(tf.test.TestCase):
        def test(self):
            with self.test_session() as sess:
                self.assertAllClose(sess.run(tf.constant([1.0, 2.0])), [1.0, 2.0])
                self.assertAllEqual(tf.constant([1]).eval(), [1])
                with self.assertRaises(AssertionError):
                    self.assertAllClose([1.0], [2.0])

    case = Case("test")
    case.debug()
    assert tf.test.gpu_device_name() in ("", "/device:GPU:0")


def test_files_matched_once_feed_an_input_producer(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(name)
    with tf.Graph().as_default(), tf.Session() as session:
        files = tf.train.match_filenames_once(str(tmp_path / "*.txt"))
        queue = tf.train.string_input_producer(files, shuffle=False, num_epochs=1)
        name, text = tf.WholeFileReader().read(queue)
        session.run(tf.local_variables_initializer())
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        assert [session.run(text) for _ in "ab"] == [b"a", b"b"]
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(name)
        coordinator.request_stop()
        coordinator.join(threads)


def test_numbers_of_a_whole_graph_are_checked():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [2], "x")
        doubled = tf.sqrt(x, name="root") * 2.0
        check = tf.add_check_numerics_ops()
        found, _ = session.run([doubled, check], {x: [4.0, 9.0]})
        assert found.tolist() == [4.0, 6.0]
        with pytest.raises(tf.errors.InvalidArgumentError, match="root:0"):
            session.run([doubled, check], {x: [-4.0, 9.0]})
        with pytest.raises(ValueError, match="control flow"):
            tf.cond(x[0] > 0, tf.add_check_numerics_ops, lambda: tf.no_op())


def test_zero_point_something():
    """Spellings whose meaning 1.0 changed: `inv`, and losses without names."""
    with tf.Graph().as_default(), tf.Session() as session:
        logits, labels = tf.constant([[1.0, 3.0]]), tf.constant([[0.0, 1.0]])
        assert session.run(tf.inv(tf.constant([4.0, 0.5]))).tolist() == [0.25, 2.0]
        for name in ("softmax", "sigmoid"):
            loss = getattr(tf.nn, f"{name}_cross_entropy_with_logits")
            old, new = session.run(
                [loss(logits, labels), loss(labels=labels, logits=logits)]
            )
            assert old.tolist() == new.tolist()
            with pytest.raises(ValueError, match="named arguments"):
                loss(logits, labels=None, logits=logits)


def test_tensors_take_attributes():
    tensor = tf.constant(1.0)
    tensor.mine = "x"
    assert tensor.mine == "x"


@pytest.mark.parametrize(
    "name", "abs asin asinh atan atanh negative sign sin sqrt square tan tanh".split()
)
def test_functions_that_keep_zero_take_sparse_tensors(name):
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.SparseTensor([[0, 0], [1, 2]], [0.5, 0.7], [2, 3])
        function = getattr(tf, name)
        found = session.run(function(x))
        assert found.indices.tolist() == [[0, 0], [1, 2]]
        wanted = session.run(function(tf.constant([0.5, 0.7])))
        assert found.values.tolist() == wanted.tolist()
        with pytest.raises((TypeError, ValueError)):
            tf.exp(x)


def test_softmax_of_a_sum_of_sparse_tensors():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.SparseTensor([[0, 0], [1, 2]], [1.0, 2.0], [2, 3])
        y = tf.SparseTensor([[1, 0]], [2.0], [2, 3])
        found = session.run(tf.sparse_softmax(tf.sparse_add(x, y)))
        assert found.values.tolist() == [1.0, 0.5, 0.5]


@pytest.mark.parametrize(("every", "steps"), [(1, [1, 2, 3, 4, 5]), (3, [1, 4])])
@pytest.mark.parametrize("use_resource", [False, True])
def test_summaries_come_at_the_steps_that_were_asked_for(
    every, steps, use_resource, tmp_path
):
    with tf.Graph().as_default():
        with tf.variable_scope(tf.get_variable_scope(), use_resource=use_resource):
            count = tf.assign_add(tf.train.get_or_create_global_step(), 1)
        hook = tf.train.SummarySaverHook(
            save_steps=every,
            output_dir=str(tmp_path),
            summary_op=tf.summary.scalar("x", 1),
        )
        with tf.train.MonitoredSession(hooks=[hook]) as session:
            for _ in range(5):
                session.run(count)
    (written,) = tmp_path.iterdir()
    events = tf.train.summary_iterator(str(written))
    assert [event.step for event in events if event.summary.value] == steps
