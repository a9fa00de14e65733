"""TensorFlow's reading of files written here.

    .venv/bin/python  tools/record/checkpoints_verify.py write  FOLDER
    ORACLE/bin/python tools/record/checkpoints_verify.py verify FOLDER

`write` has Penstock write every kind of file; `verify` has TensorFlow and both
Keras read them and compare, exactly.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
from checkpoints import (
    FIXTURES,
    as_text,
    bfloat16_bits,
    histogram_cases,
    make_example,
    records,
    values,
)


def write(folder):
    import ml_dtypes

    from penstock.formats import (
        bundle,
        bundle_writer,
        checkpoint_state,
        events,
        example,
        hdf5,
        keras_zip,
        tensor_proto,
        tfrecord,
    )

    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    parts = np.arange(70, dtype=np.float32).reshape(7, 10)
    tensors = {
        **values(),
        "net/bfloat16": bfloat16_bits().view(ml_dtypes.bfloat16),
        "parts": bundle_writer.Partitioned(
            (7, 10), (((0, 0), parts[:4]), ((4, 0), parts[4:]))
        ),
    }
    for shards in (1, 3):
        prefix = str(folder / f"model{shards}.ckpt-1")
        bundle_writer.write_bundle(prefix, tensors, shards)
        bundle_writer.write_bundle(prefix, tensors, shards)
    bundle_writer.write_bundle(folder / "staged", {"a": np.arange(3)})

    class Stop(Exception):
        pass

    def stop(moment):
        if moment == "index":
            raise Stop

    try:
        bundle_writer.write_bundle(folder / "staged", {"a": np.arange(4)}, moment=stop)
    except Stop:
        pass
    checkpoint_state.write_checkpoint_state(folder, str(folder / "model1.ckpt-1"))
    objects = bundle.read_bundle(FIXTURES / "objects" / "ckpt-3")
    copied = {key: objects.read(key) for key in objects.keys()}
    bundle_writer.write_bundle(folder / "objects-1", copied)
    for compression in ("", "GZIP", "ZLIB"):
        with tfrecord.RecordWriter(
            folder / f"r{compression}.tfrecord", compression
        ) as w:
            for item in records():
                w.write(item)
    data = make_example(example).SerializeToString(deterministic=True)
    (folder / "example.bin").write_bytes(data)
    with events.EventWriter(folder) as writer:
        writer.add_summary(events.summary(events.scalar("loss", 0.25)), 5)
        for name, data in histogram_cases().items():
            writer.add_summary(events.summary(events.histogram(name, data)), 6)
        writer.add_summary(events.summary(events.tensor("t", np.arange(3))), 7)
    protos = {
        name: tensor_proto.make_tensor_proto(value).SerializeToString().hex()
        for name, value in tensors.items()
        if name != "parts"
    }
    (folder / "protos.json").write_text(json.dumps(protos))
    for keras_folder in ("keras2", "keras3"):
        source, target = FIXTURES / keras_folder, folder / keras_folder
        target.mkdir()
        for name in ("model.h5", "old_weights.h5"):
            if (source / name).exists():
                hdf5.write_h5(target / name, hdf5.read_h5(source / name))
        archive = keras_zip.read_keras(source / "model.keras")
        keras_zip.write_keras(target / "model.keras", archive)
        tree = keras_zip.read_weights(source / "net.weights.h5")
        keras_zip.write_weights(target / "net.weights.h5", tree)
    print("written")


def verify(folder):
    import tensorflow as tf

    folder = Path(folder)
    v1 = tf.compat.v1
    expected = values()
    parts = np.arange(70, dtype=np.float32).reshape(7, 10)
    for shards in (1, 3):
        prefix = str(folder / f"model{shards}.ckpt-1")
        reader = tf.train.load_checkpoint(prefix)
        for key, value in expected.items():
            same(as_text(reader.get_tensor(key)), value, key)
        same(reader.get_tensor("net/bfloat16").view(np.uint16), bfloat16_bits(), "bf")
        same(reader.get_tensor("parts"), parts, "parts")
        with tf.Graph().as_default(), v1.Session() as session:
            made = {
                key: v1.Variable(tf.zeros_like(tf.constant(value)), name=key)
                for key, value in expected.items()
            }
            # Restored in other pieces than it was saved in.
            whole = v1.get_variable(
                "parts", [7, 10], partitioner=v1.fixed_size_partitioner(3)
            )
            v1.train.Saver([*made.values(), whole]).restore(session, prefix)
            for key, variable in made.items():
                same(as_text(session.run(variable)), expected[key], key)
            same(session.run(whole.as_tensor()), parts, "parts")
    same(tf.train.load_checkpoint(str(folder / "staged")).get_tensor("a"), range(4), "")
    assert tf.train.latest_checkpoint(str(folder)) == str(folder / "model1.ckpt-1")
    step = tf.Variable(0, dtype=tf.int64)
    tf.train.Checkpoint(step=step).restore(str(folder / "objects-1")).expect_partial()
    assert step.numpy() == 7
    for compression in ("", "GZIP", "ZLIB"):
        path = str(folder / f"r{compression}.tfrecord")
        got = list(tf.data.TFRecordDataset(path, compression).as_numpy_iterator())
        assert got == records(), compression
    data = (folder / "example.bin").read_bytes()
    assert data == make_example(tf.train).SerializeToString(deterministic=True)
    verify_events(tf, folder)
    protos = json.loads((folder / "protos.json").read_text())
    for key, text in protos.items():
        message = v1.make_tensor_proto(0)
        message.ParseFromString(bytes.fromhex(text))
        got = as_text(v1.make_ndarray(message))
        if key == "net/bfloat16":
            got = got.view(np.uint16)
        same(got, {**expected, "net/bfloat16": bfloat16_bits()}[key], key)
    verify_keras(folder)
    print("TensorFlow reads everything")


def verify_events(tf, folder):
    (path,) = folder.glob("events.out.tfevents.*")
    found = list(tf.compat.v1.train.summary_iterator(str(path)))
    assert found[0].file_version == "brain.Event:2"
    assert found[1].step == 5 and found[1].summary.value[0].simple_value == 0.25
    stored = json.loads((FIXTURES / "histograms.json").read_text())
    for event in found[2:-1]:
        histo = event.summary.value[0].histo
        wanted = stored[event.summary.value[0].tag]
        assert list(histo.bucket_limit) == wanted["bucket_limit"]
        assert list(histo.bucket) == wanted["bucket"]
    tensor = tf.make_ndarray(found[-1].summary.value[0].tensor)
    same(tensor, range(3), "event tensor")


def verify_keras(folder):
    import tf_keras

    import keras

    for module, name in ((tf_keras, "keras2"), (keras, "keras3")):
        place = folder / name
        with np.load(FIXTURES / name / "values.npz") as stored:
            wanted = [stored[key] for key in stored.files]
        for file in ("model.h5", "model.keras"):
            model = module.models.load_model(place / file)
            for got, value in zip(model.get_weights(), wanted, strict=True):
                same(got, value, file)
            assert int(model.optimizer.iterations.numpy()) == 1, (name, file)
        for file in ("net.weights.h5", "old_weights.h5"):
            if not (place / file).exists():
                continue
            model.set_weights([np.zeros_like(value) for value in wanted])
            model.load_weights(place / file)
            for got, value in zip(model.get_weights(), wanted, strict=True):
                same(got, value, file)


def same(got, wanted, what):
    wanted = np.asarray(wanted)
    assert np.shape(got) == wanted.shape, what
    assert (np.asarray(got) == wanted).all(), what


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    {"write": write, "verify": verify}[sys.argv[1]](sys.argv[2])
