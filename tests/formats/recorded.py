"""What the recorder had TensorFlow store, made again."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "checkpoints"


def _recorder():
    path = ROOT / "tools" / "record" / "checkpoints.py"
    spec = importlib.util.spec_from_file_location("record_checkpoints", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


recorder = _recorder()


def as_text(array):
    """Strings as str, so that they compare with what the recorder was given."""
    return recorder.as_text(array)
