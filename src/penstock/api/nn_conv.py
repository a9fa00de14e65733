"""`tf.nn`'s convolutions and pooling, in the signatures of TensorFlow 2."""

from __future__ import annotations

from penstock.api import array
from penstock.api.named_results import MaxPoolWithArgmax
from penstock.api.scopes import scope, tensor
from penstock.core.dtypes import int32
from penstock.core.errors import ShapeError
from penstock.core.shapes import show
from penstock.ir import context
from penstock.ir.op import TABLE


def per_dimension(value, rank: int, data_format: str, what: str) -> tuple[int, ...]:
    """An int, `rank - 2` or `rank` of them, as one per dimension of the input.

    Raises ValueError for another length.
    """
    if value is None:
        value = 1
    items = [int(value)] if isinstance(value, int) else [int(v) for v in value]
    space = rank - 2
    if len(items) == 1:
        items = items * space
    if len(items) == space:
        return (
            (1, *items, 1) if data_format[-1] == "C" else (1, 1, *items)
        )  # batch and channels are not strided
    if len(items) != rank:
        raise ValueError(
            f"{what} must be of length 1, {space} or {rank}, received {value!r}."
        )
    return tuple(items)


def paddings(padding):
    """(padding word, explicit pairs flattened) from a word or a list of pairs.

    Raises ValueError for another word.
    """
    if isinstance(padding, str):
        word = padding.upper()
        if word not in ("SAME", "VALID"):
            raise ValueError(
                f"padding must be 'SAME', 'VALID' or a list of pairs, not {padding!r}."
            )
        return word, ()
    return "EXPLICIT", tuple(int(n) for pair in padding for n in pair)


def _conv(
    op_type, rank, input, filters, strides, padding, data_format, dilations, name
):
    word, explicit = paddings(padding)
    extra = {"explicit_paddings": explicit} if rank == 4 else {}
    return TABLE[op_type](
        input,
        filters,
        strides=per_dimension(strides, rank, data_format, "strides"),
        padding=word,
        data_format=data_format,
        dilations=per_dimension(dilations, rank, data_format, "dilations"),
        name=name,
        **extra,
    )


def conv2d(
    input, filters, strides, padding, data_format="NHWC", dilations=None, name=None
):
    """Images [batch, h, w, in] * filters [h, w, in, out] -> [batch, h', w', out]."""
    layout = data_format or "NHWC"
    return _conv("Conv2D", 4, input, filters, strides, padding, layout, dilations, name)


def conv3d(
    input, filters, strides, padding, data_format="NDHWC", dilations=None, name=None
):
    """Volumes [batch, d, h, w, in] * filters [d, h, w, in, out]."""
    layout = data_format or "NDHWC"
    return _conv("Conv3D", 5, input, filters, strides, padding, layout, dilations, name)


def conv1d(
    input, filters, stride, padding, data_format="NWC", dilations=None, name=None
):
    """Sequences [batch, w, in] * filters [w, in, out] -> [batch, w', out]."""
    with scope(name, "conv1d") as full:
        last = (data_format or "NWC") in ("NWC", "NHWC")
        axis = 1 if last else 2
        layout = "NHWC" if last else "NCHW"
        step = [stride] if isinstance(stride, int) else list(stride)[-1:]
        step = step if isinstance(stride, int) or len(stride) == 1 else [
            stride[1 if last else 2]
        ]  # fmt: skip
        spread = _single(dilations, last)
        x = array.expand_dims(input, axis)
        word, _ = paddings(padding) if isinstance(padding, str) else ("EXPLICIT", ())
        pad = padding if word != "EXPLICIT" else _wider(padding, axis)
        y = conv2d(
            x, array.expand_dims(filters, 0), [1, *step], pad, layout, [1, spread],
            full or None,
        )  # fmt: skip
        return array.squeeze(y, [axis])


def _single(dilations, last: bool) -> int:
    if dilations is None or isinstance(dilations, int):
        return dilations or 1
    items = list(dilations)
    return items[0] if len(items) == 1 else items[1 if last else 2]


def _wider(pairs, axis: int) -> list:
    pairs = [list(p) for p in pairs]
    pairs.insert(axis, [0, 0])
    return pairs


def convolution(
    input, filters, strides=None, padding="VALID", data_format=None, dilations=None,
    name=None,
):  # fmt: skip
    """A convolution in as many dimensions as `filters` has."""
    filters = tensor(filters, name="filter")
    space = len(filters.shape) - 2
    if space == 1:
        return conv1d(
            input,
            filters,
            _one(strides),
            padding,
            data_format or "NWC",
            dilations,
            name,
        )
    layout = data_format or ("NHWC" if space == 2 else "NDHWC")
    function = conv2d if space == 2 else conv3d
    return function(
        input, filters, 1 if strides is None else strides, padding, layout, dilations,
        name,
    )  # fmt: skip


