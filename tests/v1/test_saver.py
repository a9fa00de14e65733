"""`tf.train.Saver`: names, state files, what is kept, errors; TensorFlow's files."""

import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import penstock.compat.v1 as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _variables(n=2):
    return tf.Variable(tf.ones([n]), name="v"), tf.Variable(3, name="u")


def _saved(path="m", **given):
    """A checkpoint of v = [1, 1], u = 3 at `path`."""
    with tf.Graph().as_default(), tf.Session() as sess:
        _variables()
        sess.run(tf.global_variables_initializer())
        return tf.train.Saver().save(sess, str(path), **given)


def test_save_names_and_state_of_a_relative_folder(folder):
    _variables()
    saver = tf.train.Saver()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert saver.save(sess, "m") == "m"
        assert saver.save(sess, "./m", global_step=3) == "./m-3"
    parts = ["data-00000-of-00001", "index", "meta"]
    assert sorted(os.listdir(".")) == sorted(
        ["checkpoint", *(f"{m}.{p}" for m in ("m", "m-3") for p in parts)]
    )
    assert (folder / "checkpoint").read_text() == (
        'model_checkpoint_path: "m-3"\nall_model_checkpoint_paths: "m"\n'
        'all_model_checkpoint_paths: "m-3"\n'
    )
    assert saver.last_checkpoints == ["m", "./m-3"]


def test_old_checkpoints_go(folder):
    _variables()
    step = tf.train.get_or_create_global_step()
    saver = tf.train.Saver(max_to_keep=2)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(4):
            saver.save(sess, str(folder / "sub" / "m"), global_step=i)
        newest = saver.save(
            sess, str(folder / "sub" / "k"), global_step=step, write_meta_graph=False
        )
    assert newest.endswith("k-0")
    names = [n for n in os.listdir("sub") if n.endswith(("index", "meta"))]
    assert sorted(names) == ["k-0.index", "m-3.index", "m-3.meta"]
    assert tf.train.latest_checkpoint("sub") == newest
    state = tf.train.get_checkpoint_state(str(folder / "sub"))
    assert state.model_checkpoint_path == newest
    assert [p[-3:] for p in state.all_model_checkpoint_paths] == ["m-3", "k-0"]


def test_one_for_every_hours_stays(folder):
    _variables()
    saver = tf.train.Saver(max_to_keep=1, keep_checkpoint_every_n_hours=1e-9)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(3):
            saver.save(sess, "m", global_step=i, write_meta_graph=False)
    assert {f"m-{i}.index" for i in range(3)} <= set(os.listdir("."))


def test_a_moved_folder_is_found_by_its_state_file(folder):
    _saved(folder / "there" / "m", global_step=1)
    shutil.move(folder / "there", folder / "here")
    newest = tf.train.latest_checkpoint(str(folder / "here"))
    assert newest == str(folder / "here" / "m-1")
    v, _ = _variables()
    with tf.Session() as sess:
        tf.train.Saver().restore(sess, newest)
        np.testing.assert_array_equal(sess.run(v), [1.0, 1.0])


def test_restore_whole_renamed_and_partly(folder):
    prefix = _saved()
    v, u = _variables()
    other = tf.Variable(tf.zeros([2]), name="other")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run([v.assign([5.0, 5.0]), u.assign(7)])
        tf.train.Saver([v]).restore(sess, prefix)
        np.testing.assert_array_equal(sess.run(v), [1.0, 1.0])
        assert sess.run(u) == 7
        tf.train.Saver({"v": other}).restore(sess, prefix)
        np.testing.assert_array_equal(sess.run(other), [1.0, 1.0])


def test_restored_variables_train_on(folder):
    prefix = _saved()
    v, u = _variables()
    saver, add = tf.train.Saver(), v.assign_add([1.0, 2.0])
    with tf.Session() as sess:
        saver.restore(sess, prefix)
        sess.run(add)
        np.testing.assert_array_equal(sess.run(add), [3.0, 5.0])
        assert sess.run(u) == 3


def test_pieces_are_one_tensor_in_the_file(folder):
    with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(3)):
        x = tf.get_variable("x", [7, 2], initializer=tf.random_normal_initializer())
    saver = tf.train.Saver()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(tf.convert_to_tensor(x))
        saver.save(sess, "p")
    assert tf.train.list_variables("p") == [("s/x", [7, 2])]
    np.testing.assert_array_equal(tf.train.load_variable("p", "s/x"), before)
    with tf.Session() as sess:
        saver.restore(sess, "p")
        np.testing.assert_array_equal(sess.run(tf.convert_to_tensor(x)), before)


