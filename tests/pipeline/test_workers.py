"""Threads: order kept, errors carried to the loop, nothing left behind."""

import subprocess
import sys
import threading
import time
import traceback

import numpy as np
import pytest

from penstock.pipeline import Dataset


def penstock_threads():
    return [t for t in threading.enumerate() if t.name.startswith("penstock")]


def slow_square(x):
    time.sleep(0.001 * float(10 - x % 10))
    return x * x


PARALLEL = {
    "map": lambda f: Dataset.range(40).map(f, num_parallel_calls=4),
    "autotune": lambda f: Dataset.range(40).map(f, num_parallel_calls=-1),
    "prefetch": lambda f: Dataset.range(40).map(f).prefetch(3),
    "both": lambda f: Dataset.range(40).map(f, num_parallel_calls=2).prefetch(-1),
}


@pytest.mark.parametrize("name", PARALLEL)
def test_order_is_kept(name):
    assert list(PARALLEL[name](slow_square)) == [n * n for n in range(40)]
    assert not penstock_threads()


@pytest.mark.parametrize("name", PARALLEL)
def test_breaking_out_leaves_no_thread(name):
    for value in PARALLEL[name](slow_square).repeat():
        if value > 30:
            break
    del value
    assert not penstock_threads()


@pytest.mark.parametrize("name", PARALLEL)
def test_an_error_reaches_the_loop_with_the_users_line(name):
    def fails_at_seven(x):
        if x == 7:
            raise KeyError("the user's own")
        return x

    seen = []
    with pytest.raises(KeyError, match="own") as caught:
        seen.extend(PARALLEL[name](fails_at_seven))
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert any(frame.name == "fails_at_seven" for frame in frames)
    assert not penstock_threads()


def test_elements_before_an_error_arrive():
    def fails_at_three(x):
        if x == 3:
            raise RuntimeError("stop here")
        return x

    source = iter(Dataset.range(9).map(fails_at_three).prefetch(2))
    assert [next(source) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(RuntimeError):
        next(source)


def test_prefetch_runs_ahead_no_further_than_its_buffer():
    made = []
    data = Dataset.range(100).map(lambda x: made.append(int(x)) or x).prefetch(3)
    source = iter(data)
    next(source)
    time.sleep(0.05)
    assert len(made) <= 5
    source.close() if hasattr(source, "close") else None
    del source
    assert not penstock_threads()


def test_a_program_ends_with_its_workers_running():
    program = (
        "from penstock.pipeline import Dataset\n"
        "it = iter(Dataset.range(10**9).map(lambda x: x + 1).prefetch(2))\n"
        "print(next(it))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=60, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_side_effects_happen_once_per_element():
    seen = []
    data = Dataset.range(5).map(lambda x: seen.append(int(x)) or x).cache()
    assert list(data) == list(data) == list(np.arange(5))
    assert seen == [0, 1, 2, 3, 4]
