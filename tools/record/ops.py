"""What TensorFlow's raw ops give for the samples of tests/laws/samples.

    PYTHONPATH=src:. ORACLE/bin/python tools/record/ops.py [family ...]

Each sample is a node of its op in a v1 graph, as `tf.raw_ops` adds it, once with the
sizes of its inputs known and once with only their ranks known. Recorded: values,
dtypes, both static shapes, and the gradients by `tf.gradients` for seeded `grad_ys`.
A call that fails is recorded as the class of its error. Tolerances stand with the
samples.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.python.framework import op_def_library, op_def_registry

from laws import recorded
from laws.sample import is_fixed, seed_like
from laws.samples import FAMILIES, samples

tf.disable_v2_behavior()


def call(sample, *, open_shapes=False):
    """(outputs, flat inputs, feeds) of the sample's op in the default graph."""
    definition = op_def_registry.get(sample.op)
    feeds, flat = {}, []

    def tensor(value):
        array = np.asarray(value)
        if is_fixed(array):
            made = tf.constant(array)
        else:
            shape = [None] * array.ndim if open_shapes else array.shape
            made = tf.placeholder(tf.as_dtype(array.dtype), shape)
            feeds[made] = array
        flat.append(made)
        return made

    arguments = {}
    for arg, value in zip(definition.input_arg, sample.inputs, strict=True):
        arguments[arg.name] = (
            [tensor(v) for v in value] if isinstance(value, list) else tensor(value)
        )
    kinds = {attr.name: attr.type for attr in definition.attr}
    for name, value in {**defaults(definition), **sample.attrs}.items():
        if kinds[name] == "type":
            value = tf.as_dtype(value)
        elif kinds[name] == "list(type)":
            value = [tf.as_dtype(v) for v in value]
        arguments[name] = value
    out = op_def_library.apply_op(sample.op, **arguments)
    if isinstance(out, tf.Operation):
        return [], flat, feeds
    return tf.nest.flatten(out), flat, feeds


def defaults(definition):
    """The attributes that the op's definition has defaults for, bar inferred types."""
    inferred = {
        name
        for arg in definition.input_arg
        for name in (arg.type_attr, arg.number_attr, arg.type_list_attr)
    }
    return {
        attr.name: plain(attr.default_value)
        for attr in definition.attr
        if attr.HasField("default_value") and attr.name not in inferred
    }


def plain(value):
    """An AttrValue as the Python value that a caller would write."""
    kind = value.WhichOneof("value")
    if kind == "list":
        return next((list(items) for _, items in value.list.ListFields()), [])
    if kind == "shape":
        return tf.TensorShape(value.shape)
    found = getattr(value, kind)
    return found.decode() if isinstance(found, bytes) else found


def static(tensor):
    shape = tensor.shape
    return None if shape.rank is None else shape.as_list()


def differentiable(tensor):
    return tensor.dtype.is_floating or tensor.dtype.is_complex


def gradients(sample, outputs, flat, values):
    """One tensor or None for each flat input that can have a gradient."""
    ys = [y for y in outputs if differentiable(y)]
    xs = [x for x in flat if differentiable(x)]
    if not sample.grad or not ys or not xs:
        return None
    seeds = [
        tf.constant(seed_like(values[i].dtype, values[i].shape, i))
        for i, y in enumerate(outputs)
        if differentiable(y)
    ]
    try:
        found = tf.gradients(ys, xs, grad_ys=seeds)
    except LookupError:
        return None
    return [None if g is None else tf.convert_to_tensor(g) for g in found]


def record(sample, block):
    with tf.Graph().as_default(), tf.Session() as session:
        outputs, flat, feeds = call(sample)
        entry = {
            "dtypes": [t.dtype.base_dtype.name for t in outputs],
            "static": [static(t) for t in outputs],
        }
        try:
            values = session.run(outputs, feeds)
        except tf.errors.OpError as error:
            return entry | {"error": type(error).__name__}
        values = [
            np.asarray(v, object if t.dtype == tf.string else None)
            for v, t in zip(values, outputs, strict=True)
        ]
        entry["outputs"] = [block.add(v) for v in values]
        found = gradients(sample, outputs, flat, values)
        if found is not None:
            entry["grads"] = [
                None if g is None else block.add(np.asarray(session.run(g, feeds)))
                for g in found
            ]
    with tf.Graph().as_default():
        try:
            entry["open"] = [static(t) for t in call(sample, open_shapes=True)[0]]
        except ValueError:
            pass  # some of TensorFlow's shape rules fail on sizes they do not know
    return entry


def main(families):
    failed = 0
    for family in families or FAMILIES:
        block, entries = recorded.Block(), {}
        for sample in samples(family):
            try:
                entries[sample.key] = record(sample, block)
            except Exception as error:
                failed += 1
                print(f"{family}: {sample.key}: {type(error).__name__}: {error}")
        index = {
            "tensorflow": tf.__version__,
            "seed": "laws/sample.py",
            "samples": entries,
        }
        recorded.save(family, index, block)
        print(f"{family}: {len(entries)} samples")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
