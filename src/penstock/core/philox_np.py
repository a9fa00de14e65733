"""Philox4x32-10 in NumPy: the stream behind every TensorFlow random number.

Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
A block is a 128-bit counter (four uint32 words, lowest first) encrypted under a
64-bit key; block i of a stream is `counter + i`, so any part of a stream can be
had without the part before it.
"""

from __future__ import annotations

import numpy as np

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
#: Every stateless op of TensorFlow encrypts its seed under this key.
STATELESS_KEY = (0x3EC8F720, 0x02461E29)
_WORD = 0xFFFFFFFF


def words(value: int, count: int) -> np.ndarray:
    """The low `32 * count` bits of a Python int as uint32 words, lowest first."""
    return np.array([(value >> (32 * i)) & _WORD for i in range(count)], np.uint32)


def advance(counter: np.ndarray, blocks: int) -> np.ndarray:
    """`counter` [4] uint32 moved on by `blocks`, modulo 2**128."""
    total = sum(int(w) << (32 * i) for i, w in enumerate(counter)) + int(blocks)
    return words(total, 4)


def encrypt(key: np.ndarray, counters: np.ndarray) -> np.ndarray:
    """Encrypt `counters` [..., 4] uint32 under `key` [2]: uint32, same shape."""
    c0, c1, c2, c3 = (counters[..., i].astype(np.uint64) for i in range(4))
    k0, k1 = int(key[0]), int(key[1])
    low, high = np.uint64(_WORD), np.uint64(32)
    for _ in range(ROUNDS):
        left = c0 * np.uint64(MULTIPLIERS[0])
        right = c2 * np.uint64(MULTIPLIERS[1])
        c0, c1, c2, c3 = (
            (right >> high) ^ c1 ^ np.uint64(k0),
            right & low,
            (left >> high) ^ c3 ^ np.uint64(k1),
            left & low,
        )
        k0, k1 = (k0 + WEYL[0]) & _WORD, (k1 + WEYL[1]) & _WORD
    return np.stack([c0, c1, c2, c3], axis=-1).astype(np.uint32)


def blocks(key: np.ndarray, counter: np.ndarray, count: int) -> np.ndarray:
    """The stream's next `count` blocks from `counter` on: uint32 [count, 4]."""
    index = np.arange(count, dtype=np.uint64)
    counters = np.empty((count, 4), np.uint32)
    carry = index
    for i in range(4):
        total = carry + np.uint64(counter[i])
        counters[:, i] = total & np.uint64(_WORD)
        carry = total >> np.uint64(32)
    return encrypt(key, counters)


def random_bits(key: np.ndarray, counter: np.ndarray, count: int) -> np.ndarray:
    """The stream's next `count` words, uint32 [count]."""
    return blocks(key, counter, -(-count // 4)).reshape(-1)[:count]


def stateless(seed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The key [2] and counter [4] where a stateless op with `seed` int64[2] reads."""
    first, second = (int(part) & 0xFFFFFFFFFFFFFFFF for part in seed)
    key = np.array(STATELESS_KEY, np.uint32)
    x = encrypt(key, np.concatenate([words(first, 2), words(second, 2)]))
    return x[:2], np.array([0, 0, x[2], x[3]], np.uint32)


def unit_float32(bits: np.ndarray) -> np.ndarray:
    """Words to float32 in [0, 1), steps of 2**-23."""
    one = (bits & np.uint32(0x7FFFFF)) | np.uint32(0x3F800000)
    return one.view(np.float32) - np.float32(1)
