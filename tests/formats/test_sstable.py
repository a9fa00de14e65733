"""Tables round-trip at every size around block and restart boundaries."""

import pytest

from penstock.formats.sstable import BLOCK_SIZE, read_table, write_table


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 33, 1000])
def test_round_trip(count):
    entries = [
        (f"layer/{i:05d}/w".encode(), bytes([i % 251]) * i) for i in range(count)
    ]
    assert read_table(write_table(entries), "t") == entries


def test_several_blocks():
    value = bytes(BLOCK_SIZE // 3)
    entries = [(f"{i:03d}".encode(), value) for i in range(10)]
    data = write_table(entries)
    assert len(data) > 3 * BLOCK_SIZE
    assert read_table(data, "t") == entries


def test_keys_must_ascend():
    with pytest.raises(ValueError, match="must ascend"):
        write_table([(b"b", b""), (b"a", b"")])
