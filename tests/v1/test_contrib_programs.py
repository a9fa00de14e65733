"""Habits of programs with `tf.contrib`, which TensorFlow has no more.

Names and rules are held to the documentation and to NumPy.
"""

import numpy as np
import pytest

import penstock.compat.v1 as tf

slim = tf.contrib.slim


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        yield


def started():
    session = tf.Session()
    session.run([tf.global_variables_initializer(), tf.tables_initializer()])
    return session


def _line():
    x = tf.constant(np.linspace(-1, 1, 16, dtype=np.float32)[:, None])
    return slim.fully_connected(x, 1, activation_fn=None, scope="line"), 3 * x + 1


def test_slim_trains_saves_goes_on_and_evaluates(tmp_path):
    folder = str(tmp_path)
    said, wanted = _line()
    slim.losses.mean_squared_error(said, wanted)
    total = slim.losses.get_total_loss()
    tf.summary.scalar("loss", total)
    step = slim.learning.create_train_op(total, tf.train.AdamOptimizer(0.1))
    loss = slim.learning.train(
        step, folder, number_of_steps=60, log_every_n_steps=30, save_summaries_secs=1
    )
    assert loss < 0.2
    assert tf.train.latest_checkpoint(folder) == f"{folder}/model.ckpt-60"
    with tf.Graph().as_default():
        said, wanted = _line()
        total = slim.losses.mean_squared_error(said, wanted)
        step = slim.learning.create_train_op(total, tf.train.AdamOptimizer(0.1))
        again = slim.learning.train(step, folder, number_of_steps=61)
        assert again < loss
    with tf.Graph().as_default():
        said, wanted = _line()
        values, updates = slim.metrics.aggregate_metric_map(
            {"mse": slim.metrics.streaming_mean_squared_error(said, wanted)}
        )
        slim.get_or_create_global_step()
        got = slim.evaluation.evaluate_once(
            "", tf.train.latest_checkpoint(folder), str(tmp_path / "eval"),
            num_evals=2, eval_op=list(updates.values()), final_op=values["mse"],
        )  # fmt: skip
        np.testing.assert_allclose(got, again, rtol=0.3)


def test_gradients_of_slim_are_multiplied_then_clipped():
    w = tf.get_variable("w", initializer=[3.0, 4.0])
    v = tf.get_variable("v", initializer=2.0)
    step = slim.learning.create_train_op(
        tf.reduce_sum(w * w) / 2 + v, tf.train.GradientDescentOptimizer(1.0),
        clip_gradient_norm=1.0, gradient_multipliers={"v": 0.5},
    )  # fmt: skip
    with started() as session:
        assert session.run(step) == 14.5
        np.testing.assert_allclose(session.run(w), [2.4, 3.2], rtol=1e-6)
        assert session.run(v) == 1.5
        assert session.run(tf.train.get_global_step()) == 1


