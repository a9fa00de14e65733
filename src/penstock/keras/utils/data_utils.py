"""The module's name in Keras 2: `from keras.utils.data_utils import get_file`."""

from penstock.keras.utils.batches import PyDataset, Sequence
from penstock.keras.utils.download import get_file, validate_file
from penstock.keras.utils.enqueuers import (
    GeneratorEnqueuer,
    OrderedEnqueuer,
    SequenceEnqueuer,
)

__all__ = [
    "GeneratorEnqueuer",
    "OrderedEnqueuer",
    "PyDataset",
    "Sequence",
    "SequenceEnqueuer",
    "get_file",
    "validate_file",
]
