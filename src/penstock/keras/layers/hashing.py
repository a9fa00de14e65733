"""`Hashing`: keys as numbers without a vocabulary."""

from __future__ import annotations

from penstock.api import array, math, strings
from penstock.ir import context
from penstock.ir.convert import as_tensor
from penstock.ir.tensor import Tensor
from penstock.keras.layer import Layer
from penstock.keras.layers.options import given
from penstock.keras.layers.preprocessing_numbers import encoded


def _salted(salt) -> list[int] | None:
    """The two words of SipHash's key."""
    if salt is None:
        return None
    if isinstance(salt, list | tuple) and len(salt) == 2:
        return [int(v) for v in salt]
    if isinstance(salt, int) and not isinstance(salt, bool):
        return [salt, salt]
    raise ValueError(
        "The `salt` argument for `Hashing` can only be a tuple of size 2 integers, or "
        f"a single integer. Received: salt={salt}."
    )


def _tensor(value) -> Tensor:
    if isinstance(value, Tensor):
        return value
    return as_tensor(context.landing(), value, None, None)


def _words(x) -> Tensor:
    x = _tensor(x)
    return x if x.dtype.name == "string" else strings.as_string(x)


def _check_bins(num_bins, who: str) -> None:
    if not num_bins or num_bins <= 0:
        raise ValueError(
            f"The `num_bins` for `{who}` cannot be `None` or non-positive values. "
            f"Received: num_bins={num_bins}."
        )


def _check_mode(mode: str, allowed: tuple[str, ...], who: str) -> None:
    if mode not in allowed:
        raise ValueError(
            f"Invalid value for argument `output_mode` of {who}. Expected one of "
            f"{allowed}. Received: output_mode={mode}"
        )


class Hashing(Layer):
    """Strings or integers as numbers below `num_bins`.

    By FarmHash's Fingerprint64 (needs the package `cityhash`), with a `salt` by
    SipHash: the numbers are TensorFlow's. `mask_value` becomes 0, the rest 1 and more.
    """

    def __init__(self, num_bins, mask_value=None, salt=None, output_mode="int",
                 sparse=False, **kwargs):  # fmt: skip
        kwargs.setdefault("dtype", "int64" if output_mode == "int" else None)
        super().__init__(autocast=False, **kwargs)
        _check_bins(num_bins, "Hashing")
        _check_mode(output_mode, ("int", "one_hot", "multi_hot", "count"), "Hashing")
        self.num_bins, self.mask_value = num_bins, mask_value
        self.salt = _salted(salt)
        self.output_mode, self.sparse = output_mode, sparse

    def call(self, inputs):
        inputs = _tensor(inputs)
        bins = self._binned(_words(inputs))
        if self.mask_value is not None:
            mask = math.equal(inputs, as_tensor(
                context.landing(), self.mask_value, inputs.dtype, None))  # fmt: skip
            bins = array.where(mask, array.zeros_like(bins), bins)
        return encoded(bins, self.num_bins, self.output_mode)

    def _binned(self, words):
        masked = self.mask_value is not None and self.num_bins > 1
        count = self.num_bins - 1 if masked else self.num_bins
        if self.salt is None:
            bins = strings.to_hash_bucket_fast(words, count)
        else:
            bins = strings.to_hash_bucket_strong(words, count, self.salt)
        return bins + 1 if masked else bins

    def get_config(self):
        return {
            **super().get_config(),
            **given(self, "num_bins", "salt", "mask_value", "output_mode", "sparse"),
        }