#: Network -> (variables, numbers) of the published model of 1000 classes, and two
#: names that its checkpoints hold.
NETS = {
    "vgg.vgg_16": (32, 138357544, "vgg_16/conv3/conv3_2/weights", "vgg_16/fc8/biases"),
    "vgg.vgg_19": (38, 143667240, "vgg_19/conv5/conv5_4/biases", "vgg_19/fc6/weights"),
    "resnet_v1.resnet_v1_50": (
        161, 25557032,
        "resnet_v1_50/block4/unit_3/bottleneck_v1/conv2/BatchNorm/beta",
        "resnet_v1_50/block1/unit_1/bottleneck_v1/shortcut/weights",
    ),
    "resnet_v2.resnet_v2_50": (
        174, 25568360,
        "resnet_v2_50/block2/unit_1/bottleneck_v2/preact/gamma",
        "resnet_v2_50/postnorm/beta",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NETS)
def test_slims_networks(name):
    """Numbers of parameters as their papers and Keras' applications count them."""
    module, _, network = name.partition(".")
    count, numbers, *names = NETS[name]
    net = getattr(getattr(slim.nets, module), network)
    images = tf.placeholder(tf.float32, [None, 224, 224, 3])
    scopes = {"vgg": "vgg_arg_scope"}.get(module, "resnet_arg_scope")
    with slim.arg_scope(getattr(getattr(slim.nets, module), scopes)()):
        logits, points = net(images, 1000, is_training=False)
    variables = tf.trainable_variables()
    assert logits.shape.as_list() == [None, 1000]
    assert len(variables) == count
    assert slim.model_analyzer.analyze_vars(variables)[0] == numbers
    assert set(names) <= {v.op.name for v in variables}
    assert any(key.startswith(network) for key in points)
    assert net.default_image_size == 224


def test_a_small_residual_network_runs():
    resnet = slim.nets.resnet_v1
    blocks = [resnet.resnet_v1_block(f"block{i}", i, 2, 2) for i in (1, 2)]
    with slim.arg_scope(slim.nets.resnet_utils.resnet_arg_scope()):
        net, points = resnet.resnet_v1(
            tf.ones([2, 32, 32, 3]), blocks, 5, output_stride=8, scope="small"
        )
    assert points["small/block2"].shape.as_list() == [2, 4, 4, 8]
    assert len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)) == 2 * 15
    with started() as session:
        assert np.all(np.isfinite(session.run(net)))


def test_hparams():
    hparams = tf.contrib.training.HParams(
        rate=0.1, units=[64, 32], name="adam", deep=True, steps=10
    )
    hparams.parse("rate=1e-2,units=[8,4],name=sgd,deep=false")
    assert hparams.values() == {
        "rate": 0.01, "units": [8, 4], "name": "sgd", "deep": False, "steps": 10,
    }  # fmt: skip
    hparams.parse("units[1]=5")
    hparams.add_hparam("more", 1.5)
    assert (hparams.units, hparams.more, "more" in hparams) == ([8, 5], 1.5, True)
    assert hparams.get("none", 7) == 7
    copied = tf.contrib.training.HParams(rate=1.0, steps=1)
    copied.parse_json('{"rate": 2.0, "steps": 3}')
    assert copied.to_json(sort_keys=True) == '{"rate": 2.0, "steps": 3}'
    wrong = [
        ("steps=x", "type 'int'"),
        ("nothing=1", "Unknown"),
        ("steps", "Malformed"),
    ]
    for text, told in wrong:
        with pytest.raises(ValueError, match=told):
            hparams.parse(text)
    with pytest.raises(ValueError, match="reserved"):
        hparams.add_hparam("rate", 1)


def test_tables_are_filled_when_they_are_initialized(tmp_path):
    (tmp_path / "words.txt").write_text("a\nb\nc\n")
    lookup, path = tf.contrib.lookup, str(tmp_path / "words.txt")
    asked = tf.placeholder(tf.string, [None])
    found = [
        lookup.index_table_from_tensor(["x", "a"]).lookup(asked),
        lookup.index_table_from_file(path, num_oov_buckets=1).lookup(asked),
        lookup.HashTable(
            lookup.KeyValueTensorInitializer(["a", "b"], [1.5, 2.5]), -1.0
        ).lookup(asked),
    ]
    back = lookup.index_to_string_table_from_file(path, default_value="?")
    words = back.lookup(tf.constant([2, 0, 9], tf.int64))
    with tf.Session() as session:
        with pytest.raises(tf.errors.FailedPreconditionError, match="not initialized"):
            session.run(words)
        session.run(tf.tables_initializer())
        got = session.run(found, {asked: ["a", "b", "z"]})
        assert session.run(words).tolist() == [b"c", b"a", b"?"]
    assert [g.tolist() for g in got] == [[1, -1, -1], [0, 1, 3], [1.5, 2.5, -1]]


def _trained(optimizer, steps=3, **given):
    w = tf.get_variable("w", initializer=[1.0, -2.0])
    step = optimizer.minimize(tf.reduce_sum(w * w) / 2, **given)
    with started() as session:
        for _ in range(steps):
            session.run(step)
        return session.run(w)


