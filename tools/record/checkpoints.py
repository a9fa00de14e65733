"""Files written by TensorFlow and both Keras, kept in tests/fixtures/checkpoints.

    ORACLE/bin/python tools/record/checkpoints.py

Nothing is computed, so the comparisons have no tolerance. The other direction is
checked by checkpoints_verify.py.
"""

import json
import os
import shutil
from pathlib import Path

import numpy as np

FIXTURES = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "checkpoints"
SEED = 20


def values():
    """Arrays of every type that NumPy itself has; both sides make the same."""
    rng = np.random.default_rng(SEED)
    out = {"empty": np.zeros((0, 3), np.float32), "scalar": np.float32(2.5)}
    for kind in "float32 float64 float16 complex64 complex128".split():
        out[f"net/{kind}"] = rng.normal(size=(3, 4)).astype(kind)
    for kind in "int8 int16 int32 int64 uint8 uint16 uint32 uint64".split():
        limit = np.iinfo(kind)
        out[f"net/{kind}"] = np.array([limit.min, 0, 1, limit.max], kind)
    out["net/bool"] = np.array([True, False, True])
    long = "x" * 300
    out["text"] = np.array([["", "a"], ["ü", long]], object)
    # Shared prefixes over several restart points of the index.
    for i in range(40):
        out[f"layer_{i:02d}/weights"] = np.full((2,), i, np.float32)
    return out


def bfloat16_bits():
    return np.array([0x3FC0, 0xC040, 0x7F80], np.uint16)


def records():
    return [b"", b"first", bytes(range(256)) * 3, b"\x00" * 1000]


def example_fields():
    return {
        "image": b"\x00\x01raw",
        "label": [3, -1, 1 << 40],
        "weights": [0.5, -2.0],
    }


def make_example(kinds):
    """The same tf.train.Example from either side's classes."""
    fields = example_fields()
    feature = {
        "image": kinds.Feature(bytes_list=kinds.BytesList(value=[fields["image"]])),
        "label": kinds.Feature(int64_list=kinds.Int64List(value=fields["label"])),
        "weights": kinds.Feature(float_list=kinds.FloatList(value=fields["weights"])),
    }
    return kinds.Example(features=kinds.Features(feature=feature))


# --- TensorFlow writes -----------------------------------------------------------


def record():
    import tensorflow as tf

    shutil.rmtree(FIXTURES, ignore_errors=True)
    FIXTURES.mkdir(parents=True)
    os.chdir(FIXTURES)
    record_v1(tf)
    record_objects(tf)
    record_records(tf)
    record_events(tf)
    record_tensors(tf)
    record_keras()
    about = {
        "tensorflow": tf.__version__,
        "seed": SEED,
        "tolerance": 0,
        "reason": "stored bytes, nothing is computed",
    }
    Path("about.json").write_text(json.dumps(about, indent=1) + "\n")


def record_v1(tf):
    v1 = tf.compat.v1
    for name, sharded in (("v1", False), ("sharded", True)):
        Path(name).mkdir()
        with tf.Graph().as_default(), v1.Session() as session:
            for key, value in values().items():
                device = "/cpu:0"
                with tf.device(device):
                    v1.Variable(value, name=key)
            bits = tf.constant(bfloat16_bits())
            v1.Variable(tf.bitcast(bits, tf.bfloat16), name="net/bfloat16")
            v1.get_variable(
                "parts",
                [7, 10],
                initializer=rows_of_parts,
                partitioner=v1.fixed_size_partitioner(3),
            )
            session.run(v1.global_variables_initializer())
            saver = v1.train.Saver(sharded=sharded, max_to_keep=2)
            for step in (1, 2, 3) if name == "v1" else (3,):
                saver.save(session, f"./{name}/model.ckpt", global_step=step)
    for meta in Path().glob("*/*.meta"):
        if meta.parent.name != "v1" or not meta.name.endswith("-3.meta"):
            meta.unlink()
    # Several real data files: TensorFlow's own merge keeps the shards apart.
    Path("merged").mkdir()
    for part in range(3):
        names = [f"t{part}_{i}" for i in range(3)]
        data = [np.full((part + 1, i + 1), part * 10 + i, np.int32) for i in range(3)]
        tf.raw_ops.SaveV2(
            prefix=f"merged/part{part}",
            tensor_names=names,
            shape_and_slices=[""] * 3,
            tensors=data,
        )
    tf.raw_ops.MergeV2Checkpoints(
        checkpoint_prefixes=[f"merged/part{i}" for i in range(3)],
        destination_prefix="merged/all",
    )


def rows_of_parts(shape, dtype=None, partition_info=None):
    parts = np.arange(70, dtype=np.float32).reshape(7, 10)
    first = partition_info.var_offset[0] if partition_info else 0
    return parts[first : first + int(shape[0])]


