"""1.x names whose function bears another name, or stands in another place."""

from __future__ import annotations


def placed(names: str, place: str) -> dict[str, str]:
    """`names`, all found under their own name in module `place`."""
    return {n: f"{place}:{n}" for n in names.split()}


def spelled(place: str, **spellings: str) -> dict[str, str]:
    """Names that module `place` calls otherwise."""
    return {name: f"{place}:{target}" for name, target in spellings.items()}


_ARRAY, _NN_CONV = "penstock.api.array", "penstock.api.nn_conv"
_SCATTERED = {
    f"tensor_scatter_{kind}": f"tensor_scatter_nd_{kind}"
    for kind in ("update", "add", "sub", "min", "max")
}
_SPACES = {"space_to_batch_nd": "space_to_batch", "batch_to_space_nd": "batch_to_space"}

ROOT = {
    **spelled(_ARRAY, **_SPACES, **_SCATTERED, reverse_v2="reverse"),
    **spelled(
        "penstock.api.strings",
        string_to_hash_bucket_fast="to_hash_bucket_fast",
        string_to_hash_bucket_strong="to_hash_bucket_strong",
    ),
    **placed("assert_near assert_proper_iterable assert_same_float_dtype",
             "penstock.v2.debugging"),
    **placed("dimension_value dimension_at_index", "penstock.core.shapes"),
    **placed("get_logger", "penstock.v1.logging"),
    **placed("timestamp", "penstock.v2.specs_more"),
    **placed("grad_pass_through recompute_grad", "penstock.v2.custom_gradient"),
    "RaggedTensor": "penstock.api.ragged:RaggedTensor",
}  # fmt: skip
DEBUGGING = {
    **placed(
        "assert_near assert_proper_iterable assert_same_float_dtype assert_shapes",
        "penstock.v2.debugging",
    ),
    **placed(
        "is_finite is_inf is_nan is_non_decreasing is_strictly_increasing",
        "penstock.compat.v1",
    ),
    "assert_all_finite": "penstock.compat.v1:verify_tensor_all_finite",
}
MANIP = placed(
    "batch_to_space_nd gather_nd reshape reverse roll scatter_nd space_to_batch_nd"
    " tile",
    "penstock.compat.v1",
)
SPECTRAL = placed(
    "fft fft2d fft3d ifft ifft2d ifft3d rfft rfft2d rfft3d irfft irfft2d irfft3d dct"
    " idct",
    "penstock.compat.v1.signal",
)
QUEUE = placed(
    "FIFOQueue PaddingFIFOQueue PriorityQueue QueueBase RandomShuffleQueue",
    "penstock.compat.v1",
)
L2_NORMALIZE = placed("l2_normalize", "penstock.v1.nn")
SETS = spelled(
    "penstock.api.sets", set_difference="difference", set_intersection="intersection",
    set_size="size", set_union="union",
)  # fmt: skip
NN = {
    **placed("depth_to_space space_to_depth space_to_batch", "penstock.v1.array"),
    **spelled(_NN_CONV, max_pool_v2="max_pool", avg_pool_v2="avg_pool"),
}
IMAGE = spelled(
    "penstock.api.image_geometry",
    resize_image_with_crop_or_pad="resize_with_crop_or_pad",
    transpose_image="transpose",
)
SPARSE_NAMES = (
    "add concat fill_empty_rows mask maximum minimum reduce_max reduce_sum reorder"
    " reset_shape reshape retain slice softmax split to_indicator transpose"
    " placeholder"
)
SPARSE = {
    **{name: f"penstock.compat.v1:sparse_{name}" for name in SPARSE_NAMES.split()},
}
INITIALIZERS = placed("global_variables", "penstock.compat.v1")
