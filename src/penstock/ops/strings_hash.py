"""Strings to buckets, by FarmHash and by SipHash."""

from __future__ import annotations

import numpy as np

from penstock.ops.strings import each, string_op


@string_op("StringToHashBucketFast", "input: string -> output: int64")
def string_to_hash_bucket_fast(input, *, num_buckets):
    fingerprint = fingerprint64()
    return each(lambda s: fingerprint(s) % num_buckets, input, np.int64)


def fingerprint64():
    """FarmHash's Fingerprint64 of bytes, from the package `cityhash`."""
    try:
        from farmhash import Fingerprint64  # pyright: ignore (a C extension)
    except ImportError as error:
        raise ImportError(
            "Hashing strings as TensorFlow does needs FarmHash: install cityhash "
            "(pip install penstock[hashing])."
        ) from error
    return Fingerprint64


@string_op("StringToHashBucketStrong", "input: string -> output: int64")
def string_to_hash_bucket_strong(input, *, num_buckets, key):
    return each(lambda s: siphash(s, key) % num_buckets, input, np.int64)


_WORD = 2**64 - 1


def _rotated(x: int, n: int) -> int:
    return (x << n | x >> (64 - n)) & _WORD


def _mixed(v: list[int]) -> None:
    v[0] = (v[0] + v[1]) & _WORD
    v[1] = _rotated(v[1], 13) ^ v[0]
    v[0] = _rotated(v[0], 32)
    v[2] = (v[2] + v[3]) & _WORD
    v[3] = _rotated(v[3], 16) ^ v[2]
    v[0] = (v[0] + v[3]) & _WORD
    v[3] = _rotated(v[3], 21) ^ v[0]
    v[2] = (v[2] + v[1]) & _WORD
    v[1] = _rotated(v[1], 17) ^ v[2]
    v[2] = _rotated(v[2], 32)


def siphash(data: bytes, key) -> int:
    """SipHash-2-4 of `data` under two 64-bit words. Aumasson, Bernstein (2012)."""
    k0, k1 = (int(k) & _WORD for k in key)
    v = [
        k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573,
    ]  # fmt: skip
    tail = len(data) % 8
    last = data[len(data) - tail :].ljust(7, b"\0") + bytes([len(data) & 255])
    for start in range(0, len(data) - tail + 8, 8):
        block = data[start : start + 8] if start + 8 <= len(data) - tail else last
        word = int.from_bytes(block, "little")
        v[3] ^= word
        _mixed(v)
        _mixed(v)
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        _mixed(v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]
