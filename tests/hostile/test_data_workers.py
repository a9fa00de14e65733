"""Workers of `tf.data`: errors reach the loop, nothing outlives it, programs end."""

import gc
import subprocess
import sys
import threading
import traceback

import pytest

import penstock as tf

D = tf.data.Dataset


class Told(Exception):
    """The user's own."""


def fails_late(x):
    if x == 5:
        raise Told("at five")
    return x


def late(x):
    return tf.numpy_function(fails_late, [x], tf.int64)


def yields_late():
    yield from range(5)
    raise Told("at five")


def generator():
    return D.from_generator(yields_late, output_signature=tf.TensorSpec((), tf.int64))


def mapped(**options):
    return D.range(20).map(late, **options)


PIPELINES = {
    "map": mapped,
    "map in threads": lambda: mapped(num_parallel_calls=3),
    "map, tuned": lambda: mapped(num_parallel_calls=tf.data.AUTOTUNE),
    "prefetch": lambda: mapped().prefetch(2),
    "prefetch of threads": lambda: mapped(num_parallel_calls=2).prefetch(2),
    "prefetch twice": lambda: mapped().prefetch(2).prefetch(2),
    "batches ahead": lambda: mapped(num_parallel_calls=2).batch(2).prefetch(1),
    "interleave": lambda: D.range(1).interleave(
        lambda _: mapped(num_parallel_calls=2), cycle_length=2, num_parallel_calls=2
    ),
    "flat_map": lambda: D.range(2).flat_map(lambda _: mapped(num_parallel_calls=2)),
    "generator": generator,
    "generator ahead": lambda: generator().prefetch(2),
    "zip": lambda: D.zip((mapped(num_parallel_calls=2), D.range(9).prefetch(1))),
    "filter": lambda: D.range(20).filter(lambda x: late(x) >= 0).prefetch(1),
    "cache": lambda: mapped(num_parallel_calls=2).cache().prefetch(1),
    "shuffle": lambda: mapped(num_parallel_calls=2).shuffle(3).prefetch(1),
    "repeat": lambda: mapped(num_parallel_calls=2).take(4).repeat().prefetch(1),
}


def workers():
    gc.collect()
    return [t.name for t in threading.enumerate() if t.name.startswith("penstock")]


@pytest.fixture(autouse=True)
def face(monkeypatch):
    from penstock.ir import context
    from penstock.v2 import landing

    monkeypatch.setattr(context, "_default", context._default)
    landing.activate()


@pytest.mark.parametrize("name", [n for n in PIPELINES if n != "repeat"])
def test_an_error_reaches_the_loop_with_the_users_line(name):
    with pytest.raises(Told, match="at five") as caught:
        for _ in PIPELINES[name]():
            pass
    names = {frame.name for frame in traceback.extract_tb(caught.value.__traceback__)}
    assert names & {"fails_late", "yields_late"}
    del caught
    assert not workers()


@pytest.mark.parametrize("name", PIPELINES)
def test_breaking_out_leaves_no_thread(name):
    before = threading.active_count()
    for _ in range(3):
        for count, _ in enumerate(PIPELINES[name]()):
            if count == 1:
                break
    assert not workers()
    assert threading.active_count() <= before


@pytest.mark.parametrize("name", PIPELINES)
def test_an_iterator_that_is_let_go_leaves_no_thread(name):
    iterator = iter(PIPELINES[name]())
    next(iterator)
    del iterator
    assert not workers()


def test_an_error_in_the_loop_leaves_no_thread():
    with pytest.raises(ZeroDivisionError):
        for _ in PIPELINES["prefetch of threads"]():
            _ = 1 // 0
    assert not workers()


def test_after_an_error_a_new_pass_begins():
    attempts = []

    def once(x):
        if x == 2 and not attempts:
            attempts.append(1)
            raise Told("the first time")
        return x

    def first(x):
        return tf.numpy_function(once, [x], tf.int64)

    data = D.range(4).map(first, num_parallel_calls=2).prefetch(1)
    with pytest.raises(Told):
        list(data)
    assert [int(x) for x in data] == [0, 1, 2, 3]


def test_a_generator_is_closed_when_the_loop_is_left():
    closed = []

    def numbers():
        try:
            yield from range(100)
        finally:
            closed.append(True)

    signature = tf.TensorSpec((), tf.int64)
    for _ in D.from_generator(numbers, output_signature=signature).prefetch(2):
        break
    gc.collect()
    assert closed == [True]
    assert not workers()


def test_two_loops_over_one_data_set_do_not_mix():
    data = D.range(6).map(lambda x: x * 2, num_parallel_calls=2).prefetch(2)
    pairs = [(int(a), int(b)) for a, b in zip(data, data, strict=True)]
    assert pairs == [(2 * n, 2 * n) for n in range(6)]
    assert not workers()


ENDINGS = {
    "falls off its end": ("", 0),
    "exits": ("sys.exit(3)", 3),
    "raises": ("raise RuntimeError('told')", 1),
    "is left by a thread": (
        "threading.Thread(target=lambda: [next(it) for _ in range(20)]).start()",
        0,
    ),
    "waits for nothing": ("del it", 0),
}
PROGRAM = """
import sys, threading, time
import penstock as tf
def slow(x):
    time.sleep(0.01)
    return x
def slowly(x):
    return tf.numpy_function(slow, [x], tf.int64)
data = tf.data.Dataset.range(10**9).map(slowly, num_parallel_calls=4).batch(2)
it = iter(data.prefetch(4))
print(next(it).numpy().tolist(), flush=True)
"""


@pytest.mark.parametrize("how", ENDINGS)
def test_a_program_ends_with_its_workers_running(how):
    ending, code = ENDINGS[how]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + ending],
        capture_output=True, timeout=60, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (code, "[0, 1]\n"), done.stderr
    assert ("told" in done.stderr) == (how == "raises")
    assert how == "raises" or not done.stderr