def record_objects(tf):
    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(np.arange(6, dtype=np.float32).reshape(2, 3))
            self.names = ["a", tf.Variable([1, 2], dtype=tf.int64)]

    checkpoint = tf.train.Checkpoint(net=Net(), step=tf.Variable(7, dtype=tf.int64))
    manager = tf.train.CheckpointManager(checkpoint, "./objects", max_to_keep=2)
    for number in (1, 2, 3):
        manager.save(checkpoint_number=number)


def record_records(tf):
    for compression in ("", "GZIP", "ZLIB"):
        path = f"records{'.' + compression.lower() if compression else ''}.tfrecord"
        with tf.io.TFRecordWriter(path, compression) as writer:
            for item in records():
                writer.write(item)
    example = make_example(tf.train)
    Path("example.bin").write_bytes(example.SerializeToString(deterministic=True))


def record_events(tf):
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        writer = v1.summary.FileWriter("events", filename_suffix=".v1")
        histogram = v1.summary.histogram("weights", np.arange(-5.0, 20.0, 0.5))
        image = v1.summary.image("picture", np.zeros((1, 2, 3, 1), np.uint8))
        scalar = v1.summary.scalar("loss", 0.25)
        writer.add_summary(session.run(v1.summary.merge([scalar, histogram, image])), 5)
        writer.close()
    with tf.summary.create_file_writer("events", filename_suffix=".tf2").as_default():
        # What tf.summary.scalar writes, which asks for TensorBoard.
        tf.summary.write("loss", 0.5, step=6)
    for path in Path("events").iterdir():
        # The name holds the machine's; only its form matters.
        kind = "v1" if path.name.endswith(".v1") else "v2"
        path.rename(f"events/events.out.tfevents.1700000000.host.{kind}")
    histograms = {}
    for name, data in histogram_cases().items():
        with tf.Graph().as_default(), v1.Session() as session:
            summary = v1.Summary()
            summary.ParseFromString(session.run(v1.summary.histogram("h", data)))
        histo = summary.value[0].histo
        histograms[name] = {
            "min": histo.min,
            "max": histo.max,
            "num": histo.num,
            "sum": histo.sum,
            "sum_squares": histo.sum_squares,
            "bucket_limit": list(histo.bucket_limit),
            "bucket": list(histo.bucket),
        }
    Path("histograms.json").write_text(json.dumps(histograms) + "\n")


def histogram_cases():
    rng = np.random.default_rng(SEED)
    return {
        "normal": rng.normal(size=200),
        "zeros": np.zeros(5),
        "signs": np.array([-1e-13, -3.0, 0.0, 1e-13, 3.0, 1e19]),
        "one": np.array([1.0]),
    }


def record_tensors(tf):
    out = {}
    for name, value in tensor_cases(tf).items():
        proto = tf.make_tensor_proto(value)
        out[name] = proto.SerializeToString(deterministic=True).hex()
    Path("tensor_protos.json").write_text(json.dumps(out, indent=1) + "\n")


def tensor_cases(tf):
    cases = {}
    for key, value in values().items():
        if not key.startswith("layer"):
            cases[key] = value
            cases[f"{key}[0]"] = np.asarray(value).reshape(-1)[:1]
    for name in "bfloat16 float8_e5m2 float8_e4m3fn int4 uint4".split():
        kind = tf.dtypes.as_dtype(name).as_numpy_dtype
        cases[name] = np.array([1, 2, 3], np.float32).astype(kind)
        cases[f"{name}[0]"] = np.array([2], np.float32).astype(kind)
    return cases


def record_keras():
    import tf_keras

    import keras

    for module, folder in ((tf_keras, "keras2"), (keras, "keras3")):
        Path(folder).mkdir()
        module.utils.set_random_seed(SEED)
        model = module.Sequential(
            [
                module.layers.Input((4,)),
                module.layers.Dense(3, activation="relu", name="hidden"),
                module.layers.BatchNormalization(name="norm"),
                module.layers.Dense(2, name="out"),
            ],
            name="net",
        )
        # As objects: of names, Keras 3's own .h5 file fails to load (it seeks a
        # metric "mse"). Saving .h5 takes the optimizer out of Keras 3's stored
        # compile settings, so .keras goes first.
        model.compile(
            module.optimizers.Adam(),
            module.losses.MeanSquaredError(),
            metrics=[module.metrics.MeanAbsoluteError()],
        )
        rng = np.random.default_rng(SEED)
        model.fit(rng.normal(size=(8, 4)), rng.normal(size=(8, 2)), verbose=0)
        model.save(f"{folder}/model.keras")
        model.save(f"{folder}/model.h5")
        model.save_weights(f"{folder}/net.weights.h5")
        if folder == "keras2":
            model.save_weights(f"{folder}/old_weights.h5", save_format="h5")
            model.save_weights(f"{folder}/tf_weights")
        np.savez(f"{folder}/values.npz", *model.get_weights())


def as_text(array):
    array = np.asarray(array)
    if array.dtype != object:
        return array
    flat = [item.decode() for item in array.reshape(-1)]
    return np.array(flat, object).reshape(array.shape)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    record()
