"""`tf.logging`: the logger called "tensorflow", by 1.x's names."""

from __future__ import annotations

import logging as _logging
import sys

DEBUG, INFO, WARN = _logging.DEBUG, _logging.INFO, _logging.WARNING
ERROR, FATAL = _logging.ERROR, _logging.CRITICAL
_NAMES = {DEBUG: "DEBUG", INFO: "INFO", WARN: "WARNING", ERROR: "ERROR"}


class _Formatter(_logging.Formatter):
    def format(self, record) -> str:
        level = _NAMES.get(record.levelno, record.levelname)
        return f"{level}:{record.name}:{record.getMessage()}"


def _logger() -> _logging.Logger:
    logger = _logging.getLogger("tensorflow")
    if not logger.handlers:
        handler = _logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Formatter())
        logger.addHandler(handler)
        # A program that set up logging itself shows the messages once, its own way.
        logger.propagate = bool(_logging.getLogger().handlers)
        if logger.propagate:
            logger.removeHandler(handler)
    return logger


def get_logger() -> _logging.Logger:
    return _logger()


def set_verbosity(v) -> None:
    """Show messages from level `v` on (`tf.logging.INFO`)."""
    _logger().setLevel(v)


def get_verbosity() -> int:
    return _logger().getEffectiveLevel()


def log(level, msg, *args, **kwargs) -> None:
    _logger().log(level, msg, *args, **kwargs)


def debug(msg, *args, **kwargs) -> None:
    log(DEBUG, msg, *args, **kwargs)


def info(msg, *args, **kwargs) -> None:
    log(INFO, msg, *args, **kwargs)


def warn(msg, *args, **kwargs) -> None:
    log(WARN, msg, *args, **kwargs)


warning = warn


def error(msg, *args, **kwargs) -> None:
    log(ERROR, msg, *args, **kwargs)


def fatal(msg, *args, **kwargs) -> None:
    log(FATAL, msg, *args, **kwargs)


_counts: dict[str, int] = {}


def log_every_n(level, msg, n, *args) -> None:
    """Show the first of every `n` calls with this message."""
    count = _counts.get(msg, -1) + 1
    _counts[msg] = count
    log_if(level, msg, count % n == 0, *args)


def log_first_n(level, msg, n, *args) -> None:
    """Show the first `n` calls with this message."""
    count = _counts.get(msg, -1) + 1
    _counts[msg] = count
    log_if(level, msg, count < n, *args)


def log_if(level, msg, condition, *args) -> None:
    if condition:
        log(level, msg, *args)


def vlog(level, msg, *args, **kwargs) -> None:
    log(level, msg, *args, **kwargs)


def flush() -> None:
    for handler in _logger().handlers:
        handler.flush()


__all__ = [
    "DEBUG", "ERROR", "FATAL", "INFO", "WARN", "debug", "error", "fatal", "flush",
    "get_logger", "get_verbosity", "info", "log", "log_every_n", "log_first_n",
    "log_if", "set_verbosity", "vlog", "warn", "warning",
]  # fmt: skip