def _adamax(g, m, u, t):
    m, u = 0.9 * m + 0.1 * g, np.maximum(0.999 * u, np.abs(g))
    return 0.1 / (1 - 0.9**t) * m / (u + 1e-8), m, u


def _nadam(g, m, v, t):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    rate = 0.1 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return rate * (0.9 * m + 0.1 * g) / (np.sqrt(v) + 1e-8), m, v


def _adam(g, m, v, t):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    rate = 0.1 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return rate * m / (np.sqrt(v) + 1e-8), m, v


OPTIMIZERS = {
    "AdaMax": (lambda o: o.AdaMaxOptimizer(0.1), _adamax, 0.0),
    "Nadam": (lambda o: o.NadamOptimizer(0.1), _nadam, 0.0),
    "AdamW": (lambda o: o.AdamWOptimizer(0.01, 0.1), _adam, 0.01),
    "LazyAdam": (lambda o: o.LazyAdamOptimizer(0.1), _adam, 0.0),
    "extended": (
        lambda o: o.extend_with_decoupled_weight_decay(tf.train.AdamOptimizer)(
            0.01, 0.1
        ),
        _adam, 0.01,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_follow_their_rules(name):
    make, rule, decay = OPTIMIZERS[name]
    w, m, v = np.array([1.0, -2.0]), 0.0, 0.0
    for t in (1, 2, 3):
        step, m, v = rule(w, m, v, t)
        w = w - decay * w - step
    np.testing.assert_allclose(_trained(make(tf.contrib.opt)), w, rtol=1e-5)


def test_lazy_adam_leaves_other_rows_alone():
    rows = tf.get_variable("rows", initializer=tf.ones([3, 2]))
    picked = tf.placeholder(tf.int32, [None])
    loss = tf.reduce_sum(tf.nn.embedding_lookup(rows, picked))
    optimizer = tf.contrib.opt.LazyAdamOptimizer(0.1)
    step = optimizer.minimize(loss)
    moments = optimizer.get_slot(rows, "m")
    with started() as session:
        session.run(step, {picked: [0]})
        session.run(step, {picked: [2]})
        m, w = session.run([moments, rows])
    np.testing.assert_allclose(m[:, 0], [0.1, 0, 0.1], rtol=1e-6)
    np.testing.assert_allclose(w[1], 1)


def test_averages_are_saved_under_the_variables_names(tmp_path):
    optimizer = tf.contrib.opt.MovingAverageOptimizer(
        tf.train.GradientDescentOptimizer(0.5), average_decay=0.5
    )
    w = tf.get_variable("w", initializer=4.0)
    step = optimizer.minimize(w * w / 2)
    saver = optimizer.swapping_saver()
    with started() as session:
        session.run(step)
        path = saver.save(session, str(tmp_path / "m"))
        assert session.run(w) == 2.0
    assert tf.train.load_variable(path, "w") == 3.0


def test_scipy_minimises_under_constraints():
    pytest.importorskip("scipy")
    w = tf.get_variable("w", initializer=[7.0, 7.0])
    loss = tf.reduce_sum(tf.square(w))
    free = tf.contrib.opt.ScipyOptimizerInterface(loss)
    bound = tf.contrib.opt.ScipyOptimizerInterface(
        loss, inequalities=[w[0] - 1.0], equalities=[w[1] - 2.0], method="SLSQP"
    )
    with started() as session:
        free.minimize(session)
        np.testing.assert_allclose(session.run(w), [0, 0], atol=1e-4)
        bound.minimize(session)
        np.testing.assert_allclose(session.run(w), [1, 2], atol=1e-4)


def test_embeddings_that_belong_together():
    learning = tf.contrib.losses.metric_learning
    rng = np.random.RandomState(0)
    x, labels = rng.normal(size=(6, 3)).astype(np.float32), np.array([0, 0, 1, 1, 2, 2])
    d = ((x[:, None] - x[None]) ** 2).sum(-1)
    losses = []
    for i in range(6):
        for j in range(6):
            if i != j and labels[i] == labels[j]:
                others = d[i][labels != labels[i]]
                beyond = others[others > d[i, j]]
                negative = beyond.min() if beyond.size else others.max()
                losses.append(max(0.0, 1.0 + d[i, j] - negative))
    asked = [
        learning.triplet_semihard_loss(labels, x),
        learning.contrastive_loss([1, 0], x[:2], x[2:4]),
        learning.lifted_struct_loss(labels, x),
        tf.gradients(learning.lifted_struct_loss(labels, tf.constant(x)), [])
        or tf.constant(0.0),
    ]
    with tf.Session() as session:
        got = session.run(asked[:3])
    np.testing.assert_allclose(got[0], np.mean(losses), rtol=1e-5)
    near, far = np.sqrt(((x[:2] - x[2:4]) ** 2).sum(1))
    wanted = (near**2 + max(0, 1 - far) ** 2) / 2
    np.testing.assert_allclose(got[1], wanted, rtol=1e-5)
    root, total = np.sqrt(d), 0.0
    for i in range(6):
        for j in range(6):
            if i < j and labels[i] == labels[j]:
                far = [np.exp(1 - root[a][labels != labels[a]]).sum() for a in (i, j)]
                total += max(0, root[i, j] + np.log(sum(far))) ** 2
    np.testing.assert_allclose(got[2], total / (2 * 3), rtol=1e-5)


def test_words_become_rows_of_numbers():
    processor = tf.contrib.learn.preprocessing.VocabularyProcessor(4)
    rows = np.array(list(processor.fit_transform(["the cat sat", "the dog"])))
    assert rows.tolist() == [[1, 2, 3, 0], [1, 4, 0, 0]]
    later = list(processor.transform(["a cat ran up the hill"]))
    assert later[0].tolist() == [0, 2, 0, 0]
    assert len(processor.vocabulary_) == 5
    assert next(processor.reverse(rows)) == "the cat sat <UNK>"


def test_transformations_of_contrib_data():
    data = tf.contrib.data
    ds = tf.data.Dataset.range(7).apply(data.batch_and_drop_remainder(3))
    second = tf.data.Dataset.range(4).apply(
        data.map_and_batch(lambda x: x * 2, batch_size=2)
    )
    third = data.Dataset.from_tensor_slices([1, 2]).apply(data.enumerate_dataset())
    made = [d.make_one_shot_iterator().get_next() for d in (ds, second, third)]
    with tf.Session() as session:
        got = session.run(made)
    assert got[0].tolist() == [0, 1, 2] and got[1].tolist() == [0, 2]
    assert got[2] == (0, 1)


#: Paths into contrib that programs import, and a name of each.
PATHS = {
    "tensorflow.contrib.slim.nets.vgg": "vgg_16",
    "tensorflow.contrib.slim.python.slim.nets.resnet_v1": "resnet_v1_50",
    "tensorflow.contrib.slim.python.slim.learning": "train_step",
    "tensorflow.contrib.slim.python.slim": "arg_scope",
    "tensorflow.contrib.training.python.training.hparam": "HParams",
    "tensorflow.contrib.layers.python.layers.utils": "convert_collection_to_dict",
    "tensorflow.contrib.lookup.lookup_ops": "HashTable",
    "tensorflow.contrib.losses.metric_learning": "triplet_semihard_loss",
    "tensorflow.contrib.learn.python.learn.datasets.base": "load_csv_with_header",
    "tensorflow.contrib.distributions": "MultivariateNormalDiag",
}


@pytest.mark.parametrize("path", PATHS)
def test_paths_into_contrib(path):
    from importlib import import_module

    from penstock.cli import facade

    facade.install(1)
    try:
        assert callable(getattr(import_module(path), PATHS[path]))
    finally:
        facade.uninstall()
