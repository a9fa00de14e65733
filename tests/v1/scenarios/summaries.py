"""`tf.summary`: tags, node names and what the summaries hold."""

import io
import struct
import tempfile
from pathlib import Path

import numpy as np

_RNG = np.random.RandomState(5)
_UP = np.linspace(0, 3, 8, dtype=np.float32).reshape(2, 2, 2, 1)
_BOTH = np.linspace(-1, 3, 24, dtype=np.float32).reshape(2, 2, 2, 3)
_BAD = np.array([[[[np.nan], [1.0], [2.0]]]], np.float32)
_BYTES = np.array([[[[3], [1], [2]]]], np.uint8)
_SOUND = _RNG.uniform(-1.2, 1.2, (2, 10)).astype(np.float32)


def _pixels(encoded):
    from PIL import Image

    return np.array(Image.open(io.BytesIO(encoded)))


def _value(v):
    """One value of a Summary as texts and arrays."""
    kind = v.WhichOneof("value")
    if kind == "simple_value":
        return np.float32(v.simple_value)
    if kind == "histo":
        h = v.histo
        return np.array([h.min, h.max, h.num, h.sum, *h.bucket_limit, *h.bucket])
    if kind == "image":
        return _pixels(v.image.encoded_image_string).astype(np.int64)
    if kind == "audio":
        return np.frombuffer(v.audio.encoded_audio_string, np.uint8)
    return v.metadata.plugin_data.plugin_name + v.metadata.display_name


def _shown(tf, made):
    graph = tf.get_default_graph()
    out = {"nodes": [f"{n.name} {n.type}" for n in graph.get_operations()]}
    collected = tf.get_collection(tf.GraphKeys.SUMMARIES)
    out["collected"] = [t.name for t in collected]
    with tf.Session() as session:
        for summary in session.run(made):
            for v in tf.Summary.FromString(summary).value:
                out[f"{v.tag} {v.WhichOneof('value')}"] = _value(v)
    return out


def numbers(tf):
    with tf.name_scope("outer"):
        made = [
            tf.summary.scalar("loss", tf.constant(2)),
            tf.summary.scalar("loss", 2.5, family="part"),
            tf.summary.histogram("my weights!", tf.constant([1.0, 2, 3, -4, 0])),
            tf.summary.histogram("h", tf.constant([1, 2, 3]), family="a/b"),
        ]
    return _shown(tf, made)


def pictures(tf):
    made = [
        tf.summary.image("up", tf.constant(_UP)),
        tf.summary.image("both", tf.constant(_BOTH), max_outputs=1),
        tf.summary.image("bad", tf.constant(_BAD)),
        tf.summary.image("bytes", tf.constant(_BYTES), family="q"),
    ]
    return _shown(tf, made)


def others(tf):
    made = [
        tf.summary.text("words", tf.constant("hi")),
        tf.summary.tensor_summary("t", tf.constant([1, 2]), display_name="e"),
        tf.summary.audio("sound", tf.constant(_SOUND), 100.0),
        tf.summary.audio("one", tf.constant(_SOUND[..., None]), 100.0, max_outputs=1),
    ]
    return _shown(tf, made)


def merged(tf):
    a = tf.summary.scalar("a", 1.0)
    with tf.name_scope("inner"):
        b = tf.summary.scalar("b", 2.0, collections=["other"])
    everything = tf.summary.merge_all()
    both = tf.summary.merge([a, b], collections=["merged"], name="both")
    out = _shown(tf, [everything, both])
    out["names"] = [everything.name, both.name, tf.get_collection("merged")[0].name]
    out["none"] = str(tf.summary.merge_all(key="nothing"))
    with tf.Session() as session:
        for name, twice in (("merge", tf.summary.merge([a, a])), ("nan", None)):
            twice = twice if twice is not None else tf.summary.histogram("n", [np.nan])
            try:
                session.run(twice)
            except tf.errors.InvalidArgumentError as error:
                said = str(error)
                out[name] = str("Duplicate tag a" in said or "Nan in summary" in said)
    return out


def written(tf):
    """What lies in the event file: kinds and steps of the records."""
    scalar = tf.summary.scalar("a", 1.0)
    with tempfile.TemporaryDirectory() as folder:
        with tf.summary.FileWriter(folder, tf.get_default_graph()) as writer:
            with tf.Session() as session:
                writer.add_summary(session.run(scalar), 3)
            log = tf.SessionLog(status=tf.SessionLog.START)
            writer.add_session_log(log, global_step=4)
        (path,) = Path(folder).iterdir()
        data, kinds, at = path.read_bytes(), [], 0
        while at < len(data):
            (size,) = struct.unpack_from("<Q", data, at)
            event = tf.Event.FromString(data[at + 12 : at + 12 + size])
            kinds.append(f"{event.step} {event.WhichOneof('what')}")
            at += 16 + size
    return {"kinds": kinds}
