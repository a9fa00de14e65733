"""Every op obeys the same laws, for every sample of it."""

import numpy as np
import pytest

from laws import evaluate
from laws.recorded import recorded
from laws.sample import Sample, seed_like
from laws.samples import FAMILIES, samples
from penstock.core.shapes import compatible
from penstock.ir.op import STOPS, TABLE

ROWS = [
    pytest.param(family, sample, id=f"{family}-{i}-{sample.key}")
    for family in FAMILIES
    for i, sample in enumerate(samples(family))
]

#: Ops that these laws cannot call alone: tests of their own hold them.
ELSEWHERE = {
    "Const", "Placeholder", "NoOp", "VariableV2", "VarHandleOp", "MatrixExponential",
    "Empty", "FakeParam", "PlaceholderWithDefault", "PreventGradient",
    "ReadVariableOp", "ResourceGather",
    "FusedBatchNormGradV3",  # called as the gradient; alone it contradicts itself
    "StatelessParameterizedTruncatedNormal",  # same distribution, other values
    "QuantizeAndDequantizeV4Grad",  # as the gradient of its forward op
}  # fmt: skip

#: (relative, absolute as a part of the largest value) by dtype.
TOLERANCE = {
    "float16": (2e-3, 1e-3),
    "bfloat16": (2e-2, 1e-2),
    "float32": (1e-5, 1e-6),
    "complex64": (1e-5, 1e-6),
    "float64": (1e-10, 1e-12),
    "complex128": (1e-10, 1e-12),
}


def record_of(family: str, sample: Sample) -> dict:
    record = recorded(family, sample.key)
    assert record is not None, (
        f"nothing recorded for {sample.key}: run tools/record/ops.py {family}"
    )
    return record


def assert_close(sample: Sample, got, wanted, what: str) -> None:
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert got.dtype == wanted.dtype, f"{what}: {got.dtype}, TensorFlow {wanted.dtype}"
    assert got.shape == wanted.shape, f"{what}: {got.shape}, TensorFlow {wanted.shape}"
    if wanted.dtype.name not in TOLERANCE:
        np.testing.assert_array_equal(got, wanted, err_msg=what)
        return
    rtol, part = TOLERANCE[wanted.dtype.name]
    rtol = sample.rtol or rtol
    if wanted.dtype.name == "bfloat16":
        got, wanted = got.astype(np.float32), wanted.astype(np.float32)
    finite = np.abs(wanted[np.isfinite(wanted)])
    atol = sample.atol
    if atol is None:
        atol = max(part, rtol / 10) * float(finite.max()) if finite.size else 0.0
    np.testing.assert_allclose(got, wanted, rtol=rtol, atol=atol, err_msg=what)


@pytest.mark.parametrize(("family", "sample"), ROWS)
def test_value_is_tensorflows(family, sample):
    """Values, dtypes, and the class of the error where the call fails."""
    record = record_of(family, sample)
    got = evaluate.outcome(sample)
    assert got.error == record.get("error")
    names = [t.dtype.base_dtype.name for t in got.call.outputs]
    assert names == record["dtypes"]
    if got.error:
        return
    for i, (value, wanted) in enumerate(
        zip(got.values, record["outputs"], strict=True)
    ):
        if sample.value:
            assert_close(sample, value, wanted, f"output {i}")
        else:
            assert (value.dtype, value.shape) == (wanted.dtype, wanted.shape)


@pytest.mark.parametrize(("family", "sample"), ROWS)
def test_static_shape_is_tensorflows(family, sample):
    """The shape rule, sizes known: TensorFlow's, and what the body yields."""
    record = record_of(family, sample)
    got = evaluate.outcome(sample)
    for i, tensor in enumerate(got.call.outputs):
        wanted = record["static"][i]
        wanted = None if wanted is None else tuple(wanted)
        assert at_least_as_precise(tensor.dims, wanted), (tensor.dims, wanted)
        if not got.error:
            assert compatible(tensor.dims, got.values[i].shape)


@pytest.mark.parametrize(("family", "sample"), ROWS)
def test_open_shape_is_tensorflows(family, sample):
    """The shape rule where only ranks are known."""
    record = record_of(family, sample)
    if "open" not in record:
        return  # the call fails
    call = evaluate.build(sample, open_shapes=True)
    for i, tensor in enumerate(call.outputs):
        wanted = record["open"][i]
        wanted = None if wanted is None else tuple(wanted)
        shape = record["outputs"][i].shape
        if compatible(wanted, shape):  # not all of TensorFlow's rules hold
            assert at_least_as_precise(tensor.dims, wanted), (tensor.dims, wanted)
        assert compatible(tensor.dims, shape) or tensor.dims == wanted


