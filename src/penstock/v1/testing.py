"""`tf.test`: a test case that makes sessions and compares arrays."""

from __future__ import annotations

import contextlib
import tempfile
import unittest
from collections.abc import Generator
from unittest import mock

import numpy as np

from penstock.core import nest
from penstock.runtime import devices
from penstock.v1 import default_graph
from penstock.v1.session import Session


class TestCase(unittest.TestCase):
    """As `tf.test.TestCase`: a fresh default graph, seeded, for each test."""

    def setUp(self):
        super().setUp()
        if not default_graph.executing_eagerly():
            default_graph.reset_default_graph()
            default_graph.set_random_seed(87654321)

    def get_temp_dir(self) -> str:
        """A folder for this test's files."""
        return get_temp_dir()

    @contextlib.contextmanager
    def session(self, graph=None, config=None, **_) -> Generator[Session, None, None]:
        graph = graph if graph is not None else default_graph.get_default_graph()
        session = Session(graph=graph, config=config)
        with graph.as_default(), session.as_default():
            yield session
        session.close()

    test_session = cached_session = session

    def evaluate(self, tensors):
        """The values of `tensors`, eager or by the entered session."""
        if default_graph.executing_eagerly():
            return nest.map_structure(lambda t: t.numpy(), tensors)
        return default_graph.get_default_session().run(tensors)

    def assertAllEqual(self, a, b, msg=None):
        np.testing.assert_array_equal(_array(a), _array(b), err_msg=msg or "")

    def assertAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):
        left, right = nest.flatten(_plain(a)), nest.flatten(_plain(b))
        self.assertEqual(len(left), len(right), msg)
        for x, y in zip(left, right, strict=True):
            np.testing.assert_allclose(
                _array(x), _array(y), rtol=rtol, atol=atol, err_msg=msg or ""
            )

    def assertNear(self, f1, f2, err, msg=None):
        self.assertLessEqual(abs(f1 - f2), err, msg)

    def assertShapeEqual(self, np_array, tf_tensor, msg=None):
        self.assertEqual(list(np_array.shape), tf_tensor.shape.as_list(), msg)


def _array(value) -> np.ndarray:
    return value.numpy() if hasattr(value, "numpy") else np.asarray(value)


def _plain(value):
    """Lists of numbers as one array, so that they are compared whole."""
    if isinstance(value, dict):
        return value
    try:
        return np.asarray(value)
    except ValueError:
        return value


def get_temp_dir() -> str:
    return tempfile.mkdtemp(prefix="penstock_test_")


def main(argv=None) -> None:
    """Run the tests of the calling module."""
    unittest.main(argv=argv)


def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None) -> bool:
    """Whether there is a GPU that runs can use."""
    del cuda_only, min_cuda_compute_capability
    return devices.has_gpu()


def gpu_device_name() -> str:
    """`/device:GPU:0`, or the empty string without a GPU."""
    return "/device:GPU:0" if devices.has_gpu() else ""


def is_built_with_cuda() -> bool:
    return devices.has_gpu()


is_built_with_gpu_support = is_built_with_cuda

__all__ = [
    "TestCase", "get_temp_dir", "gpu_device_name", "is_built_with_cuda",
    "is_built_with_gpu_support", "is_gpu_available", "main", "mock",
]  # fmt: skip
