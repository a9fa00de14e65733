"""Pipelines that run on tf.data and on Penstock alike, for recording and comparing.

Each takes the Dataset class `D`. Functions in them use only what tensors and NumPy
arrays share.
"""

import os

import numpy as np

X = np.arange(24, dtype=np.float32).reshape(6, 4)


def ragged_rows(D, longest, dtype=np.int64):
    def rows():
        for n in range(1, longest + 1):
            yield np.full([n], n, dtype)

    return D.from_generator(rows, output_types=dtype, output_shapes=[None])


def numbers(D, values, dtype=np.int64, shape=()):
    return D.from_generator(lambda: iter(values), dtype, shape)


PIPELINES = {
    "tensors": lambda D: D.from_tensors((1, [2.0, 3.0])),
    "slices": lambda D: D.from_tensor_slices(X),
    "slices_dict": lambda D: D.from_tensor_slices(
        {"b": [1, 2], "a": [[1.0, 2], [3, 4]], "c": (["x", "y"], [True, False])}
    ),
    "slices_list": lambda D: D.from_tensor_slices([[1, 2], [3, 4]]),
    "slices_mismatch": lambda D: D.from_tensor_slices(([1, 2], [1])),
    "slices_scalar": lambda D: D.from_tensor_slices(3),
    "range": lambda D: D.range(5),
    "range_down": lambda D: D.range(5, 0, -2),
    "range_float": lambda D: D.range(3, output_type=np.float32),
    "generator": lambda D: D.from_generator(
        lambda: iter([(1, "a"), (2, "b")]), (np.int32, "string"), ((), ())
    ),
    "generator_args": lambda D: D.from_generator(
        lambda n: iter(range(int(n))), np.int64, (), args=(4,)
    ),
    "generator_wrong_type": lambda D: numbers(D, [1, "a"]),
    "generator_wrong_shape": lambda D: numbers(D, [[1, 2]]),
    "zip": lambda D: D.zip((D.range(3), D.range(5))),
    "zip_dict": lambda D: D.zip({"a": D.range(3), "b": (D.range(5), D.range(2))}),
    "zip_many": lambda D: D.zip(D.range(3), D.range(5).repeat()),
    "zip_batched": lambda D: D.zip((D.range(7), D.range(2, 12))).batch(4),
    "concatenate": lambda D: D.range(3).concatenate(D.range(2)),
    "concatenate_shapes": lambda D: D.from_tensors([1, 2]).concatenate(
        D.from_tensors([1, 2, 3])
    ),
    "concatenate_wrong": lambda D: D.range(3).concatenate(D.from_tensors(1.5)),
    "map": lambda D: D.range(5).map(lambda x: x * 2 + 1),
    "map_tuple": lambda D: D.zip((D.range(4), D.range(4, 8))).map(
        lambda a, b: {"sum": a + b, "pair": (a, b)}
    ),
    "map_parallel": lambda D: D.range(20).map(lambda x: x * x, num_parallel_calls=4),
    "filter": lambda D: D.range(9).filter(lambda x: x % 3 > 0),
    "filter_not_bool": lambda D: D.range(4).filter(lambda x: x),
    "take_while": lambda D: D.range(9).take_while(lambda x: x < 4),
    "enumerate": lambda D: D.from_tensor_slices(["a", "b"]).enumerate(5),
    "scan": lambda D: D.range(5).scan(np.int64(0), lambda s, x: (s + x, s * 2)),
    "unique": lambda D: D.from_tensor_slices([1, 2, 1, 3, 2]).unique(),
    "unique_strings": lambda D: D.from_tensor_slices(["a", "b", "a"]).unique(),
    "batch": lambda D: D.range(5).batch(2),
    "batch_drop": lambda D: D.range(5).batch(2, drop_remainder=True),
    "batch_twice": lambda D: D.range(10).batch(2).batch(3),
    "batch_slices": lambda D: D.from_tensor_slices((X, np.arange(6))).batch(4),
    "batch_zero": lambda D: D.range(3).batch(0),
    "batch_empty": lambda D: D.range(0).batch(2),
    "batch_different": lambda D: ragged_rows(D, 3).batch(2),
    "batch_repeat": lambda D: D.range(5).batch(2).repeat(2),
    "repeat_batch": lambda D: D.range(5).repeat(2).batch(3),
    "padded": lambda D: ragged_rows(D, 4).padded_batch(2, padded_shapes=[None]),
    "padded_default": lambda D: ragged_rows(D, 5).padded_batch(3),
    "padded_fixed": lambda D: ragged_rows(D, 4).padded_batch(
        3, padded_shapes=[5], padding_values=np.int64(-1), drop_remainder=True
    ),
    "padded_small": lambda D: ragged_rows(D, 4).padded_batch(2, padded_shapes=[2]),
    "padded_strings": lambda D: numbers(
        D, [["a"], ["b", "c"]], "string", [None]
    ).padded_batch(2),
    "padded_no_rank": lambda D: numbers(D, [[1], [2]], np.int64, None).padded_batch(2),
    "padded_tuple": lambda D: D.zip((ragged_rows(D, 3), D.range(3))).padded_batch(
        2, padded_shapes=([None], []), padding_values=(np.int64(9), np.int64(0))
    ),
    "unbatch": lambda D: D.range(6).batch(4).unbatch(),
    "unbatch_known": lambda D: D.from_tensor_slices(X).unbatch(),
    "rebatch": lambda D: D.range(7).batch(3).rebatch(2),
    "rebatch_list": lambda D: D.range(12).batch(5).rebatch([2, 1]),
    "rebatch_drop": lambda D: D.range(7).batch(3).rebatch(2, drop_remainder=True),
    "window": lambda D: D.range(7).window(3, shift=2).flat_map(lambda w: w.batch(3)),
    "window_stride": lambda D: (
        D.range(10)
        .window(3, shift=1, stride=2, drop_remainder=True)
        .flat_map(lambda w: w.batch(3))
    ),
    "window_gap": lambda D: (
        D.range(10).window(2, shift=4).flat_map(lambda w: w.batch(5))
    ),
    "window_tuple": lambda D: (
        D.zip((D.range(4), D.range(4, 8)))
        .window(2)
        .flat_map(lambda a, b: D.zip((a.batch(2), b.batch(2))))
    ),
    "shuffle": lambda D: D.range(10).shuffle(4, seed=1),
    "shuffle_all": lambda D: D.range(10).shuffle(10, seed=7),
    "shuffle_large": lambda D: D.range(10).shuffle(100, seed=7),
    "shuffle_one": lambda D: D.range(10).shuffle(1, seed=7),
    "shuffle_long": lambda D: D.range(300).shuffle(64, seed=3).batch(100),
    "shuffle_fixed": lambda D: (
        D.range(6).shuffle(4, seed=1, reshuffle_each_iteration=False).repeat(2)
    ),
    "shuffle_repeat": lambda D: D.range(6).shuffle(4, seed=1).repeat(3),
    "shuffle_repeat_batch": lambda D: D.range(6).shuffle(4, seed=1).repeat(3).batch(4),
    "repeat_shuffle": lambda D: D.range(6).repeat(3).shuffle(4, seed=1),
    "repeat_shuffle_batch": lambda D: D.range(6).repeat(3).shuffle(4, seed=1).batch(5),
    "shuffle_twice": lambda D: (
        D.range(12).shuffle(5, seed=1).shuffle(3, seed=2).batch(6)
    ),
    "shuffle_batches": lambda D: D.range(12).batch(3).shuffle(4, seed=5),
    "shuffle_filter": lambda D: D.range(12).filter(lambda x: x > 3).shuffle(5, seed=5),
    "shuffle_zero": lambda D: D.range(3).shuffle(0),
    "shuffle_cache": lambda D: D.range(6).shuffle(6, seed=2).cache().repeat(2),
    "cache_shuffle": lambda D: D.range(6).cache().shuffle(6, seed=2).repeat(2).batch(3),
    "repeat": lambda D: D.range(3).repeat(2),
    "repeat_zero": lambda D: D.range(3).repeat(0),
    "repeat_endless": lambda D: D.range(3).repeat().take(7),
    "repeat_nothing": lambda D: D.range(0).repeat(),
    "take": lambda D: D.range(5).take(2),
    "take_all": lambda D: D.range(4).take(-1),
    "skip": lambda D: D.range(5).skip(2),
    "skip_all": lambda D: D.range(4).skip(-1),
    "skip_take_batch": lambda D: D.from_tensor_slices(X).skip(1).take(4).batch(3),
    "take_shuffled": lambda D: D.range(10).shuffle(10, seed=1).skip(2).take(5).batch(2),
    "take_batches": lambda D: D.range(10).batch(3).skip(1).take(2),
    "shard": lambda D: D.range(10).shard(3, 1),
    "shard_batch": lambda D: D.range(11).shard(4, 2).batch(2),
    "shard_wrong": lambda D: D.range(10).shard(3, 3),
    "interleave": lambda D: D.range(1, 6).interleave(
        lambda x: D.from_tensors(x).repeat(3), cycle_length=2, block_length=2
    ),
    "interleave_uneven": lambda D: D.range(1, 6).interleave(
        lambda x: D.range(x), cycle_length=3, block_length=1
    ),
    "flat_map": lambda D: D.range(1, 4).flat_map(lambda x: D.range(x)),
    "group": lambda D: D.range(10).group_by_window(
        key_func=lambda x: 2 - x % 3, reduce_func=lambda k, d: d.batch(3), window_size=3
    ),
    "bucket": lambda D: ragged_rows(D, 9, np.int32).bucket_by_sequence_length(
        lambda row: row[0],
        [3, 5],
        [2, 2, 2],
    ),
    "bucket_boundary": lambda D: ragged_rows(D, 7, np.int32).bucket_by_sequence_length(
        lambda row: row[0],
        [3, 5, 9],
        [2, 2, 3, 1],
        pad_to_bucket_boundary=True,
    ),
    "random": lambda D: D.random(seed=4).take(3),
    "random_again": lambda D: D.random(seed=4, rerandomize_each_iteration=True).take(3),
    "sample": lambda D: D.sample_from_datasets(
        [D.range(10), D.range(100, 110)], weights=[0.5, 0.5], seed=3
    ),
    "sample_three": lambda D: D.sample_from_datasets(
        [D.range(5), D.range(100, 120), D.range(200, 220)],
        [0.1, 0.6, 0.3],
        seed=11,
        stop_on_empty_dataset=True,
    ),
    "choose": lambda D: D.choose_from_datasets(
        [D.range(3), D.range(10, 15)],
        D.from_tensor_slices(np.int64([0, 1, 1, 0, 0, 0, 1])),
    ),
    "choose_on": lambda D: D.choose_from_datasets(
        [D.range(2), D.range(10, 15)],
        D.from_tensor_slices(np.int64([0, 1, 1, 0, 0, 0, 1])),
        stop_on_empty_dataset=False,
    ),
    "prefetch": lambda D: D.range(7).prefetch(2),
    "prefetch_wrong": lambda D: D.range(3).prefetch(-2),
    "cache": lambda D: D.range(3).cache().repeat(2),
    "empty_map": lambda D: D.from_tensor_slices(np.zeros([0, 2], np.float32)).batch(2),
}