def at_least_as_precise(dims, wanted) -> bool:
    """Whether `dims` says all that `wanted` says and contradicts none of it."""
    if wanted is None:
        return True
    return (
        dims is not None
        and len(dims) == len(wanted)
        and all(w is None or d == w for d, w in zip(dims, wanted, strict=True))
    )


@pytest.mark.parametrize(("family", "sample"), ROWS)
def test_gradient_is_tensorflows(family, sample):
    """The gradient rules against `tf.gradients`, None for None."""
    record = record_of(family, sample)
    if "grads" not in record or not sample.value:
        return
    got = evaluate.outcome(sample).grads
    assert got is not None, f"{sample.op} has no gradient rule, TensorFlow has"
    for i, (value, wanted) in enumerate(zip(got, record["grads"], strict=True)):
        assert (value is None) == (wanted is None), f"gradient {i}: {value}, {wanted}"
        if wanted is not None:
            assert_close(sample, value, wanted, f"gradient {i}")


def has_vjp(sample: Sample) -> bool:
    op = TABLE.get(sample.op)
    return (
        op is not None
        and sample.grad
        and sample.vjp
        and sample.value
        and op.gradient_rule is not STOPS
        and not (op.host or op.nested or op.keeps or op.writes)
    )


@pytest.mark.parametrize(
    ("family", "sample"), [row for row in ROWS if has_vjp(row.values[1])]
)
def test_gradient_is_the_derivative(family, sample):
    """The gradient rules against `jax.vjp` of the body."""
    got = evaluate.outcome(sample)
    if got.grads is None:
        return
    for i, (value, wanted) in enumerate(zip(got.grads, derivative(sample, got))):  # noqa: B905
        if value is not None:
            assert_close(sample, value, wanted, f"gradient {i} by jax.vjp")


def derivative(sample: Sample, got) -> list[np.ndarray]:
    """`jax.vjp` of the body, as TensorFlow writes complex gradients (conjugated)."""
    from penstock.ops.xla import jax, jnp

    node = got.call.node
    attrs = node.op.body_attrs(node.attrs)
    arrays = sample.arrays()
    moving = [i for i, t in enumerate(got.call.inputs) if evaluate.differentiable(t)]

    def body(*floats):
        flat = list(arrays)
        for i, array in zip(moving, floats, strict=True):
            flat[i] = array
        rest = iter(flat)
        grouped = [
            [next(rest) for _ in item] if isinstance(item, list) else next(rest)
            for item in sample.inputs
        ]
        out = node.op.body(*grouped, **attrs)
        out = out if isinstance(out, list | tuple) else [out]
        return [
            o for o, t in zip(out, got.call.outputs, strict=True)
            if evaluate.differentiable(t)
        ]  # fmt: skip

    seeds = [
        jnp.asarray(seed_like(v.dtype, v.shape, i)).conj()
        for i, (v, t) in enumerate(zip(got.values, got.call.outputs, strict=True))
        if evaluate.differentiable(t)
    ]

    def pulled(floats, seeds):
        return jax.vjp(body, *floats)[1](seeds)

    floats = [jnp.asarray(arrays[i]) for i in moving]
    return [np.conj(np.asarray(g)) for g in jax.jit(pulled)(floats, seeds)]


@pytest.mark.parametrize(("family", "sample"), ROWS)
def test_graph_def_round_trip(family, sample):
    """A graph written as GraphDef and read back is the same graph."""
    graph_io = pytest.importorskip("penstock.saving.graph_io")
    from penstock.ir.graph import Graph

    call = evaluate.build(sample)
    written = graph_io.graph_def(call.graph)
    again = Graph()
    with again.as_default():
        graph_io.import_graph_def(written, name="")
    assert graph_io.graph_def(again) == written


def test_every_op_has_a_sample():
    sampled = {row.values[1].op for row in ROWS}
    missing = sorted(
        name
        for name, op in TABLE.items()
        if name not in sampled | ELSEWHERE
        and not name.startswith("_")  # Penstock's own: TensorFlow has no value for it
        and not (op.writes or op.nested or op.keeps or op.host)
    )
    assert not missing, f"no sample in tests/laws/samples for: {', '.join(missing)}"


def test_sample_ops_are_declared():
    unknown = {row.values[1].op for row in ROWS} - set(TABLE)
    assert not unknown
