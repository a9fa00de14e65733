"""TensorFlow's error classes, and the ones that are Penstock's own.

Each `OpError` says who raised it (`op`), and what to do in its message; programs
catch them by TensorFlow's names (`tf.errors.OutOfRangeError`).
Source: https://www.tensorflow.org/api_docs/python/tf/errors
"""

from __future__ import annotations


class OpError(Exception):
    """An operation failed while it ran. `op` is the operation, or None."""

    code = 2

    def __init__(self, node_def=None, op=None, message="", error_code=None):
        # TensorFlow's order is (node_def, op, message); one string alone is ours.
        if isinstance(node_def, str) and op is None and not message:
            node_def, message = None, node_def
        super().__init__(message)
        self._node_def = node_def
        self._op = op
        self._message = message
        if error_code is not None:
            self.code = error_code

    @property
    def op(self):
        return self._op

    @property
    def node_def(self):
        return self._node_def

    @property
    def message(self):
        return self._message

    @property
    def error_code(self):
        return self.code

    def __str__(self):
        return self._message


class CancelledError(OpError):
    code = 1


class UnknownError(OpError):
    code = 2


class InvalidArgumentError(OpError):
    code = 3


class DeadlineExceededError(OpError):
    code = 4


class NotFoundError(OpError):
    code = 5


class AlreadyExistsError(OpError):
    code = 6


class PermissionDeniedError(OpError):
    code = 7


class ResourceExhaustedError(OpError):
    code = 8


class FailedPreconditionError(OpError):
    code = 9


class AbortedError(OpError):
    code = 10


class OutOfRangeError(OpError):
    code = 11


class UnimplementedError(OpError):
    code = 12


class InternalError(OpError):
    code = 13


class UnavailableError(OpError):
    code = 14


class DataLossError(OpError):
    code = 15


class UnauthenticatedError(OpError):
    code = 16


#: TensorFlow's numbers of errors.
OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED = 0, 1, 2, 3, 4
NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, RESOURCE_EXHAUSTED = 5, 6, 7, 8
FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED = 9, 10, 11, 12
INTERNAL, UNAVAILABLE, DATA_LOSS, UNAUTHENTICATED = 13, 14, 15, 16


class ShapeError(ValueError):
    """Shapes that cannot go together, found while the graph is built."""


class DTypeError(TypeError):
    """Dtypes that cannot go together, found while the graph is built."""


class UnsupportedError(AttributeError, NotImplementedError):
    """A TensorFlow name or feature that Penstock does not have.

    An `AttributeError`, so that `hasattr` and optional imports answer as usual.
    """