def text_pipelines(folder):
    """Pipelines over files in `folder`, by (class name, arguments)."""
    write(folder, "lines.txt", b"one\r\ntwo\n\n th\rree")
    write(folder, "table.csv", b'a,b,c\n1,2.5,"x, y"\n3,,z\n')
    write(folder, "fixed.bin", b"HHabcdefF")
    return {
        "lines": ("TextLineDataset", [os.path.join(folder, "lines.txt")], {}),
        "fixed": (
            "FixedLengthRecordDataset",
            [os.path.join(folder, "fixed.bin"), 3, 2, 1],
            {},
        ),
        "fixed_wrong": (
            "FixedLengthRecordDataset",
            [os.path.join(folder, "fixed.bin"), 4, 2, 1],
            {},
        ),
        "csv": (
            "CsvDataset",
            [os.path.join(folder, "table.csv"), [np.int32, [0.5], [""]]],
            {"header": True},
        ),
        "csv_columns": (
            "CsvDataset",
            [os.path.join(folder, "table.csv"), [[""], np.int32]],
            {"header": True, "select_cols": [2, 0]},
        ),
        "csv_fields": (
            "CsvDataset",
            [os.path.join(folder, "table.csv"), [np.int32]],
            {"header": True},
        ),
        "csv_number": (
            "CsvDataset",
            [os.path.join(folder, "table.csv"), [np.int32, [0.0], [""]]],
            {},
        ),
        "csv_missing": (
            "CsvDataset",
            [os.path.join(folder, "table.csv"), [np.int32, np.float32, [""]]],
            {"header": True},
        ),
    }


def write(folder, name, data):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)