def _one(strides):
    if strides is None:
        return 1
    return strides if isinstance(strides, int) else next(iter(strides))


def conv2d_transpose(
    input, filters, output_shape, strides, padding="SAME", data_format="NHWC",
    dilations=None, name=None,
):  # fmt: skip
    """The gradient of `conv2d` as a layer; filters are [h, w, out, in]."""
    with scope(name, "conv2d_transpose") as full:
        layout = data_format or "NHWC"
        filters = tensor(filters, name="filter")
        x = tensor(input, name="value")
        sizes = tensor(output_shape, int32, name="input_sizes")
        word, explicit = paddings(padding)
        channel = -1 if layout[-1] == "C" else 1
        if None not in (x.dims, filters.dims) and x.dims[channel] != filters.dims[-1]:
            raise ShapeError(
                f"The input has {x.dims[channel]} channels (shape {show(x.dims)}), the "
                f"filter takes {filters.dims[-1]} (shape {show(filters.dims)})."
            )
        return TABLE["Conv2DBackpropInput"](
            sizes, filters, x,
            strides=per_dimension(strides, 4, layout, "strides"),
            padding=word, explicit_paddings=explicit, data_format=layout,
            dilations=per_dimension(dilations, 4, layout, "dilations"),
            name=full or None,
        )  # fmt: skip


def conv3d_transpose(
    input, filters, output_shape, strides, padding="SAME", data_format="NDHWC",
    dilations=None, name=None,
):  # fmt: skip
    """The gradient of `conv3d` as a layer; filters are [d, h, w, out, in]."""
    layout = data_format or "NDHWC"
    return TABLE["Conv3DBackpropInputV2"](
        tensor(output_shape, int32), filters, input,
        strides=per_dimension(strides, 5, layout, "strides"),
        padding=paddings(padding)[0], data_format=layout,
        dilations=per_dimension(dilations, 5, layout, "dilations"), name=name,
    )  # fmt: skip


def conv1d_transpose(
    input, filters, output_shape, strides, padding="SAME", data_format="NWC",
    dilations=None, name=None,
):  # fmt: skip
    """The gradient of `conv1d` as a layer; filters are [w, out, in]."""
    with scope(name, "conv1d_transpose"):
        last = (data_format or "NWC") == "NWC"
        axis = 1 if last else 2
        sizes = tensor(output_shape, int32, name="output_shape")
        wide = array.concat([sizes[:axis], [1], sizes[axis:]], 0)
        y = conv2d_transpose(
            array.expand_dims(input, axis), array.expand_dims(filters, 0), wide,
            [1, _one(strides)], padding, "NHWC" if last else "NCHW",
            [1, _single(dilations, last)],
        )  # fmt: skip
        return array.squeeze(y, [axis])


def depthwise_conv2d(
    input, filter, strides, padding, data_format=None, dilations=None, name=None
):
    """Each channel with its own filters [h, w, in, multiplier]."""
    with scope(name, "depthwise") as full:
        return _depthwise(
            input, filter, strides, padding, data_format, dilations, full or None
        )


def _depthwise(input, filter, strides, padding, data_format, dilations, name):
    layout = data_format or "NHWC"
    word, explicit = paddings(padding)
    x = tensor(input, name="tensor_in")
    filter = tensor(filter, name="filter_in")
    _note_sizes(filter)
    return TABLE["DepthwiseConv2dNative"](
        x, filter,
        strides=per_dimension(strides, 4, layout, "strides"),
        padding=word, explicit_paddings=explicit, data_format=layout,
        dilations=per_dimension(dilations, 4, layout, "dilations"), name=name,
    )  # fmt: skip


def _note_sizes(filter) -> None:
    """Two constants that TensorFlow adds here: seeds count nodes."""
    if not context.executing_eagerly():
        array.shape(filter)
        tensor([1, 1], int32, name="dilation_rate")


def separable_conv2d(
    input, depthwise_filter, pointwise_filter, strides, padding, data_format=None,
    dilations=None, name=None,
):  # fmt: skip
    """`depthwise_conv2d`, then a 1x1 convolution [1, 1, in·multiplier, out]."""
    with scope(name, "separable_conv2d") as full:
        layout = data_format or "NHWC"
        depthwise = _depthwise(
            input, depthwise_filter, strides, padding, layout, dilations, "depthwise"
        )
        return conv2d(
            depthwise, pointwise_filter, 1, "VALID", layout, name=full or None
        )


def atrous_conv2d(value, filters, rate, padding, name=None):
    """`conv2d` with holes of `rate` - 1 between filter taps."""
    return conv2d(value, filters, 1, padding, "NHWC", rate, name)