def test_meta_graph_brings_variables_collections_and_saver(folder):
    v, _ = _variables()
    y = tf.identity(v, name="y")
    tf.add_to_collection("outputs", y)
    tf.add_to_collection("numbers", 3)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        prefix = tf.train.Saver().save(sess, "m", global_step=3)
    for scope in (None, "i"):
        with tf.Graph().as_default(), tf.Session() as sess:
            saver = tf.train.import_meta_graph(prefix + ".meta", import_scope=scope)
            saver.restore(sess, prefix)
            (y,) = tf.get_collection("outputs")
            assert y.name == ("i/y:0" if scope else "y:0")
            np.testing.assert_array_equal(sess.run(y), [1.0, 1.0])
            assert tf.get_collection("numbers") == [3]
            assert tf.global_variables()[0] is tf.trainable_variables()[0]
            assert saver.save(sess, "again") == "again"


def test_nodes_of_the_saver_save_and_restore(folder):
    v, _ = _variables()
    made = tf.train.Saver().as_saver_def()
    assert made.filename_tensor_name == "save/Const:0"
    assert made.restore_op_name == "save/restore_all"
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        feed = {made.filename_tensor_name: "by_nodes"}
        assert sess.run(made.save_tensor_name, feed) == b"by_nodes"
        sess.run(v.assign([9.0, 9.0]))
        sess.run(made.restore_op_name, feed)
        np.testing.assert_array_equal(sess.run(v), [1.0, 1.0])


def test_first_values_out_of_a_checkpoint(folder):
    prefix = _saved()
    with tf.variable_scope("n"):
        v = tf.get_variable("v", [2])
        u = tf.get_variable("u", [], tf.int32)
    w = tf.get_variable("w", [2])
    tf.train.init_from_checkpoint(prefix, {"/": "n/"})
    tf.train.init_from_checkpoint(prefix, {"v": w})
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        got = sess.run([v, u, w])
    np.testing.assert_array_equal(got[0], [1.0, 1.0])
    np.testing.assert_array_equal(got[2], [1.0, 1.0])
    assert got[1] == 3
    with pytest.raises(ValueError, match="doesn't match"):
        other = tf.get_variable("q", [3])
        tf.train.init_from_checkpoint(prefix, {"v": other})


def test_reader(folder):
    reader = tf.train.NewCheckpointReader(_saved())
    assert reader.get_variable_to_shape_map() == {"v": [2], "u": []}
    assert reader.get_variable_to_dtype_map() == {"v": tf.float32, "u": tf.int32}
    assert reader.has_tensor("v") and not reader.has_tensor("w")
    assert reader.get_tensor("u") == 3
    assert reader.debug_string() == b"u (DT_INT32) []\nv (DT_FLOAT) [2]\n"
    with pytest.raises(tf.errors.NotFoundError, match="Key w not found in checkpoint"):
        reader.get_tensor("w")
    with pytest.raises(tf.errors.NotFoundError, match="Failed to find any matching"):
        tf.train.NewCheckpointReader("nothing")
    assert tf.train.checkpoint_exists("m") and not tf.train.checkpoint_exists("n")
    assert tf.train.latest_checkpoint("nowhere") is None
    assert tf.train.get_checkpoint_state("nowhere") is None


def _restore(variables, path="m"):
    made = variables()
    with tf.Session() as sess:
        tf.train.Saver().restore(sess, path)
    return made


