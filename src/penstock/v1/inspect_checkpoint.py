"""`tensorflow.python.tools.inspect_checkpoint`: what a checkpoint holds, printed."""

from __future__ import annotations

import numpy as np

from penstock.saving.checkpoint import load_checkpoint


def print_tensors_in_checkpoint_file(
    file_name, tensor_name, all_tensors, all_tensor_names=False,
    count_exclude_pattern="",
):  # fmt: skip
    """Print one variable of the checkpoint at `file_name`, or all with their values.

    Says so where there is no such checkpoint or variable.
    """
    import re

    try:
        reader = load_checkpoint(file_name)
        shapes, dtypes = (
            reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
        )  # fmt: skip
        if all_tensors or all_tensor_names:
            for name in sorted(shapes):
                print(f"tensor: {name} ({dtypes[name].name}) {list(shapes[name])}")
                if all_tensors:
                    print(reader.get_tensor(name))
        elif not tensor_name:
            print(reader.debug_string().decode("utf-8", "replace"))
        elif tensor_name in shapes:
            kind, shape = dtypes[tensor_name].name, list(shapes[tensor_name])
            print(f"tensor: {tensor_name} ({kind}) {shape}")
            print(reader.get_tensor(tensor_name))
        else:
            print(f"Tensor {tensor_name} not found in checkpoint")
            return
    except Exception as error:  # as the tool does: tell, and go on
        print(str(error))
        return
    skipped = re.compile(count_exclude_pattern) if count_exclude_pattern else None
    counted = [n for n in shapes if skipped is None or not skipped.match(n)]
    total = sum(int(np.prod(shapes[n], dtype=np.int64)) for n in counted)
    print(f"# Total number of params: {total}")


__all__ = ["print_tensors_in_checkpoint_file"]