def atrous_conv2d_transpose(value, filters, output_shape, rate, padding, name=None):
    return conv2d_transpose(
        value, filters, output_shape, 1, padding, "NHWC", rate, name
    )


def _pool(op_type, rank, input, ksize, strides, padding, layout, name):
    word, explicit = paddings(padding)
    extra = {"explicit_paddings": explicit} if explicit else {}
    return TABLE[op_type](
        input,
        ksize=per_dimension(ksize, rank, layout, "ksize"),
        strides=per_dimension(strides, rank, layout, "strides"),
        padding=word, data_format=layout, name=name, **extra,
    )  # fmt: skip


def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """The largest value of each window of images [batch, h, w, channels]."""
    return _pool("MaxPool", 4, input, ksize, strides, padding, data_format, name)


def avg_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """The mean of each window; padding does not count."""
    return _pool("AvgPool", 4, input, ksize, strides, padding, data_format, name)


def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    return _pool("MaxPool3D", 5, input, ksize, strides, padding, data_format, name)


def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    return _pool("AvgPool3D", 5, input, ksize, strides, padding, data_format, name)


def _pool1d(pool2d, input, ksize, strides, padding, data_format, name, default):
    with scope(name, default):
        last = data_format == "NWC"
        axis = 1 if last else 2
        y = pool2d(
            array.expand_dims(input, axis), [1, _middle(ksize, last)],
            [1, _middle(strides, last)], padding, "NHWC" if last else "NCHW",
        )  # fmt: skip
        return array.squeeze(y, [axis])


def _middle(value, last: bool) -> int:
    if isinstance(value, int):
        return value
    items = list(value)
    return items[0] if len(items) == 1 else items[1 if last else 2]


def max_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    return _pool1d(
        max_pool2d, input, ksize, strides, padding, data_format, name, "MaxPool1d"
    )


def avg_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    return _pool1d(
        avg_pool2d, input, ksize, strides, padding, data_format, name, "AvgPool1D"
    )


def _any_pool(functions, input, ksize, strides, padding, data_format, name):
    x = tensor(input, name="input")
    space = len(x.shape) - 2
    if space not in functions:
        raise ShapeError(
            f"Pooling takes inputs of rank 3 to 5, received shape {show(x.dims)}."
        )
    layout = data_format or {1: "NWC", 2: "NHWC", 3: "NDHWC"}[space]
    return functions[space](x, ksize, strides, padding, layout, name)


def max_pool(input, ksize, strides, padding, data_format=None, name=None):
    """Max pooling of sequences, images or volumes."""
    functions = {1: max_pool1d, 2: max_pool2d, 3: max_pool3d}
    return _any_pool(functions, input, ksize, strides, padding, data_format, name)


def avg_pool(input, ksize, strides, padding, data_format=None, name=None):
    """Mean pooling of sequences, images or volumes."""
    functions = {1: avg_pool1d, 2: avg_pool2d, 3: avg_pool3d}
    return _any_pool(functions, input, ksize, strides, padding, data_format, name)


def max_pool_with_argmax(
    input, ksize, strides, padding, data_format="NHWC", output_dtype="int64",
    include_batch_in_index=False, name=None,
):  # fmt: skip
    """(pooled, flattened index of each maximum)."""
    found = TABLE["MaxPoolWithArgmax"](
        input,
        ksize=per_dimension(ksize, 4, data_format, "ksize"),
        strides=per_dimension(strides, 4, data_format, "strides"),
        padding=paddings(padding)[0], Targmax=output_dtype,
        include_batch_in_index=include_batch_in_index, name=name,
    )  # fmt: skip
    return MaxPoolWithArgmax(*found)


def dilation2d(
    input, filters, strides, padding, data_format="NHWC", dilations=(1, 1, 1, 1),
    name=None,
):  # fmt: skip
    """The largest of window plus filter [h, w, channels], channel by channel."""
    if data_format != "NHWC":
        raise ValueError("Data formats other than NHWC are not yet supported")
    return TABLE["Dilation2D"](
        input, filters, strides=tuple(strides), rates=tuple(dilations),
        padding=padding, name=name,
    )  # fmt: skip


def erosion2d(
    value, filters, strides, padding, data_format="NHWC", dilations=(1, 1, 1, 1),
    name=None,
):  # fmt: skip
    """The smallest of window minus the mirrored filter."""
    with scope(name, "erosion2d") as full:
        turned = TABLE["Neg"](value)
        grown = dilation2d(
            turned, array.reverse(filters, [0, 1]), strides, padding, data_format,
            dilations, full or None,
        )  # fmt: skip
        return TABLE["Neg"](grown)