REFUSED = {
    "missing key": (
        lambda: [*_variables(), tf.Variable(1.0, name="x")],
        "NotFoundError", "graph key that is missing .*Key x not found in checkpoint",
    ),
    "shape": (
        lambda: _variables(3), "InvalidArgumentError",
        "mismatch between .*lhs shape= \\[3\\] rhs shape= \\[2\\]",
    ),
    "dtype": (
        lambda: tf.Variable([1, 1], name="v"), "InvalidArgumentError",
        "tensor_name = v; expected dtype int32",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_checkpoint_that_does_not_fit(folder, case):
    _saved()
    variables, error, text = REFUSED[case]
    with pytest.raises(getattr(tf.errors, error), match=f"(?s){text}"):
        _restore(variables)


def test_nothing_is_restored_where_not_all_fits(folder):
    _saved()
    v = tf.Variable([5.0, 5.0], name="v")
    tf.Variable([5.0], name="u")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError):
            tf.train.Saver().restore(sess, "m")
        np.testing.assert_array_equal(sess.run(v), [5.0, 5.0])


@pytest.mark.parametrize(
    ("path", "text"), [(None, "when it is None"), ("nowhere", "not a valid checkpoint")]
)
def test_no_checkpoint(folder, path, text):
    with pytest.raises(ValueError, match=text):
        _restore(_variables, path)


def test_damaged_checkpoint(folder):
    _saved()
    data = folder / "m.data-00000-of-00001"
    data.write_bytes(bytes([data.read_bytes()[0] ^ 1]) + data.read_bytes()[1:])
    with pytest.raises(tf.errors.DataLossError, match="m is damaged"):
        _restore(_variables)
    (folder / "m.index").write_bytes(b"no table at all")
    with pytest.raises(tf.errors.DataLossError, match="m is damaged"):
        _restore(_variables)


def _duplicated():
    v = tf.Variable(1.0, name="a")
    return tf.train.Saver([v, v])


WRONG = {
    "nothing": (lambda: tf.train.Saver(), ValueError, "No variables to save"),
    "twice": (_duplicated, ValueError, "have the same name: a"),
    "tensor": (
        lambda: tf.train.Saver([tf.constant(1.0)]), TypeError, "is not a Variable",
    ),
    "number": (lambda: tf.train.Saver({"a": 3}), TypeError, "Not a variable"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_saved(case):
    make, error, text = WRONG[case]
    with pytest.raises(error, match=text):
        make()


def test_wrong_calls_of_save(folder):
    _variables()
    saver = tf.train.Saver()
    with pytest.raises(TypeError, match="'sess' must be a Session; 3"):
        saver.save(3, "m")
    with tf.Session() as sess:
        with pytest.raises(tf.errors.FailedPreconditionError, match="value v"):
            saver.save(sess, "m")
        with pytest.raises(ValueError, match=re.escape("collides with 'save_path'")):
            saver.save(sess, "checkpoint")
    assert os.listdir(".") == []


def test_checkpoint_and_meta_graph_that_tensorflow_wrote(fixtures, folder):
    place = fixtures / "interop"
    newest = tf.train.latest_checkpoint(str(place))
    assert newest == str(place / "model-2")
    saver = tf.train.import_meta_graph(newest + ".meta")
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    with tf.Session() as sess:
        saver.restore(sess, newest)
        (y,) = tf.get_collection("outputs")
        weights = tf.train.load_variable(newest, "float32")
        np.testing.assert_allclose(
            sess.run(y, {"x:0": x}), x @ weights + 1.5, rtol=1e-5
        )
        pieces = [v for v in tf.global_variables() if "pieces" in v.name]
        whole = np.concatenate(sess.run(pieces))
        np.testing.assert_array_equal(
            whole, tf.train.load_variable(newest, "scope/pieces")
        )
        assert sess.run("text:0").tolist() == [b"one", b"", b"drei"]
        assert saver.save(sess, "again")
    assert tf.train.list_variables("again") == tf.train.list_variables(newest)


SAVING = """
    import sys
    import penstock.compat.v1 as tf
    v = tf.Variable(tf.zeros([200000]), name="v")
    fill = v.assign_add(tf.ones([200000]))
    saver = tf.train.Saver(max_to_keep=2)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(10000):
            sess.run(fill.op)
            saver.save(sess, "m", global_step=step % 7, write_meta_graph=step == 0)
            if step == 3:
                print("going", flush=True)
"""


@pytest.mark.parametrize("after", [0.0, 0.013, 0.037])
def test_killed_while_saving_leaves_a_checkpoint(folder, after):
    import time

    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SAVING)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdout.readline()
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    newest = tf.train.latest_checkpoint(".")
    assert newest is not None
    values = tf.train.load_variable(newest, "v")
    assert values.shape == (200000,) and (values == values[0]).all() and values[0] > 0


def test_inspect_checkpoint_prints_what_is_there(tmp_path, capsys):
    from penstock.v1.inspect_checkpoint import print_tensors_in_checkpoint_file

    prefix = str(tmp_path / "model")
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("b", [2], initializer=tf.ones_initializer())
        tf.get_variable("a", [], initializer=tf.zeros_initializer())
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, prefix)
    print_tensors_in_checkpoint_file(prefix, "", True)
    print_tensors_in_checkpoint_file(prefix, "b", False)
    print_tensors_in_checkpoint_file(prefix, "c", False)
    both = "tensor: b (float32) [2]\n[1. 1.]\n# Total number of params: 3\n"
    assert capsys.readouterr().out == (
        f"tensor: a (float32) []\n0.0\n{both}{both}Tensor c not found in checkpoint\n"
    )
